"""What a board says of itself: which ones the tools work with, and what they say to the others."""

from dataclasses import replace

import pytest

from chargecore_tools.device.board_facts import MACHINE_CODES, BoardFacts
from chargecore_tools.device.errors import EXIT_WRONG_BOARD, DeviceError
from chargecore_tools.device.target import target_of

_PICO = target_of("pico_w")
_ARMV6M = MACHINE_CODES.index("armv6m") << 10
_GOOD = BoardFacts(
    name="micropython",
    version=(1, 28, 0),
    mpy=_ARMV6M | 3 << 8 | 6,
    machine="Raspberry Pi Pico W with RP2040",
    platform="rp2",
    free_b=800_000,
    total_b=868_352,
    block_b=4_096,
    heap_free_b=150_000,
)


def test_a_pico_with_micropython_1_28_will_do():
    _GOOD.require(_PICO)

    replace(_GOOD, version=(1, 29, 1)).require(_PICO)


@pytest.mark.parametrize(
    ("wrong", "told", "hint"),
    [
        ({"name": "circuitpython"}, "runs circuitpython", "chargecore flash --board pico_w"),
        ({"version": (1, 27, 9)}, "MicroPython 1.27.9: 1.28 or later", "with a newer image"),
        ({"mpy": MACHINE_CODES.index("xtensawin") << 10 | 0x306}, "runs xtensawin", "--board"),
        ({"mpy": _ARMV6M | 0x206}, ".mpy 6.2, not 6.3", "1.28"),
        ({"mpy": 60 << 10 | 0x306}, "number 60", "--board"),
    ],
)
def test_says_what_is_wrong_with_another_one_and_what_to_do(wrong, told, hint):
    with pytest.raises(DeviceError) as refused:
        replace(_GOOD, **wrong).require(_PICO)

    assert told in str(refused.value) and hint in refused.value.hint
    assert refused.value.status == EXIT_WRONG_BOARD
