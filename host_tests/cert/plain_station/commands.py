"""Commands of the control socket: hands on plug, card, mains, network, and a look at the state."""

from cert.plain_station.errors import LinkError
from cert.plain_station.faults import CODES
from cert.plain_station.status_report import report


class Refusal(Exception):
    """The command is refused; the text says why."""


class Commands:
    """site: what the hands act on."""

    def __init__(self, site):
        self._site = site
        self._table = {
            "plug": self._plug,
            "unplug": self._unplug,
            "ev": self._ev,
            "ev_current": self._ev_current,
            "swipe": self._swipe,
            "fault": self._fault,
            "rcd": self._rcd,
            "weld": self._weld,
            "lock": self._lock,
            "network": self._network,
            "data_transfer": self._data_transfer,
            "power_cycle": self._power_cycle,
            "power": self._power,
            "speed": self._speed,
            "status": self._status,
            "events": self._events,
        }

    async def run(self, request):
        """Carry out one parsed line. Return the answer's fields. Errors: Refusal."""
        if not isinstance(request, dict):
            raise Refusal("a command is one JSON object")
        name = request.pop("cmd", None)
        act = self._table.get(name) if isinstance(name, str) else None
        if act is None:
            raise Refusal("field 'cmd': must be one of " + ", ".join(sorted(self._table)))
        try:
            answer = await act(**request)
        except TypeError as error:
            raise Refusal(f"{name}: {error}") from error
        if self._site.station is not None:
            self._site.station.step()
        return answer or {}

    def _outlet(self, connector):
        if isinstance(connector, int) and 1 <= connector <= len(self._site.outlets):
            return self._site.outlets[connector - 1]
        raise Refusal(f"field 'connector': must be 1..{len(self._site.outlets)}")

    def _running(self):
        if self._site.station is None:
            raise Refusal("the station is restarting")
        return self._site.station

    async def _plug(self, connector, auto=False, amps=32, phases=3):
        self._outlet(connector).plug(auto, amps, phases)

    async def _unplug(self, connector):
        self._outlet(connector).unplug()

    async def _ev(self, connector, state):
        if state not in ("A", "B", "C", "D", "E", "F"):
            raise Refusal("field 'state': must be one of A, B, C, D, E, F")
        self._outlet(connector).force(state)

    async def _ev_current(self, connector, amps):
        outlet = self._outlet(connector)
        outlet.step(self._site.time.elapsed_s)
        outlet.most_a = amps

    async def _swipe(self, id_tag, connector=0):
        if not isinstance(id_tag, str) or not 1 <= len(id_tag) <= 20:
            raise Refusal("field 'id_tag': must have 1..20 characters")
        self._running().present(id_tag, connector)

    async def _fault(self, kind, connector=1, active=True, **_numbers):
        faults = self._outlet(connector).faults if connector else self._site.station_faults
        if kind == "brown_out":
            self._site.power_cycle()
        elif kind not in CODES:
            raise Refusal(f"field 'kind': {kind} is not a fault this station knows")
        elif active:
            faults[kind] = CODES[kind]
        else:
            faults.pop(kind, None)

    async def _rcd(self, connector, trip):
        await self._fault("GroundFailure", connector, trip)

    async def _weld(self, connector, active):
        await self._fault("PowerSwitchFailure", connector, active)

    async def _lock(self, connector, jam):
        self._outlet(connector).is_jammed = jam

    async def _network(self, up):
        self._site.set_network(up)

    async def _data_transfer(self, vendor_id, message_id="", data=""):
        payload = {"vendor_id": vendor_id}
        payload.update((k, v) for k, v in (("message_id", message_id), ("data", data)) if v)
        try:
            return await self._running().link.ask("DataTransfer", payload)
        except LinkError as error:
            raise Refusal("no answer from the server") from error

    async def _power_cycle(self):
        self._site.power_cycle()

    async def _power(self, up):
        self._site.set_power(up)

    async def _speed(self, factor):
        if not 0.01 <= factor <= 200:
            raise Refusal("field 'factor': must be 0.01..200")
        self._site.time.set_speed(factor)

    async def _status(self, collect=False):
        return report(self._site)

    async def _events(self, since=0):
        return {"events": [], "total": since}
