"""Whole charges, plug-in to unplug: every output, and what the server was told, at every step.

A row of see() is: contacts, offered A, drawn A, bolt, status. Real evse, station, outbox and OCPP
side on the simulated board, in virtual time.
"""

import pytest

from fakes.story_world import StoryWorld

IDLE = ("open", 0, 0, "free", "Available")
PLUGGED = ("open", 0, 0, "free", "Preparing")
AWAITED = ("open", 0, 0, "free", "Preparing")  # a card waits for the cable
WAKING = ("open", 16, 0, "locked", "Preparing")
CHARGING = ("closed", 16, 16, "locked", "Charging")
FINISHING = ("open", 0, 0, "free", "Finishing")


def make(**fields):
    """Return a world that is accepted and idle; nothing is sampled, so that told() stays short."""
    presets = {"MeterValueSampleInterval": "0", "LocalPreAuthorize": "true"}
    presets.update(fields.pop("presets", {}))
    world = StoryWorld({"max_current": 16, **fields}, presets=presets).boot()
    world.run_s(2)
    world.told()
    assert world.see() == IDLE
    return world


@pytest.fixture
def world():
    return make()


def charge(world, connector=1, tag="TAG1"):
    """Bring a connector to Charging, cable first."""
    world.plug(connector)
    world.run_s(4)
    world.card(tag, connector)
    world.run_s(4)
    assert world.status_word(connector) == "Charging"
    world.run_s(30)
    world.told()


def check_end(world, *told):
    """Check Finishing with everything open and told; the cable leaves; Available."""
    assert world.see() == FINISHING
    assert sorted(world.told()) == sorted(told)  # Stop and Finishing may swap (S14)

    world.unplug()
    world.run_s(2)
    assert world.see() == IDLE
    assert world.told() == ["1 Available"]
    world.run_s(30)
    assert world.see() == IDLE
    assert world.told() == []


def stop_of(world):
    """Return the payload of the one StopTransaction since the last told()."""
    stops = world.payloads("StopTransaction")
    assert len(stops) == 1
    return stops[0]


def test_plug_first(world):
    world.plug()
    world.run_s(4)
    assert world.see() == PLUGGED
    assert world.told() == ["1 Preparing"]

    world.card()
    world.run_ms(300)
    assert world.see() == PLUGGED  # the bolt moves, nothing is offered before it holds
    assert world.told() == ["Authorize TAG1"]
    world.run_ms(700)
    assert world.see() == WAKING
    assert world.told() == ["Start 1 TAG1 0"]
    world.run_s(2)
    assert world.see() == CHARGING
    assert world.told() == ["1 Charging"]

    world.run_s(60)
    assert world.see() == CHARGING
    assert world.told() == []
    assert 170 <= world.register_wh() <= 185  # 16 A x 3 x 230 V x 0.99 for a minute

    world.card("tag1")
    world.run_s(2)
    stop = stop_of(world)
    assert (stop["meterStop"], stop["idTag"]) == (world.register_wh(), "tag1")
    check_end(world, "Stop 101 Local", "1 Finishing")


def test_card_first(world):
    world.card()
    world.run_s(1)
    assert world.see() == AWAITED
    assert sorted(world.told()) == ["1 Preparing", "Authorize TAG1"]

    world.plug()
    world.run_s(1)
    assert world.see() == WAKING
    assert world.told() == ["Start 1 TAG1 0"]
    world.run_s(3)
    assert world.see() == CHARGING
    assert world.told() == ["1 Charging"]

    world.run_s(10)
    world.card()
    world.run_s(2)
    check_end(world, "Stop 101 Local", "1 Finishing")


@pytest.mark.parametrize("is_plugged_first", [True, False])
def test_remote_start_and_stop(world, is_plugged_first):
    if is_plugged_first:
        world.plug()
        world.run_s(4)
        assert world.told() == ["1 Preparing"]
    status = world.status_of("RemoteStartTransaction", connectorId=1, idTag="REMOTE")
    assert status == "Accepted"
    if not is_plugged_first:
        world.run_s(3)
        assert world.see() == AWAITED
        assert sorted(world.told()) == ["1 Preparing", "Authorize REMOTE"]
        world.plug()
    world.run_s(4)
    assert world.see() == CHARGING
    told = [text for text in world.told() if text != "Authorize REMOTE"]
    assert told == ["Start 1 REMOTE 0", "1 Charging"]

    assert world.status_of("RemoteStopTransaction", transactionId=102) == "Rejected"
    world.run_s(5)
    assert world.see() == CHARGING
    assert world.status_of("RemoteStopTransaction", transactionId=101) == "Accepted"
    world.run_s(2)
    assert "idTag" not in stop_of(world)
    check_end(world, "Stop 101 Remote", "1 Finishing")


@pytest.mark.parametrize("limit_ma", [0, 5_900])
def test_pause_by_a_limit(world, limit_ma):
    charge(world)

    world.station.set_site_limit_ma(limit_ma)
    world.run_ms(200)
    assert world.see() == ("closed", 0, 16, "locked", "SuspendedEVSE")  # the car may let go first
    assert world.told() == ["1 SuspendedEVSE"]
    world.run_s(1)
    assert world.see() == ("open", 0, 0, "locked", "SuspendedEVSE")
    paused_wh = world.register_wh()
    world.run_s(60)
    assert world.see() == ("open", 0, 0, "locked", "SuspendedEVSE")
    assert (world.told(), world.register_wh()) == ([], paused_wh)

    world.station.set_site_limit_ma(10_000)
    world.run_s(8)
    assert world.see() == ("closed", 10, 10, "locked", "Charging")
    assert world.told() == ["1 Charging"]

    world.station.set_site_limit_ma(-1)
    world.run_s(6)
    assert world.see() == CHARGING
    assert world.told() == []
    world.card()
    world.run_s(2)
    check_end(world, "Stop 101 Local", "1 Finishing")


def test_stop_while_paused(world):
    charge(world)
    world.station.set_site_limit_ma(0)
    world.run_s(5)
    assert world.told() == ["1 SuspendedEVSE"]

    world.card()
    world.run_s(2)

    check_end(world, "Stop 101 Local", "1 Finishing")


def test_start_while_nothing_may_be_offered(world):
    world.station.set_site_limit_ma(0)
    world.plug()
    world.run_s(1)
    world.card()
    world.run_s(20)
    assert world.see() == ("open", 0, 0, "locked", "SuspendedEVSE")
    assert world.told() == ["1 Preparing", "Authorize TAG1", "Start 1 TAG1 0", "1 SuspendedEVSE"]

    world.station.set_site_limit_ma(-1)
    world.run_s(5)
    assert world.see() == CHARGING
    assert world.told() == ["1 Charging"]


def test_pause_by_the_car(world):
    charge(world)

    world.ev("B")
    world.run_ms(300)
    assert world.see() == ("open", 16, 0, "locked", "SuspendedEV")
    assert world.told() == ["1 SuspendedEV"]
    paused_wh = world.register_wh()
    world.run_s(60)
    assert world.see() == ("open", 16, 0, "locked", "SuspendedEV")
    assert (world.told(), world.register_wh()) == ([], paused_wh)

    world.ev("C")
    world.run_s(2)
    assert world.see() == CHARGING
    assert world.told() == ["1 Charging"]

    world.ev("B")
    world.run_s(1)
    world.card()
    world.run_s(2)
    check_end(world, "1 SuspendedEV", "Stop 101 Local", "1 Finishing")


def test_both_pause(world):
    charge(world)
    world.ev("B")
    world.run_s(1)
    world.station.set_site_limit_ma(0)
    world.run_s(1)
    assert world.see() == ("open", 0, 0, "locked", "SuspendedEVSE")  # S6
    assert world.told() == ["1 SuspendedEV", "1 SuspendedEVSE"]

    world.station.set_site_limit_ma(-1)
    world.run_s(5)
    assert world.see() == ("open", 16, 0, "locked", "SuspendedEVSE")  # a car takes time to wake
    world.run_s(2)
    assert world.see() == ("open", 16, 0, "locked", "SuspendedEV")
    assert world.told() == ["1 SuspendedEV"]


def test_car_that_ignores_the_stop(world):
    charge(world)
    world.ev("C")  # and stays there
    world.run_s(1)

    world.card()
    world.run_s(5)
    assert world.see()[:3] == ("closed", 0, 16)
    assert world.told() == []
    world.run_s(2)
    assert world.register_wh() == stop_of(world)["meterStop"]  # what flowed in those 6 s, too
    check_end(world, "Stop 101 Local", "1 Finishing")


def test_stop_by_pulling_the_cable_at_the_car(world):
    charge(world)

    world.unplug()
    world.run_ms(200)
    assert world.see()[:3] == ("open", 0, 0)
    world.run_s(1)
    assert world.see() == FINISHING
    told = world.told()
    assert sorted(told) == ["1 Finishing", "Stop 101 EVDisconnected"]
    world.run_s(2)
    assert world.see() == IDLE
    assert world.told() == ["1 Available"]


def test_cable_that_stays_locked_for_its_card(world):
    assert world.set("UnlockConnectorOnEVSideDisconnect", "false") == "Accepted"
    charge(world)

    world.unplug()
    world.run_s(60)
    assert world.see() == ("open", 0, 0, "locked", "Finishing")
    assert sorted(world.told()) == ["1 Finishing", "Stop 101 EVDisconnected"]
    world.card("OTHER")
    world.run_s(2)
    assert world.see() == ("open", 0, 0, "locked", "Finishing")
    assert world.told() == []

    world.card("TAG1")
    world.run_s(2)
    assert world.see() == IDLE
    assert world.told() == ["1 Available"]


def test_transaction_that_outlives_the_unplugging(world):
    assert world.set("StopTransactionOnEVSideDisconnect", "false") == "Accepted"
    charge(world)

    world.unplug()
    world.run_s(60)
    assert world.see() == ("open", 0, 0, "locked", "SuspendedEV")
    assert world.told() == ["1 SuspendedEV"]
    world.plug()
    world.run_s(8)
    assert world.see() == CHARGING
    assert world.told() == ["1 Charging"]

    world.card()
    world.run_s(2)
    check_end(world, "Stop 101 Local", "1 Finishing")


def test_unlock_connector_ends_the_charge(world):
    charge(world)

    answer = world.ask("UnlockConnector", {"connectorId": 1}, run_ms=4000)

    assert answer == {"status": "Unlocked"}
    check_end(world, "Stop 101 UnlockCommand", "1 Finishing")


def test_card_without_a_cable_is_forgotten(world):
    assert world.set("ConnectionTimeOut", "20") == "Accepted"
    world.card()
    world.run_s(19)
    assert world.see() == AWAITED
    world.run_s(2)
    assert world.see() == IDLE
    assert world.told() == ["Authorize TAG1", "1 Preparing", "1 Available"]

    world.plug()
    world.run_s(10)
    assert world.see() == PLUGGED
    assert world.told() == ["1 Preparing"]


def test_cable_without_a_card_ends_in_finishing(world):
    assert world.set("ConnectionTimeOut", "20") == "Accepted"
    world.plug()
    world.run_s(22)
    assert world.see() == FINISHING
    assert world.told() == ["1 Preparing", "1 Finishing"]

    world.card()
    world.run_s(4)
    assert world.see() == CHARGING
    told = world.told()
    assert told == ["Authorize TAG1", "1 Preparing", "Start 1 TAG1 0", "1 Charging"]


def test_refused_card_never_charges(world):
    world.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    world.plug()
    world.run_s(4)
    world.card()
    world.run_s(20)

    assert world.see() == PLUGGED
    assert world.told() == ["1 Preparing", "Authorize TAG1"]


def test_two_charges_of_one_plugging(world):
    charge(world)
    world.card()
    world.run_s(2)
    first_wh = stop_of(world)["meterStop"]
    world.told()

    world.card()
    world.run_s(10)
    assert world.see() == CHARGING
    assert world.told() == ["1 Preparing", f"Start 1 TAG1 {first_wh}", "1 Charging"]
    world.card()
    world.run_s(2)
    check_end(world, "Stop 102 Local", "1 Finishing")


def test_two_connectors_at_once():
    world = make(connectors=2, max_current=32)
    world.station.set_site_limit_ma(32_000)
    world.plug(1, amps=32)
    world.run_s(4)
    world.card("A", 1)
    world.run_s(4)
    assert world.see(1) == ("closed", 32, 32, "locked", "Charging")
    assert world.see(2) == IDLE
    assert world.told() == ["1 Preparing", "Authorize A", "Start 1 A 0", "1 Charging"]

    world.plug(2, amps=32)
    world.run_s(4)
    world.card("B", 2)
    world.run_s(1)
    assert world.see(1)[1] == 16  # a cut acts at once: together they never offer more than 32 A
    world.run_s(3)
    assert world.see(1) == world.see(2) == ("closed", 16, 16, "locked", "Charging")
    assert world.told() == ["2 Preparing", "Authorize B", "Start 2 B 0", "2 Charging"]

    world.run_s(60)
    world.card("A", 1)
    world.run_s(2)
    assert world.see(1) == FINISHING
    assert world.see(2)[0] == "closed"
    stop = stop_of(world)
    assert (stop["transactionId"], stop["meterStop"]) == (101, world.register_wh(1))
    assert sorted(world.told()) == ["1 Finishing", "Stop 101 Local"]
    world.run_s(6)
    assert world.see(2) == ("closed", 32, 32, "locked", "Charging")

    world.unplug(2)
    world.run_s(4)
    assert (world.see(1), world.see(2)) == (FINISHING, IDLE)
    stop = stop_of(world)
    assert (stop["transactionId"], stop["meterStop"]) == (102, world.register_wh(2))
    told = world.told()
    assert sorted(told[:2]) == ["2 Finishing", "Stop 102 EVDisconnected"]
    assert told[2:] == ["2 Available"]


def test_tethered_cable_has_no_bolt():
    world = make(cable="tethered")
    world.plug()
    world.run_s(4)
    world.card()
    world.run_s(4)
    assert world.see() == ("closed", 16, 16, "free", "Charging")
    world.told()

    world.card()
    world.run_s(2)
    check_end(world, "Stop 101 Local", "1 Finishing")


# ---- without the server ----


def test_whole_charge_while_offline(world):
    charge(world)
    world.card()
    world.run_s(2)
    world.unplug()
    world.run_s(2)
    world.told()
    begin_wh = world.register_wh()
    world.close()

    world.plug()
    world.run_s(4)
    assert world.see() == PLUGGED
    world.card()
    world.run_s(4)
    assert world.see() == CHARGING
    world.run_s(60)
    world.card()
    world.run_s(2)
    assert world.see() == FINISHING
    world.unplug()
    world.run_s(2)
    assert world.see() == IDLE
    assert world.told() == []

    world.open()
    world.run_s(5)
    start = world.payloads("StartTransaction")[0]
    stop = stop_of(world)
    assert start["timestamp"] < stop["timestamp"]
    assert stop["meterStop"] == world.register_wh()
    assert world.told() == [f"Start 1 TAG1 {begin_wh}", "Stop 102 Local"]


def test_outage_in_the_middle_of_a_charge(world):
    charge(world)

    world.close()
    world.run_s(60)
    assert world.see() == CHARGING
    world.ev("B")
    world.run_s(5)
    world.ev("C")
    world.run_s(5)
    assert world.see() == CHARGING
    world.open()
    world.run_s(5)
    assert world.told() == []  # the same status as before the outage: not told again (B7)

    world.card()
    world.run_s(8)
    check_end(world, "Stop 101 Local", "1 Finishing")


@pytest.mark.parametrize("is_plugged", [True, False])
def test_power_cut_in_the_middle_of_a_charge(world, is_plugged):
    charge(world)
    if not is_plugged:
        world.unplug()

    world = world.cut_power()
    assert world.see()[:3] == ("open", 0, 0)
    world.run_s(6)
    world.open()
    world.run_s(5)

    stop = stop_of(world)
    assert (stop["reason"], stop["meterStop"]) == ("PowerLoss", world.register_wh())
    told = world.told()
    assert told[0] == "BootNotification"
    assert told.count("Stop 101 PowerLoss") == 1
    assert not [text for text in told if text.startswith("Start")]
    assert world.see() == (PLUGGED if is_plugged else IDLE)
