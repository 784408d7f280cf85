"""Deployment: carries a Plan out, so that the supply may fail at any moment.

The copy that runs is not touched. The other one counts only with its manifest, which is taken away
first and given back last. What lies outside both is written beside (`.new`); then one rename puts
a boot.py there that finishes all other renames, the choice of the copy included, at whichever boot
comes next. So the board boots either all of the old or all of the new.
"""

from chargecore_tools.deploy.board_copies import ROOT

# Takes the place of boot.py for the moment of the change. It must not need anything.
_MOVER = """import os
for name in {names!r}:
    try:
        os.rename(name + ".new", name)
    except OSError:
        pass  # moved at an earlier boot
os.rename("/boot.py.new", "/boot.py")
with open("/boot.py") as file:
    code = file.read()
exec(code)
"""


class Deployment:
    """on_bytes(count) hears of every byte that went through the cable."""

    def __init__(self, link, plan, application, copies, on_bytes):
        self._link = link
        self._plan = plan
        self._application = application
        self._copies = copies
        self._on_bytes = on_bytes

    def run(self):
        """Do all of it. Errors: DeviceError; the board then boots what it booted before."""
        if self._plan.is_copy_needed:
            self._write_copy()
        if self._plan.root:
            self._change_root()
        elif self._plan.marks:
            self._link.exec(f"cc_make({ROOT + '/slot'!r})")
            self._link.replace(ROOT + "/slot", self._slot())

    def _slot(self):
        return self._plan.marks.encode() + b"\n"

    def _write_copy(self):
        link, plan = self._link, self._plan
        folder = f"{ROOT}/{plan.letter}/"
        other = f"{ROOT}/{'b' if plan.letter == 'a' else 'a'}/"
        link.remove([folder + "manifest", folder + "manifest.new"])
        link.remove([folder + path for path in plan.drop])
        for path in plan.move:
            digest = self._copies.sums[other[-2]][path][1]
            link.copy(other + path, folder + path, digest)
        for path, data in plan.send.items():
            link.write(folder + path, data, self._on_bytes)
        link.exec(f"cc_tidy({folder[:-1]!r})")
        link.replace(folder + "manifest", self._application.manifest)

    def _change_root(self):
        """Write everything beside, then change all of it with the rename of boot.py."""
        link, root = self._link, dict(self._plan.root)
        boot = root.pop("boot.py", None) or self._application.root["boot.py"]
        names = ["/" + path for path in sorted(root)]
        for path, data in root.items():
            link.write(f"/{path}.new", data, self._on_bytes)
        if self._plan.marks:
            link.write(ROOT + "/slot.new", self._slot())
            names.append(ROOT + "/slot")
        link.write("/boot.py.new", boot, self._on_bytes if "boot.py" in self._plan.root else None)
        link.write("/boot.mover", _MOVER.format(names=names).encode())
        link.exec("os.rename('/boot.mover', '/boot.py')")
        for name in names:
            link.exec(f"os.rename({name + '.new'!r}, {name!r})")
        link.exec("os.rename('/boot.py.new', '/boot.py')")
