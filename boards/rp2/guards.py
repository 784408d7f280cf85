"""Makes the CoilGuards of an RP2 board: one PIO state machine per connector, all of PIO 0.

Called by: the board, once, after boot.py has put every output to its safe level. PIO 1 is left to
the radio of the Pico W boards. Errors: ConfigError for a setting that does not fit.
"""

import rp2
from micropython import const

from boards.rp2.coil_guard import CoilGuard
from boards.rp2.coil_guard_program import CYCLES_PER_PASS, WORDS, coil_guard
from chargecore.base.errors import ConfigError

CYCLE_HZ = const(1_000_000)  # a trip drops the coil within 10 us
DEAD_MAN_MS = const(150)  # R56: below 200 ms, and several times the 20 ms of a safety step
MACHINES = const(4)  # of PIO 0
_SHORTEST_MS = const(60)  # R57 calls a gap of 60 ms late: the coil must outlast it
_LONGEST_MS = const(200)  # R56
_IRQ_REGISTER = 0x5020_0030  # PIO 0; pico-sdk hardware_regs addressmap.h and pio.h, both chips


def dead_man_passes(dead_man_ms):
    """Return the word that keeps a coil on for dead_man_ms, rounded down."""
    if not _SHORTEST_MS <= dead_man_ms <= _LONGEST_MS:
        raise ConfigError("dead_man_ms")
    return dead_man_ms * (CYCLE_HZ // 1_000) // CYCLES_PER_PASS - 1


def make_guard(idx, pins, registers, dead_man_ms=DEAD_MAN_MS):
    """Start state machine idx (0..3). pins: coil, tone and trip input; registers: machine.mem32.

    Hand the coil pin and the tone pin to nobody else: they belong to the program from now on.
    """
    if not 0 <= idx < MACHINES:
        raise ConfigError("connectors")
    if tuple(coil_guard[0]) != WORDS:  # not the program that was tested
        raise ConfigError("coil_guard_program")
    passes = dead_man_passes(dead_man_ms)
    coil_pin, tone_pin, trip_pin = pins
    machine = rp2.StateMachine(
        idx, coil_guard, CYCLE_HZ, set_base=coil_pin, sideset_base=tone_pin, jmp_pin=trip_pin
    )
    guard = CoilGuard(machine, trip_pin, registers, _IRQ_REGISTER, 1 << idx, passes)
    machine.active(1)
    return guard
