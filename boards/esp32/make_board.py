"""make_board(): the Board of an ESP32, out of its pin table. Called by: board.py of the boards."""

import machine
from machine import Pin

from boards.esp32.hardware import Hardware
from boards.shared.app_copies import app_slots
from boards.shared.buses import lamp_bus, lid_pin, meter_bus, reader_bus
from boards.shared.chip_board import ChipBoard
from boards.shared.wifi import make_wifi
from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_RESET, CAUSE_WATCHDOG
from chargecore.base.modules import unload

_IRQ_OPTIONS = {}  # pin interrupts are scheduled, and there is nothing to choose


def make_board(pins, place, margin, make_link, is_watched):
    """Return the board. place: (folder of the copies, copy that runs, name for bundles).

    make_link(config, dns_servers, now_ms) returns the network interface. is_watched: the watchdog
    of a trial runs.
    """

    def build(board, row):
        board.slots = app_slots(*place) or _ota_slots(place[2])
        hw = Hardware(pins, margin)
        hw.meter_bus = meter_bus(pins, row, _IRQ_OPTIONS)
        hw.lamp_bus = lamp_bus(pins, board.config)
        board.connectors.append(hw)
        board.dead_man_pin = Pin(pins.DEAD_MAN[0], Pin.OUT, value=0)
        board.tamper_pin = lid_pin(pins)
        board.reader_bus = reader_bus(pins, board.config.get("reader"), _IRQ_OPTIONS)
        board.link = make_link(board.config, board.dns_servers, board.ticks_ms())

    board = ChipBoard(_cause(), Pin(pins.SERVICE[0], Pin.IN, Pin.PULL_UP), _nothing, 0)
    board.has_wifi = make_link is make_wifi
    pilot = pins.PILOT_SENSE
    board.pilot_adc = lambda: machine.ADC(Pin(pilot[0]), atten=machine.ADC.ATTN_11DB)
    board.fill(build, place[0], is_watched)
    unload((pins.__name__, "boards.esp32.ota_trial"))  # texts for people; asked at boot
    return board


def _ota_slots(target):
    """Return the OTA slots of an image that has the application in it; None: it has one slot."""
    from esp32 import NVS, Partition

    try:
        Partition(Partition.RUNNING).get_next_update()
    except OSError:
        return None
    from boards.esp32.ota_slots import OtaSlots

    return OtaSlots(Partition, NVS("chargecore"), target)


def _cause():
    """Return CAUSE_*. The chip tells a brown-out as power-on, a panic as a hard reset."""
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return CAUSE_POWER
    return CAUSE_WATCHDOG if cause == machine.WDT_RESET else CAUSE_RESET


def _nothing():
    pass
