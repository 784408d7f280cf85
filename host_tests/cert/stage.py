"""Stage: a lab with a scripted station, on which a test plays a case of a few lines."""

import itertools
import textwrap

from cert.scripted_station import ScriptedRig, ScriptedStation
from chargecore_tools.cert import campaign
from chargecore_tools.cert.case_loader import CaseBook
from chargecore_tools.cert.case_run import CaseRun
from chargecore_tools.cert.foreign_site import ForeignSite
from chargecore_tools.cert.lab import Lab
from chargecore_tools.cert.lab_clock import WallClock
from chargecore_tools.cert.lab_settings import LabSettings

SPEED = 20
_HEAD = "id: {id}\ntitle: a case\nprofile: Core\nsource: test\n"


class Stage:
    """folder: for the case files. Times are those of the lab: SPEED of them pass in a second."""

    def __init__(self, folder):
        self._folder = folder
        self._numbers = itertools.count(1)
        self.rig = ScriptedRig()
        self.settings = LabSettings(
            speed=float(SPEED), message_timeout_s=10, long_timeout_s=10, time_deviation_s=4
        )
        self.lab = Lab(self.settings, self.rig, WallClock(SPEED))
        url = self.lab.start()
        self.station = ScriptedStation(url)
        self.station.send("BootNotification", chargePointVendor="v", chargePointModel="m")
        for connector in (0, 1, 2):
            self.station.status(connector, "Available")
        self.lab.wait_station(5)

    def reset(self):
        """Let station and rig be as new."""
        self.rig.on.clear()
        self.rig.acts.clear()
        self.station.answers.clear()
        self.station.asked.clear()
        self.station.answered.clear()
        self.lab.is_unclean = ""
        self.lab.hands.undo()
        self.lab.reset_server()

    def book(self, text, states=()):
        """Return a CaseBook with one case, its head put before the text, and some states."""
        case_id = f"TC_{next(self._numbers)}"
        folder = self._folder / case_id
        (folder / "core").mkdir(parents=True)
        (folder / "states").mkdir()
        body = _HEAD.format(id=case_id) + textwrap.dedent(text)
        (folder / "core" / f"{case_id}.yaml").write_text(body)
        for name, state in dict(states).items():
            body = f"state: {name}\ntitle: a state\n" + textwrap.dedent(state)
            (folder / "states" / f"{name}.yaml").write_text(body)
        return CaseBook(folder)

    def play(self, text, states=()):
        """Play a case. Return its Result."""
        book = self.book(text, states)
        (case,) = book.cases.values()
        return CaseRun(self.lab, book, case).play()

    def play_and_clean(self, text):
        """Play a case if it applies, and clean up behind it. Return its Result."""
        book = self.book(text)
        (case,) = book.cases.values()
        return campaign.play(ForeignSite(self.lab), book, case)

    def close(self):
        """End it."""
        self.station.close()
        self.lab.close()
