"""Any order of records, deliveries and power cuts: nothing owed is lost, nothing broken shows."""

import binascii

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chargecore.base.checksum import crc16
from chargecore.base.codes import E_FULL
from chargecore.store import records
from chargecore.store.records import Record
from fakes.flash import TEARS, PowerCut
from fakes.outbox_world import OutboxWorld

CONNECTORS = 3
MAY_REPEAT = 8  # samples that may be sent twice after a cut
_PARTS = 8

_CONNECTOR = st.integers(1, CONNECTORS)
_CUT = st.tuples(st.just("cut"), st.integers(0, 30), st.integers(0, TEARS - 1))
_ACTION = st.one_of(
    st.tuples(st.just("start"), _CONNECTOR, st.just(0)),
    st.tuples(st.just("sample"), _CONNECTOR, st.integers(5, 25)),
    st.tuples(st.just("stop"), _CONNECTOR, st.just(0)),
    st.tuples(st.just("session"), _CONNECTOR, st.integers(0, 30)),
    st.tuples(st.just("deliver"), st.integers(1, 30), st.just(0)),
    st.tuples(st.just("refuse"), st.integers(1, 4), st.just(0)),
    st.tuples(st.just("tidy"), st.just(0), st.just(0)),
    _CUT,
    _CUT,
    st.tuples(st.just("boot"), st.just(0), st.just(0)),
    st.tuples(st.just("flash"), st.integers(0, 1), st.just(0)),
)


class Model:
    """What a station did and what a server saw, kept apart from the firmware."""

    def __init__(self):
        self.world = OutboxWorld(block_count=5, block_size=1024)
        self.world.config.transaction_message_attempts = 2
        self.tried = {}  # number -> every image that was handed over under it
        self.kept = {}  # number -> image, append returned it
        self.running = {}  # connector -> transaction number
        self.edges = set()  # numbers that must not be thinned: start, stop, first, last sample
        self.first_sample = {}  # connector -> number of the first sample of the running session
        self.last_sample = {}  # connector -> number of the newest sample of the running session
        self.seen = []  # numbers in the order in which the server processed them
        self.unsure = set()  # numbers the server has, while nobody knows whether flash does
        self.given = {}  # transaction -> ids the server gave it
        self.parked = set()
        self.next_id = 0
        self.second_cut = None  # (operation, tear) of the mount at which the power fails again
        self.mount_operations = 0  # that the mount after the first cut took

    # ---- actions ----

    def run(self, actions):
        """Do them; a cut that falls due inside one is followed by a boot."""
        for name, a, b in actions:
            try:
                getattr(self, "do_" + name)(a, b)
            except PowerCut:
                self.reboot()

    def do_start(self, connector, _):
        """Begin a session, unless one runs."""
        if connector not in self.running:
            tx = self.world.outbox.next_tx_number()
            if self._append(self.world.record(records.REC_START, connector, tx, 100)) > 0:
                self.running[connector] = tx
                self.last_sample.pop(connector, None)

    def do_sample(self, connector, count):
        """Take samples of the session, if one runs."""
        for n in range(count):
            if connector not in self.running:
                return
            record = self.world.record(records.REC_METER, connector, self.running[connector], n)
            flags = records.METER_FLAG_SEND | records.METER_FLAG_DATA
            record.put_u8(records.METER_FLAGS, flags)
            seq = self._append(record)
            if seq > 0:
                before = self.last_sample.get(connector)
                if before is not None and before != self.first_sample[connector]:
                    self.edges.discard(before)
                if before is None:
                    self.first_sample[connector] = seq
                self.last_sample[connector] = seq

    def do_stop(self, connector, _):
        """End the session, if one runs. It must not be refused for want of room."""
        if connector in self.running:
            record = self.world.record(records.REC_STOP, connector, self.running[connector], 200)
            code = self._append(record)
            assert code != E_FULL or self.world.flash.is_refusing
            if code > 0:
                del self.running[connector]

    def do_session(self, connector, count):
        """Run a whole session."""
        self.do_start(connector, 0)
        self.do_sample(connector, count)
        self.do_stop(connector, 0)

    def do_tidy(self, *_):
        """Nobody charges: give back what is done with."""
        self.world.outbox.tidy()

    def do_deliver(self, count, _):
        """Let the server process some messages."""
        outbox = self.world.outbox
        for _n in range(count):
            if self.world.flash.is_refusing or not self.world.next_kind():
                self.world.pass_ms(1_000_000)
                return
            self._check_loaded()
            self.seen.append(outbox.seq)
            self.unsure.add(outbox.seq)
            if outbox.kind == records.REC_START:
                self.next_id += 1
                self.given.setdefault(outbox.tx, set()).add(self.next_id)
                outbox.set_transaction_id(outbox.tx, self.next_id)
            seq = outbox.seq
            outbox.accepted()
            self.unsure.discard(seq)

    def do_refuse(self, count, _):
        """Let the server refuse messages; each is parked the second time."""
        for _n in range(count):
            self.world.pass_ms(1_000_000)
            self._refuse_next()

    def _refuse_next(self):
        if not self.world.flash.is_refusing and self.world.next_kind():
            before = self.world.outbox.parked
            seq = self.world.outbox.seq
            try:
                self.world.refuse()
            finally:
                if self.world.outbox.parked > before:
                    self.parked.add(seq)

    def do_cut(self, after, tear):
        """Plan a cut."""
        self.world.flash.cut(after, tear)

    def do_flash(self, is_refusing, _):
        """Let flash refuse everything from now on, or work again; the server is away meanwhile."""
        self.world.flash.is_refusing = is_refusing == 1

    def do_boot(self, *_):
        """Switch off and on."""
        self.reboot()

    def _append(self, record):
        image = bytes(record.buf)
        number = self.world.journal.next_seq
        self.tried.setdefault(number, []).append(_facts(image))
        # Behind a record of the boot time, should one be due.
        self.tried.setdefault(number + 1, []).append(_facts(image))
        seq = self.world.outbox.append(record.buf)
        if seq > 0:
            self.kept[seq] = _facts(bytes(record.buf))
            self.edges.add(seq)
        else:  # refused: it must never be seen
            self.tried[number].pop()
            self.tried[number + 1].pop()
        return seq

    # ---- checks ----

    def reboot(self):
        """Boot, twice: the same flash must give the same verdict."""
        self._boot_through_cuts()
        first = self._verdict()
        self.world.boot()
        assert self._verdict() == first
        self._check_contents()
        self._sessions_after_boot()

    def _boot_through_cuts(self):
        self.world.flash.restore()
        self.world.flash.is_refusing = False
        if self.second_cut is not None:
            self.world.flash.cut(*self.second_cut)
            self.second_cut = None
        before = self._operations()
        while True:
            try:
                self.world.boot()
                break
            except PowerCut:
                self.world.flash.restore()
        self.world.flash.restore()
        self.mount_operations = self.mount_operations or self._operations() - before

    def _operations(self):
        return self.world.flash.programs + self.world.flash.erases

    def _verdict(self):
        outbox = self.world.outbox
        found = self.world.numbers()
        sessions = outbox.sessions
        return (found, outbox.pending, self.world.journal.next_seq, list(sessions.open_tx))

    def _check_contents(self):
        """All that is owed is there as it was written, and nothing that never was."""
        scan = Record()
        found = self.world.numbers()
        assert found == sorted(set(found))
        for seq in found:
            assert self.world.journal.read(seq, scan) == 0
            if scan.u8(0) <= records.REC_STOP:
                assert _facts(bytes(scan.buf)) in self.tried[seq]
            if scan.u8(0) == records.REC_METER and seq not in self.kept:
                self._adopt(scan, seq)
        done = set(self.seen) | self.parked
        lost = self.edges - set(found) - done
        assert not lost, f"lost {lost}"

    def _adopt(self, record, seq):
        """A sample that was cut is whole all the same: it may now be the last of its session."""
        self.kept[seq] = _facts(bytes(record.buf))
        connector = record.u8(records.OFF_CONNECTOR)
        before = self.last_sample.get(connector)
        if self.running.get(connector) != record.u32(records.OFF_TX) or before is None:
            return
        if before != self.first_sample[connector]:
            self.edges.discard(before)
        self.edges.add(seq)

    def _sessions_after_boot(self):
        """End what ran, as Recovery does: with a stop, or the next start could not tell."""
        self.running.clear()
        self.last_sample.clear()
        connector = self.world.outbox.find_open(0)
        while connector >= 0:
            assert self.world.outbox.load_open(connector) == 0
            self.running[connector] = self.world.outbox.open.tx
            connector = self.world.outbox.find_open(connector + 1)
        for connector in list(self.running):
            self.do_stop(connector, 0)

    def _check_loaded(self):
        outbox = self.world.outbox
        facts = _facts(bytes(outbox.record.buf))
        assert facts in self.tried[outbox.seq]
        if self.seen and outbox.seq <= max(self.seen):
            is_sample = outbox.kind == records.REC_METER
            # Again after a cut: of starts and stops only the one that was being noted.
            again = sorted(set(self.seen))[-MAY_REPEAT:] if is_sample else self.unsure
            assert outbox.seq in again
        if outbox.kind == records.REC_STOP and outbox.tx in self.given:
            if outbox.tx_id_known:
                assert outbox.transaction_id in self.given[outbox.tx]

    def finish(self):
        """Deliver everything and compare."""
        self.world.flash.restore()
        self.world.flash.is_refusing = False
        for _ in range(400):
            if not self.world.outbox.pending:
                break
            self.do_deliver(12, 0)
        assert self.world.outbox.pending == 0
        done = set(self.seen) | self.parked
        assert not self.edges - done, f"never sent {self.edges - done}"
        assert self.world.flash.overwrites == 0


@pytest.fixture(autouse=True)
def _fast_checksum(monkeypatch):
    """The viper loop is slow on CPython; the library's CRC has the same polynomial."""
    assert binascii.crc_hqx(b"123456789", 0xFFFF) == crc16(b"123456789", 0, 9)
    monkeypatch.setattr(
        records,
        "crc16",
        lambda buf, start, end: binascii.crc_hqx(memoryview(buf)[start:end], 0xFFFF),
    )


def _facts(image):
    """Return what must come back: all but number, delivery number and checksum."""
    return image[:4] + image[8:54]


def _histories(count, length_max):
    """Return a decorator: run a test of (sessions_before, actions) on that many histories."""

    def decorate(test):
        with_actions = given(
            sessions_before=st.integers(0, 9),
            actions=st.lists(_ACTION, min_size=3, max_size=length_max),
        )
        limits = settings(
            max_examples=count,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
        )
        return limits(with_actions(test))

    return decorate


def _check(sessions_before, actions):
    model = Model()
    for n in range(sessions_before):
        model.do_session(n % CONNECTORS + 1, 6)

    model.run(actions)
    model.finish()


@_histories(400, 40)
def test_loses_nothing_owed_in_long_histories(sessions_before, actions):
    _check(sessions_before, actions)


# 10,000 in all, in parts that run on different cores.
@pytest.mark.parametrize("part", range(_PARTS))
@_histories(10_000 // _PARTS, 12)
def test_loses_nothing_owed_when_the_power_is_cut_anywhere(part, sessions_before, actions):
    _check(sessions_before, actions)


# Fills the journal, thins it, delivers half, tidies, parks, and fills it again.
_WORKLOAD = (
    ("session", 1, 20),
    ("start", 2, 0),
    ("sample", 2, 9),
    ("session", 1, 20),
    ("sample", 2, 9),
    ("session", 3, 20),
    ("deliver", 12, 0),
    ("session", 1, 12),
    ("stop", 2, 0),
    ("refuse", 3, 0),
    ("deliver", 25, 0),
    ("tidy", 0, 0),
    ("session", 3, 25),
)


def _operations():
    """Return how many flash operations the workload takes, and that it compacts and thins."""
    model = Model()
    model.run(_WORKLOAD)
    flash = model.world.flash
    assert model.world.outbox.compactor.thinned > 0 and flash.erases > 4
    count = flash.programs + flash.erases
    model.finish()
    return count


@pytest.mark.parametrize("tear", range(TEARS))
def test_loses_nothing_owed_when_the_power_is_cut_at_every_operation_in_turn(tear):
    """And, where the mount after it writes, again at every operation of that mount."""
    seconds = 0
    for operation in range(_operations()):
        for second in range(_run_with_cuts(operation, tear)):
            for second_tear in range(TEARS):
                _run_with_cuts(operation, tear, (second, second_tear))
                seconds += 1

    assert seconds > 10


def _run_with_cuts(operation, tear, second_cut=None):
    """Return how many operations the mount after the first cut took."""
    model = Model()
    model.world.flash.cut(operation, tear)
    model.second_cut = second_cut

    model.run(_WORKLOAD)
    model.finish()
    return model.mount_operations
