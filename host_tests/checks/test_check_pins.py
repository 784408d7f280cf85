"""The check of the pin tables: numbers used twice, missing signals, missing safe levels."""

import check_pins
import pytest

from planted import plant
from sources import ROOT

_GOOD = '''"""Pins."""

from micropython import const

IN = const(0)
DEAD_MAN = (0, OUT, 0, "one-shot")
CONTACTOR_COIL = (1, OUT, 0, "Q1")
CONTACTOR_FEEDBACK = (2, IN, None, "auxiliary contact")
RCD_TRIP = (3, IN, None, "opto")
PILOT_PWM = (4, PWM_OUT, 1, "pilot stage")
PILOT_SENSE = (5, ANALOG_IN, None, "divider")
'''


def found(root, text):
    """Return what the check says about one board's table."""
    return check_pins.check(plant(root, {"boards/one/pins.py": text}))


def test_accepts_a_whole_table(tmp_path):
    assert found(tmp_path, _GOOD) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(5, ANALOG_IN", "(4, ANALOG_IN"),
        ("(1, OUT, 0,", "(1, OUT, None,"),
        ("PWM_OUT, 1", "PWM_OUT, 2"),
        ('"opto"', '""'),
        ("(3, IN, None,", "(PIN_3, IN, None,"),
        ("ANALOG_IN, None", "SIDEWAYS, None"),
        ("IN = const(0)", "IN = compute()"),
        ("IN = const(0)", "for a in b: pass"),
    ],
)
def test_refuses(tmp_path, old, new):
    assert found(tmp_path, _GOOD.replace(old, new))


def test_names_a_missing_signal(tmp_path):
    findings = found(tmp_path, _GOOD.replace("RCD_TRIP", "RCD_TRAP"))

    assert len(findings) == 1
    assert "RCD_TRIP" in findings[0]


def test_refuses_a_board_without_a_table(tmp_path):
    root = plant(tmp_path, {"boards/one/pins.py": _GOOD, "boards/two/board.py": ""})

    assert check_pins.check(root) == ["boards/two:1: no pins.py"]


_RP2_BOARD = "from boards.rp2.guards import make_guard\n"


def found_on_rp2(root, text):
    """Return what the check says about a table beside a board that uses boards/rp2."""
    return check_pins.check(
        plant(root, {"boards/one/pins.py": text, "boards/one/board.py": _RP2_BOARD})
    )


def test_rp2_board_needs_a_tone_but_no_dead_man(tmp_path):
    table = _GOOD.replace("DEAD_MAN =", "COIL_TONE =")

    assert found_on_rp2(tmp_path, table) == []


def test_names_the_tone_that_an_rp2_board_lacks(tmp_path):
    findings = found_on_rp2(tmp_path, _GOOD)

    assert len(findings) == 1
    assert "COIL_TONE" in findings[0]


@pytest.mark.parametrize("number", [8, 15, 24, 29])
def test_refuses_a_pilot_on_rp2_that_a_soft_reset_does_not_stop(tmp_path, number):
    table = _GOOD.replace("DEAD_MAN =", "COIL_TONE =").replace(
        "(4, PWM_OUT", f"({number}, PWM_OUT"
    )

    findings = found_on_rp2(tmp_path, table)

    assert len(findings) == 1
    assert "soft reset" in findings[0]


@pytest.mark.parametrize("number", [6, 7, 16, 23])
def test_accepts_a_pilot_on_rp2_that_a_soft_reset_stops(tmp_path, number):
    table = _GOOD.replace("DEAD_MAN =", "COIL_TONE =").replace(
        "(4, PWM_OUT", f"({number}, PWM_OUT"
    )

    assert found_on_rp2(tmp_path, table) == []


def test_accepts_a_folder_of_shared_drivers_without_a_table(tmp_path):
    root = plant(tmp_path, {"boards/one/pins.py": _GOOD, "boards/chip/driver.py": ""})

    assert check_pins.check(root) == []


def test_has_nothing_to_say_about_this_repository():
    assert check_pins.check(ROOT) == []
