"""Faults during a session, each kind of the control socket, with and without the server.

What follows from every fault (S12 of ocpp16-behaviour.md, evse-hardware.md §8.2): the contactor
opens, Faulted with the error code that fits, StopTransaction with the reason that fits, never
Charging again; Finishing when it clears with the cable in, Available when the cable is gone.
"""

import pytest

from boards.host.fault_switch import _ERROR_CODES, FIELDS, FaultSwitch
from boards.host.wiring_faults import WiringFaults
from chargecore.safety.faults import is_blocking
from fakes.story_world import StoryWorld

CHARGING = ("closed", 16, 16, "locked", "Charging")

AT_ONCE = 0  # s after the cause is gone, with the cable in
PILOT_S = 60  # R50
RCD_S = 900  # R51
BY_UNPLUGGING = None

# kind, value, errorCode, reason of StopTransaction, s until it clears with the cable in
SENSED = (
    ("diode_short", 0, "OtherError", "Other", PILOT_S),
    ("cp_pe_short", 0, "OtherError", "Other", PILOT_S),
    ("cp_adc_stuck", 6_000, "InternalError", "Other", PILOT_S),
    ("cp_adc_stuck", -14_773, "InternalError", "Other", PILOT_S),
    ("rail_minus", -9_000, "OtherError", "Other", PILOT_S),
    ("feedback_open", 0, "PowerSwitchFailure", "Other", BY_UNPLUGGING),
    ("coil_open", 0, "PowerSwitchFailure", "Other", BY_UNPLUGGING),
    ("rcd", 0, "GroundFailure", "Other", RCD_S),
    ("rcd_open", 0, "GroundFailure", "Other", RCD_S),
    ("estop", 0, "OtherError", "EmergencyStop", BY_UNPLUGGING),
    ("lock_feedback_lost", 0, "ConnectorLockFailure", "Other", PILOT_S),
)
LINES = tuple(
    (name, 0, name, "Other", AT_ONCE) for name, line in _ERROR_CODES if is_blocking(line)
)
FAULTS = SENSED + LINES

# Told with the status of the moment, and the session goes on (S9).
WARNINGS = tuple(name for name, line in _ERROR_CODES if not is_blocking(line))

# kind: why it is no fault of a running session. Each has its own test below or in host_tests/evse.
OTHERS = {
    "cp_open": "looks like an unplugged car",
    "pe_lost": "looks like an unplugged car",
    "cp_noise": "forgiven up to the distance between two levels",
    "rail_plus": "cannot be told from the resistor of a car",
    "feedback_closed": "shows when the contactor opens: as a weld",
    "weld": "shows when the contactor opens",
    "contactor_slow": "shows when the contactor moves next",
    "lock": "a jammed bolt stays where it is",
    "rcd_test_dead": "shows in the self-test",
    "rcd_stuck": "shows in the self-test",
    "rcd_slow": "shows in the self-test",
    "pp_open": "not watched yet",
    "pp_short": "not watched yet",
    "pp_ohm": "not watched yet",
    "temp_dc": "a reading",
    "temp_open": "a reading",
    "temp_short": "a reading",
    "temp_silent": "a reading",
    "meter_silent": "the session pauses, told as a warning",
    "meter_backwards": "the session pauses, told as a warning",
    "over_current": "not watched yet",
    "loop_block": "opens, and goes on",
}

_ONE_EACH = SENSED + LINES[:1]  # the fault lines of the board are all alike


def _ids(rows):
    return [f"{row[0]}{row[1] or ''}" for row in rows]


def charging(**presets):
    """Return a world that has charged for some seconds more than an early RCD trip allows."""
    presets = {"MeterValueSampleInterval": "0", "LocalPreAuthorize": "true", **presets}
    world = StoryWorld({"max_current": 16}, presets=presets).boot()
    world.plug()
    world.run_s(4)
    world.card()
    world.run_s(20)
    assert world.see() == CHARGING
    world.told()
    return world


def strike(world, kind, value):
    """Set the fault; the contactor must open in time and nobody may call it Charging."""
    world.fault(kind, True, value)
    opened_s = world.until(lambda: world.see()[0] == "open", 1, "an open contactor")
    assert opened_s <= 0.15
    world.run_ms(60)
    assert (world.status_word(), world.offer_a()) == ("Faulted", 0)


def test_the_tables_name_every_fault_of_the_control_socket():
    known = set(FaultSwitch(None, None)._actions) | {name for name, _ in _ERROR_CODES}
    known |= set(FIELDS) | {"rcd", "weld", "lock"}
    known -= set(WiringFaults(None, None).actions)  # the bench finds those: host_tests/bench_tool

    assert {row[0] for row in FAULTS} | set(WARNINGS) | set(OTHERS) == known
    assert not {row[0] for row in FAULTS} & set(OTHERS)


@pytest.mark.parametrize("kind, value, code, reason, clears_s", FAULTS, ids=_ids(FAULTS))
def test_ends_the_session_and_is_finishing_when_it_clears(kind, value, code, reason, clears_s):
    world = charging()

    strike(world, kind, value)
    world.run_s(5)
    stop = world.payloads("StopTransaction")[0]
    assert stop["meterStop"] == world.register_wh()
    assert "idTag" not in stop
    # The session ends before or after the status is told (S14).
    assert sorted(world.told()) == sorted(["1 Faulted " + code, "Stop 101 " + reason])
    world.run_s(40)
    assert world.see()[:3] == ("open", 0, 0)
    assert world.told() == []

    world.fault(kind, False, value)
    if clears_s is not BY_UNPLUGGING:
        # Some causes cannot be seen any more once the contactor is open: their time began then.
        gone_s = world.until(lambda: world.status_word() == "Finishing", clears_s + 2, "Finishing")
        assert gone_s >= clears_s - 50
        world.run_s(1)
        assert world.see() == ("open", 0, 0, "free", "Finishing")
        assert world.told() == ["1 Finishing"]
    world.run_s(30)
    assert world.see()[:3] == ("open", 0, 0)
    assert world.told() == []  # nothing starts by itself

    world.unplug()
    world.run_s(4)
    assert world.see() == ("open", 0, 0, "free", "Available")
    assert world.told() == ["1 Available"]


@pytest.mark.parametrize("kind, value, code, reason, clears_s", FAULTS, ids=_ids(FAULTS))
def test_is_available_when_it_clears_without_a_cable(kind, value, code, reason, clears_s):
    world = charging()
    strike(world, kind, value)
    world.run_s(5)
    assert sorted(world.told()) == sorted(["1 Faulted " + code, "Stop 101 " + reason])

    world.unplug()
    world.run_s(5)
    world.fault(kind, False, value)
    world.run_s(5)

    assert world.see() == ("open", 0, 0, "free", "Available")
    assert world.told() == ["1 Available"]
    world.plug()
    world.run_s(35)  # R11: 30 s behind a fault
    world.card("TAG1")
    world.run_s(5)
    assert world.see() == CHARGING


@pytest.mark.parametrize("kind, value, code, reason, clears_s", _ONE_EACH, ids=_ids(_ONE_EACH))
def test_tells_it_all_after_an_outage(kind, value, code, reason, clears_s):
    world = charging()
    world.close()
    world.run_s(10)

    strike(world, kind, value)
    world.run_s(30)
    register_wh = world.register_wh()
    assert world.told() == []
    world.open()
    world.run_s(5)

    stop = world.payloads("StopTransaction")[0]
    assert stop["meterStop"] == register_wh
    assert sorted(world.told()) == sorted(["1 Faulted " + code, "Stop 101 " + reason])
    world.unplug()
    world.run_s(2)
    world.fault(kind, False, value)
    world.run_s(4)
    assert world.told() == ["1 Available"]


@pytest.mark.parametrize("name", WARNINGS)
def test_tells_a_warning_and_goes_on(name):
    world = charging()

    world.fault(name)
    world.run_s(10)

    assert world.see() == CHARGING
    told = world.told()
    world.fault(name, False)
    world.run_s(2)
    told += world.told()
    assert [text for text in told if "Faulted" in text or "Stop" in text] == []
    if name == "EVCommunicationError":  # never with Charging (S9)
        assert told == []
    else:
        assert told == [f"1 Charging {name}", "1 Charging"]


def test_tells_a_communication_error_of_the_car_only_where_it_may():
    world = charging()
    world.fault("EVCommunicationError")
    world.ev("B")
    world.run_s(3)
    world.ev("C")
    world.run_s(8)
    world.card()
    world.run_s(8)
    world.unplug()
    world.run_s(3)

    told = [text for text in world.told() if not text.startswith("Stop")]
    assert told == [
        "1 SuspendedEV EVCommunicationError",
        "1 Charging",
        "1 Finishing EVCommunicationError",
        "1 Available",
    ]


def test_ends_the_session_with_a_fault_when_the_earth_is_lost():
    world = charging()

    world.fault("pe_lost")
    opened_s = world.until(lambda: world.see()[0] == "open", 1, "an open contactor")
    world.run_s(5)

    assert opened_s <= 0.1
    assert sorted(world.told()) == ["1 Faulted OtherError", "Stop 101 Other"]
    world.fault("pe_lost", False)
    world.run_s(3)
    world.unplug()
    world.run_s(10)
    assert world.told()[-1] == "1 Available"


def test_ends_the_session_like_an_unplugged_car():
    world = charging()

    world.fault("cp_open")
    opened_s = world.until(lambda: world.see()[0] == "open", 1, "an open contactor")
    world.run_s(5)

    assert opened_s <= 0.1
    told = world.told()
    assert sorted(told[:2]) == ["1 Finishing", "Stop 101 EVDisconnected"]
    assert told[2:] == ["1 Available"]
    world.fault("cp_open", False)
    world.run_s(10)
    assert world.see()[:3] == ("open", 0, 0)
    assert world.told() == ["1 Preparing"]


@pytest.mark.parametrize(
    "kind, value",
    [
        ("cp_noise", 400),
        ("rail_plus", 11_500),
        ("contactor_slow", 500),
        ("lock", 0),
        ("rcd_test_dead", 0),
        ("temp_dc", 600),
    ],
)
def test_goes_on_with_what_is_no_fault_now(kind, value):
    world = charging()

    world.fault(kind, True, value)
    world.run_s(30)

    assert world.see() == CHARGING
    assert world.told() == []


@pytest.mark.parametrize("kind", ["weld", "feedback_closed"])
def test_is_faulted_for_good_when_the_contactor_does_not_open(kind):
    world = charging()
    world.fault(kind)

    world.card()
    world.run_s(8)
    assert world.status_word() == "Faulted"
    assert world.offer_a() == 0
    assert sorted(world.told()) == ["1 Faulted PowerSwitchFailure", "Stop 101 Local"]

    world.fault(kind, False)
    world.unplug()
    world.run_s(60)
    assert world.status_word() == "Faulted"  # R52: power cycle only
    assert world.told() == []


def test_goes_on_after_a_stalled_loop():
    world = charging()

    for _ in range(30):  # 300 ms in which the firmware does not run
        world.stall()
    world.run_ms(100)
    assert world.see()[0] == "open"
    world.run_s(10)

    assert world.see() == CHARGING
    assert [text for text in world.told() if "Stop" in text or "Faulted" in text] == []


@pytest.mark.parametrize("kind", ["meter_silent", "meter_backwards"])
def test_delivers_nothing_that_no_meter_counts(kind):
    """R33: ten seconds at most; the meter itself has counted them when it answers again."""
    world = charging()

    world.fault(kind)
    world.run_s(13)
    assert world.see() == ("open", 0, 0, "locked", "SuspendedEVSE")
    assert world.told() == ["1 SuspendedEVSE PowerMeterFailure"]
    world.run_s(60)
    assert world.see() == ("open", 0, 0, "locked", "SuspendedEVSE")
    assert world.told() == []


def test_goes_on_when_the_meter_answers_again():
    world = charging()
    world.fault("meter_silent")
    world.run_s(60)
    world.told()

    world.fault("meter_silent", False)
    world.run_s(8)
    assert world.see() == CHARGING
    assert world.told() == ["1 SuspendedEVSE", "1 Charging"]
    world.card()
    world.run_s(3)
    assert world.payloads("StopTransaction")[0]["meterStop"] == world.register_wh()
    assert sorted(world.told()) == ["1 Finishing", "Stop 101 Local"]


def test_ends_with_the_last_register_when_the_meter_stays_silent():
    world = charging()
    world.fault("meter_silent")
    last_wh = world.register_wh()
    world.run_s(60)
    world.told()

    world.card()
    world.run_s(6)
    assert last_wh - 1 <= world.payloads("StopTransaction")[0]["meterStop"] <= last_wh
    assert sorted(world.told()) == ["1 Faulted PowerMeterFailure", "Stop 101 Local"]
    world.card("TAG1")
    world.run_s(5)
    assert world.told() == []  # and no session begins without a meter

    world.fault("meter_silent", False)
    world.run_s(2)
    assert world.see() == ("open", 0, 0, "free", "Finishing")
    assert world.told() == ["1 Finishing"]


def test_ends_for_a_car_that_wants_ventilation():
    world = charging()

    world.ev("D")
    world.run_s(5)

    assert sorted(world.told()) == ["1 Faulted OtherError", "Stop 101 Other"]
    assert world.see()[:3] == ("open", 0, 0)


def test_keeps_the_first_reason_when_a_fault_comes_during_the_stop():
    world = charging()
    world.ev("C")  # and stays there: the stop takes 6 s
    world.card()
    world.run_s(2)

    world.fault("estop")
    world.run_s(5)

    assert sorted(world.told()) == ["1 Faulted OtherError", "Stop 101 Local"]


def test_a_fault_before_the_start_drops_the_card():
    world = StoryWorld({"max_current": 16}).boot()
    world.card()
    world.run_s(2)
    world.fault("GroundFailure")
    world.run_s(2)
    world.fault("GroundFailure", False)
    world.plug()
    world.run_s(10)

    told = world.told()
    assert [text for text in told if text.startswith("Start")] == []
    assert "1 Faulted GroundFailure" in told
    assert world.see() == ("open", 0, 0, "free", "Preparing")


def test_a_supply_that_fails_during_a_fault_loses_nothing():
    world = charging()
    world.close()
    strike(world, "rcd", 0)
    register_wh = world.register_wh()

    world = world.cut_power()
    world.run_s(6)
    world.open()
    world.run_s(5)

    stop = world.payloads("StopTransaction")[0]
    assert stop["meterStop"] == register_wh
    assert stop["reason"] in ("Other", "PowerLoss")  # whether its record was written before
    assert world.see()[:3] == ("open", 0, 0)
