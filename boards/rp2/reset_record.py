"""ResetRecord: why an RP2 was reset, out of its watchdog's registers.

machine.reset_cause() tells a watchdog that bit and a machine.reset() alike, and after a soft reset
(Ctrl-D) what it told before. The registers know more: REASON says whether the watchdog ran out or
was told to, and is 0 at power-on; a mark in a scratch register, which only power-on clears, tells
a soft reset from that. A permanent fault is tried anew at power-on alone (R52), so this matters.
Source: RP2040 datasheet §4.7.6, RP2350 datasheet §12.9.7; pico-sdk, hardware_watchdog: reset()
is the force bit, and scratch 4 to 7 are its own.
"""

from micropython import const

from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_RESET, CAUSE_WATCHDOG

WATCHDOG_RP2040 = 0x4005_8000
WATCHDOG_RP2350 = 0x400D_8000

_REASON = const(0x08)
_SCRATCH3 = const(0x18)
_TIMER = const(1)
_FORCE = const(2)
_MARK = const(0x1CC0_0001)


class ResetRecord:
    """registers: machine.mem32; base: address of the chip's watchdog."""

    def __init__(self, registers, base):
        self._registers = registers
        self._base = base

    def read(self):
        """Return CAUSE_* of this boot, and mark that it was seen. Once per boot."""
        registers, base = self._registers, self._base
        reason = registers[base + _REASON]
        is_marked = registers[base + _SCRATCH3] == _MARK
        registers[base + _SCRATCH3] = _MARK
        if reason & _TIMER:
            return CAUSE_WATCHDOG
        return CAUSE_RESET if reason & _FORCE or is_marked else CAUSE_POWER
