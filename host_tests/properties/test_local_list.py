"""The local list against a dict: any Full and Differential updates, duplicates, restarts."""

import string
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.store.list_file import PARENT, PARENT_LEN, STATUS, TAG_LEN, get_expiry
from fakes.core_world import Flash, tag
from fakes.ocpp16_world import Ocpp16World

_LIST_MAX = 6
_MESSAGE_MAX = 4
_PRESETS = {"LocalAuthListMaxLength": str(_LIST_MAX), "SendLocalListMaxLength": str(_MESSAGE_MAX)}
_STATUSES = ("Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx")

_TAGS = st.one_of(
    st.sampled_from(
        ["a", "A", "b", "B", "aa", "AA", "ab", "c", "D" * 20, "\u00e4\u00c4", "[", "_", "0"]
    ),
    st.text(string.ascii_letters, min_size=1, max_size=2),
)
_INFOS = st.fixed_dictionaries(
    {"status": st.sampled_from(_STATUSES)},
    optional={
        "expiryDate": st.sampled_from(["2024-01-01T00:00:07Z", "2030-01-01T00:00:00.5+02:00"]),
        "parentIdTag": st.sampled_from(["", "FAMILY", "p" * 20]),
    },
)
_WALL_S = {None: -1, "2024-01-01T00:00:07Z": 7, "2030-01-01T00:00:00.5+02:00": 189_388_800 - 7200}
_ENTRIES = st.lists(
    st.fixed_dictionaries({"idTag": _TAGS}, optional={"idTagInfo": _INFOS}),
    max_size=_MESSAGE_MAX + 1,
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["Full", "Differential"]), st.integers(-1, 6), _ENTRIES),
        st.just(("restart", 0, [])),
        st.just(("switch", 0, [])),
    ),
    max_size=12,
)


class Model:
    """The same in plain Python."""

    def __init__(self):
        self.rows = {}
        self.sent_version = 0
        self.is_on = True

    @property
    def version(self):
        if not self.is_on:
            return -1
        return self.sent_version if self.rows else 0

    def update(self, kind, version, entries):
        """Return the answer."""
        if version < 1:
            return "PropertyConstraintViolation"
        if len(entries) > _MESSAGE_MAX:
            return "OccurenceConstraintViolation"
        if kind == "Full" and not all("idTagInfo" in entry for entry in entries):
            return "OccurenceConstraintViolation"
        if not self.is_on:
            return "NotSupported"
        if kind == "Differential" and version <= self.version:
            return "VersionMismatch"
        rows = {} if kind == "Full" else dict(self.rows)
        for entry in entries:
            key = _lower(entry["idTag"])
            rows.pop(key, None)
            if "idTagInfo" in entry:
                rows[key] = _row(entry)
        if len(rows) > _LIST_MAX:
            return "Failed"
        self.rows = rows
        self.sent_version = version
        return "Accepted"


def _lower(text):
    """Return the key of a tag: only ASCII letters have no case (OCPP 1.6 §3.9)."""
    return text.encode().lower()


def _row(entry):
    info = entry["idTagInfo"]
    status = _STATUSES.index(info["status"])
    return (entry["idTag"], status, _WALL_S[info.get("expiryDate")], info.get("parentIdTag", ""))


def _listed(world):
    """Return what the file holds, in its order."""
    file = world.authorizer.local_list._file
    buf = bytearray(48)
    rows = []
    for number in range(file.count):
        file.read(number, buf)
        text = bytes(buf[: buf[TAG_LEN]]).decode()
        parent = bytes(buf[PARENT : PARENT + buf[PARENT_LEN]]).decode()
        rows.append((text, buf[STATUS], get_expiry(buf), parent))
    return rows


class Station:
    """A world that can be restarted on its flash."""

    def __init__(self, folder):
        self.flash = Flash(folder)
        self.world = None
        self.start()

    def start(self):
        self.stop()
        self.world = Ocpp16World(flash=self.flash, presets=_PRESETS).boot(500)

    def stop(self):
        file = self.world and self.world.authorizer.local_list._file._file
        if file:
            file.close()

    def send(self, kind, version, entries):
        payload = {"listVersion": version, "updateType": kind}
        if entries:
            payload["localAuthorizationList"] = entries
        answer = self.world.ask("SendLocalList", payload, 200)
        return answer["status"] if isinstance(answer, dict) else answer


@settings(max_examples=400)
@given(_STEPS)
def test_holds_what_a_dict_holds_and_answers_as_the_rules_say(steps):
    with tempfile.TemporaryDirectory() as folder:
        station = Station(folder)
        model = Model()
        for kind, version, entries in steps:
            if kind == "restart":
                station.start()
            elif kind == "switch":
                model.is_on = not model.is_on
                station.world.set("LocalAuthListEnabled", str(model.is_on).lower())
            else:
                wanted = model.update(kind, version, entries)
                assert station.send(kind, version, entries) == wanted
            _check(station.world, model)
        station.stop()


def _check(world, model):
    rows = [model.rows[key] for key in sorted(model.rows)]
    assert _listed(world) == rows
    assert world.ask("GetLocalListVersion", None, 100)["listVersion"] == model.version
    local_list = world.authorizer.local_list
    for text in ("a", "AB", "d" * 20, "\u00e4\u00c4", "zz"):
        row = model.rows.get(_lower(text)) if model.is_on else None
        found = local_list._find(tag(text))
        assert found == (row is not None)
