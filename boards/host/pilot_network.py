"""PilotNetwork: the resistors, diode and rails of the control pilot, as one node.

Called by: the plant and the car when something changes; SimAdc reads the two levels it leaves.
Source: evse-hardware.md §1.1 (1 kOhm source, 2740, 1300 and 270 Ohm behind a 0.7 V diode).
Heap: none after __init__.
"""

from micropython import const

RAIL_MV = const(12_000)
_DIODE_MV = const(700)
# Conductances in 0.1 microsiemens: 10^7 / Ohm.
_SOURCE = const(10_000)  # 1 kOhm
_SHORT = const(125_000)  # 80 Ohm, the test value of the CP-PE short
_DEAD_SHORT = const(10_000_000)  # 1 Ohm: state E forced from the car's side
_LOADS = (
    ("A", 0),
    ("B", 3_650),  # 2740 Ohm
    ("C", 11_342),  # 2740 || 1300 = 882 Ohm
    ("D", 40_687),  # 2740 || 270 = 246 Ohm
)


def load_of(state):
    """Return the conductance of the car in pilot state "A".."D", in 0.1 microsiemens."""
    for name, conductance in _LOADS:
        if name == state:
            return conductance
    return 0


def conductance_of(ohm):
    """Return the conductance of a resistance of 1 Ohm at least, in 0.1 microsiemens."""
    return 10_000_000 // ohm


class PilotNetwork:
    """Pilot voltage for the high and the low half of the PWM, in mV at the CP pin."""

    def __init__(self):
        self.rail_plus_mv = RAIL_MV
        self.rail_minus_mv = -RAIL_MV
        self.source = _SOURCE  # conductance of the station's resistor; another one is a fault
        self.load = 0  # conductance of the car, 0.1 microsiemens
        self.is_diode_shorted = False
        self.is_cp_shorted = False  # 80 Ohm from CP to PE
        self.is_dead_shorted = False  # the car's side forces state E
        self.is_cp_open = False  # the wire to the car is broken
        self.is_pe_lost = False  # the wire back from the car is broken
        self.is_held_low = False  # the car's side forces state F
        self.high_mv = RAIL_MV
        self.low_mv = -RAIL_MV

    @property
    def is_car_off(self):
        """Tell whether station and car do not see each other."""
        return self.is_cp_open or self.is_pe_lost

    def set_source_ohm(self, ohm):
        """Set the station's resistor; 0: the right one."""
        self.source = conductance_of(ohm) if ohm else _SOURCE

    def update(self):
        """Compute both levels from the present state."""
        self.high_mv = self._node_mv(self.rail_plus_mv)
        self.low_mv = self._node_mv(self.rail_minus_mv)

    def _node_mv(self, rail_mv):
        is_car_off = self.is_car_off
        if self.is_held_low and not is_car_off:
            return self.rail_minus_mv
        total = self.source
        current = rail_mv * self.source
        if self.is_cp_shorted:
            total += _SHORT
        if not is_car_off:
            if self.is_dead_shorted:
                total += _DEAD_SHORT
            if self.load and self.is_diode_shorted:
                total += self.load
            elif self.load and current // total > _DIODE_MV:
                total += self.load
                current += _DIODE_MV * self.load
        return current // total
