"""A firmware of a few lines: two versions of it differ in some modules, and in the board's own."""

import shutil
from pathlib import Path

from chargecore_tools.deploy.application import application_of
from chargecore_tools.deploy.board_copies import read_copies
from chargecore_tools.deploy.deployment import Deployment
from chargecore_tools.deploy.plan import plan_of, require_room
from chargecore_tools.device.link import BoardLink
from chargecore_tools.device.target import target_of
from stand_in.machine_code import board_folder

_FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
_SAME = "def same():\n    return {!r}\n"


class SmallFirmware:
    """Prints `app: N board: N` when it runs. board: another board.py with every version."""

    def __init__(self, folder, has_own_board=True):
        self.folder = folder
        self.board = board_folder(folder)
        self._has_own_board = has_own_board
        for path in self.board.glob("*.py"):
            path.unlink()
        self._firmware = folder / "firmware"
        (self._firmware / "chargecore" / "base").mkdir(parents=True)
        for name in ("boot.py", "boot_slot.py"):
            shutil.copy(_FIRMWARE / name, self._firmware / name)

    def application(self, number):
        """Return version 1, 2, ... of it."""
        base = self._firmware / "chargecore" / "base"
        (self._firmware / "main.py").write_text(
            "import board\nfrom chargecore.base.number import NUMBER\n"
            "from chargecore.base.same import same\n"
            "print('app:', NUMBER, 'board:', board.NUMBER, len(same()))\n"
        )
        (base / "number.py").write_text(f"NUMBER = {number}\n")
        (base / "same.py").write_text(_SAME.format("text " * 400))
        (base / f"only_{number}.py").write_text("X = 1\n")
        (base / f"only_{number - 1}.py").unlink(missing_ok=True)
        board = number if self._has_own_board else 1
        (self.board / "board.py").write_text(
            f"NUMBER = {board}\nslots_root = '/app'\n"
            "def set_safe_levels():\n    print('board: outputs safe')\n"
            "def watch_trial():\n    pass\n"
        )
        target = target_of(str(self.board))
        return application_of(target, version=str(number), firmware=self._firmware)

    def deploy(self, port, number, restart=True):
        """Deploy a version. Return the Plan that was carried out. Errors: DeviceError."""
        application = self.application(number)
        with BoardLink(port) as link:
            link.stop()
            facts = link.facts()
            facts.require(target_of(str(self.board)))
            copies = read_copies(link, ["/" + path for path in application.root])
            plan = plan_of(application, copies)
            require_room(plan, application, copies, facts)
            Deployment(link, plan, application, copies, lambda count: None).run()
            link.restarts = restart
        return plan
