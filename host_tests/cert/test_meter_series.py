"""The named check `meter_series` on samples made here."""

from types import SimpleNamespace

import pytest

from chargecore_tools.cert.checks.meter_series import MeterSeries
from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.record import STATION, Entry

_TIMES = ("10:00:15", "10:00:30", "10:00:45")


def _entry(time, transaction=7, connector=1, **value):
    sampled = {"value": "1", "context": "Sample.Periodic", **value}
    payload = {
        "connectorId": connector,
        "transactionId": transaction,
        "meterValue": [{"timestamp": f"2026-01-01T{time}Z", "sampledValue": [sampled]}],
    }
    return Entry(0, 0.0, None, STATION, "call", "MeterValues", payload, "")


def _judge(entries, **more):
    record = SimpleNamespace(since=lambda _start: entries)
    lab = SimpleNamespace(
        record=record, case_start=0, settings=SimpleNamespace(time_deviation_s=4)
    )
    fields = {"connector": 1, "transaction": 7, "interval_s": 15, "context": "Sample.Periodic"}
    MeterSeries.run(lab, **{**fields, **more})


def test_takes_a_whole_series():
    _judge([_entry(time) for time in _TIMES], is_aligned=True, measurands="")


def test_takes_a_sample_that_was_sent_again_word_for_word():
    _judge([_entry(time) for time in ("10:00:15", "10:00:15", "10:00:30")])


def test_passes_over_other_connectors_and_other_contexts():
    others = [_entry("10:00:17", connector=2), _entry("10:00:18", context="Transaction.Begin")]
    _judge([_entry("10:00:15"), *others, _entry("10:00:30")])


def test_passes_over_what_was_on_the_clock_before_the_start():
    start = Entry(0, 0.0, None, STATION, "call", "StartTransaction", {"connectorId": 1}, "")
    _judge([_entry("10:00:02", None), start, _entry("10:00:15"), _entry("10:00:30")])


@pytest.mark.parametrize(
    ("entries", "more", "what"),
    [
        ([_entry("10:00:15"), _entry("10:00:45")], {}, "30 s apart"),
        ([_entry("10:00:30"), _entry("10:00:15")], {}, "older"),
        ([_entry("10:00:15")], {}, "no series"),
        ([_entry("10:00:22"), _entry("10:00:37")], {"is_aligned": True}, "multiple"),
        ([_entry("10:00:15"), _entry("10:00:30", transaction=8)], {}, "transactionId"),
        ([_entry("10:00:15"), _entry("10:00:30", context="Sample.Clock")], {}, "context"),
        (
            [_entry("10:00:15"), _entry("10:00:30")],
            {"measurands": "Energy.Active.Import.Register,Power.Active.Import"},
            "Power.Active.Import",
        ),
    ],
)
def test_says_what_is_wrong(entries, more, what):
    with pytest.raises(Failed, match=what):
        _judge(entries, **more)
