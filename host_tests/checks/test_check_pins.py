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


def test_accepts_a_folder_of_shared_drivers_without_a_table(tmp_path):
    root = plant(tmp_path, {"boards/one/pins.py": _GOOD, "boards/chip/driver.py": ""})

    assert check_pins.check(root) == []


def test_has_nothing_to_say_about_this_repository():
    assert check_pins.check(ROOT) == []
