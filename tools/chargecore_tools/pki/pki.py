"""Pki: a lab PKI on disk, by the names of its certificates."""

import json
from pathlib import Path

from chargecore_tools.pki.errors import PkiError
from chargecore_tools.pki.files import INDEX
from chargecore_tools.pki.sample import Sample

FORMAT = 1


class Pki:
    """What make_pki() wrote. Errors: PkiError when the folder holds none."""

    def __init__(self, folder):
        self.folder = Path(folder)
        path = self.folder / INDEX
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            has_format = facts["format"] == FORMAT
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PkiError(f"{self.folder}: no PKI of `chargecore pki`") from error
        if not has_format:
            raise PkiError(f"{self.folder}: of another version of `chargecore pki`")
        self.facts = facts  # options, date, files
        self._samples = {row["name"]: Sample(self.folder, row) for row in facts["certificates"]}

    def __getitem__(self, name):
        """Return the Sample of that name."""
        if name not in self._samples:
            raise PkiError(f"{self.folder}: has no certificate {name}")
        return self._samples[name]

    def __iter__(self):
        """Iterate over all Samples."""
        return iter(self._samples.values())

    @property
    def serial(self):
        """Return the serial number that the client certificates name."""
        return self.facts["serial"]

    @property
    def cpo(self):
        """Return the operator: O of the certificates."""
        return self.facts["cpo"]

    @property
    def client_ca(self):
        """Return the path of the roots that a server takes client certificates from, PEM."""
        return self.folder / "charge-point" / "client-ca.pem"

    def crl(self, kind):
        """Return the path of the CRL that lists server-<kind>-revoked, DER."""
        return self.folder / "csms" / f"csms-intermediate-{kind}.crl.der"

    def file(self, name):
        """Return the path of any file, such as manufacturer/sample-firmware.bin."""
        return self.folder / name
