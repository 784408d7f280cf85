"""Readings: keeps a meter's promises about age: what is old is unknown, import_wh never goes back.

Called by: the drivers, which own the attributes; this decides how long these hold.
Never: touches a bus. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff

_FRESH_MS = const(1_000)
_VALUES_MS = const(2_000)  # older readings of what changes quickly are unknown
_REGISTERS_MS = const(10_000)  # R33: older registers are, too
_AGE_MAX_MS = const(0x1FFFFFFF)  # the age stays there: ticks could not tell it any more


class Readings:
    """meter has the attributes of the package's protocol, and `backwards`."""

    def __init__(self, meter, clock):
        self._meter = meter
        self._highest_wh = 0  # newest register value that was taken
        self._has_read = False
        self._answered_at_ms = clock.ticks_ms()  # last time the meter gave its values
        self._taken_at_ms = self._answered_at_ms  # last reading of import_wh that was taken
        self._is_ancient = False  # that one is older than ticks can tell

    def age_ms(self, now_ms):  # HOT
        """Return the age of import_wh, None when it was never read."""
        if not self._has_read:
            return None
        if self._is_ancient:
            return _AGE_MAX_MS
        return ticks_diff(now_ms, self._taken_at_ms)

    def take_answer(self, now_ms):  # HOT
        """Note that voltage, current and the like are as old as now_ms."""
        self._answered_at_ms = now_ms

    def take_register(self, register_wh, now_ms):  # HOT
        """Take import_wh, or refuse and count it when it is lower than before."""
        if register_wh < self._highest_wh:
            self._meter.backwards += 1
            return
        self._highest_wh = register_wh
        self._meter.import_wh = register_wh
        self._taken_at_ms = now_ms
        self._has_read = True
        self._is_ancient = False

    def grow_old(self, now_ms):  # HOT
        """Let what is too old become unknown. Call it with every poll."""
        meter = self._meter
        taken_ms = ticks_diff(now_ms, self._taken_at_ms)
        if taken_ms < 0:  # half a wrap has gone by
            self._is_ancient = True
        is_old = self._is_ancient or taken_ms >= _REGISTERS_MS
        meter.fresh = self._has_read and not is_old and taken_ms <= _FRESH_MS
        if is_old:
            meter.import_wh = None
            meter.export_wh = None
        silent_ms = ticks_diff(now_ms, self._answered_at_ms)
        if silent_ms < 0 or silent_ms >= _VALUES_MS:
            self._forget_values()

    def _forget_values(self):  # HOT
        meter = self._meter
        for i in range(3):
            meter.voltage_dv[i] = None
            meter.current_ma[i] = None
            meter.power_w[i] = None
        meter.frequency_chz = None
        meter.power_factor_permille = None
        meter.temperature_dc = None
