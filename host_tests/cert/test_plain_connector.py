"""The plain station's sessions, without a connection."""

from cert.bare_station import BareStation
from cert.plain_station.connector import Permit


def charging():
    bare = BareStation()
    bare.outlet.plug(True, 16.0, 3)
    bare.connector.authorize(Permit("TAG1"))
    bare.advance(2)
    return bare


def test_charges_when_tag_and_cable_are_there():
    bare = charging()

    assert bare.status() == "Charging"
    assert bare.outlet.is_closed
    assert bare.kept("StartTransaction")[0]["meter_start"] == 0


def test_stop_tells_the_register_and_ends_the_flow():
    bare = charging()
    bare.advance(60)

    bare.connector.stop("Local", "TAG1")

    stop = bare.kept("StopTransaction")[0]
    assert 160 <= stop["meter_stop"] <= 190  # 11 kW for a minute
    assert (stop["reason"], stop["id_tag"]) == ("Local", "TAG1")
    assert bare.status() == "Finishing"
    assert not bare.outlet.is_closed


def test_goes_back_to_available_when_no_cable_follows_in_time():
    bare = BareStation()
    bare.station.config.change("ConnectionTimeOut", "30")
    bare.connector.authorize(Permit("TAG1"))

    bare.advance(29)
    before = bare.status()
    bare.advance(2)

    assert (before, bare.status()) == ("Preparing", "Available")
    assert bare.kept() == []


def test_unplugged_car_ends_the_session_when_the_key_says_so():
    bare = charging()

    bare.outlet.unplug()
    bare.advance(0.2)
    seen = bare.status()
    bare.advance(1)

    assert bare.kept("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert (seen, bare.status()) == ("Finishing", "Available")


def test_unplugged_car_suspends_the_session_when_the_key_says_so():
    bare = charging()
    bare.station.config.change("StopTransactionOnEVSideDisconnect", "false")

    bare.outlet.unplug()
    bare.advance(10)

    assert bare.connector.state().info == "EV side disconnected"
    assert bare.status() == "SuspendedEV"
    assert bare.kept("StopTransaction") == []


def test_refused_tag_gets_no_energy_when_the_transaction_stays():
    bare = charging()
    bare.station.config.change("StopTransactionOnInvalidId", "false")

    bare.connector.refuse()
    bare.advance(1)

    assert bare.status() == "SuspendedEVSE"
    assert bare.outlet.power_w == 0


def test_refused_tag_ends_the_transaction_and_the_cable_stays():
    bare = charging()

    bare.connector.refuse()
    bare.outlet.unplug()
    bare.advance(5)

    assert bare.kept("StopTransaction")[0]["reason"] == "DeAuthorized"
    assert bare.outlet.is_plugged


def test_fault_opens_and_ends_the_session():
    bare = charging()

    bare.outlet.faults["estop"] = "OtherError"
    bare.advance(0.1)

    assert bare.status() == "Faulted"
    assert bare.outlet.power_w == 0
    assert bare.kept("StopTransaction")[0]["reason"] == "EmergencyStop"


def test_power_cut_ends_the_session_with_its_last_moment():
    bare = charging()

    bare.outlet.offer(0, bare.now_s)
    bare.now_s += 5
    bare.boot()

    stop = bare.kept("StopTransaction")[0]
    assert stop["reason"] == "PowerLoss"
    assert stop["timestamp"] == "2026-11-25T10:00:02.000Z"
    assert bare.status() == "Finishing"


def test_samples_lie_on_the_grid_of_the_start():
    bare = charging()
    bare.station.config.change("MeterValueSampleInterval", "20")

    bare.advance(60)

    times = [row["meter_value"][0]["timestamp"] for row in bare.kept("MeterValues")]
    assert times == [f"2026-11-25T10:{at}.000Z" for at in ("00:20", "00:40", "01:00")]


def test_inoperative_waits_for_the_end_of_the_session():
    bare = charging()

    answer = bare.connector.set_operative(False)
    bare.connector.stop("Remote")
    bare.outlet.unplug()
    bare.advance(2)

    assert answer == "Scheduled"
    assert bare.status() == "Unavailable"
