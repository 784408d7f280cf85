"""ChaosProxy: TCP between station and server, in a thread of its own, that does what a plan says.

    with ChaosProxy("127.0.0.1", server.port, speed=60) as proxy:
        url = f"ws://127.0.0.1:{proxy.port}/ocpp"
        proxy.perform(Action(0, HOLE, DOWN))

Faults to bytes, TLS included: cut, refuse, deaf, hole, freeze, slow, truncate, corrupt. To whole
WebSocket messages: lose, duplicate, swap. All public methods may be called from any thread.
"""

import asyncio
import concurrent.futures
import socket
import struct
import threading

from chargecore_tools.soak import chaos_plan
from chargecore_tools.soak.chaos_line import ChaosLine
from chargecore_tools.soak.chaos_state import ChaosState

_THREAD_S = 10
_RESET_LINGER = struct.pack("ii", 1, 0)  # close() sends RST


class ChaosProxy:
    """Quiet until it is told something. `port` is where it listens, once started."""

    def __init__(self, host, target_port, speed=1.0, on_fault=None, on_answer=None):
        """Take where the server is. on_fault() and on_answer() are called in the proxy's thread.

        on_fault: a disturbance began or was done; on_answer: an answer reached the station.
        """
        self.port = 0
        self.log = []  # (simulated seconds since start, text)
        self.corrupted_up = 0  # messages of the station that were damaged
        self._host = host
        self._target = (host, target_port)
        self._speed = speed
        self._on_fault = on_fault
        self._on_answer = on_answer
        self._chaos = ChaosState(speed, self._note_done, self._note_answer)
        self._lines = set()
        self._began_s = 0.0
        self._loop = None
        self._end = None
        self._thread = None
        self._doers = {
            chaos_plan.CUT: lambda action: self._cut_all(),
            chaos_plan.REFUSE: self._refuse,
            chaos_plan.DEAF: self._deafen,
            chaos_plan.HOLE: self._make_holes,
            chaos_plan.FREEZE: self._chaos.freeze,
            chaos_plan.SLOW: self._chaos.slow,
        }

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.stop()

    # ---- life ----

    def start(self):
        """Listen. Errors: OSError."""
        ready = concurrent.futures.Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main(ready)), name="chaos", daemon=True
        )
        self._thread.start()
        self.port = ready.result(_THREAD_S)

    def stop(self):
        """Cut everything and end. Does nothing when it has ended."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(_THREAD_S)
            self._thread = None

    async def _main(self, ready):
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._began_s = self._loop.time()
        try:
            listener = await asyncio.start_server(self._accept, self._host, 0)
        except OSError as error:
            ready.set_exception(error)
            return
        ready.set_result(listener.sockets[0].getsockname()[1])
        await self._end.wait()
        listener.close()
        self._cut_all()
        await asyncio.sleep(0)  # the lines end

    async def _accept(self, reader, writer):
        chaos = self._chaos
        if chaos.is_refusing:
            _reset(writer)
            return
        line = ChaosLine(reader, writer, self._target, chaos)
        self._lines.add(line)
        try:
            if chaos.is_deaf:
                self._note("a connection leads nowhere")
                await line.serve_deaf()
            else:
                await line.serve()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._lines.discard(line)

    # ---- what it is told ----

    def perform(self, action):
        """Begin an action now, whatever its time says."""
        self._ask(self._perform, action)

    def calm(self):
        """End all that lasts or waits. Half-open connections stay so: the station must notice."""
        self._ask(self._chaos.calm)

    @property
    def is_calm(self):
        """Return whether a new connection would work."""
        return self._ask(lambda: self._chaos.is_calm)

    def _ask(self, function, *arguments):
        """Run a function in the proxy's thread and return what it returned."""
        future = concurrent.futures.Future()

        def run():
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return future.result(_THREAD_S)

    def _perform(self, action):
        self._note(f"begin: {str(action).split(' s ', 1)[1]}")
        self._doers.get(action.kind, self._chaos.arm)(action)

    def _cut_all(self):
        for line in tuple(self._lines):
            line.cut()

    def _refuse(self, action):
        self._chaos.refuse(action)
        self._cut_all()

    def _deafen(self, action):
        self._chaos.deafen(action)
        self._cut_all()

    def _make_holes(self, action):
        for line in tuple(self._lines):
            line.make_holes(action.way)

    def _note_done(self, action, way):
        self._note(f"{action.kind} {way} done to a message")
        if (action.kind, way) == (chaos_plan.CORRUPT, chaos_plan.UP):
            self.corrupted_up += 1

    def _note_answer(self):
        if self._on_answer is not None:
            self._on_answer()

    def _note(self, text):
        self.log.append(((self._loop.time() - self._began_s) * self._speed, text))
        if self._on_fault is not None:
            self._on_fault()


def _reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_LINGER)
    writer.close()
