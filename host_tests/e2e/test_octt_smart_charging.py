"""OCTT 1.6 smart charging cases, in A and in W where the profile says both, and the pilot's duty.

Source: public test case document 2024-04, with what the 2025-06 draft says about durations.
"""

import pytest
from octt import TAG
from smart_case import DAY_S, SmartCase

UNITS = pytest.mark.parametrize("unit", ["A", "W"])
# 6000 W on three phases: 8.69 A, cut to one decimal. The pilot is offered the same.
AMPS = {"A": 6, "W": 8.6}


@UNITS
def test_tc_056_tx_default_profile(bench, unit):
    case = SmartCase(bench, unit)

    case.set(1, case.profile(1, "TxDefaultProfile", 0, {0: 6}, DAY_S))

    assert case.composite(300) == {0: 6}
    bench.charging()
    row = case.wait_offer(AMPS[unit])
    assert row["status"] == "Charging"


@UNITS
def test_tc_057_tx_profile(bench, unit):
    start = bench.charging()
    case = SmartCase(bench, unit)

    transaction_id = start.answer["transactionId"]
    profile = case.profile(1, "TxProfile", 0, {0: 6}, DAY_S, transactionId=transaction_id)
    case.set(1, profile)

    assert case.composite(300) == {0: 6}
    case.wait_offer(AMPS[unit])
    bench.swipe(TAG)
    bench.stopped(transactionId=transaction_id)
    assert case.composite(300) == {0: 32 if unit == "A" else 22.08}  # it died with it (C13)


def test_tc_058_1_tx_profile_without_a_transaction(bench):
    case = SmartCase(bench)

    case.set(1, case.profile(1, "TxProfile", 0, {0: 6}, DAY_S, transactionId=7), "Rejected")

    assert case.composite(300) == {0: 32}


def test_tc_058_2_tx_profile_for_another_transaction(bench):
    start = bench.charging()
    case = SmartCase(bench)

    other_id = start.answer["transactionId"] + 1
    profile = case.profile(1, "TxProfile", 0, {0: 6}, DAY_S, transactionId=other_id)
    case.set(1, profile, "Rejected")

    assert case.composite(300) == {0: 32}


@UNITS
def test_tc_059_remote_start_with_a_charging_profile(bench, unit):
    case = SmartCase(bench, unit)
    bench.plug()
    bench.expect_status(1, "Preparing")
    profile = case.profile(1, "TxProfile", 0, {0: 6}, DAY_S)

    answer = bench.call(
        "RemoteStartTransaction", connectorId=1, idTag=TAG, chargingProfile=profile
    )

    assert answer == {"status": "Accepted"}
    bench.expect("Authorize", idTag=TAG)
    start = bench.started()
    assert case.composite(300) == {0: 6}
    case.wait_offer(AMPS[unit])
    later = case.profile(
        2, "TxProfile", 0, {0: 10}, DAY_S, transactionId=start.answer["transactionId"]
    )
    case.set(1, later)  # the real id and the same level: it takes its place (R5)
    assert case.composite(300) == {0: 10}


@pytest.mark.parametrize("purpose", ["TxDefaultProfile", "ChargePointMaxProfile"])
def test_tc_060_remote_start_with_a_profile_of_another_purpose(bench, purpose):
    case = SmartCase(bench)
    bench.plug()
    bench.expect_status(1, "Preparing")

    answer = bench.call(
        "RemoteStartTransaction",
        connectorId=1,
        idTag=TAG,
        chargingProfile=case.profile(1, purpose, 0, {0: 6}, DAY_S),
    )

    assert answer == {"status": "Rejected"}
    bench.quiet("Authorize", 10)
    assert bench.count("StartTransaction") == 0
    assert case.composite(300) == {0: 32}


@UNITS
@pytest.mark.parametrize("falls_back", [True, False])
def test_tc_066_get_composite_schedule(bench, unit, falls_back):
    bench.config(TxDefaultProfileAfterTxProfile="true" if falls_back else "false")
    start = bench.charging()
    case = SmartCase(bench, unit)
    default = {0: 6, 60: 10, 120: 8, 180: 15, 260: 8}
    own = {0: 8, 50: 11, 140: 16, 200: 6, 240: 12}
    transaction_id = start.answer["transactionId"]

    case.set(0, case.profile(1, "ChargePointMaxProfile", 0, {0: 10}, DAY_S))
    case.set(1, case.profile(2, "TxDefaultProfile", 0, default, 300, 401))
    case.set(1, case.profile(3, "TxProfile", 0, own, 260, 401, transactionId=transaction_id))

    expected = {0: 8, 50: 10, 200: 6, 240: 10}
    if falls_back:
        expected.update({260: 8, 300: 10})
    assert case.composite(400) == expected
    if unit == "A":
        case.wait_offer(8)
        case.wait_offer(10)
        case.wait_offer(6)
        case.wait_offer(10)
        assert bench.sim_status()["status"] == "Charging"


@UNITS
def test_tc_067_clear_charging_profile(bench, unit):
    case = SmartCase(bench, unit)
    case.set(1, case.profile(1, "TxDefaultProfile", 1, {0: 6, 60: 8, 200: 10}, 400))
    case.set(1, case.profile(2, "TxDefaultProfile", 0, {0: 7, 100: 9}, 400))
    case.set(0, case.profile(3, "ChargePointMaxProfile", 0, {0: 11, 200: 12}, DAY_S))

    case.clear(id=1)
    assert case.composite(350) == {0: 7, 100: 9}
    case.clear(chargingProfilePurpose="TxDefaultProfile", stackLevel=0)
    assert case.composite(350) == {0: 11, 200: 12}
    case.clear()
    assert case.composite(350) == {0: 32 if unit == "A" else 22.08}
    case.clear("Unknown")


@UNITS
def test_tc_072_stacking_charging_profiles(bench, unit):
    case = SmartCase(bench, unit)
    case.set(1, case.profile(1, "TxDefaultProfile", 0, {0: 6, 100: 8, 200: 10}, 400, 401))
    case.set(1, case.profile(2, "TxDefaultProfile", 1, {0: 7, 100: 9}, 150, 401))

    assert case.composite(350) == {0: 7, 100: 9, 150: 8, 200: 10}


@UNITS
def test_tc_082_tx_default_profile_with_ongoing_transaction(bench, unit):
    bench.charging()
    case = SmartCase(bench, unit)
    case.wait_offer(32)

    case.set(1, case.profile(1, "TxDefaultProfile", 0, {0: 6}, DAY_S))

    row = case.wait_offer(AMPS[unit], timeout=4)
    assert row["status"] == "Charging"
    assert case.composite(300) == {0: 6}
    case.clear(id=1)
    case.wait_offer(32)
    assert bench.count("StartTransaction") == 1
    assert bench.count("StopTransaction") == 0


# ---- beyond the cases ----


def test_keeps_a_profile_that_was_accepted_just_before_a_power_cut(bench):  # errata 3.37
    case = SmartCase(bench)
    case.set(1, case.profile(1, "TxDefaultProfile", 0, {0: 7}))
    bench.sim.kill()

    bench.sim.start()
    bench.booted()

    assert case.composite(300) == {0: 7}
    case.clear(id=1)
    bench.sim.kill()
    bench.sim.start()
    bench.booted()
    assert case.composite(300) == {0: 32}


def test_pauses_at_0_a_and_goes_on_without_a_new_transaction(bench):  # C11, C17
    bench.charging()
    case = SmartCase(bench)

    case.set(0, case.profile(1, "ChargePointMaxProfile", 0, {0: 0}))
    bench.expect_status(1, "SuspendedEVSE")
    row = case.wait_offer(0)
    assert row["contactor"] == "open"
    case.set(0, case.profile(1, "ChargePointMaxProfile", 0, {0: 16}))
    bench.expect_status(1, "Charging")

    case.wait_offer(16)
    assert bench.count("StartTransaction") == 1
    assert bench.count("StopTransaction") == 0


def test_shares_what_the_station_may_draw(bench_factory):  # C6, worked example 12
    bench = bench_factory(connectors=2).booted()
    case = SmartCase(bench)
    case.set(0, case.profile(1, "ChargePointMaxProfile", 0, {0: 20}))
    bench.charging(1)
    case.wait_offer(20, 1)
    bench.charging(2, "TAG2")

    case.wait_offer(10, 1)
    case.wait_offer(10, 2)
    assert case.composite(300, 0) == {0: 20}
    assert case.composite(300, 1) == {0: 10}


def test_takes_as_many_profiles_and_periods_as_its_keys_say(bench):
    case = SmartCase(bench)
    periods = int(bench.config_value("ChargingScheduleMaxPeriods"))
    profiles = int(bench.config_value("MaxChargingProfilesInstalled"))
    highest = int(bench.config_value("ChargeProfileMaxStackLevel"))
    limits = {60 * number: 6 + number % 10 for number in range(periods)}
    for number in range(profiles):
        level = number % (highest + 1)
        case.set(number // (highest + 1), case.profile(number, "TxDefaultProfile", level, limits))

    case.set(1, case.profile(99, "TxDefaultProfile", 1, limits), "Rejected")
    case.set(0, case.profile(99, "TxDefaultProfile", 1, limits))
    too_many = {**limits, 60 * periods: 6}
    case.set(0, case.profile(99, "TxDefaultProfile", 1, too_many), "Rejected")
    case.set(0, case.profile(99, "TxDefaultProfile", highest + 1, limits), "Rejected")
    assert len(case.composite(60 * periods)) in (periods - 1, periods)
