"""The words that were tested are the words that run: two assemblers and the board must agree."""

import pytest
import rp2
from adafruit_pioasm import Program

from boards.rp2 import coil_guard_program, guards
from chargecore.base.errors import ConfigError

_HEAD = ".program any\n.side_set 1\n"


def second_opinion(listing):
    """Return the words that the other assembler makes of a listing."""
    return tuple(Program(_HEAD + "\n".join(listing)).assembled)


def test_words_are_what_both_assemblers_make_of_the_program():
    assembled = coil_guard_program.coil_guard

    assert tuple(assembled[0]) == coil_guard_program.WORDS
    assert second_opinion(assembled.listing) == coil_guard_program.WORDS


def test_loop_ends_where_the_emulator_is_told_it_ends():
    listing = coil_guard_program.coil_guard.listing

    assert listing[0] == ".wrap_target"
    assert listing[-1] == ".wrap"


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("number", range(4))
def test_assemblers_agree_on_every_form_that_is_used(level, number):
    @rp2.asm_pio(set_init=rp2.PIO.OUT_LOW, sideset_init=rp2.PIO.OUT_LOW)
    def forms():
        # ruff: noqa: F821
        wrap_target()
        label("first")
        set(pins, number).side(level)
        set(x, 31 - number).side(1 - level)
        set(y, number).side(level)
        pull(block).side(level)
        pull(noblock).side(level)
        label("middle")
        mov(x, osr).side(level)
        mov(y, x).side(level)
        mov(osr, y).side(level)
        irq(block, rel(number)).side(level)
        irq(noblock, rel(number)).side(level)
        jmp("middle").side(level)
        jmp(not_x, "first").side(level)
        jmp(x_dec, "last").side(level)
        jmp(y_dec, "middle").side(level)
        label("last")
        jmp(pin, "first").side(level)
        wrap()

    assert tuple(forms[0]) == second_opinion(forms.listing)


def test_program_fits_beside_others_into_the_memory_of_32_words():
    assert len(coil_guard_program.WORDS) <= 16


def test_board_refuses_to_start_with_other_words(monkeypatch):
    other = list(coil_guard_program.WORDS)
    other[11] ^= 1
    monkeypatch.setattr(guards, "coil_guard", [other])

    with pytest.raises(ConfigError, match="coil_guard_program"):
        guards.make_guard(0, (None, None, None), {})
