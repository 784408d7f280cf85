"""coil_guard: the PIO program that holds one coil: trip input, dead man and latch, without Python.

Called by: guards.py, which loads it. Source: RP2040 datasheet, PIO instruction set; issue 4.
Pins: set pin = coil driver, 1 = on; side-set pin = tone, see README.md; jmp pin = trip input,
1 = healthy.

A word is the number of passes that the coil may stay on from then on: one pass takes
CYCLES_PER_PASS cycles, whether it takes a word or not. The word 0 switches off.
After a trip it waits for its interrupt flag to be cleared, throws away every word that was queued
meanwhile, and waits for a new word; the coil stays off until that one has met a healthy input.
"""

# ruff: noqa: F821  the assembler brings the names of instructions and registers

import rp2
from micropython import const

CYCLES_PER_PASS = const(5)
# What the assembler must make of the program. host_tests/pio runs these words in an emulator and
# compares them with a second assembler; guards.py compares them with what the board's own made.
WORDS = (0xE000, 0x80A0, 0xA027, 0x0020, 0x00CB, 0xE000, 0xC030, 0xE043)
WORDS += (0x8080, 0x0088, 0x0000, 0xF001, 0x9080, 0xB027, 0x0044)


@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW, sideset_init=rp2.PIO.OUT_LOW)
def coil_guard():
    """Hold the coil while words come and the trip input is high."""
    wrap_target()
    label("off")
    set(pins, 0).side(0)
    pull(block).side(0)  # the only way on: a word of the driver
    mov(x, osr).side(0)
    jmp(not_x, "off").side(0)  # the word 0 must not even blink
    label("look")
    jmp(pin, "hold").side(0)
    set(pins, 0).side(0)  # tripped
    irq(block, rel(0)).side(0)  # stays here until the driver clears the flag
    set(y, 3).side(0)  # four words fit into the queue, and none of them may switch on again
    label("drain")
    pull(noblock).side(0)
    jmp(y_dec, "drain").side(0)
    jmp("off").side(0)
    label("hold")
    set(pins, 1).side(1)
    pull(noblock).side(1)  # no word: x again
    mov(x, osr).side(1)
    jmp(x_dec, "look").side(0)
    wrap()
