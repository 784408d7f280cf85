"""Commands: what each command of the control socket does (design section 4).

Called by: ControlServer with one parsed line. Every method answers a dict, or raises Refusal.
"""

import gc

from boards.host.control_fields import (
    BOOL,
    INT,
    NUMBER,
    OBJECT,
    REQUIRED,
    TEXT,
    WORD,
    Refusal,
    take,
)
from boards.host.fault_switch import FIELDS as FAULT_FIELDS
from boards.host.status_report import report
from chargecore.base.codes import OK
from chargecore.base.security_events import NAMES
from chargecore.ocpp16.data_transfer import TRANSFER_ANSWERED, TRANSFER_WAITING

_AMPS_MAX = 100
_SITE_AMPS_MAX = 1_000
_OHM_MIN, _OHM_MAX = 50, 20_000  # between CP and PE, behind the car's diode
_PULSE_MAX_MS = 600_000
_SPEED_MIN, _SPEED_MAX = 0.01, 200  # as --speed
_NUMBER_MAX = 0x3FFFFFFF  # of an event
_NO_LIMIT_MA = -1  # Station.set_site_limit_ma: negative lifts the limit
# Of the whole station; the first two happen once, `active` false does nothing then.
_OF_STATION = ("brown_out", "loop_block", "reader_silent")

LATER = {}  # the answer follows: ask again with answer_later()


class Commands:
    """The command table. server side state: the one data_transfer that waits for its answer."""

    def __init__(self, board):
        self._board = board
        count = len(board.connectors)
        connector = ("connector", INT, REQUIRED, 1, count)
        active = ("active", BOOL, True, 0, 0)
        self._table = {
            "plug": (
                self._plug,
                (
                    connector,
                    ("auto", BOOL, False, 0, 0),
                    ("amps", NUMBER, 32_000, 0, _AMPS_MAX),
                    ("phases", INT, board.config["phases"], 1, 3),
                ),
            ),
            "unplug": (self._unplug, (connector,)),
            "ev": (
                self._ev,
                (
                    connector,
                    ("state", WORD, REQUIRED, tuple("ABCDEF"), 0),
                    ("ohm", INT, 0, _OHM_MIN, _OHM_MAX),
                    ("ms", INT, 0, 1, _PULSE_MAX_MS),
                ),
            ),
            "ev_current": (
                self._ev_current,
                (connector, ("amps", NUMBER, REQUIRED, 0, _AMPS_MAX)),
            ),
            "site_limit": (
                self._site_limit,
                (("amps", NUMBER, _NO_LIMIT_MA, 0, _SITE_AMPS_MAX),),
            ),
            "swipe": (
                self._swipe,
                (("id_tag", TEXT, REQUIRED, 1, 20), ("connector", INT, 0, 0, count)),
            ),
            "fault": (
                self._fault,
                (
                    ("connector", INT, 1 if count == 1 else REQUIRED, 1, count),
                    ("kind", TEXT, REQUIRED, 1, 40),
                    active,
                    ("mv", INT, None, -100_000, 100_000),
                    ("ms", INT, None, 0, 1_000_000),
                    ("dc", INT, None, -10_000, 10_000),
                    ("ma", INT, None, 0, 1_000_000),
                    ("ohm", INT, None, 0, 10_000_000),
                    ("hz", INT, None, 0, 1_000_000),
                    ("permille", INT, None, 0, 10_000),
                ),
            ),
            "rcd": (self._rcd, (connector, ("trip", BOOL, REQUIRED, 0, 0))),
            "weld": (self._weld, (connector, ("active", BOOL, REQUIRED, 0, 0))),
            "lock": (self._lock, (connector, ("jam", BOOL, REQUIRED, 0, 0))),
            "network": (self._network, (("up", BOOL, REQUIRED, 0, 0),)),
            "security_event": (
                self._security_event,
                (("type", TEXT, REQUIRED, 1, 50), ("info", TEXT, "", 0, 255)),
            ),
            "data_transfer": (
                self._data_transfer,
                (
                    ("vendor_id", TEXT, REQUIRED, 1, 255),
                    ("message_id", TEXT, "", 0, 50),
                    ("data", TEXT, "", 0, 2_000),
                ),
            ),
            "power_cycle": (self._power_cycle, ()),
            "bench": (self._bench, (connector, ("request", OBJECT, REQUIRED, 0, 0))),
            "probe": (self._probe, (connector,)),
            "speed": (self._speed, (("factor", NUMBER, REQUIRED, _SPEED_MIN, _SPEED_MAX),)),
            "status": (self._status, (("collect", BOOL, False, 0, 0),)),
            "events": (self._events, (("since", INT, 0, 0, _NUMBER_MAX),)),
        }
        self._transfer = None  # app.data_transfer that was started and not yet answered

    def run(self, request):
        """Carry out one parsed line. Return the answer's fields, or LATER. Errors: Refusal."""
        if not isinstance(request, dict):
            raise Refusal("a command is one JSON object")
        name = request.get("cmd")
        if name is None:
            raise Refusal("field 'cmd': missing")
        row = self._table.get(name) if isinstance(name, str) else None
        if row is None:
            raise Refusal("field 'cmd': must be one of " + ", ".join(sorted(self._table)))
        action, fields = row
        return action(take(request, fields))

    def answer_later(self):
        """Return the answer of the data_transfer in progress, or LATER. Errors: Refusal."""
        transfer = self._transfer
        if self._transfer_part() is not transfer:
            self._transfer = None
            raise Refusal("the station restarted before the answer came")
        if transfer.state == TRANSFER_WAITING:
            return LATER
        self._transfer = None
        if transfer.state != TRANSFER_ANSWERED:
            raise Refusal("no answer from the server")
        answer = {"status": str(transfer.status_word, "ascii")}
        if transfer.data_len:
            answer["data"] = str(bytes(transfer.data_buf[: transfer.data_len]), "utf-8")
        return answer

    def _plant(self, values):
        """Return the plant that the command is about to lay hands on."""
        plant = self._board.plants[values["connector"] - 1]
        plant.touch()
        return plant

    def _part(self, name):
        return getattr(self._board.app, name, None)

    def _transfer_part(self):
        return getattr(self._part("ocpp"), "data_transfer", None)

    def _bench(self, values):
        """Hand a request to the bench; its answer is the answer."""
        bench = self._board.bench
        if bench is None:
            raise Refusal("this is a station, or it is restarting: the bench is not running")
        answer = bench.answer(values["request"], values["connector"])
        if not answer["ok"]:
            raise Refusal(answer["error"])
        return answer

    def _probe(self, values):
        from boards.host.instruments import readings

        return readings(self._board, values["connector"] - 1)

    def _plug(self, values):
        plant = self._plant(values)
        plant.car.plug(values["auto"], values["amps"], values["phases"])
        plant.pilot_changed()
        return {}

    def _unplug(self, values):
        plant = self._plant(values)
        plant.car.unplug()
        plant.pilot_changed()
        return {}

    def _ev(self, values):
        if values["ohm"] and values["state"] not in "BCD":
            raise Refusal("field 'ohm': only with state B, C or D")
        car = self._board.plants[values["connector"] - 1].car
        is_there = values["state"] != "A"
        if values["ms"] and not (is_there and car.is_plugged):
            raise Refusal("field 'ms': only with a car that is plugged and stays so")
        plant = self._plant(values)
        car.is_plugged = is_there
        car.force(values["state"], values["ohm"], values["ms"])
        plant.pilot_changed()
        return {}

    def _ev_current(self, values):
        self._plant(values).car.max_ma = values["amps"]
        return {}

    def _site_limit(self, values):
        station = self._part("station")
        if station is None:
            raise Refusal("the station is restarting")
        station.set_site_limit_ma(values["amps"])
        return {}

    def _swipe(self, values):
        if self._board.app is None and self._board.bench is None:
            raise Refusal("the station is restarting")
        tag = values["id_tag"].encode()
        if len(tag) > 20:
            raise Refusal("field 'id_tag': must have 1..20 bytes")
        if self._board.config.get("reader") != "simulated":
            raise Refusal("the station has no card reader")
        if self._board.reader_bus.swipe(tag, values["connector"]) is False:
            raise Refusal("the reader is silent, or still holds the previous card")
        return {}

    def _fault(self, values):
        kind = values["kind"]
        switch = self._board.faults[values["connector"] - 1]
        if kind not in _OF_STATION and not switch.knows(kind):
            raise Refusal("field 'kind': {} is not a fault this board knows".format(kind))
        if not switch.is_fitted(kind):
            raise Refusal("field 'kind': {} is not fitted: tethered cable".format(kind))
        value = self._fault_value(kind, values)
        self._plant(values)
        if kind not in _OF_STATION:
            switch.set(kind, values["active"], value)
        elif kind == "reader_silent":
            self._board.reader_bus.is_silent = values["active"]
        elif values["active"]:
            if kind == "brown_out":
                self._board.cut_power()
            else:
                self._board.block_loop(value)
        return {}

    def _fault_value(self, kind, values):
        """Return the number that the kind needs, 0 when it needs none."""
        row = FAULT_FIELDS.get(kind)
        if row is None or not values["active"]:
            return 0
        name, lowest, highest = row
        value = values[name]
        if value is None:
            raise Refusal("field '{}': missing".format(name))
        if not lowest <= value <= highest:
            raise Refusal("field '{}': must be {}..{}".format(name, lowest, highest))
        return value

    def _rcd(self, values):
        self._plant(values).rcd.has_residual = values["trip"]
        return {}

    def _weld(self, values):
        self._plant(values).contactor.is_welded = values["active"]
        return {}

    def _lock(self, values):
        self._plant(values).lock.is_jammed = values["jam"]
        return {}

    def _network(self, values):
        self._board.set_network(values["up"])
        return {}

    def _security_event(self, values):
        core = self._part("core")
        if core is None:
            raise Refusal("the station is restarting")
        if not hasattr(core.security, "log"):
            raise Refusal("security_event: the security profile is not loaded")
        name = values["type"].encode()
        if name not in NAMES:
            names = b", ".join(NAMES[1:]).decode()
            raise Refusal("field 'type': must be one of " + names)
        core.security.report(NAMES.index(name), values["info"].encode())
        return {}

    def _data_transfer(self, values):
        transfer = self._transfer_part()
        if transfer is None:
            raise Refusal("the station is restarting")
        if not self._board.link.is_plugged:
            raise Refusal("data_transfer: the network is down")
        code = transfer.start(
            values["vendor_id"].encode(), values["message_id"].encode(), values["data"].encode()
        )
        if code != OK:
            raise Refusal("data_transfer: not taken, code {}".format(code))
        self._transfer = transfer
        return LATER

    def _power_cycle(self, values):
        for plant in self._board.plants:
            plant.touch()
        self._board.cut_power()
        return {}

    def _speed(self, values):
        self._board.set_speed(values["factor"])
        return {}

    def _status(self, values):
        if values["collect"]:
            gc.collect()  # so that heap_free_b tells what is really in use
        return report(self._board)

    def _events(self, values):
        """Return the events from a number on: all that are kept take much of a small heap."""
        from chargecore.base.events import text_of  # its texts cost heap: loaded when asked for

        log = self._part("events")
        if log is None:
            raise Refusal("the station is restarting")
        rows = []
        for number in range(max(log.oldest(), values["since"]), log.total):
            code, a, b = log.field(number, 0), log.field(number, 1), log.field(number, 2)
            rows.append(
                {
                    "number": number,
                    "uptime_s": log.field(number, 3),
                    "code": code,
                    "a": a,
                    "b": b,
                    "text": text_of(code, a, b),
                }
            )
        return {"events": rows, "total": log.total}
