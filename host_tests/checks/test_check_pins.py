"""The check of the pin tables: each mistake is planted in a table that is good without it."""

import check_pins
import pytest

from planted import plant
from sources import ROOT

_ESP32 = '''"""Pins."""

from micropython import const

from boards.shared.pin_kinds import ANALOG_IN, IN, OPEN_DRAIN, OUT, PWM_OUT

MODULE = const("esp32-wroom-32")

DEAD_MAN = (25, OUT, 0, "one-shot")
CONTACTOR_COIL = (26, OUT, 0, "Q1")
CONTACTOR_FEEDBACK = (13, IN, None, "auxiliary contact")
RCD_TRIP = (18, IN, None, "opto")
EMERGENCY_STOP = (4, IN, None, "loop")
PILOT_PWM = (27, PWM_OUT, 1, "pilot stage")
PILOT_SENSE = (36, ANALOG_IN, None, "divider")
TEMPERATURE_SENSE = (32, ANALOG_IN, None, "NTC")
READER_A = (21, OPEN_DRAIN, None, "SDA")
'''
_S3 = (
    _ESP32.replace("esp32-wroom-32", "esp32-s3-n8r8")
    .replace("(25,", "(6,")
    .replace("(26,", "(7,")
    .replace("(27,", "(15,")
    .replace("(36,", "(1,")
    .replace("(32,", "(2,")
    .replace("(18,", "(9,")
)
_PICO = (
    _ESP32.replace("esp32-wroom-32", "pico-w")
    .replace("DEAD_MAN = (25,", "COIL_TONE = (3,")
    .replace("COIL = (26,", "COIL = (2,")
    .replace("(27,", "(16,")
    .replace("(36,", "(26,")
    .replace("(32,", "(28,")
)
_TETHERED = _ESP32.replace("esp32-wroom-32", "wt32-eth01")


def found(root, text):
    """Return what the check says about one board's table."""
    return check_pins.check(plant(root, {"boards/one/pins.py": text}))


@pytest.mark.parametrize("table", [_ESP32, _S3, _PICO], ids=["esp32", "s3", "pico"])
def test_accepts_a_whole_table(tmp_path, table):
    assert found(tmp_path, table) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("(36, ANALOG_IN", "(27, ANALOG_IN", "is PILOT_PWM's already"),
        ("(26, OUT, 0,", "(26, OUT, None,", "needs a safe level"),
        ("(26, OUT, 0,", "(26, OUT, False,", "needs a safe level"),
        ("PWM_OUT, 1", "PWM_OUT, 2", "needs a safe level"),
        ('"opto"', '""', "wired to"),
        ('"opto"', "4711", "wired to"),
        ("(18, IN, None,", "(PIN_3, IN, None,", "the pin is a number"),
        ("(18, IN, None,", "(True, IN, None,", "the pin is a number"),
        ("(36, ANALOG_IN, None,", "(36, SIDEWAYS, None,", "the direction is one of"),
        ('(18, IN, None, "opto")', "(18, IN, None)", "a row is"),
        ("MODULE = const", "MODULE = compute", "only rows and const()"),
        ("MODULE = const(", "for a in b: pass  # (", "no logic"),
        ('const("esp32-wroom-32")', 'const("esp32-wroom-99")', "no row of"),
    ],
)
def test_refuses_a_row_that_is_none(tmp_path, old, new, what):
    assert old in _ESP32
    assert any(what in finding for finding in found(tmp_path, _ESP32.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        *[("COIL = (26,", f"COIL = ({pin},", "strapping pin") for pin in (0, 2, 5, 15)],
        *[("A = (21,", f"A = ({pin},", "strapping pin") for pin in (2, 15)],
        ("COIL = (26,", "COIL = (14,", "moves at boot"),
        ("COIL = (26,", "COIL = (34,", "can only be an input"),
        ("TRIP = (18,", "TRIP = (12,", "voltage of the flash"),
        *[("COIL = (26,", f"COIL = ({pin},", "flash") for pin in (6, 11)],
        ("TRIP = (18,", "TRIP = (3,", "console"),
        *[("TRIP = (18,", f"TRIP = ({pin},", "is not there") for pin in (20, 24, 37, 40)],
        *[("SENSE = (36,", f"SENSE = ({pin},", "ADC 2") for pin in (2, 14)],
        ("SENSE = (36,", "SENSE = (19,", "has no ADC"),
    ],
)
def test_refuses_on_an_esp32(tmp_path, old, new, what):
    assert old in _ESP32
    findings = found(tmp_path, _ESP32.replace(old, new))

    assert any(what in finding for finding in findings), findings


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        *[("COIL = (7,", f"COIL = ({pin},", "strapping pin") for pin in (0, 3, 46)],
        ("COIL = (7,", "COIL = (45,", "voltage of the flash"),
        ("COIL = (7,", "COIL = (18,", "moves at boot"),
        *[("TRIP = (9,", f"TRIP = ({pin},", "PSRAM") for pin in (33, 37)],
        *[("TRIP = (9,", f"TRIP = ({pin},", "USB") for pin in (19, 20)],
        ("TRIP = (9,", "TRIP = (26,", "flash"),
        ("TRIP = (9,", "TRIP = (23,", "is not there"),
        ("PILOT_SENSE = (1,", "PILOT_SENSE = (12,", "ADC 2"),
    ],
)
def test_refuses_on_an_s3(tmp_path, old, new, what):
    assert old in _S3
    findings = found(tmp_path, _S3.replace(old, new))

    assert any(what in finding for finding in findings), findings


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        *[("(16, PWM_OUT", f"({pin}, PWM_OUT", "soft reset") for pin in (8, 15, 27)],
        *[("COIL = (2,", f"COIL = ({pin},", "radio") for pin in (23, 25, 29)],
        ("TRIP = (18,", "TRIP = (30,", "is not there"),
        ("PILOT_SENSE = (26,", "PILOT_SENSE = (22,", "has no ADC"),
    ],
)
def test_refuses_on_a_pico(tmp_path, old, new, what):
    assert old in _PICO
    findings = found(tmp_path, _PICO.replace(old, new))

    assert any(what in finding for finding in findings), findings


@pytest.mark.parametrize("number", [5, 7, 17, 22])
def test_accepts_a_pilot_on_rp2_that_a_soft_reset_stops(tmp_path, number):
    assert found(tmp_path, _PICO.replace("(16, PWM_OUT", f"({number}, PWM_OUT")) == []


def test_keeps_the_pins_of_the_ethernet_chip_free(tmp_path):
    findings = found(tmp_path, _TETHERED)

    taken = [finding.split(": ")[1] for finding in findings if "the module's own" in finding]
    assert taken == ["DEAD_MAN", "CONTACTOR_COIL", "RCD_TRIP", "PILOT_PWM", "READER_A"]


def test_accepts_adc_2_where_there_is_no_wifi(tmp_path):
    table = _TETHERED.replace("TEMPERATURE_SENSE = (32,", "TEMPERATURE_SENSE = (14,")

    assert not [finding for finding in found(tmp_path, table) if "TEMPERATURE" in finding]


def test_lets_a_lamp_flicker_at_boot(tmp_path):
    table = _ESP32 + 'LAMP_DATA = (14, OUT, 0, "LEDs")\n'

    assert found(tmp_path, table) == []


@pytest.mark.parametrize(
    "name",
    ["DEAD_MAN", "CONTACTOR_COIL", "RCD_TRIP", "EMERGENCY_STOP", "PILOT_PWM", "PILOT_SENSE"],
)
def test_names_a_missing_signal(tmp_path, name):
    rows = [row for row in _ESP32.splitlines() if not row.startswith(name + " ")]

    findings = found(tmp_path, "\n".join(rows))

    assert findings == [f"boards/one/pins.py:1: signal {name} is missing"]


def test_refuses_a_signal_that_nobody_asks_for(tmp_path):
    findings = found(tmp_path, _ESP32.replace("READER_A", "RCD_TRAP"))

    assert len(findings) == 1
    assert "RCD_TRAP" in findings[0]


def test_wants_a_whole_lock_or_none(tmp_path):
    findings = found(tmp_path, _ESP32 + 'LOCK_MOTOR_A = (33, OUT, 0, "bridge")\n')

    assert [finding.rsplit(" ", 3)[1] for finding in findings] == [
        "LOCK_MOTOR_B",
        "LOCK_FEEDBACK",
        "PROXIMITY_SENSE",
    ]


def test_lets_a_second_connector_have_its_number(tmp_path):
    assert found(tmp_path, _ESP32 + 'RCD_TRIP_2 = (19, IN, None, "opto")\n') == []


def test_refuses_a_table_that_does_not_name_its_module(tmp_path):
    findings = found(tmp_path, _ESP32.replace('MODULE = const("esp32-wroom-32")', ""))

    assert len(findings) == 1
    assert "MODULE is missing" in findings[0]


def test_an_rp2_needs_a_tone_and_no_dead_man(tmp_path):
    findings = found(tmp_path, _PICO.replace("COIL_TONE", "DEAD_MAN"))

    assert findings == ["boards/one/pins.py:1: signal COIL_TONE is missing"]


def test_refuses_a_board_without_a_table(tmp_path):
    root = plant(tmp_path, {"boards/one/pins.py": _ESP32, "boards/two/board.py": ""})

    assert check_pins.check(root) == ["boards/two:1: no pins.py"]


def test_accepts_a_folder_of_shared_drivers_without_a_table(tmp_path):
    root = plant(tmp_path, {"boards/one/pins.py": _ESP32, "boards/chip/driver.py": ""})

    assert check_pins.check(root) == []


def test_has_nothing_to_say_about_this_repository():
    assert check_pins.check(ROOT) == []
