"""F14 to F17, F31 and F41 on the real VM: who stops a session, and what may be offered."""

import pytest
from fault_rig import X1, FaultRig, report
from strike import COMMAND_MS, Strike, check_outputs, strike

OPENED = "contactor opened, reason {}"
STEP_MS = 5_000  # F16: between two increases
TICK_MS = 100  # of the polls below


def _settled(name, reason, letter, high_mv, status):
    """Return the outputs after a stop by card: no offer, plug free, transaction told."""
    pilot = (letter, high_mv, high_mv)
    told = (status, "NoError")
    return Strike(name, None, None, reason, pilot, X1, False, told, ("stopped",))


def test_opens_under_load_after_6_s_when_the_car_ignores_the_stop(rig):
    """F14."""
    rig.charge()
    rig.do("ev", state="C")  # as it was: marks the instant
    rig.swipe()

    command_ms, dead_ms, row = rig.opened(factor=5)

    assert row["open_reason"] == "OPEN_STOP_TIMEOUT"
    assert 6_000 <= command_ms <= 7_000
    report("F14", "card, car stays in C", 7_000, command_ms, dead_ms)
    rig.wait_told("Finishing", "NoError")
    rig.run_s(2)
    check_outputs(rig, _settled("F14", "OPEN_STOP_TIMEOUT", "C", 5_994, "Finishing"))


def test_opens_as_soon_as_the_car_lets_go_after_the_stop(rig):
    """F15: PWM off, B a second later."""
    rig.charge()
    rig.swipe()
    rig.until(lambda row: row["duty_permille"] == X1, "the end of the offer")
    rig.speed(2)
    rig.run_s(1)
    assert rig.row()["contactor"] == "closed"
    rig.do("ev", state="B")

    command_ms, dead_ms, row = rig.opened()

    assert row["open_reason"] == "OPEN_STOPPED"
    assert command_ms <= COMMAND_MS
    assert dead_ms <= 100
    report("F15", "card, car to B after 1 s", 100, command_ms, dead_ms)
    rig.wait_told("Finishing", "NoError")
    rig.run_s(2)
    check_outputs(rig, _settled("F15", "OPEN_STOPPED", "B", 8_978, "Finishing"))


def test_raises_the_offer_every_5_s_at_most_and_cuts_it_at_once(rig):
    """F16: one ampere more each second for 21 s, then less at once."""
    rig.bench.ctl("site_limit", amps=10)
    rig.charge()
    seen = []  # (uptime ms, duty)
    for second in range(21):
        rig.bench.ctl("site_limit", amps=10 + second)
        seen += _duties(rig, 1_000)
    raised_at_ms = [
        now for (now, duty), (_, before) in zip(seen[1:], seen, strict=False) if duty > before
    ]

    assert 3 <= len(raised_at_ms) <= 5
    gaps_ms = [later - now for now, later in zip(raised_at_ms, raised_at_ms[1:], strict=False)]
    assert min(gaps_ms) >= STEP_MS - 2 * TICK_MS
    rig.bench.ctl("site_limit", amps=6)
    began_ms = rig.bench.ctl("status")["station"]["uptime_ms"]
    rig.speed(1)
    rig.until(lambda row: row["duty_permille"] <= 100, "the cut")
    cut_ms = rig.bench.ctl("status")["station"]["uptime_ms"] - began_ms
    assert cut_ms <= 500
    assert rig.row()["contactor"] == "closed"


def _duties(rig, for_ms):
    """Return (uptime ms, duty) while that time passes."""
    rig.speed(20)
    seen = []
    status = rig.bench.ctl("status")
    end_ms = status["station"]["uptime_ms"] + for_ms
    while status["station"]["uptime_ms"] < end_ms:
        status = rig.bench.ctl("status")
        seen.append((status["station"]["uptime_ms"], status["connectors"][0]["duty_permille"]))
    return seen


def test_keeps_the_plug_until_the_outlet_is_dead_when_the_server_asks_to_unlock(rig):
    """F31: the session ends, the car holds on to C; no instant shows a plug both free and live."""
    rig.charge()
    rig.speed(5)
    rig.bench.call("UnlockConnector", connectorId=1)
    rows = [rig.row()]
    while rows[-1]["locked"] and len(rows) < 20_000:
        rows.append(rig.row())

    assert not [row for row in rows if row["contactor"] == "closed" and not row["locked"]]
    assert rows[-1]["contactor"] == "open"
    assert rows[-1]["switched_at_ms"] >= rows[0]["opened_at_ms"]


ESTOP_ROW = Strike(
    "F41 in C",
    ("fault", {"kind": "estop"}),
    COMMAND_MS,
    "OPEN_ESTOP",
    ("C", 5_994, 5_994),
    X1,
    False,
    ("Faulted", "OtherError"),
    (OPENED.format(4), "fault 14"),
)


def test_opens_when_the_stop_loop_opens_and_stays_so_until_that_is_over(rig):
    """F41 in C: latched after the loop has closed again."""
    strike(rig, ESTOP_ROW)

    rig.clear("estop")
    rig.run_s(40)

    row = rig.row()
    assert (row["contactor"], row["status"], row["duty_permille"]) == ("open", "Faulted", X1)
    rig.do("unplug")
    rig.until(lambda row: row["status"] == "Available", "Available")


@pytest.mark.parametrize("state", ["A", "B"])
def test_closes_nothing_while_the_stop_loop_is_open(rig, state):
    """F41 in A and B."""
    if state == "B":
        rig.plug()
        rig.run_s(1)
    rig.fault("estop")
    rig.wait_told("Faulted", "OtherError")
    rig.do("ev", state="C")
    rig.swipe()

    rig.run_s(15)

    row = rig.row()
    assert (row["contactor"], row["status"], row["duty_permille"]) == ("open", "Faulted", X1)
    assert not any("contactor closed" in text for text in rig.events())


@pytest.fixture(scope="module")
def tethered(tmp_path_factory):
    """A station for 80 A: no plug limits it."""
    rig = FaultRig(tmp_path_factory.mktemp("tethered"), cable="tethered", max_current=80)
    yield rig
    rig.close()


# F17: what may flow, what the pilot says.
OFFERS = ((51.7, 850, 51_000), (5.9, X1, 0), (0, X1, 0), (81, 960, 80_000), (52.5, 850, 52_500))


@pytest.mark.parametrize(("amps", "duty", "offered_ma"), OFFERS)
def test_offers_what_the_pilot_can_say(tethered, amps, duty, offered_ma):
    rig = tethered
    rig.heal()
    rig.bench.ctl("site_limit", amps=amps)
    rig.plug()
    rig.swipe()
    rig.run_s(8)

    row = rig.row()
    assert row["duty_permille"] == duty
    assert row["offered_ma"] == offered_ma
    assert row["contactor"] == "open"
    assert row["locked"] is False
