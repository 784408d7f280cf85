"""The check of the firmware's rules finds each of them broken."""

import check_firmware_rules
import pytest

from planted import firmware
from sources import ROOT

_SCHEDULER = "firmware/chargecore/base/scheduler.py"
_WITH_INIT = """
class A:
    def __init__(self):
        self.a = 1

    def f(self):
"""
_BROAD = """
class Scheduler:
    def step(self):
        try:
            self.a()
        except Exception:
            pass
"""


@pytest.mark.parametrize(
    "text",
    [
        "assert True",
        "try:\n    a()\nexcept:\n    pass",
        "try:\n    a()\nexcept Exception:\n    pass",
        "try:\n    a()\nexcept (OSError, BaseException):\n    pass",
        "print('hello')",
        "def f(time):\n    return time.ticks_ms()",
        "def f():\n    global a",
        "async def f():\n    pass",
        "_COIL_PIN = 16",
        "COIL_PIN = const(16)",
        "def f(self):\n    Driver(coil_pin=16)",
        "a = Pin(16, Pin.OUT)",
        "LIMIT = 1073741824",
        "LIMIT = -1073741824",
        "RATIO = 0.5",
        _WITH_INIT + "        self.b = 2",
        "class A:\n    def f(self):\n        self.b = 2",
        "def f():\n" + "    a()\n" * 41,
        "a = 1\n" * 401,
    ],
)
def test_refuses(tmp_path, text):
    assert len(check_firmware_rules.check(firmware(tmp_path, text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    a()\nexcept OSError:\n    pass",
        "LIMIT = 1073741823",
        "LIMIT = -1073741823 - 1",
        "LIMIT = 2147483647  # heap-ok: once, at boot",
        "PIN_COUNT = PINS",
        "def f(pin):\n    return Driver(pin)",
        "@micropython.viper\ndef f(a: int):\n    return a & 0xFFFFFFFF",
        _WITH_INIT + "        self.a += 2",
        "def f():\n" + "    a()\n" * 40,
    ],
)
def test_accepts(tmp_path, text):
    assert check_firmware_rules.check(firmware(tmp_path, text)) == []


def test_allows_the_scheduler_its_one_guard(tmp_path):
    assert check_firmware_rules.check(firmware(tmp_path, _BROAD, _SCHEDULER)) == []


def test_refuses_a_second_guard_in_the_scheduler(tmp_path):
    text = _BROAD.replace("def step", "def add")

    assert len(check_firmware_rules.check(firmware(tmp_path, text, _SCHEDULER))) == 1


def test_has_nothing_to_say_about_this_repository():
    assert check_firmware_rules.check(ROOT) == []
