"""Outbox and journal on the VM: micropython outbox_bench.py FOLDER.

On the host board's raw flash, 16 blocks of 4 KiB: how many sessions are kept offline, how many
erases a session takes, what a queued record takes of the heap, and how long a station with a full
journal needs from power-on to its first BootNotification. Prints `id value` lines.
"""

import gc
import sys
import time

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path[0:0] = [_ROOT + "/firmware", _ROOT, __file__.rsplit("/", 1)[0]]

import main as firmware  # noqa: E402  after the path is set, as all below
from bench_board import BenchBoard  # noqa: E402

from boards.host.sim_flash import SimFlash  # noqa: E402
from chargecore.base.clock import Clock  # noqa: E402
from chargecore.base.event_log import EventLog  # noqa: E402
from chargecore.station.config import StationConfig  # noqa: E402
from chargecore.store import records  # noqa: E402
from chargecore.store.journal import Journal  # noqa: E402
from chargecore.store.records import Record  # noqa: E402
from chargecore.wire.outbox import Outbox  # noqa: E402

_BLOCK_SIZE, _BLOCKS = 4096, 16
_SAMPLES = 30  # half an hour, a sample a minute
_ONLINE_SESSIONS = 200
_HEAP_RECORDS = 500
_WALL_S = 90_000_000
_STATION = {
    "id": "BENCH",
    "csms_url": "ws://127.0.0.1:9/ocpp",
    "vendor": "chargecore",
    "model": "bench",
    "serial": "1",
    "firmware_version": "0",
    "connectors": [{"meter": "simulated"}],
    "cable": "tethered",
    "max_current": 16,
    "phases": 3,
}


class OutboxStation:
    """Sessions as records, and a server that takes them."""

    def __init__(self, path):
        self.flash = SimFlash(path, _BLOCK_SIZE, _BLOCKS)
        self._clock = Clock(time.ticks_ms, 1)
        self._clock.set_wall(_WALL_S, 0, 1)
        events = EventLog(self._clock, 16)
        journal = Journal(self.flash, events)
        self.outbox = Outbox(journal, self._clock, events, StationConfig())
        self.outbox.start()
        self._record = Record()
        self._tx = 0

    def write(self, kind):
        """Append a record of the running session. Return its number or the E_ code."""
        record = self._record
        record.clear(kind, 1)
        record.stamp(1, self._clock.uptime_s, self._clock.wall_s())
        if kind == records.REC_START:
            self._tx = self.outbox.next_tx_number()
        elif kind == records.REC_METER:
            record.put_u8(records.METER_FLAGS, records.METER_FLAG_SEND | records.METER_FLAG_DATA)
        record.put_u32(records.OFF_TX, self._tx)
        return self.outbox.append(record.buf)

    def deliver(self):
        """Let the server take everything."""
        outbox = self.outbox
        while outbox.pending and outbox.load_next() == 0:
            if outbox.kind == records.REC_START:
                outbox.set_transaction_id(outbox.tx, outbox.tx)
            outbox.accepted()

    def online_session(self):
        """Charge while the server takes each message at once."""
        for kind in [records.REC_START] + [records.REC_METER] * _SAMPLES + [records.REC_STOP]:
            self.write(kind)
            self.deliver()
        self.outbox.tidy()


def _erases_online(path):
    station = OutboxStation(path)
    for _ in range(_ONLINE_SESSIONS):
        station.online_session()
    station.flash.close()
    return station.flash.erases / _ONLINE_SESSIONS


def _fill(path):
    """Return (sessions kept until a start was refused, erases per session on the way)."""
    station = OutboxStation(path)
    sessions = 0
    while station.write(records.REC_START) > 0:
        for _ in range(_SAMPLES):
            station.write(records.REC_METER)
        if station.write(records.REC_STOP) < 0:
            raise SystemExit("outbox_bench: a stop was refused")
        sessions += 1
    station.flash.close()
    return sessions, station.flash.erases / sessions


def _heap_per_record(path):
    station = OutboxStation(path)
    station.write(records.REC_START)
    gc.collect()
    gc.disable()
    before_b = gc.mem_alloc()
    for _ in range(_HEAP_RECORDS):
        station.write(records.REC_METER)
    grown_b = gc.mem_alloc() - before_b
    gc.enable()
    station.flash.close()
    return grown_b / _HEAP_RECORDS


def _until_told(board, took_ms):
    """Wait for the BootNotification: the script of the bench board."""
    took_ms.append(time.ticks_ms())
    for _ in range(3_000):
        if board.server.count(b"BootNotification"):
            took_ms.append(board.clock.elapsed_ms)
            return
        yield True
    raise SystemExit("outbox_bench: no BootNotification came")


def _boot(folder):
    """Return the ms from power-on to the first BootNotification.

    Real time until the scheduler starts, simulated time from then on: passes of 10 ms each.
    """
    gc.collect()
    began_ms = time.ticks_ms()
    board = BenchBoard(
        {"station": _STATION, "dns_servers": [], "speed_permille": 1_000, "state": folder}
    )
    took_ms = []
    board.script = _until_told(board, took_ms)
    board.begin_boot()
    firmware.run(board)
    board.close()
    return time.ticks_diff(took_ms[0], began_ms), took_ms[1]


def main():
    """Measure and print."""
    folder = sys.argv[1]
    online = _erases_online(folder + "/online.bin")
    sessions, offline = _fill(folder + "/journal.bin")
    print("outbox_sessions", sessions)
    print("erases_per_session", max(online, offline))
    print("# erases per session: online", online, "offline until full", offline)
    print("heap_queued_record", _heap_per_record(folder + "/heap.bin"))
    start_ms, poll_ms = _boot(folder)
    print("boot_notification_ms", start_ms + poll_ms)
    print("# until the scheduler starts", start_ms, "ms, then", poll_ms, "simulated ms")


main()
