"""The check finds whoever closes a contactor or writes its pin without being allowed to."""

import check_contactor
import pytest

from planted import firmware
from sources import ROOT

_ELSEWHERE = "firmware/chargecore/evse/controller.py"


@pytest.mark.parametrize(
    "line",
    [
        "self.contactor.close()",
        "self._contactor.close()",
        "contactor.close()",
        "contactors[0].close()",
        "later = self._contactor.close",
        "coil_pin.value(1)",
        "self._coil_pin.on()",
        "hw.coil_pin(1)",
    ],
)
def test_refuses_outside_safety(tmp_path, line):
    assert len(check_contactor.check(firmware(tmp_path, line, _ELSEWHERE))) == 1


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("firmware/chargecore/safety/interlock.py", "self._contactor.close()"),
        ("firmware/chargecore/safety/contactor.py", "self._coil_pin.value(1)"),
        (_ELSEWHERE, "self._contactor.open(OPEN_RCD)"),
        (_ELSEWHERE, "self._socket.close()"),
        (_ELSEWHERE, "self._lock_a_pin.value(1)"),
    ],
)
def test_accepts(tmp_path, name, line):
    assert check_contactor.check(firmware(tmp_path, line, name)) == []


def test_keeps_the_interlock_from_writing_the_pin(tmp_path):
    root = firmware(tmp_path, "self._coil_pin.value(1)", "firmware/chargecore/safety/interlock.py")

    assert len(check_contactor.check(root)) == 1


def test_has_nothing_to_say_about_this_repository():
    assert check_contactor.check(ROOT) == []
