"""What goes wrong with faults and with power that does not flow."""

from cert.plain_station.defects.defect import Defect


def _charging_at_zero_power(station):
    for connector in station.connectors:
        connector.session_status = lambda: "Charging"


def _fault_not_told(station):
    honest = station.board.tell

    def tell(number, row=None, is_triggered=False):
        if row is None or row.seen.status != "Faulted":
            honest(number, row, is_triggered)

    station.board.tell = tell


def _starts_while_faulted(station):
    for connector in station.connectors:
        _ignore_fault(connector)


def _ignore_fault(connector):
    honest = connector.state

    class Ignoring(type(connector)):
        """Sees the fault only where it is told."""

        fault = None

    def state():
        code = next(iter(connector.outlet.faults.values()), None)
        told = honest()
        if code is None or connector.transaction is not None:
            return told
        return type(told)("Faulted", code)

    connector.state = state
    connector.__class__ = Ignoring


def _no_error_code(station):
    for connector in station.connectors:
        honest = connector.state

        def state(honest=honest):
            told = honest()
            return type(told)(told.status, "NoError", told.info)

        connector.state = state


def _always_other(station):
    for connector in station.connectors:
        honest = connector.state

        def state(honest=honest):
            told = honest()
            code = "NoError" if told.error_code == "NoError" else "OtherError"
            return type(told)(told.status, code, told.info)

        connector.state = state


def _fault_goes_on(station):
    """Tells Faulted, and leaves the transaction open."""
    for connector in station.connectors:
        connector._end_by_fault = lambda: None


ROWS = (
    Defect(
        "charging_at_zero_power",
        "tells Charging although it gives no energy",
        ("TC_037_2_CS", "OWN_ZERO_LIMIT"),
        _charging_at_zero_power,
    ),
    Defect("fault_not_told", "never tells Faulted", ("TC_041_CS", "TC_024_CS"), _fault_not_told),
    Defect(
        "starts_while_faulted",
        "starts a transaction while it is Faulted",
        ("TC_041_CS",),
        _starts_while_faulted,
    ),
    Defect(
        "fault_as_no_error",
        "tells every fault with the error code NoError",
        ("TC_024_CS", "OWN_FAULT_POWER_METER", "OWN_FAULT_READER", "OWN_FAULT_WEAK_SIGNAL"),
        _no_error_code,
    ),
    Defect(
        "fault_leaves_transaction",
        "tells Faulted and leaves the transaction open",
        (
            "OWN_FAULT_WHILE_CHARGING",
            "OWN_FAULT_HIGH_TEMPERATURE",
            "OWN_FAULT_OVER_VOLTAGE",
            "OWN_FAULT_POWER_SWITCH",
            "OWN_FAULT_UNDER_VOLTAGE",
        ),
        _fault_goes_on,
    ),
    Defect(
        "every_fault_is_other",
        "tells OtherError, whatever is wrong",
        ("OWN_FAULT_WHILE_CHARGING", "OWN_FAULT_POWER_SWITCH", "OWN_FAULT_OVER_VOLTAGE"),
        _always_other,
    ),
)
