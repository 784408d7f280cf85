"""Memory: what the station's software keeps over a power cut: plain JSON values by name."""

import json


class Memory:
    """`path`: file that holds it over the end of the process, too; None keeps it in here."""

    def __init__(self, path=None):
        self._path = path
        self._values = {}
        if path is not None and path.exists():
            self._values = json.loads(path.read_text(encoding="utf-8"))

    def section(self, name, empty):
        """Return the value of that name, `empty` when there is none yet. Change it, then save."""
        return self._values.setdefault(name, empty)

    def set(self, name, value):
        """Replace a value and save."""
        self._values[name] = value
        self.save()

    def save(self):
        """Write all of it down."""
        if self._path is not None:
            text = json.dumps(self._values)
            new = self._path.with_suffix(".new")
            new.write_text(text, encoding="utf-8")
            new.replace(self._path)
