"""Makes the AdcRing of an RP2 board. Called by: the board, once."""

import time

import machine
import rp2
import uctypes

from boards.rp2.adc_ring import AdcRing


def make_ring(analog_pins, chip):
    """Start sampling. chip: RP2040 or RP2350 of adc_ring; analog_pins: of GPIO 26 to 28."""
    for pin in analog_pins:
        machine.ADC(pin)  # takes the pin's digital input and pulls away, and wakes the ADC
    return AdcRing(machine.mem32, rp2.DMA(), chip, time.ticks_us, uctypes.addressof)
