"""What each module lets its pins be used for. Called by: check_pins; the pages drawn from pins.py.

A row of MODULES is named by MODULE of a board's pins.py. Sources: data sheets of ESP32 (rev. 4),
ESP32-S3, RP2040, RP2350, Raspberry Pi Pico W and Pico 2 W; of the WT32-ETH01 its own; MicroPython
docs, quick reference for the ESP32 (Ethernet). What moves at boot is confirmed on a board by step
1 of the bench walk-through, not here.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Module:
    """pins: GPIO numbers that are brought out, or that the module uses itself (taken)."""

    pins: frozenset
    taken: dict  # number: what for
    adc: frozenset  # that always work
    adc_radio: frozenset = frozenset()  # that stand still while Wi-Fi is on
    input_only: frozenset = frozenset()
    strapping: frozenset = frozenset()
    never: dict = field(default_factory=dict)  # number: why not even an input
    moving: frozenset = frozenset()  # levels or pulses at boot
    has_wifi: bool = True
    pilot: frozenset = None  # where a soft reset stops the PWM; None: everywhere


_FLASH = dict.fromkeys(range(6, 12), "flash")
_CONSOLE = {1: "console", 3: "console"}
_FLASH_VOLTAGE = {12: "its level at reset sets the voltage of the flash"}
_ESP32_ADC2 = frozenset((0, 2, 4, 12, 13, 14, 15, 25, 26, 27))
_ESP32_STRAPS = frozenset((0, 2, 5, 12, 15))
_ESP32_MOVING = frozenset((0, 1, 3, 5, 14, 15))

_RMII = dict.fromkeys((19, 21, 22, 25, 26, 27), "Ethernet data")
_RMII.update({0: "Ethernet clock", 16: "Ethernet oscillator", 18: "MDIO", 23: "MDC"})

_S3_TAKEN = dict.fromkeys(range(26, 33), "flash") | dict.fromkeys(range(33, 38), "PSRAM")
_S3_TAKEN |= {19: "USB", 20: "USB", 43: "console", 44: "console"}

_PICO = Module(
    pins=frozenset(range(30)),
    taken=dict.fromkeys((23, 24, 25, 29), "radio"),
    adc=frozenset((26, 27, 28)),
    pilot=frozenset((*range(0, 8), *range(16, 24))),  # PWM slices 0 to 3: device figures
)

MODULES = {
    "esp32-wroom-32": Module(
        pins=frozenset((*range(0, 20), *range(21, 24), *range(25, 28), *range(32, 37), 39)),
        taken=_FLASH | _CONSOLE,
        adc=frozenset(range(32, 40)),
        adc_radio=_ESP32_ADC2,
        input_only=frozenset(range(34, 40)),
        strapping=_ESP32_STRAPS,
        never=_FLASH_VOLTAGE,
        moving=_ESP32_MOVING,
    ),
    "wt32-eth01": Module(
        pins=frozenset((*range(0, 13), 14, 15, 17, *_RMII, 32, 33, 35, 36, 39)),
        taken=_FLASH | _CONSOLE | _RMII,
        adc=frozenset(range(32, 40)),
        adc_radio=_ESP32_ADC2,
        input_only=frozenset(range(34, 40)),
        strapping=_ESP32_STRAPS,
        never=_FLASH_VOLTAGE,
        moving=_ESP32_MOVING,
        has_wifi=False,
    ),
    "esp32-s3-n8r8": Module(
        pins=frozenset((*range(0, 22), *range(26, 49))),
        taken=_S3_TAKEN,
        adc=frozenset(range(1, 11)),
        adc_radio=frozenset(range(11, 21)),
        strapping=frozenset((0, 3, 45, 46)),
        never={45: "its level at reset sets the voltage of the flash"},
        moving=frozenset((18, 19, 20)),
    ),
    "pico-w": _PICO,
    "pico-2-w": _PICO,
}
