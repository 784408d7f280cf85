"""Link: the connection to the server: reconnecting, booting, emptying the outbox.

Source: OCPP 1.6 §4.2 (boot), OCPP-J 1.6 §3 and §5.3.
"""

import asyncio
import contextlib
import random

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from cert.plain_station.errors import LinkError, NotOnlineError
from cert.plain_station.wire import Wire

ACCEPTED, PENDING, REJECTED = "Accepted", "Pending", "Rejected"
_SUBPROTOCOL = "ocpp1.6"
_OWN_RETRY_S = 60  # when the server named no interval, or did not answer at all
_BACK_OFF_S = (2, 60)  # first wait, longest wait
_OPEN_REAL_S = 10


class Link:
    """Runs until cancelled. registration: the server's answer to the boot, None before."""

    def __init__(self, station, url, password=None):
        self._station = station
        self._url = f"{url.rstrip('/')}/{station.identity}"
        self._password = password
        self.registration = None
        self._wire = None
        self._failures = 0
        self._news = asyncio.Event()  # something to send, or the network is back
        self._boot_now = asyncio.Event()

    @property
    def is_open(self):
        """Return whether there is a connection."""
        return self._wire is not None

    @property
    def is_accepted(self):
        """Return whether the station may send what it wants."""
        return self.is_open and self.registration == ACCEPTED

    def wake(self):
        """There is something to send, or the network is back."""
        self._news.set()

    def boot_soon(self):
        """Send the BootNotification now that the station waits with."""
        self._boot_now.set()

    def cut(self):
        """Break the connection without a word."""
        if self._wire is not None:
            self._wire.cut()

    async def close(self):
        """Close the connection with the closing handshake."""
        if self._wire is not None:
            await self._wire.close()

    async def ask(self, action, payload, message_id=None):
        """Send a CALL and return the payload that answers it. Errors: LinkError."""
        if self._wire is None:
            raise NotOnlineError(action)
        return await self._wire.ask(action, payload, message_id)

    # ---- connecting ----

    async def run(self):
        """Keep a connection up."""
        while True:
            if self._station.has_network:
                with contextlib.suppress(OSError, WebSocketException, LinkError):
                    await self._serve_once()
            await self._wait_back_off()

    async def _wait_back_off(self):
        """Wait before the next try; a network that comes back ends the wait."""
        wait_s = min(_BACK_OFF_S[0] * 2**self._failures, _BACK_OFF_S[1]) + random.random()
        self._failures += 1
        self._news.clear()
        if not self._station.has_network:
            await self._news.wait()
            return
        nap = asyncio.create_task(self._station.time.sleep(wait_s))
        news = asyncio.create_task(self._news.wait())
        await _first(nap, news)

    async def _serve_once(self):
        options = {}
        ping_s = self._station.config.number("WebSocketPingInterval") / self._station.time.speed
        if self._password is not None:
            options["additional_headers"] = self._station.basic_header(self._password)
        async with connect(
            self._url,
            subprotocols=[_SUBPROTOCOL],
            open_timeout=_OPEN_REAL_S,
            close_timeout=1,
            ping_interval=max(ping_s, 1.0) if ping_s else None,
            ping_timeout=max(ping_s, 20.0) if ping_s else None,
            max_size=None,
            compression=None,
            **options,
        ) as websocket:
            if websocket.subprotocol != _SUBPROTOCOL:
                return
            self._wire = Wire(self._station, websocket)
            reading = asyncio.create_task(self._wire.start())
            talking = asyncio.create_task(self._talk())
            try:
                await _first(reading, talking)
            finally:
                self._wire.is_gone.set()
                self._wire = None
                await asyncio.gather(reading, talking, return_exceptions=True)
                self._station.connection_lost()

    # ---- talking ----

    async def _talk(self):
        if self.registration != ACCEPTED:
            sending = asyncio.create_task(self._send_triggered())
            try:
                await self._register()
            finally:
                sending.cancel()
        self._failures = 0
        self._station.look()
        while True:
            await self._send_next(True)

    async def _send_triggered(self):
        while True:
            await self._send_next(False)

    async def _register(self):
        """Boot until the server accepts (OCPP 1.6 §4.2)."""
        while True:
            self._boot_now.clear()
            wait_s = self.retry_s(await self._boot())
            if self.registration == ACCEPTED:
                return
            nap = asyncio.create_task(self._station.time.sleep(wait_s))
            order = asyncio.create_task(self._boot_now.wait())
            await _first(nap, order)

    async def _boot(self):
        """Send one BootNotification. Return the interval of the answer, 0 for none."""
        try:
            answer = await self.ask("BootNotification", self._station.boot_payload())
        except NotOnlineError:
            raise
        except LinkError:
            return 0
        self.registration = answer["status"]
        self._station.booted(answer)
        return answer["interval"]

    def retry_s(self, interval_s):
        """Return how long to wait with the next BootNotification."""
        return interval_s or _OWN_RETRY_S

    async def _send_next(self, is_accepted):
        """Send the next message of the outbox, or wait until there may be one."""
        outbox = self._station.outbox
        item = outbox.next_item(is_accepted)
        if item is None:
            self._news.clear()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), 0.02)
            return
        try:
            answer = await self.ask(item["action"], dict(item["payload"]), item["id"])
        except NotOnlineError:
            raise
        except LinkError:
            outbox.failed(item)
        else:
            self._station.answered(item, answer)


async def _first(*tasks):
    """Wait until one task ends, cancel the others. Errors: what the first one raised."""
    try:
        done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    errors = [task.exception() for task in done if not task.cancelled()]
    for error in errors:
        if error is not None:
            raise error
