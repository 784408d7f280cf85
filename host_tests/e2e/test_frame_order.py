"""The bench's own judge of the order of calls: it must see what is wrong."""

import pytest

from chargecore_tools.csms.events import CALL, Frame
from chargecore_tools.csms.frame_order import FrameOrder

START = ("StartTransaction", {"connectorId": 1, "idTag": "T"})
STOP = ("StopTransaction", {"transactionId": 1})


def _status(status, connector=1):
    return "StatusNotification", {"connectorId": connector, "status": status}


def _faults_of(*calls):
    order = FrameOrder()
    for action, payload in calls:
        order.take(Frame("CP01", True, CALL, action, "id", payload, ""))
    return order.finish()


PREPARING, CHARGING = _status("Preparing"), _status("Charging")
FINISHING, AVAILABLE = _status("Finishing"), _status("Available")


@pytest.mark.parametrize(
    "calls",
    [
        (AVAILABLE, PREPARING, START, CHARGING, STOP, FINISHING, AVAILABLE),
        (AVAILABLE, PREPARING, CHARGING, START, FINISHING, STOP, AVAILABLE),
        (PREPARING, START, START, CHARGING),  # the same again is a retry
    ],
)
def test_accepts_what_may_swap(calls):
    assert _faults_of(*calls) == []


@pytest.mark.parametrize(
    "calls",
    [
        (AVAILABLE, FINISHING),
        (PREPARING, _status("Reserved")),
        (PREPARING, CHARGING, _status("SuspendedEV"), START),
        (PREPARING, CHARGING),
        (PREPARING, START, CHARGING, FINISHING, AVAILABLE, STOP),
        (PREPARING, START, CHARGING, FINISHING),
        (START, ("StartTransaction", {"connectorId": 1, "idTag": "OTHER"})),
    ],
)
def test_finds_what_is_out_of_order(calls):
    assert _faults_of(*calls)
