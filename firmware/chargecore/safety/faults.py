"""Fault numbers, protocol-neutral, never reused. The adapters map them to their own words."""

from micropython import const

FAULT_NONE = const(0)
FAULT_CONNECTOR_LOCK = const(1)
FAULT_EV_COMMUNICATION = const(2)
FAULT_GROUND = const(3)
FAULT_HIGH_TEMPERATURE = const(4)
FAULT_INTERNAL = const(5)
FAULT_OVER_CURRENT = const(6)
FAULT_OVER_VOLTAGE = const(7)
FAULT_POWER_METER = const(8)
FAULT_POWER_SWITCH = const(9)
FAULT_READER = const(10)
FAULT_RESET = const(11)
FAULT_UNDER_VOLTAGE = const(12)
FAULT_WEAK_SIGNAL = const(13)
FAULT_OTHER = const(14)
FAULT_LOCAL_LIST = const(15)

# Bit n: FAULT n is a warning, no reason to stop (OCPP 1.6 §4.9: reported with other statuses).
_WARNINGS = (
    1 << FAULT_EV_COMMUNICATION
    | 1 << FAULT_READER
    | 1 << FAULT_WEAK_SIGNAL
    | 1 << FAULT_LOCAL_LIST
)


def is_blocking(fault):  # HOT
    """Return True when the connector must not charge while the fault is there."""
    return fault != FAULT_NONE and not _WARNINGS >> fault & 1
