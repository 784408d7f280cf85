"""Liveness on the whole simulator: half-open connections, the ladder, the watchdog."""

import pytest
from octt import TAG

_TIMEOUT = {
    "MessageTimeout": "10",
    "RetryBackOffWaitMinimum": "1",
    "RetryBackOffRandomRange": "0",
    "TransactionMessageRetryInterval": "1",
}


def test_takes_a_new_connection_when_calls_get_no_answer_and_tells_what_is_owed(bench_factory):
    """The socket is open and takes everything, but nobody answers: half open."""
    bench = bench_factory(config=_TIMEOUT).booted()
    start = bench.charging()
    bench.wait_told()
    bench.server.hooks.withhold("*", times=None)
    bench.swipe(TAG)
    bench.wait_event("server has not answered 2 calls in a row")
    bench.wait_connections(2)
    bench.server.hooks.clear()

    bench.wait_told()

    stops = _calls(bench, "StopTransaction")
    assert {stop["transactionId"] for stop in stops} == {start.answer["transactionId"]}
    assert len({str(stop.payload) for stop in stops}) == 1
    bench.wait_event("a sign of the server after")
    liveness = bench.ctl("status")["station"]["liveness"]
    assert (liveness["rung"], liveness["silences"]) == ("none", 1)
    assert bench.count("BootNotification") == 1


def test_restarts_the_network_interface_after_ten_minutes_without_a_sign(bench_factory):
    bench = bench_factory(speed=80).booted()
    bench.ctl("network", up=False)
    bench.wait_event("network interface restarted, time 1", timeout=60)
    liveness = bench.ctl("status")["station"]["liveness"]
    assert liveness["rung"] == "link"
    assert liveness["link_restarts"] == 1
    assert 600 <= liveness["silent_s"] <= 700

    bench.ctl("network", up=True)

    bench.wait_connections(2)
    bench.wait_event("a sign of the server after")
    status = bench.ctl("status")["station"]
    assert (status["liveness"]["rung"], status["boots"]) == ("none", 1)
    assert bench.count("BootNotification") == 1


def test_climbs_no_higher_while_the_server_is_merely_down(bench):
    """Who refuses is there: nothing on this side is broken."""
    bench.server.stop()
    bench.wait_event("TCP connection failed")
    bench.quiet("BootNotification", 120)
    status = bench.ctl("status")["station"]

    assert status["liveness"]["rung"] == "none"
    assert status["liveness"]["link_restarts"] == 0


def test_restarts_by_its_watchdog_and_ends_the_session_with_reason_reboot(bench):
    """F38: held up for 3 s. Contactor off at once, chip restarted, the car stays plugged."""
    start = bench.charging()
    bench.wait_wh(4)

    bench.ctl("fault", connector=1, kind="loop_block", ms=3000)
    bench.expect("BootNotification")
    calls = [bench.next_call() for _ in range(3)]

    stop = next(call for call in calls if call.action == "StopTransaction")
    assert stop["reason"] == "Reboot"
    assert stop["transactionId"] == start.answer["transactionId"]
    status = bench.ctl("status")
    assert status["station"]["boots"] == 2
    assert status["station"]["liveness"]["reset_cause"] == "watchdog"
    row = status["connectors"][0]
    assert (row["contactor"], row["register_wh"]) == ("open", stop["meterStop"])
    bench.wait_event("cause 2")


def test_rides_a_short_hold_up_out(bench):
    """F38: 150 ms open the contactor, and nothing more."""
    bench.charging()
    bench.wait_wh(2)

    bench.ctl("fault", connector=1, kind="loop_block", ms=500)

    bench.wait_event("contactor opened")
    assert bench.ctl("status")["station"]["boots"] == 1


@pytest.mark.parametrize(
    "action", ["StatusNotification", "Authorize", "StartTransaction", "StopTransaction"]
)
def test_delivers_a_whole_session_although_one_reply_is_lost(bench_factory, action):
    bench = bench_factory(config=_TIMEOUT).booted()
    bench.server.hooks.withhold(action)
    bench.plug()
    bench.swipe(TAG)
    if action == "Authorize":
        bench.wait_event("no answer to call")  # refused by the offline rules
        bench.swipe(TAG)
    _wait_status(bench, "Charging")
    bench.swipe(TAG)
    _wait_status(bench, "Finishing")
    bench.unplug()
    bench.wait_event("no answer to call")
    bench.wait_told()
    _wait_status(bench, "Available")

    start, stop = _calls(bench, "StartTransaction")[-1], _calls(bench, "StopTransaction")[-1]
    assert stop["transactionId"] == start.answer["transactionId"]
    assert stop["meterStop"] == bench.sim_status()["register_wh"]
    station = bench.ctl("status")["station"]
    assert (station["connected"], station["parked"], station["outbox"]) == (True, 0, 0)
    assert bench.count("BootNotification") == 1
    bench.order.faults.clear()  # what is sent again comes behind the statuses that did not wait


def _wait_status(bench, status):
    bench.wait_sim(lambda row: row["connectors"][0]["status"] == status, status)


def _calls(bench, action):
    return bench.server.history.calls("CP01", action)
