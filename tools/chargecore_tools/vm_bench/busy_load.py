"""BusyLoad: what holds a station up most, as scheduler entries: TLS handshakes, journal writes.

Called by: reaction_bench. The handshake is the interpreter's own tls on a real, non-blocking
socket with a P-256 server behind it; waiting for that takes no processor time. What mbedtls does
in one call is one step: nothing of Python runs in between.
"""

import select
import socket

import tls
from reaction_board import cpu_us

from boards.host.sim_flash import SimFlash
from chargecore.base.event_log import EventLog
from chargecore.store import records
from chargecore.store.journal import Journal
from chargecore.store.records import Record
from chargecore.wire.outbox import Outbox

_BLOCK_SIZE, _BLOCKS = 4096, 16
_WAIT_MS = 2_000  # real time the server may take
_HELLO = b"hello"
_SAMPLES = 30  # of a session
_WALL_S = 90_000_000


class BusyLoad:
    """step_tls and step_journal, one piece of work each time. worst_us: the longest of them."""

    def __init__(self, host, port, ca_der, flash_path, clock, config):
        self._address = socket.getaddrinfo(host, port)[0][-1]
        self._context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        self._context.verify_mode = tls.CERT_REQUIRED
        self._context.load_verify_locations(ca_der)
        self._clock = clock
        self._flash = SimFlash(flash_path, _BLOCK_SIZE, _BLOCKS)
        events = EventLog(clock, 16)
        self._outbox = Outbox(Journal(self._flash, events), clock, events, config)
        self._outbox.start()
        self._record = Record()
        self._tx = 0
        self._sock = None
        self._stream = None  # the TLS object, while a handshake runs
        self.is_on = False
        self.worst_us = 0
        self.worst_tls_us = 0
        self.handshakes = 0
        self.records = 0

    def step_tls(self, _now_ms):
        """Do the next piece of a handshake, then of the next one."""
        if self.is_on:
            if self._sock is not None:
                self._wait_for_server()
            self.worst_tls_us = max(self.worst_tls_us, self._took_us(self._handshake_piece))

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
        if self._sock is not None:
            self._hang_up()
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
        if self._sock is None:
            self._connect()
        elif self._stream is None:
            self._stream = self._context.wrap_socket(
                self._sock, server_hostname="localhost", do_handshake_on_connect=False
            )
            self._stream.write(_HELLO)  # sends the ClientHello
        elif self._stream.write(_HELLO) is not None:
            self.handshakes += 1
            self._hang_up()

    def _connect(self):
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._sock.setblocking(False)
        try:
            self._sock.connect(self._address)
        except OSError:
            pass  # under way; the next step waits for it

    def _wait_for_server(self):
        poller = select.poll()
        poller.register(self._sock, select.POLLOUT if self._stream is None else select.POLLIN)
        if not poller.poll(_WAIT_MS):
            raise OSError("the TLS server does not answer")

    def _hang_up(self):
        if self._stream is not None:
            self._stream.close()
        self._sock.close()
        self._sock = self._stream = None

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
