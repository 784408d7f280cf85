"""OCTT 1.6 cases of the Reservation profile. Source: public test case document 2024-04."""

import time
from datetime import timedelta

import pytest
from octt import INVALID_TAG, SPEED, TAG, TAG_2, TOLERANCE_S

from chargecore_tools.csms.registers import instant

_FAMILY = {
    TAG: {"status": "Accepted", "parentIdTag": "FAMILY"},
    TAG_2: {"status": "Accepted", "parentIdTag": "FAMILY"},
}
_LONG_S = 3600


def _reserve(bench, connector=1, reservation=7, tag=TAG, lasts_s=_LONG_S, **fields):
    """Ask for a reservation. Return the status of the answer."""
    end_at = bench.sim.now() + timedelta(seconds=lasts_s)
    answer = bench.call(
        "ReserveNow",
        connectorId=connector,
        expiryDate=end_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        idTag=tag,
        reservationId=reservation,
        **fields,
    )
    return answer["status"]


def _reserved(bench, connector=1, **fields):
    """Reach the state Reserved."""
    assert _reserve(bench, connector, **fields) == "Accepted"
    bench.expect_status(connector or 1, "Reserved")


def _charges_as_foreigner(bench, tag=TAG_2):
    """Run a session of another tag, which uses no reservation."""
    bench.authorized(tag)
    bench.plug()
    assert "reservationId" not in bench.started(tag=tag).payload


def test_tc_046_1_reservation_of_a_connector_local_start(bench_factory):
    bench = bench_factory(connectors=2).booted()
    assert bench.call("ChangeAvailability", connectorId=2, type="Inoperative")["status"]
    bench.expect_status(2, "Unavailable")
    _reserved(bench)
    bench.swipe(TAG_2)
    bench.quiet("StatusNotification", 10)
    assert bench.sim_status()["status"] == "Reserved"

    bench.authorized()
    bench.plug()
    start = bench.started()

    assert start["reservationId"] == 7
    assert bench.count("Authorize") == 1


def test_tc_046_1_refuses_a_foreign_tag_also_with_the_cable_in(bench):
    _reserved(bench)
    bench.plug()
    bench.swipe(TAG_2)
    bench.quiet("Authorize", 5)
    bench.swipe(INVALID_TAG)
    bench.quiet("StatusNotification", 10)

    bench.swipe(TAG)
    bench.expect("Authorize", idTag=TAG)
    bench.expect_status(1, "Preparing")
    assert bench.started()["reservationId"] == 7


def test_tc_046_2_reservation_of_a_connector_remote_start(bench):
    _reserved(bench)
    bench.plug()
    bench.quiet("StatusNotification", 10)  # a cable is not yet the tag (V4)
    other = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG_2)
    assert other["status"] == "Rejected"

    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)

    assert answer["status"] == "Accepted"
    bench.expect("Authorize", idTag=TAG)
    bench.expect_status(1, "Preparing")
    assert bench.started()["reservationId"] == 7


def test_tc_047_reservation_expires(bench):
    before = bench.sim.now()
    _reserved(bench, lasts_s=60)

    free = bench.expect_status(1, "Available")

    lasted_s = (instant(free["timestamp"]) - before).total_seconds()
    assert lasted_s == pytest.approx(60, abs=TOLERANCE_S)
    _charges_as_foreigner(bench)


def test_tc_048_1_reservation_of_a_faulted_connector(bench):
    bench.ctl("fault", connector=1, kind="OtherError", active=True)
    bench.expect_status(1, "Faulted")

    assert _reserve(bench) == "Faulted"

    bench.ctl("fault", connector=1, kind="OtherError", active=False)
    bench.expect_status(1, "Available")


def test_tc_048_2_reservation_of_an_occupied_connector(bench):
    bench.plug()
    bench.expect_status(1, "Preparing")

    assert _reserve(bench) == "Occupied"


def test_tc_048_3_reservation_of_an_unavailable_connector(bench):
    bench.call("ChangeAvailability", connectorId=1, type="Inoperative")
    bench.expect_status(1, "Unavailable")

    assert _reserve(bench) == "Unavailable"


def test_tc_048_4_reservation_without_the_profile(bench_factory):
    bench = bench_factory(config={"SupportedFeatureProfiles": "Core,RemoteTrigger"}).booted()

    assert _reserve(bench) == "Rejected"

    keys = bench.call("GetConfiguration", key=["ReserveConnectorZeroSupported"])
    assert keys == {"unknownKey": ["ReserveConnectorZeroSupported"]}


def test_tc_049_reservation_of_the_charge_point(bench_factory):
    bench = bench_factory(connectors=2).booted()
    assert bench.config_value("ReserveConnectorZeroSupported") == "true"
    bench.call("ChangeAvailability", connectorId=2, type="Inoperative")
    bench.expect_status(2, "Unavailable")
    _reserved(bench, connector=0)

    bench.plug()
    bench.swipe(TAG)
    bench.expect("Authorize", idTag=TAG)
    bench.expect_status(1, "Preparing")

    assert bench.started()["reservationId"] == 7


def test_tc_049_keeps_the_last_free_connector(bench_factory):
    bench = bench_factory(connectors=2).booted()
    assert _reserve(bench, connector=0) == "Accepted"
    bench.quiet("StatusNotification", 10)  # two are free, one is kept
    bench.plug()
    bench.expect_statuses({1: "Preparing", 2: "Reserved"})
    bench.swipe(TAG_2)
    bench.expect("Authorize", idTag=TAG_2)
    assert "reservationId" not in bench.started(tag=TAG_2).payload
    assert bench.call("RemoteStartTransaction", idTag="TAG3")["status"] == "Rejected"

    bench.plug(2)
    bench.swipe(TAG)
    bench.expect("Authorize", idTag=TAG)
    bench.expect_status(2, "Preparing")
    assert bench.started(2)["reservationId"] == 7


def test_tc_050_1_reservation_of_a_faulted_charge_point(bench):
    bench.ctl("fault", connector=1, kind="OtherError", active=True)
    bench.expect_status(1, "Faulted")

    assert _reserve(bench, connector=0) == "Faulted"

    bench.ctl("fault", connector=1, kind="OtherError", active=False)
    bench.expect_status(1, "Available")


def test_tc_050_2_reservation_of_an_occupied_charge_point(bench_factory):
    bench = bench_factory(connectors=2).booted()
    for connector in (1, 2):
        bench.plug(connector)
        bench.expect_status(connector, "Preparing")

    assert _reserve(bench, connector=0) == "Occupied"


def test_tc_050_3_reservation_of_an_unavailable_charge_point(bench):
    bench.call("ChangeAvailability", connectorId=0, type="Inoperative")
    bench.expect_statuses({0: "Unavailable", 1: "Unavailable"})

    assert _reserve(bench, connector=0) == "Unavailable"


def test_tc_050_4_reservation_of_the_charge_point_without_the_profile(bench_factory):
    bench = bench_factory(config={"SupportedFeatureProfiles": "Core"}).booted()

    assert _reserve(bench, connector=0) == "Rejected"


def test_tc_050_4_reservation_of_the_charge_point_when_the_maker_forbids_it(bench_factory):
    bench = bench_factory(config={"ReserveConnectorZeroSupported": "false"}).booted()

    assert _reserve(bench, connector=0) == "Rejected"

    _reserved(bench)


def test_tc_051_cancel_reservation(bench):
    _reserved(bench)

    assert bench.call("CancelReservation", reservationId=7)["status"] == "Accepted"

    bench.expect_status(1, "Available")
    _charges_as_foreigner(bench)


def test_tc_052_cancel_reservation_rejected(bench):
    _reserved(bench)

    assert bench.call("CancelReservation", reservationId=8)["status"] == "Rejected"

    bench.quiet("StatusNotification", 10)
    assert bench.sim_status()["status"] == "Reserved"


def test_tc_053_use_a_reserved_connector_with_parent(bench_factory):
    bench = bench_factory(tags=_FAMILY).booted()
    _reserved(bench, parentIdTag="FAMILY")

    bench.authorized(TAG_2)
    bench.plug()

    assert bench.started(tag=TAG_2)["reservationId"] == 7


def test_tc_053_1_use_a_reserved_connector_with_parent_local(bench_factory):
    bench = bench_factory(tags={**_FAMILY, "TAG3": "Accepted"}).booted()
    _reserved(bench, parentIdTag="FAMILY")
    bench.plug()
    bench.swipe("TAG3")  # accepted, but of no family
    bench.expect("Authorize", idTag="TAG3")
    bench.quiet("StatusNotification", 10)

    bench.swipe(TAG_2)
    bench.expect("Authorize", idTag=TAG_2)
    bench.expect_status(1, "Preparing")

    assert bench.started(tag=TAG_2)["reservationId"] == 7


@pytest.mark.parametrize("is_asked", ["true", "false"])
def test_tc_053_2_use_a_reserved_connector_with_parent_remote(bench_factory, is_asked):
    bench = bench_factory(tags=_FAMILY).booted()
    bench.config(AuthorizeRemoteTxRequests=is_asked)
    _reserved(bench, parentIdTag="FAMILY")
    bench.plug()

    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG_2)

    assert answer["status"] == "Accepted"
    bench.expect("Authorize", idTag=TAG_2)  # nobody else knows the parent (V3)
    bench.expect_status(1, "Preparing")
    assert bench.started(tag=TAG_2)["reservationId"] == 7


# ---- what the lab does not ask ----


def test_keeps_a_reservation_over_a_power_cut(bench):
    _reserved(bench)
    bench.sim.kill()

    bench.sim.start()
    bench.expect("BootNotification")
    bench.expect_statuses({0: "Available", 1: "Reserved"})

    bench.authorized()
    bench.plug()
    assert bench.started()["reservationId"] == 7
    bench.sim.kill()

    bench.sim.start()  # it was used: a cut does not bring it back
    bench.expect("BootNotification")
    bench.expect_any(
        ("StatusNotification", {"connectorId": 0, "status": "Available"}),
        ("StatusNotification", {"connectorId": 1, "status": "Available"}),
        ("StopTransaction", {"reason": "PowerLoss"}),
    )


def test_forgets_what_expired_while_the_power_was_off(bench):
    _reserved(bench, lasts_s=20)
    bench.sim.kill()
    time.sleep(30 / SPEED)

    bench.sim.start()

    bench.booted()
    bench.quiet("StatusNotification", 10)


def test_gives_the_connector_free_when_it_becomes_faulted(bench):
    _reserved(bench)
    bench.ctl("fault", connector=1, kind="OtherError", active=True)
    bench.expect_status(1, "Faulted")
    bench.ctl("fault", connector=1, kind="OtherError", active=False)

    bench.expect_status(1, "Available")
    assert bench.call("CancelReservation", reservationId=7)["status"] == "Rejected"


def test_moves_a_reservation_with_its_id(bench_factory):
    bench = bench_factory(connectors=2).booted()
    _reserved(bench)

    assert _reserve(bench, connector=2) == "Accepted"

    bench.expect_statuses({1: "Available", 2: "Reserved"})
    assert _reserve(bench, connector=2, reservation=8) == "Occupied"


def test_rejects_what_is_over_already(bench):
    assert _reserve(bench, lasts_s=-5) == "Rejected"


def test_keeps_a_reserved_connector_from_foreign_tags_while_offline(bench):
    bench.config(AllowOfflineTxForUnknownId="true")
    _reserved(bench)
    bench.settled()
    bench.ctl("network", up=False)
    bench.plug()
    bench.swipe(TAG_2)
    bench.wait_event("card ignored")
    bench.ctl("network", up=True)
    bench.wait_connections(2)

    bench.quiet("StartTransaction", 10)
    assert bench.sim_status()["status"] == "Reserved"
