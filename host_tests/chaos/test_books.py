"""Books: each way in which meters and server can disagree is found and named."""

from datetime import datetime, timedelta, timezone

from chargecore_tools.csms.events import CALL, Frame, iso
from chargecore_tools.csms.transaction import Transaction
from chargecore_tools.soak.books import check_books

NOON = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)


def at(minute):
    """Return a time of day as OCPP writes it."""
    return iso(NOON + timedelta(minutes=minute))


def session(number, start_wh, stop_wh, connector=1, minute=None, tag=None):
    """Return an ended session of ten minutes; stop_wh None: it is open."""
    minute = 15 * number if minute is None else minute
    row = Transaction(
        number, "CP01", connector, tag or f"T{number}", start_wh, at(minute), start_wh
    )
    if stop_wh is not None:
        row.meter_stop_wh = row.last_wh = stop_wh
        row.stopped_at = at(minute + 10)
    return row


def sample(number, wh, minute):
    """Return MeterValues of a session."""
    value = {"timestamp": at(minute), "sampledValue": [{"value": str(wh), "unit": "Wh"}]}
    payload = {"connectorId": 1, "transactionId": number, "meterValue": [value]}
    return Frame("CP01", True, CALL, "MeterValues", "", payload, "")


def books(rows, registers_wh, seen=None, calls=()):
    """Return the books of a run from 12:00 to 14:00; seen None: every session."""
    seen = {row.id_tag for row in rows} if seen is None else seen
    return check_books(rows, calls, registers_wh, seen, NOON, NOON + timedelta(hours=2))


def test_balances_when_all_sessions_form_a_chain():
    rows = [session(1, 0, 500), session(2, 0, 70, connector=2), session(3, 500, 800)]

    found = books(rows, {1: 800, 2: 70}, calls=[sample(1, 100, 16), sample(1, 300, 20)])

    assert found.faults == []
    assert (found.sessions, found.meter_wh, found.server_wh) == (3, 870, 870)
    assert (found.lost_wh, found.lost_sessions, found.doubled_sessions) == (0, 0, 0)


def test_finds_energy_that_no_session_has():
    found = books([session(1, 0, 500), session(2, 510, 800)], {1: 800})

    assert found.lost_wh == 10
    assert found.faults == [
        "connector 1: 10 Wh between the end of session 1 of T1 (500 Wh) "
        "and the start of session 2 of T2 (510 Wh)"
    ]


def test_finds_energy_that_two_sessions_have():
    found = books([session(1, 0, 500), session(2, 480, 800)], {1: 800})

    assert found.lost_wh == 20 and "-20 Wh between" in found.faults[0]


def test_finds_energy_before_the_first_and_after_the_last_session():
    found = books([session(1, 5, 500)], {1: 507})

    assert found.lost_wh == 12 and len(found.faults) == 2
    assert "the fresh register (0 Wh)" in found.faults[0]
    assert "the meter (507 Wh)" in found.faults[1]


def test_finds_the_energy_of_a_connector_without_any_session():
    assert books([], {1: 0, 2: 30}).lost_wh == 30


def test_finds_a_session_that_never_ended():
    found = books([session(1, 0, None)], {1: 0})

    assert found.faults == ["connector 1: session 1 of T1 was never ended"]


def test_finds_a_session_that_never_came():
    found = books([session(1, 0, 500)], {1: 500}, seen={"T1", "T2"})

    assert found.lost_sessions == 1
    assert found.faults == ["the session of T2 never came to the server"]


def test_finds_a_session_that_came_twice():
    found = books([session(1, 0, 0), session(2, 0, 500, tag="T1")], {1: 500})

    assert found.doubled_sessions == 1
    assert found.faults == ["the session of T1 came 2 times"]


def test_a_session_that_nobody_saw_running_is_no_fault():
    assert books([session(1, 0, 3)], {1: 3}, seen=set()).faults == []


def test_finds_sessions_that_overlap():
    found = books([session(1, 0, 500, minute=0), session(2, 500, 800, minute=5)], {1: 800})

    assert len(found.faults) == 1 and "session 2 starts" in found.faults[0]


def test_sessions_of_two_connectors_may_overlap():
    rows = [session(1, 0, 500, minute=0), session(2, 0, 800, connector=2, minute=5)]

    assert books(rows, {1: 500, 2: 800}).faults == []


def test_finds_samples_whose_register_falls():
    calls = [sample(1, 300, 16), sample(1, 200, 17)]

    found = books([session(1, 0, 500)], {1: 500}, calls=calls)

    assert len(found.faults) == 1 and "200 Wh at" in found.faults[0]


def test_finds_samples_after_the_end():
    found = books([session(1, 0, 500)], {1: 500}, calls=[sample(1, 300, 26)])

    assert len(found.faults) == 1 and "500 Wh at" in found.faults[0]


def test_finds_samples_out_of_order():
    calls = [sample(1, 300, 18), sample(1, 300, 17)]

    assert len(books([session(1, 0, 500)], {1: 500}, calls=calls).faults) == 1


def test_samples_may_arrive_twice():
    calls = [sample(1, 100, 16), sample(1, 200, 17), sample(1, 100, 16), sample(1, 300, 18)]

    assert books([session(1, 0, 500)], {1: 500}, calls=calls).faults == []


def test_finds_times_from_before_and_after_the_run():
    rows = [session(1, 0, 500)]
    payload = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    old = Frame("CP01", True, CALL, "StatusNotification", "", dict(payload), "")
    old.payload["timestamp"] = "1970-01-01T00:00:00Z"
    future = Frame("CP01", True, CALL, "StatusNotification", "", dict(payload), "")
    future.payload["timestamp"] = at(500)

    found = books(rows, {1: 500}, calls=[old, future])

    assert found.faults == [
        "StatusNotification of 1970-01-01T00:00:00Z: not within the run",
        f"StatusNotification of {at(500)}: not within the run",
    ]


def test_looks_at_the_times_of_transaction_data():
    payload = {"transactionId": 1, "meterStop": 5, "timestamp": at(25)}
    payload["transactionData"] = [{"timestamp": at(-500), "sampledValue": []}]
    stop = Frame("CP01", True, CALL, "StopTransaction", "", payload, "")

    assert len(books([session(1, 0, 5)], {1: 5}, calls=[stop]).faults) == 1
