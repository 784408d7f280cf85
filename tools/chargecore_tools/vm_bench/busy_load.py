"""BusyLoad: what holds a station up most, as scheduler entries: TLS handshakes, journal writes.

Called by: reaction_bench. The handshake is the firmware's TlsStream, mutual, on a real socket with
a P-256 server behind it; waiting for that takes no processor time. What lies between two safety
steps of it is one step.
"""

import select
import socket

import tls
from bench_credentials import BenchCredentials
from reaction_board import cpu_us

from boards.host.sim_flash import SimFlash
from chargecore.base.event_log import EventLog
from chargecore.net.stream import TcpStream
from chargecore.net.tls_context import TlsContext
from chargecore.net.tls_stream import TlsStream
from chargecore.store import records
from chargecore.store.journal import Journal
from chargecore.store.records import Record
from chargecore.wire.outbox import Outbox

_BLOCK_SIZE, _BLOCKS = 4096, 16
_WAIT_MS = 2  # real time in a pass for the server
_IDLE, _CONNECT, _SECURE = range(3)  # stages of a handshake
_SAMPLES = 30  # of a session
_WALL_S = 90_000_000


class _WaitingStream(TcpStream):
    """A TcpStream whose server can be waited for."""

    def wait(self, happening):
        """Wait for it a little; it may be the server that waits for the next piece."""
        poller = select.poll()
        poller.register(self._sock, happening)
        poller.poll(_WAIT_MS)


class BusyLoad:
    """step_tls and step_journal, one piece of work each time. worst_us: the longest of them.

    guard lets the safety step through: Scheduler.guard.
    """

    def __init__(self, folder, host, port, clock, config, guard):
        self._address = host, port
        self._guard = guard
        self._tcp = _WaitingStream(socket, select.poll())
        context = TlsContext(tls, BenchCredentials(folder))
        self._stream = TlsStream(self._tcp, context, self._tick)
        self._stream.set_mutual(True)
        self._stage = _IDLE
        self._marked_us = 0
        flash_path = folder + "/load.bin"
        self._clock = clock
        self._flash = SimFlash(flash_path, _BLOCK_SIZE, _BLOCKS)
        events = EventLog(clock, 16)
        self._outbox = Outbox(Journal(self._flash, events), clock, events, config)
        self._outbox.start()
        self._record = Record()
        self._tx = 0
        self.is_on = False
        self.worst_us = 0
        self.worst_tls_us = 0
        self.handshakes = 0
        self.records = 0

    def step_tls(self, _now_ms):
        """Do the next piece of a handshake, then of the next one."""
        if self.is_on:
            if self._stage != _IDLE:
                self._tcp.wait(select.POLLOUT if self._stage == _CONNECT else select.POLLIN)
            self._handshake_piece()

    def step_journal(self, _now_ms):
        """Append a record of a session and deliver it."""
        if self.is_on:
            self._took_us(self._write)
            self.records += 1

    @property
    def erases(self):
        """Return how many blocks were erased."""
        return self._flash.erases

    def close(self):
        """Let go of server and file."""
        self._stream.close()
        self._flash.close()

    def _took_us(self, piece):
        """Do a piece of work. Return how long it was."""
        began_us = cpu_us()
        piece()
        took_us = cpu_us() - began_us
        self.worst_us = max(self.worst_us, took_us)
        return took_us

    # ---- TLS ----

    def _handshake_piece(self):
        stream = self._stream
        self._marked_us = cpu_us()
        if self._stage == _IDLE:
            stream.open(*self._address)
            self._stage = _CONNECT
        elif self._stage == _CONNECT:
            if stream.poll_connected() > 0:
                self._must(stream.secure(b"localhost"))
                self._stage = _SECURE
        elif self._must(stream.poll_secured()) > 0:
            self.handshakes += 1
            stream.close()
            self._stage = _IDLE
        self._mark()

    def _must(self, state):
        if state < 0:
            raise OSError("TLS, cause {}".format(self._stream.cause))
        return state

    def _tick(self):
        """Let the safety step through, as the network does it; its own time is none of ours."""
        self._mark()
        self._guard()
        self._marked_us = cpu_us()

    def _mark(self):
        """Note how long the handshake has held everything up since the latest safety step."""
        took_us = cpu_us() - self._marked_us
        self.worst_tls_us = max(self.worst_tls_us, took_us)
        self.worst_us = max(self.worst_us, took_us)

    # ---- journal ----

    def _write(self):
        place = self.records % (_SAMPLES + 2)
        kind = records.REC_METER
        if place == 0:
            kind = records.REC_START
            self._tx = self._outbox.next_tx_number()
        elif place == _SAMPLES + 1:
            kind = records.REC_STOP
        record, outbox = self._record, self._outbox
        record.clear(kind, 1)
        record.stamp(1, self._clock.uptime_s, _WALL_S)
        if kind == records.REC_METER:
            record.put_u8(records.METER_FLAGS, records.METER_FLAG_SEND | records.METER_FLAG_DATA)
        record.put_u32(records.OFF_TX, self._tx)
        if outbox.append(record.buf) < 0:
            raise OSError("the journal took no record")
        while outbox.pending and outbox.load_next() == 0:
            if outbox.kind == records.REC_START:
                outbox.set_transaction_id(outbox.tx, outbox.tx)
            outbox.accepted()
        outbox.tidy()
