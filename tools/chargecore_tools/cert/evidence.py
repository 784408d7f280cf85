"""Evidence: every artefact that lies in the folder, and why one that should is of no use."""

import datetime
import functools
from pathlib import Path

from chargecore_tools.cert import documents
from chargecore_tools.cert.agreement import disagreements
from chargecore_tools.cert.artefact_error import ArtefactError
from chargecore_tools.cert.freeze.cli import BOARD
from chargecore_tools.cert.freeze.frozen import FREEZE, read_freeze
from chargecore_tools.cert.lab_pki.cli import PKI
from chargecore_tools.cert.pics.pics import PICS, read_pics
from chargecore_tools.cert.pics.product_file import PRODUCT, read_product
from chargecore_tools.cert.report_file import REPORT, read_report
from chargecore_tools.cert.snapshot.cli import BEHAVIOUR
from chargecore_tools.cert.snapshot.snapshot import SNAPSHOT, read_snapshot
from chargecore_tools.pki import Pki, PkiError

SOAK = "soak.json"
_MEASURED = "chargecore cert snapshot --verify"
_COMPARED = "chargecore cert freeze --verify --board NAME"
FILES = {  # name of the attribute: the file that there has to be
    "product": PRODUCT,
    "report": REPORT,
    "snapshot": SNAPSHOT,
    "behaviour": BEHAVIOUR,
    "freeze": FREEZE,
    "pics": PICS,
    "pki": PKI,
    "soak": SOAK,
    "board": BOARD,
}


class Evidence:
    """Each artefact by name: its facts, None where `faults[name]` says what is wrong with it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.faults = {}
        self.product = self._read("product", lambda path: read_product(path))
        report = self._read("report", read_report)
        self.report, self.report_sha256 = report or (None, None)
        self.snapshot = self._read("snapshot", lambda _path: read_snapshot(self.folder))
        self.behaviour = self._read(
            "behaviour", lambda path: documents.read(path, "behaviour", _MEASURED)
        )
        self.freeze = self._read("freeze", lambda _path: read_freeze(self.folder))
        self.pics = self._read("pics", lambda _path: read_pics(self.folder))
        self.pki = self._read("pki", Pki)
        self.soak = self._read("soak", _soak)
        self.board = self._read("board", lambda path: documents.read(path, "board", _COMPARED))

    @functools.cached_property
    def disagreements(self):
        """Return where two of them say different things, in words."""
        return disagreements(self, datetime.datetime.now(datetime.timezone.utc))

    @property
    def is_rehearsal(self):
        """Return whether the report is of a simulator, or what it holds is the simulator's."""
        is_simulated = self.freeze is not None and self.freeze["target"] == "host"
        report = self.report
        if report is None:
            return is_simulated
        has_sim_rig = report.get("rig") == "simulator"
        return is_simulated or has_sim_rig or report["settings"].get("speed", 1) != 1

    def _read(self, name, reader):
        path = self.folder / FILES[name]
        if not path.exists():
            self.faults[name] = f"{FILES[name]}: is not there"
            return None
        try:
            return reader(path)
        except (ArtefactError, PkiError) as error:
            self.faults[name] = str(error).replace(f"{self.folder}/", "")
            return None


def _soak(path):
    """Return what `chargecore soak --json` printed."""
    facts = documents.parse(path, documents.data_of(path))
    if not isinstance(facts, dict) or not isinstance(facts.get("ok"), bool):
        raise ArtefactError(f"{path}: not what chargecore soak --json prints")
    return facts
