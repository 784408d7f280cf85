"""Server: an OCPP 1.6J central system for development, in a thread of its own.

Used by `chargecore csms`, `chargecore run` and the tests. All public methods may be called from
any thread but the server's own (observers run there).

    with Server(rules=Rules(boots=[("Pending", 20), ("Accepted", 30)])) as server:
        print(server.url)                                   # ws://127.0.0.1:PORT/ocpp
        place, boot = server.history.wait_call("CP01", "BootNotification")
        answer = server.call("CP01", "Reset", {"type": "Soft"})
"""

import asyncio
import concurrent.futures
import contextlib
import functools
import threading

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from chargecore_tools.csms.errors import CsmsError, NotConnectedError, PortTakenError
from chargecore_tools.csms.events import Note
from chargecore_tools.csms.gate import Gate, identity
from chargecore_tools.csms.history import History
from chargecore_tools.csms.hooks import Hooks
from chargecore_tools.csms.ledger import Ledger
from chargecore_tools.csms.ping_connection import PingConnection
from chargecore_tools.csms.rules import Rules
from chargecore_tools.csms.server_clock import ServerClock
from chargecore_tools.csms.session import Session
from chargecore_tools.csms.station import Station
from chargecore_tools.csms.tls import facts_of, refusal_of
from chargecore_tools.csms.tls_connection import TlsConnection

_THREAD_S = 10  # the thread answers within this, or something is badly wrong
_CLOSE_S = 1  # a station that does not answer a close is cut off then
_CLOSE_REPLACED = 1008


class Server:
    """Accepts stations; one Session each. May be started again after stop(), with its memory."""

    def __init__(
        self,
        host="127.0.0.1",
        port=0,
        rules=None,
        password=None,
        path="",
        wants_boot=True,
        ping_interval_s=20,
        speed=1.0,
        ssl=None,
        observers=(),
        security_profile=None,
    ):
        self.rules = rules if rules is not None else Rules()
        self.clock = ServerClock(speed)  # for a simulator that runs as fast
        self.hooks = Hooks()
        self.ledger = Ledger()
        self.history = History()
        self.gate = Gate(path, password, security_profile)
        self.wants_boot = wants_boot  # False: takes a station that booted before the server did
        self.host = host
        self.port = port  # 0 becomes the real one at start()
        self.observer_errors = []  # what observers raised
        self.on_ping = None  # called with the identity for every WebSocket ping of a station
        self._observers = [self.history, *observers]
        self._ping_interval_s = ping_interval_s
        self._ssl = ssl
        self._handshakes = set()  # tasks of TLS handshakes that are not over
        self._stations = {}
        self._lock = threading.Lock()
        self._loop = None
        self._end = None
        self._thread = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.stop()

    @property
    def url(self):
        """Return the URL for a station, without its identity."""
        scheme = "ws" if self._ssl is None else "wss"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}/{self.gate.path or 'ocpp'}"

    # ---- life ----

    def start(self):
        """Listen and return the port. Errors: PortTakenError."""
        if self._thread is not None:
            raise CsmsError("the server runs already")
        ready = concurrent.futures.Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main(ready)), name="csms", daemon=True
        )
        self._thread.start()
        try:
            self.port = ready.result(_THREAD_S)
        except OSError as error:
            self._thread.join(_THREAD_S)
            self._thread = None
            text = error.strerror or str(error)
            raise PortTakenError(f"cannot listen on {self.host}:{self.port}: {text}") from error
        return self.port

    @property
    def is_listening(self):
        """Return whether it is started."""
        return self._thread is not None

    def set_tls(self, ssl, security_profile):
        """Set another context, None for no TLS, and profile; they count from the next start()."""
        self._ssl = ssl
        self.gate.security_profile = security_profile

    def stop(self):
        """Close all connections and stop listening. Does nothing when it is stopped."""
        if self._thread is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop ended by itself
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_THREAD_S)
        self._thread = None

    async def _main(self, ready):
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        try:
            listener = await serve(
                self._serve,
                self.host,
                self.port,
                process_request=self._judge,
                select_subprotocol=lambda _connection, _offers: self.gate.subprotocol,
                compression=None,
                ping_interval=self._ping_interval_s,
                ping_timeout=self._ping_interval_s,
                close_timeout=_CLOSE_S,
                create_connection=self._connection_class(),
            )
        except OSError as error:
            ready.set_exception(error)
            return
        async with listener:
            ready.set_result(listener.sockets[0].getsockname()[1])
            await self._end.wait()
            for handshake in tuple(self._handshakes):
                handshake.cancel()

    def _connection_class(self):
        """Return what makes a connection: with TLS one that tells of refused handshakes."""
        if self._ssl is None:
            return functools.partial(PingConnection, self._pinged)
        parts = self._ssl, self._refused, self._handshakes, self._pinged
        return functools.partial(TlsConnection, *parts)

    def _pinged(self, connection):
        if self.on_ping is not None:
            self.on_ping(identity(connection.request.path)[0])

    def _refused(self, address, error):
        """Tell of a handshake that failed. The identity is not known yet, the address is."""
        who = "%s:%s" % address[:2] if address else "?"
        by, why = refusal_of(error)
        text = f"TLS handshake with {who} refused by the {by}: {why}"
        self.tell(Note("", "refused", text, {"from": who, "by": by, "why": why}))

    # ---- observers ----

    def add_observer(self, observer):
        """Tell observer(event) everything from now on."""
        self._observers.append(observer)

    def tell(self, event):
        """Tell all observers. One that raises is noted and told again next time."""
        for observer in tuple(self._observers):
            try:
                observer(event)
            except Exception as error:
                self.observer_errors.append(error)

    # ---- stations ----

    def stations(self):
        """Return all stations that ever connected, in that order."""
        with self._lock:
            return list(self._stations.values())

    def station(self, station_id):
        """Return what is known of a station. Errors: NotConnectedError when it never came."""
        with self._lock:
            station = self._stations.get(station_id)
        if station is None:
            raise NotConnectedError(f"station {station_id}: never connected")
        return station

    def is_connected(self, station_id):
        """Return whether a station is connected now."""
        with self._lock:
            station = self._stations.get(station_id)
        return station is not None and station.is_connected

    def wait_connected(self, station_id, timeout_s=10.0):
        """Wait until a station is connected. Errors: TimeoutError."""
        self.history.wait(lambda: self.is_connected(station_id), timeout_s, f"{station_id}")

    def call(self, station_id, action, payload=None, timeout_s=30.0, is_checked=True):
        """Send a CALL and return the payload that answers it. Errors: CsmsError (errors.py).

        is_checked False sends what does not fit the schema, too.
        """
        session = self._session(station_id)
        payload = {} if payload is None else payload
        return self._run(session.ask(action, payload, timeout_s, is_checked), timeout_s)

    def send_text(self, station_id, text):
        """Send a text as it is, be it right or wrong. Errors: NotConnectedError."""
        self._run(self._session(station_id).send_text(text))

    def disconnect(self, station_id, code=1000, reason=""):
        """Close a connection with the closing handshake. Errors: NotConnectedError."""
        self._run(self._session(station_id).close(code, reason))

    def drop(self, station_id):
        """Cut a connection without a word. Errors: NotConnectedError."""
        session = self._session(station_id)
        self._loop.call_soon_threadsafe(session.drop)

    def _session(self, station_id):
        session = self.station(station_id).session
        if session is None or self._thread is None:
            raise NotConnectedError(f"station {station_id}: not connected")
        return session

    def _run(self, coroutine, timeout_s=0.0):
        """Run a coroutine in the server's thread and wait for it."""
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise CsmsError("an observer must not wait for its own server")
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            # Calls may queue behind others, each with its own timeout: this is for a dead loop.
            return future.result(timeout_s + 60)
        except (ConnectionClosed, concurrent.futures.CancelledError) as error:
            raise NotConnectedError("the station went away") from error

    # ---- connections ----

    def _judge(self, connection, request):
        station_id, fault = self.gate.judge(request, facts_of(connection.transport))
        if fault is None:
            return None
        status, why = fault
        self.tell(Note(station_id, "refused", f"HTTP {status.value}: {why}"))
        response = connection.respond(status, why + "\n")
        if status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="chargecore csms"'
        return response

    async def _serve(self, websocket):
        station_id, _prefix = identity(websocket.request.path)
        with self._lock:
            station = self._stations.setdefault(station_id, Station(station_id))
        session = Session(station, websocket, self)
        former, station.session = station.session, session
        if former is not None:
            self.tell(Note(station_id, "replaced", "connected again: the old connection goes"))
            former.close_soon(_CLOSE_REPLACED, "replaced by a new connection")
        self._note_start(station, websocket)
        try:
            await session.serve()
        except ConnectionClosed as error:
            self._note_end(session, error)
        except Exception as error:  # a fault of the server itself must be seen, not hang the test
            self.tell(Note(station_id, "failed", f"the server failed: {error!r}"))
            raise
        finally:
            if station.session is session:
                station.session = None
            self.tell(Note(station_id, "gone", "not connected any more"))

    def _note_start(self, station, websocket):
        host = "%s:%s" % websocket.remote_address[:2]
        text, fields = f"connected from {host}", {"from": host}
        station.tls = facts_of(websocket.transport)
        if station.tls is not None:
            text = f"{text}, {station.tls.text()}"
            fields.update(tls=station.tls.version, cipher=station.tls.cipher)
        self.tell(Note(station.station_id, "connected", text, fields))

    def _note_end(self, session, error):
        close = error.rcvd
        if close is None:
            text, code = "the connection broke", None
        else:
            text, code = f"closed with {close.code} {close.reason}".rstrip(), close.code
        self.tell(Note(session.id, "closed", text, {"code": code}))
