"""The check finds whoever closes a contactor or writes its pin without being allowed to."""

import check_contactor
import pytest

from planted import firmware, plant
from sources import ROOT

_ELSEWHERE = "firmware/chargecore/evse/controller.py"
_INTERLOCK = "firmware/chargecore/safety/interlock.py"
_BOARD = "boards/toy/board.py"
_PINS = 'CONTACTOR_COIL = (26, OUT, 0, "Q1")\nRCD_TRIP = (27, IN, None, "U5")\n'


def board(root, text, name=_BOARD):
    """Plant a board with the coil at pin 26, and one more file."""
    return plant(root, {"boards/toy/pins.py": _PINS, name: text})


@pytest.mark.parametrize(
    "line",
    [
        "self.contactor.close()",
        "self._contactor.close()",
        "contactor.close()",
        "contactors[0].close()",
        "later = self._contactor.close",
        "getattr(self.contactor, 'close')()",
        "coil_pin.value(1)",
        "coil_pin.value(0)",
        "self._coil_pin.on()",
        "hw.coil_pin(1)",
        "hw.coil_pin.high()",
        "hw.coil_pin.level = 1",
        "write = hw.coil_pin.value",
        "hw.coil_pwm.duty_u16(65535)",
        "helper(hw.coil_pin)",
        "pins = [hw.coil_pin]",
        "def later(coil_pin):\n    pass",
        "getattr(hw, 'coil_pin').value(1)",
        "setattr(hw, 'coil_pin', None)",
        "getattr(hw, 'co' + 'il_pin').value(1)",
        "getattr(hw, name)(1)",
        "vars(hw)",
        "exec('hw' + text)",
        "self.contactor._coil_pin.value(1)",
        "interlock.bench = BenchPermission()",
    ],
)
def test_refuses_one_line_outside_safety(tmp_path, line):
    assert len(check_contactor.check(firmware(tmp_path, line, _ELSEWHERE))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "hw.__dict__['coil' + '_pin'].value(1)",
        "x = hw.coil_pin\nx.value(1)",
        "x, y = hw.coil_pin, 5\nx.on()",
        "for pin in (hw.lock_a_pin, hw.coil_pin):\n    pin.value(1)",
        "if (x := hw.coil_pin):\n    x(1)",
        "row = hw.coil_pin if a else b\nrow.value(1)",
        "c = self.contactor\nc.close()",
        "self._k = self.contactor\nself._k.close()",
        "first = second = self.contactor\nsecond.close()",
        "for c in controllers.contactors:\n    c.close()",
        "c = Contactor(a, b, clock, events, 1)\nc.close()",
        "helper(self.contactor)",
        "helper(who=self.contactor)",
    ],
)
def test_refuses_another_name_for_it(tmp_path, text):
    assert check_contactor.check(firmware(tmp_path, text, _ELSEWHERE))


@pytest.mark.parametrize(
    "name",
    [
        "firmware/main.py",
        "firmware/boot.py",
        "firmware/chargecore/safety/dead_man.py",
        "firmware/chargecore/station/connector.py",
        "firmware/chargecore/ocpp16/adapter.py",
        _INTERLOCK,
    ],
)
def test_refuses_it_in_every_other_file(tmp_path, name):
    for line in ("self._coil_pin.value(1)", "Contactor(coil, b, clock, events, 1)"):
        assert check_contactor.check(firmware(tmp_path / line[:9], line, name))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (_INTERLOCK, "self._contactor.close()"),
        ("firmware/chargecore/safety/contactor.py", "self._coil_pin.value(1)"),
        ("firmware/chargecore/safety/coil_drive.py", "self._coil_pwm.duty_u16(65535)"),
        (_ELSEWHERE, "self.contactor = Contactor(hw.coil_pin, hw.feedback_pin, clock)"),
        (_ELSEWHERE, "self.interlock = Interlock(self.contactor, rcd)"),
        (_ELSEWHERE, "self._contactor.open(OPEN_RCD)"),
        (_ELSEWHERE, "self._socket.close()"),
        (_ELSEWHERE, "self._lock_a_pin.value(1)"),
        (_ELSEWHERE, "getattr(meter, 'poll_ms', 100)"),
        (_ELSEWHERE, "getattr(target, table[row])"),
        (_ELSEWHERE, "setattr(self, attribute, value)"),
        (_ELSEWHERE, "text = 'the coil pin is off'"),
    ],
)
def test_accepts(tmp_path, name, line):
    assert check_contactor.check(firmware(tmp_path, line, name)) == []


@pytest.mark.parametrize(
    "text",
    [
        "hw.coil_pin.value(1)",
        "hw.coil_pin.value(level)",
        "hw.coil_pin.on()",
        "hw.coil_pin.toggle()",
        "hw.coil_pin(1)",
        "hw.coil_pin.level = 1",
        "hw.coil_pin.init(Pin.OUT, value=1)",
        "hw.coil_pwm.duty_u16(30000)",
        "x = hw.coil_pin\nx.value(1)",
        "x = hw.coil_pin\nx.high()",
        "later = hw.coil_pin.value",
        "helper(hw.coil_pin)",
        "Pin(26, Pin.OUT).value(1)",
        "relay = Pin(26, Pin.OUT)",
        "relay = PWM(26)",
        "Pin(pins.CONTACTOR_COIL[0], Pin.OUT).value(1)",
        "relay = Pin(pins.CONTACTOR_COIL[0], Pin.OUT)",
        "number = pins.CONTACTOR_COIL[0]\nrelay = Pin(number, Pin.OUT)",
        "coil_pin = Pin(26, Pin.OUT, value=1)",
        "coil_pwm = PWM(Pin(26), duty_u16=32768)",
        "self.contactor.close()",
        "c = app.controllers[0].contactor\nc.close()",
        "Contactor(a, b, clock, events, 1).close()",
    ],
)
def test_refuses_on_a_board(tmp_path, text):
    assert check_contactor.check(board(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "self.coil_pin = Pin(26, Pin.OUT, value=0)",
        "self.coil_pin = self._pin(pins.CONTACTOR_COIL)",
        "self.coil_pin = CoilDrive(PWM(Pin(26), freq=25000, duty_u16=0))",
        "hw.coil_pin.value(0)",
        "hw.coil_pin.reset()",
        "level = hw.coil_pin.level",
        "level = hw.coil_pin.value()",
        "machine = rp2.StateMachine(0, program, set_base=coil_pin)",
        "relay = Pin(27, Pin.OUT)",
        "def set_safe_levels():\n    Pin(pins.CONTACTOR_COIL[0], Pin.OUT, value=0)",
        "self._plant.contactor.is_coil_open = True",
        "on = self.has_coil()",
    ],
)
def test_accepts_on_a_board(tmp_path, text):
    assert check_contactor.check(board(tmp_path, text)) == []


def test_knows_the_number_of_each_board_by_itself(tmp_path):
    files = {"boards/toy/pins.py": _PINS, "boards/other/board.py": "led = Pin(26, Pin.OUT)"}

    assert check_contactor.check(plant(tmp_path, files)) == []


def test_has_nothing_to_say_about_this_repository():
    assert check_contactor.check(ROOT) == []
