"""The first boots of a build on a journal of the layout before, cut at every flash operation."""

import binascii

import pytest

from chargecore.store import records
from fakes.flash import TEARS, PowerCut
from fakes.journal_image import expected_of_layout_1, flash_of_layout_1, layout_of
from fakes.outbox_world import OutboxWorld

MAY_REPEAT = 8  # messages that may be sent twice after a cut


@pytest.fixture(autouse=True)
def _fast_checksum(monkeypatch):
    """The viper loop is slow on CPython; the library's CRC has the same polynomial."""
    monkeypatch.setattr(
        records,
        "crc16",
        lambda buf, start, end: binascii.crc_hqx(memoryview(buf)[start:end], 0xFFFF),
    )


class Station:
    """Fills the journal until it has to copy what the older build wrote, then delivers."""

    def __init__(self):
        self.flash = flash_of_layout_1()
        self.world = OutboxWorld(flash=self.flash)
        self.world.boots = 3  # as many as before, so that the next one is a new boot
        self.world.boot()
        self.seen = []

    def run(self):
        """Do all of it."""
        tx = self.world.outbox.sessions.open_tx[1]
        if tx:
            self.world.stop(tx, 1, 700)  # as Recovery does
        self.deliver(4)
        while not self.world.outbox.compactor.thinned:
            tx = self.world.start(2)
            for _ in range(6):
                self.world.sample(tx, 2)
            self.world.stop(tx, 2)
        self.deliver(12)
        self.world.outbox.tidy()
        self.deliver(1_000)

    def deliver(self, count):
        """Let the server take some messages."""
        while count and self.world.next_kind():
            outbox = self.world.outbox
            row = (outbox.seq, outbox.kind, outbox.tx, outbox.wall_s, outbox.transaction_id)
            self.seen.append(row)
            self.world.deliver()
            count -= 1

    def run_with_cut(self, operation, tear):
        """Do all of it, with a cut and a boot behind it."""
        self.flash.cut(operation, tear)
        try:
            self.run()
        except PowerCut:
            pass
        self.flash.restore()
        self.world.boot()
        self.run()


def _operations():
    station = Station()
    station.run()
    assert station.flash.erases > 2
    assert 1 not in [layout_of(station.flash, block) for block in range(6)]
    return station.flash.programs + station.flash.erases


@pytest.mark.parametrize("tear", range(TEARS))
def test_loses_nothing_the_older_build_owed_when_the_power_is_cut_anywhere(tear):
    expected = [
        (row["seq"], row["kind"], row["tx"], row["wall_s"])
        for row in expected_of_layout_1()["messages"]
    ]
    for operation in range(_operations()):
        station = Station()

        station.run_with_cut(operation, tear)

        first = {}
        for seq, kind, tx, wall_s, transaction_id in station.seen:
            first.setdefault(seq, (kind, tx, wall_s))
            if tx == 2:
                assert transaction_id == -77
        missing = [
            row
            for row in expected
            if first.get(row[0]) != row[1:] and not _is_sparable(row, expected)
        ]
        assert not missing, (operation, missing)
        assert list(first) == sorted(first)
        assert len(station.seen) - len(first) <= MAY_REPEAT


def _is_sparable(row, expected):
    """Return True for a sample in the middle of a session: it may be thinned out."""
    samples = [
        other for other in expected if other[1:3] == row[1:3] == (records.REC_METER, row[2])
    ]
    return row in samples[:-1]
