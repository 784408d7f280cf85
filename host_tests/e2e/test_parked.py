"""A server that refuses StopTransaction for good: tried by the rule, parked, reported (T3)."""

import pytest
from octt import TAG, Bench

ATTEMPTS = 3
RETRY_S = 5


@pytest.fixture
def bench(tmp_path):
    """A bench whose server may keep a session open: the one whose end it refused."""
    bench = Bench(tmp_path)
    try:
        yield bench.start().booted()
        frames = bench.server.history.violations()
        assert {frame.action for frame in frames} <= {"StartTransaction"}  # on a busy connector
        assert not bench.order.finish()
    finally:
        bench.close()


def _refused_stop(bench):
    """Run a session whose StopTransaction the server refuses every time; return all attempts."""
    bench.config(
        TransactionMessageAttempts=ATTEMPTS,
        TransactionMessageRetryInterval=RETRY_S,
        MeterValueSampleInterval=0,
    )
    bench.charging()
    bench.server.hooks.refuse("StopTransaction", "InternalError", times=ATTEMPTS)
    bench.swipe(TAG)
    bench.wait_sim(lambda status: status["station"]["parked"] == 1, "a parked message")
    return bench.server.history.calls("CP01", "StopTransaction")


def test_parks_a_stop_that_is_refused_each_time_and_says_so(bench):
    attempts = _refused_stop(bench)

    assert len(attempts) == ATTEMPTS
    assert len({(call.message_id, str(call.payload)) for call in attempts}) == 1
    station = bench.ctl("status")["station"]
    assert (station["parked"], station["outbox"]) == (1, 0)
    told = station["parked_list"][0]
    assert told["message"] == "StopTransaction"
    assert (told["why"], told["attempts"], told["connector"]) == ("CALLERROR", ATTEMPTS, 1)
    assert told["register_wh"] == attempts[0]["meterStop"]
    assert told["recorded"] == attempts[0]["timestamp"]
    bench.wait_event(f"refused {ATTEMPTS} times, parked")


def test_goes_on_with_the_next_session_and_remembers_the_parked_one_over_a_power_cut(bench):
    _refused_stop(bench)
    bench.sim.kill()
    bench.sim.start()
    bench.wait_sim(lambda status: status["station"]["registration"] == "Accepted", "a boot")

    station = bench.ctl("status")["station"]
    assert (station["parked"], len(station["parked_list"])) == (1, 1)
    bench.quiet("StopTransaction", 30)
    before = bench.count("StopTransaction")
    bench.plug()
    bench.wait_sim(lambda status: status["connectors"][0]["status"] == "Preparing", "Preparing")
    bench.swipe(TAG)
    bench.wait_sim(lambda status: status["connectors"][0]["status"] == "Charging", "Charging")
    bench.swipe(TAG)
    bench.wait_sim(lambda status: status["connectors"][0]["status"] == "Finishing", "Finishing")
    bench.wait_told()

    assert bench.count("StopTransaction") == before + 1
