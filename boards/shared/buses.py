"""meter_bus(), reader_bus(), lamp_bus(), lid_pin(): what hangs on a board, at its table's pins.

Called by: the board, once. What each model wants stands in boards/README.md. A model that is not
known, or has no pins here, gets None: the maker of its driver refuses that, naming the field.
"""

import machine
from machine import Pin
from micropython import const

_RX_BUF = const(256)
_READER_RX_BUF = const(64)
_MODBUS_HZ = const(9_600)
_CSE_HZ = const(4_800)
_I2C_HZ = const(400_000)
_I2C_TIMEOUT_US = const(3_000)
_LEDS = const(8)
_LEDS_MAX = const(16)


def meter_bus(pins, row, irq_options):
    """Return the UART of a meter, or the input of its pulses. row: the connector's."""
    model = row.get("meter")
    rx_pin = Pin(pins.METER_RX[0], Pin.IN, Pin.PULL_UP)
    if model == "s0":
        return PulseInput(rx_pin, irq_options)
    tx_pin = Pin(pins.METER_TX[0], Pin.OUT, value=1)
    line = {"tx": tx_pin, "rx": rx_pin, "timeout": 0, "rxbuf": _RX_BUF}
    if model == "cse7766":
        return machine.UART(pins.METER_UART, baudrate=_CSE_HZ, parity=0, **line)
    return machine.UART(pins.METER_UART, baudrate=_MODBUS_HZ, **line)


def reader_bus(pins, model, irq_options):
    """Return the bus of a reader; None where there is no reader, or no pins for it."""
    if not hasattr(pins, "READER_A"):
        return None
    a_pin, b_pin = pins.READER_A[0], pins.READER_B[0]
    if model == "pn532":
        lines = {"scl": Pin(b_pin), "sda": Pin(a_pin)}
        return machine.I2C(pins.READER_I2C, freq=_I2C_HZ, timeout=_I2C_TIMEOUT_US, **lines)
    if model == "wiegand":
        return WiegandLines(Pin(a_pin, Pin.IN), Pin(b_pin, Pin.IN), irq_options)
    return None


def lamp_bus(pins, config):
    """Return the strip of LEDs; None where there is none."""
    count = config.get("lamp_leds", _LEDS)
    is_count = isinstance(count, int) and 1 <= count <= _LEDS_MAX
    if config.get("lamp") != "pixels" or not is_count or not hasattr(pins, "LAMP_DATA"):
        return None
    import neopixel

    return neopixel.NeoPixel(Pin(pins.LAMP_DATA[0], Pin.OUT, value=0), count)


def lid_pin(pins):
    """Return the input of the lid switch, 1 = open; None where there is none."""
    if not hasattr(pins, "LID"):
        return None
    return Pin(pins.LID[0], Pin.IN, Pin.PULL_UP)


class PulseInput:
    """The pin of an S0 meter, with what the chip wants beside handler and trigger."""

    def __init__(self, pin, irq_options):
        self.irq_options = irq_options
        self.IRQ_FALLING = pin.IRQ_FALLING
        self.IRQ_RISING = pin.IRQ_RISING
        self.value = pin.value
        self.irq = pin.irq


class WiegandLines:
    """The two lines of a Wiegand reader."""

    def __init__(self, d0_pin, d1_pin, irq_options):
        self.d0_pin = d0_pin
        self.d1_pin = d1_pin
        self.irq_options = irq_options
