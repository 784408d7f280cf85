"""Reservations against a simple model: any calls, cards, cables, faults, cuts, and time."""

from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.ocpp16.words import STATUS
from chargecore.safety.faults import FAULT_GROUND
from chargecore.station.statuses import FAULTED, FINISHING, RESERVED, is_allowed
from fakes.core_world import Flash
from fakes.ocpp16_world import Ocpp16World

_CONNECTORS = 2
_FAMILY = ("A", "B")
_EPOCH = datetime(2024, 1, 1, tzinfo=timezone.utc)
_BEGIN = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)

_TAGS = st.sampled_from(["A", "B", "C"])
_CONNECTOR = st.integers(1, _CONNECTORS)
_OPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("reserve"),
            st.integers(0, _CONNECTORS),
            st.sampled_from([-7, 0x7FFFFFFF]),
            _TAGS,
            st.booleans(),
            st.sampled_from([-5, 30, 600, 600]),
        ),
        st.tuples(st.just("cancel"), st.sampled_from([-7, 0x7FFFFFFF])),
        st.tuples(st.just("swipe"), _TAGS, st.integers(0, _CONNECTORS)),
        st.tuples(st.just("swipe"), _TAGS, st.just(0)),
        st.tuples(st.just("plug"), _CONNECTOR),
        st.tuples(st.just("plug"), _CONNECTOR),
        st.tuples(st.just("remote"), _TAGS, st.integers(0, _CONNECTORS)),
        st.tuples(st.just("plug"), _CONNECTOR),
        st.tuples(st.just("unplug"), _CONNECTOR),
        st.tuples(st.just("wait"), st.sampled_from([5, 40, 100])),
        st.tuples(st.just("fault"), _CONNECTOR, st.booleans()),
        st.tuples(st.just("cut")),
    ),
    min_size=8,
    max_size=40,
)


def _iso(moment):
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class _Model:
    """What must be in force: {id: (connector, tag, is_family, end in wall seconds)}."""

    def __init__(self):
        self.flash = Flash()
        self.boots = 0
        self.now = _BEGIN
        self.kept = {}
        self.is_short = False  # a fault has taken a connector that was kept
        self.told = {}  # status by connector, as the server knows it
        self._boot()

    def _boot(self):
        self.boots += 1
        station = {"connectors": _CONNECTORS, "cable": "tethered"}
        self.world = Ocpp16World(station, self.flash, self.boots)
        boot = {"status": "Accepted", "currentTime": _iso(self.now), "interval": 100_000}
        self.world.answers["BootNotification"] = boot
        self.world.open()
        self.run(3000)
        self.told = {}

    def run(self, duration_ms, step_ms=50):
        self.world.run_ms(duration_ms, step_ms)
        wall_s = self.world.clock.wall_s()
        if wall_s > 0:
            self.now = _EPOCH + timedelta(seconds=wall_s)

    def settle(self):
        """Let everything follow, then take from the model what has ended by itself."""
        self.run(600)
        wall_s = self.world.clock.wall_s()
        for key in [key for key, row in self.kept.items() if row[3] <= wall_s]:
            del self.kept[key]
        for key, row in list(self.kept.items()):
            if row[0] and self.world.controllers[row[0] - 1].fault:
                del self.kept[key]

    def fits(self, row, tag):
        return row[1] == tag or (row[2] and tag in _FAMILY)

    # ---- operations ----

    def reserve(self, connector, key, tag, is_family, lasts_s):
        before = dict(self.kept)
        end = self.world.clock.wall_s() + lasts_s
        fields = {"parentIdTag": "FAMILY"} if is_family else {}
        moment = _EPOCH + timedelta(seconds=end)
        answer = self.world.status_of(
            "ReserveNow",
            connectorId=connector,
            expiryDate=_iso(moment),
            idTag=tag,
            reservationId=key,
            **fields,
        )
        assert (answer == "Rejected") == (lasts_s < 0), answer
        if answer == "Accepted":
            self.kept[key] = (connector, tag, is_family, end)
            owners = [row[0] for row in self.kept.values() if row[0]]
            assert len(owners) == len(set(owners))
        else:
            assert self.kept == before

    def cancel(self, key):
        answer = self.world.status_of("CancelReservation", reservationId=key)
        assert (answer == "Accepted") == (key in self.kept)
        self.kept.pop(key, None)

    def _vouch(self, tag):
        info = {"status": "Accepted"}
        if tag in _FAMILY:
            info["parentIdTag"] = "FAMILY"
        self.world.answers["Authorize"] = {"idTagInfo": info}

    def swipe(self, tag, hint):
        self._vouch(tag)
        self.world.swipe(tag, connector=hint)

    def remote(self, tag, connector):
        self._vouch(tag)
        fields = {"connectorId": connector} if connector else {}
        self.world.status_of("RemoteStartTransaction", idTag=tag, **fields)

    def plug(self, connector):
        self.world.controllers[connector - 1].plug()

    def unplug(self, connector):
        self.world.controllers[connector - 1].unplug()

    def wait(self, duration_s):
        self.run(duration_s * 1000, 500)

    def fault(self, connector, is_on):
        self.world.controllers[connector - 1].fault = FAULT_GROUND if is_on else 0

    def cut(self):
        self._boot()

    # ---- what must hold ----

    def check(self):
        for start in self.world.payloads("StartTransaction"):
            self._check_start(start)
        self._check_statuses()
        self._check_table()
        self._check_room()
        self.world.take_calls()

    def _check_start(self, start):
        connector, tag = start["connectorId"], start["idTag"]
        fitting = {
            key
            for key, row in self.kept.items()
            if row[0] in (0, connector) and self.fits(row, tag)
        }
        if "reservationId" in start:
            assert start["reservationId"] in fitting, (start, self.kept)
            del self.kept[start["reservationId"]]
        else:
            assert not any(row[0] == connector for row in self.kept.values()), start

    def _check_statuses(self):
        for row in self.world.payloads("StatusNotification"):
            if row["connectorId"]:
                before = self.told.get(row["connectorId"])
                self.told[row["connectorId"]] = row["status"]
                assert before is None or before == row["status"] or _is_allowed(before, row), row
        for connector in self.world.connectors:
            status = connector.status.status
            is_own = any(row[0] == connector.connector_id for row in self.kept.values())
            is_any = any(row[0] == 0 for row in self.kept.values())
            if status == RESERVED:
                assert is_own or is_any
            if is_own and connector.pending.length:
                tag = connector.pending.text()
                own = [row for row in self.kept.values() if row[0] == connector.connector_id]
                assert self.fits(own[0], tag), (tag, self.kept)
            elif is_own:
                assert status in (RESERVED, FINISHING, FAULTED), (status, self.kept)
            if not self.kept and not connector.controller.is_plugged:
                assert status != RESERVED

    def _check_table(self):
        table = self.world.station.reservations.table
        found = {}
        at = table.next(0)
        while at >= 0:
            found[table.id_at(at)] = table.connector_at(at)
            at = table.after(at)
        assert found == {key: row[0] for key, row in self.kept.items()}

    def _check_room(self):
        """Nobody may have taken the last connector from those who wait for any."""
        if any(controller.fault for controller in self.world.controllers):
            self.is_short = True  # what was kept is gone with the connector
        kept = self.world.station.reservations
        wanted = kept._wanted(-1)
        left = sum(
            connector.can_start() and kept._own(connector.connector_id, -1) < 0
            for connector in self.world.connectors
        )
        assert left >= wanted or self.is_short


def _is_allowed(before, row):
    words = list(STATUS)
    return is_allowed(words.index(before.encode()), words.index(row["status"].encode()))


@settings(max_examples=300, deadline=None)
@given(_OPS)
def test_keeps_what_was_accepted_and_nothing_else(ops):
    model = _Model()
    for name, *args in ops:
        model.settle()
        model.check()
        getattr(model, name)(*args)
        model.settle()
        model.check()
