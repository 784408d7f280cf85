"""What is read from a station at the beginning of a run, also from one that answers badly."""

from chargecore_tools.cert.lab_settings import LabSettings
from chargecore_tools.cert.readout import Readout
from chargecore_tools.csms.errors import WrongAnswerError
from chargecore_tools.csms.events import RESULT, Frame
from chargecore_tools.csms.history import History
from chargecore_tools.csms.station import Station


class BadServer:
    """Has got an answer that breaks the schema."""

    def __init__(self, payload):
        self.history = History()
        self.history(Frame("CP01", True, RESULT, "GetConfiguration", "1", payload, ""))

    def call(self, *_call):
        """Refuse the answer, as the server does."""
        raise WrongAnswerError("FormationViolation")

    def station(self, station_id):
        """Return a station that has told nothing else."""
        return Station(station_id)


def read(payload):
    readout = Readout(LabSettings())
    readout.read(BadServer(payload), "CP01")
    return readout


def test_reads_what_it_can_of_an_answer_that_breaks_the_schema():
    rows = [
        {"key": "NumberOfConnectors", "readonly": True, "value": 2, "extra": 1},
        {"key": "HeartbeatInterval", "readonly": False},
        {"value": "no key"},
        "no row",
    ]

    readout = read({"configurationKey": rows, "note": "ours"})

    assert readout.connectors == 2
    assert readout.configuration["HeartbeatInterval"] == {"value": "", "readonly": False}
    assert len(readout.configuration) == 2


def test_an_answer_that_is_no_object_tells_nothing():
    readout = read([1])

    assert readout.configuration == {}
    assert readout.profiles == ("Core",)
