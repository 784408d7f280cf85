"""SimulatedPerson: hands and instruments at the plant of the simulator.

The hands move what a person could move and never touch what --wiring-fault has set: a button that
is let go leaves a fault of copper where it is.
"""

import time

from chargecore_tools.bench.actions import ACTIONS
from chargecore_tools.bench.instruments import INSTRUMENTS

_WARM_DC = 320
_WATCH_MS = 300
_POLL_S = 0.002
# action: (fault kind, active) pressed in this order
_SWITCHES = {
    "diode_short": (("diode_short", True),),
    "diode_short_off": (("diode_short", False),),
    "cp_short": (("cp_pe_short", True),),
    "cp_short_off": (("cp_pe_short", False),),
    "pe_off": (("pe_lost", True),),
    "pe_on": (("pe_lost", False),),
    "pp_short_off": (("pp_short", False),),
    "rcd_sensor_off": (("rcd_test_dead", True),),
    "rcd_sensor_on": (("rcd_test_dead", False),),
    "rcd_wire_off": (("rcd_open", True),),
    "rcd_wire_on": (("rcd_open", False),),
    "feedback_off": (("feedback_open", True),),
    "feedback_bridged": (("feedback_open", False), ("feedback_closed", True)),
    "feedback_on": (("feedback_open", False), ("feedback_closed", False)),
    "temperature_cool": (("temp_dc", False),),
    "temperature_off": (("temp_open", True),),
    "temperature_short": (("temp_open", False), ("temp_short", True)),
    "temperature_on": (("temp_open", False), ("temp_short", False)),
    "load_off": (("over_current", False),),
}
_NOTHING = ("coil_supply_on", "mains_on", "coil_meter")
_READ_AS = {
    "coil_high_ms": "coil_line_ms",
    "cp_dmm_mv": "cp_dc_mv",
    "cp_ripple_mv": "cp_ripple_mv",
    "cp_hz": "cp_hz",
    "cp_high_us": "cp_high_us",
    "cp_rise_us": "cp_rise_us",
    "coil_mv": "coil_max_mv",
    "dropped_ms": "opened_after_ms",
    "dead_after_ms": "opened_after_ms",
    "rcd_30_ma_ms": "opened_after_ms",
}
_COLOURS = {"lamp_red": 0, "lamp_green": 1, "lamp_blue": 2}


class SimulatedPerson:
    """sim: a SimClient. wiring: fault kinds that stay. say: told every action."""

    is_slow = False  # it needs no time

    def __init__(self, sim, wiring=(), say=None):
        self._sim = sim
        self._say = say
        self._wiring = wiring

    def do(self, action, **how):
        """Carry out an action of actions.py."""
        text = ACTIONS[action].format(**how)
        if self._say is not None:
            self._say("  > " + text)
        if action in _SWITCHES:
            for kind, is_active in _SWITCHES[action]:
                self._fault(kind, is_active)
        elif action not in _NOTHING:
            getattr(self, "_" + action)(**how)

    def read(self, name, **_how):
        """Return what an instrument of instruments.py shows; None: nothing simulates it."""
        seen = self._sim.do("probe", connector=1)
        if name in _READ_AS:
            return seen[_READ_AS[name]]
        if name in _COLOURS:
            idx = _COLOURS[name]
            return int(all((n > 0) == (place == idx) for place, n in enumerate(seen["lamp"])))
        if name.startswith("outlet"):
            return seen["outlet_dv"] // 10
        flags = {
            "pole_closed": "contacts_closed",
            "bolt_out": "bolt_out",
            "pulled_in": "pulled_in",
        }
        if name in flags:
            return int(seen[flags[name]])
        return None if name in INSTRUMENTS else INSTRUMENTS[name]

    def _fault(self, kind, is_active, **value):
        if kind not in self._wiring:
            self._sim.do("fault", connector=1, kind=kind, active=is_active, **value)

    def _unplug(self):
        for kind in ("diode_short", "cp_pe_short", "pp_ohm"):
            self._fault(kind, False)
        self._sim.do("unplug", connector=1)

    def _ev_box(self, state):
        self._sim.do("ev", connector=1, state=state)

    def _resistor(self, ohm, state):
        self._sim.do("ev", connector=1, state=state, ohm=ohm)

    def _plain_resistor(self, ohm):
        self._fault("diode_short", True)
        self._sim.do("ev", connector=1, state="C", ohm=ohm)

    def _cable(self, ohm):
        self._fault("pp_ohm", True, ohm=ohm)
        self._sim.do("ev", connector=1, state="B")

    def _pp_short(self):
        self._fault("pp_short", True)
        self._sim.do("ev", connector=1, state="B")

    def _bolt_blocked(self):
        self._sim.do("lock", connector=1, jam=True)

    def _bolt_free(self):
        self._sim.do("lock", connector=1, jam=False)

    def _temperature_warm(self):
        self._fault("temp_dc", True, dc=_WARM_DC)

    def _card(self):
        self._sim.do("swipe", id_tag="04A1B2C3D4E5F6")

    def _supply_cycle(self):
        self._sim.do("power_cycle")
        self._watch(_WATCH_MS)

    def _mains_cycle(self):
        self._supply_cycle()

    def _watch(self, ms):
        """Look on for a while: what moves takes its time."""
        until_ms = self._sim.do("probe", connector=1)["simulated_ms"] + ms
        while self._sim.do("probe", connector=1)["simulated_ms"] < until_ms:
            time.sleep(_POLL_S)

    def _load(self, amps):
        self._fault("over_current", True, ma=amps * 1_000)

    def _rcd_residual(self):
        self._sim.do("rcd", connector=1, trip=True)
        self._watch(_WATCH_MS)

    def _rcd_residual_off(self):
        self._sim.do("rcd", connector=1, trip=False)
