"""make_board(): the Board of an RP2, out of its pin table. Called by: board.py of the boards."""

import machine
from machine import Pin
from micropython import const

from boards.rp2.guard_feed import GuardFeed
from boards.rp2.hardware import Hardware
from boards.rp2.plain_adc import PlainAdc
from boards.rp2.reset_record import ResetRecord
from boards.rp2.sampling import make_ring
from boards.shared.app_copies import app_slots
from boards.shared.buses import lamp_bus, lid_pin, meter_bus, reader_bus
from boards.shared.chip_board import ChipBoard
from boards.shared.wifi import make_wifi
from chargecore.base.modules import unload

_IRQ_OPTIONS = {"hard": True}
# mbedtls lives in the heap of MicroPython here and wants 16.7 KiB of it in one piece: with 28 KiB
# kept free from boot on, three connections in a row came up (micropython.md §3.4).
_TLS_RESERVE_B = const(28_672)
_ANALOG = ("PILOT_SENSE", "PROXIMITY_SENSE", "TEMPERATURE_SENSE")


def make_board(pins, place, chip, watchdog_address, is_watched):
    """Return the board. place: (folder of the copies, copy that runs, name for bundles).

    chip: RP2040 or RP2350 of adc_ring. is_watched: the watchdog of a trial runs.
    """
    stopper = _Stopper()

    def build(board, row):
        board.slots = app_slots(*place)
        if str(board.config.get("csms_url")).startswith("wss:"):
            board.tls_reserve_b = _TLS_RESERVE_B
        stopper.ring = make_ring([Pin(getattr(pins, name)[0]) for name in _ANALOG], chip)
        hw = Hardware(pins, stopper.ring)
        hw.meter_bus = meter_bus(pins, row, _IRQ_OPTIONS)
        hw.lamp_bus = lamp_bus(pins, board.config)
        board.connectors.append(hw)
        board.dead_man_pin = GuardFeed([hw.guard])
        board.tamper_pin = lid_pin(pins)
        board.reader_bus = reader_bus(pins, board.config.get("reader"), _IRQ_OPTIONS)
        board.link = make_wifi(board.config, board.dns_servers, board.ticks_ms())

    cause = ResetRecord(machine.mem32, watchdog_address).read()
    board = ChipBoard(cause, Pin(pins.SERVICE[0], Pin.IN, Pin.PULL_UP), stopper.stop, -1)
    pilot = pins.PILOT_SENSE
    board.pilot_adc = lambda: PlainAdc(machine.ADC(Pin(pilot[0])))
    board.fill(build, place[0], is_watched)
    unload((pins.__name__,))  # its texts are for people
    return board


class _Stopper:
    """What must not outlive the interpreter: DMA writes into the ring's memory."""

    def __init__(self):
        self.ring = None

    def stop(self):
        """Stop it, if it runs."""
        if self.ring is not None:
            self.ring.stop()
