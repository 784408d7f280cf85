"""Writes the files of a lab PKI: private ones for their owner only, all or none overwritten."""

import json
import os
from pathlib import Path

from chargecore_tools.pki.errors import PkiError

INDEX = "index.json"
README = "README.md"
_PRIVATE = 0o600
_PUBLIC = 0o644


class Files:
    """One folder in the making. Errors of all methods: PkiError."""

    def __init__(self, folder, is_forced):
        self.folder = Path(folder)
        self._check(is_forced)

    def _check(self, is_forced):
        """Refuse a folder that holds something; forced only what does not look like a PKI."""
        try:
            has_content = self.folder.is_dir() and any(self.folder.iterdir())
        except OSError as error:
            raise PkiError(f"{self.folder}: {error.strerror}") from error
        if self.folder.exists() and not self.folder.is_dir():
            raise PkiError(f"{self.folder}: is no folder")
        if not has_content:
            return
        if not is_forced:
            raise PkiError(f"{self.folder}: is not empty; --force makes the PKI in it anew")
        if not (self.folder / INDEX).is_file():
            raise PkiError(f"{self.folder}: holds other files and no PKI; --force is for a PKI")

    def write(self, name, data, is_private=False):
        """Write one file of the folder; is_private leaves it readable to its owner only."""
        path = self.folder / name
        mode = _PRIVATE if is_private else _PUBLIC
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # an old file would keep its own mode
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(number, "wb") as file:
                file.write(data)
        except OSError as error:
            raise PkiError(f"{path}: {error.strerror}") from error

    def write_index(self, facts):
        """Write the index; last, so that a folder with one is whole."""
        self.write(INDEX, (json.dumps(facts, indent=1) + "\n").encode())
