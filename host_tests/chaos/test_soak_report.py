"""SoakReport and YardResult: the verdict over a soak."""

import io

import pytest
from rich.console import Console

from chargecore_tools.csms.events import CALL, GARBAGE, Frame
from chargecore_tools.soak.books import Books
from chargecore_tools.soak.soak_report import SoakReport
from chargecore_tools.soak.soak_settings import LADDER, SoakPlan
from chargecore_tools.soak.yard_result import YardResult, violations_of

PLAN = SoakPlan(seed=7, sessions=20, stations=1)


def result(**fields):
    """Return what a station shows when all is well, but for some fields."""
    good = YardResult("CP01", "7.1", sessions=20)
    good.books = Books(sessions=20, meter_wh=900, server_wh=900)
    good.heap_free_b = [50_000, 50_100, 49_950, 50_050]
    good.erases = 40
    good.longest_silence_s = 60.4
    good.worst_gap_ms = 12
    for name, value in fields.items():
        setattr(good, name, value)
    return good


def bad_rows(*results):
    return [row.id for row in SoakReport(PLAN, results).rows if not row.is_ok]


def test_passes_when_all_holds():
    report = SoakReport(PLAN, [result()])

    assert report.is_good
    assert report.last_line() == (
        "soak passed: 20 sessions, 0 Wh lost, 0 sessions lost, 0 doubled"
    )
    values = {row["id"]: row["value"] for row in report.as_dict()["ledger"]}
    assert values["erases_per_session"] == 2
    assert values["silence_s"] == 60
    assert values["meter_wh"] == values["server_wh"] == 900


@pytest.mark.parametrize(
    ("fields", "row_id"),
    [
        ({"sessions": 19}, "sessions"),
        ({"books": Books(lost_wh=1)}, "lost_wh"),
        ({"books": Books(lost_sessions=1)}, "lost_sessions"),
        ({"books": Books(doubled_sessions=1)}, "doubled_sessions"),
        ({"parked": 1}, "parked"),
        ({"violations": ["x"]}, "violations"),
        ({"heap_free_b": [50_000, 50_000, 48_900]}, "heap_growth_b"),
        ({"erases": 241}, "erases_per_session"),
        ({"longest_silence_s": LADDER.allowed_s + 1}, "silence_s"),
    ],
)
def test_fails_when_one_thing_does_not_hold(fields, row_id):
    report = SoakReport(PLAN, [result(**fields)])

    assert not report.is_good
    assert bad_rows(result(**fields)) == [row_id]
    assert report.last_line().startswith("soak failed, seed 7: ")


def test_fails_with_what_kept_a_station_from_going_on():
    report = SoakReport(PLAN, [result(failures=["not settled"])])

    assert not report.is_good
    assert report.last_line() == "soak failed, seed 7: CP01, seed 7.1: not settled"


def test_adds_all_stations_up_and_takes_the_worst():
    other = result(longest_silence_s=90, worst_gap_ms=40, heap_free_b=[9_000, 8_500])

    values = {row.id: row.value for row in SoakReport(PLAN, [result(), other]).rows}

    assert (values["sessions"], values["meter_wh"]) == (40, 1800)
    assert (values["silence_s"], values["worst_gap_ms"]) == (90, 40)
    assert values["heap_growth_b"] == 500


def test_shows_the_ledger_as_a_table():
    console = Console(file=io.StringIO(), width=120)
    console.print(SoakReport(PLAN, [result(parked=3)]).table())

    text = console.file.getvalue()
    assert "NOT OK" in text and "messages given up" in text


def test_a_heap_that_breathes_does_not_grow():
    assert result(heap_free_b=[100, 400, 90, 410, 80, 400, 95]).heap_growth_b == 0


def test_a_heap_that_never_comes_back_grows():
    assert result(heap_free_b=[1000, 990, 800, 700, 600, 500]).heap_growth_b == 400


def test_one_look_at_the_heap_says_nothing():
    assert result(heap_free_b=[1000]).heap_growth_b == 0
    assert result(heap_free_b=[]).heap_growth_b == 0


def frame(kind):
    return Frame("CP01", True, kind, "", "", None, "[", violation="not JSON")


def test_what_the_proxy_damaged_is_no_violation():
    assert violations_of([frame(GARBAGE)], 1) == []


def test_more_garbage_than_damage_is_a_violation():
    assert violations_of([frame(GARBAGE), frame(GARBAGE)], 1) == ["[: not JSON"] * 2


def test_a_wrong_call_is_a_violation_whatever_was_damaged():
    assert violations_of([frame(CALL)], 5) == ["[: not JSON"]
