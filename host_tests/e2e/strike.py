"""Strike: one row of the fault list that opens a charging contactor, and every output after it.

Used by test_faults_*.py. Source of the rows: evse-hardware.md §8.2 (docs/safety.md).
"""

from collections import namedtuple

from fault_rig import PWM_32_A, X1, report

AT_ONCE_MS = 100  # to dead contacts, R20..R25
COMMAND_MS = 50  # to the command, R20
_RELAY_MS = 50  # what the contactor may take of it
_SETTLED_S = 2  # the pilot has gone through F, the status is told
_LEVEL_MV = 60

# name: F number and case. hand: (command, fields) of the control socket. reason: OPEN_*.
# pilot: letter, high mV and low mV once it has settled. told: status and error code.
Strike = namedtuple("Strike", "name hand limit_ms reason pilot duty locked told events")


HELD_C = ("C", 5_994, 5_994)  # the car stays in C, the pilot at +12 V


def ended(reason, told, *events, pilot=HELD_C, duty=X1, locked=False):
    """Return the outputs to expect, for a test that strikes in its own way."""
    return Strike("", None, None, reason, pilot, duty, locked, told, events)


def strike(rig, row):
    """Charge, strike, and check how fast it opens and where every output ends."""
    rig.charge()

    command_ms, dead_ms, seen = _hit(rig, row)
    rig.wait_told(*row.told)
    rig.run_s(_SETTLED_S)

    assert seen["open_reason"] == row.reason
    assert command_ms <= row.limit_ms, f"{row.name}: {command_ms} ms to the command"
    assert dead_ms <= row.limit_ms + _RELAY_MS, f"{row.name}: {dead_ms} ms to dead contacts"
    report(row.name, _what(row), row.limit_ms, command_ms, dead_ms)
    check_outputs(rig, row)


def check_outputs(rig, row):
    """Check all that the station shows: contactor, pilot, lock, status, reason, events."""
    seen = rig.row()
    letter, high_mv, low_mv = row.pilot
    assert (seen["contactor"], seen["drawn_ma"]) == ("open", 0)
    assert seen["pilot_state"] == letter
    assert abs(seen["pilot_high_mv"] - high_mv) <= _LEVEL_MV
    assert abs(seen["pilot_low_mv"] - low_mv) <= _LEVEL_MV
    assert seen["duty_permille"] == row.duty
    assert seen["offered_ma"] == (0 if row.duty in (0, X1) else 32_000)
    assert seen["locked"] == row.locked
    assert (seen["status"], seen["error_code"]) == row.told
    assert seen["open_reason"] == row.reason
    texts = rig.events()
    for event in row.events:
        assert any(event in text for text in texts), f"no '{event}' in {texts}"


def check_charging(rig, duty=PWM_32_A, high_mv=5_994):
    """Check all that the station shows while it charges."""
    seen = rig.row()
    assert seen["contactor"] == "closed"
    assert 0 < seen["drawn_ma"] <= seen["offered_ma"]
    assert seen["pilot_state"] == "C"
    assert abs(seen["pilot_high_mv"] - high_mv) <= _LEVEL_MV
    assert abs(seen["pilot_low_mv"] + 12_000) <= _LEVEL_MV
    assert seen["duty_permille"] == duty
    assert seen["locked"] is True
    assert (seen["status"], seen["error_code"]) == ("Charging", "NoError")
    assert seen["transaction_id"] is not None


def _hit(rig, row):
    command, fields = row.hand
    rig.speed(1)
    if command == "fault":
        rig.fault(**fields)
    else:
        rig.do(command, **fields)
    return rig.opened()


def _what(row):
    command, fields = row.hand
    return " ".join([command, *(str(value) for value in fields.values())])
