"""What goes wrong with meter values."""

import itertools

from cert.plain_station.defects.defect import Defect, of_calls, rewrite


def _interval(station):
    honest = station.config.number

    def number(key):
        value = honest(key)
        return value * 2 if key == "MeterValueSampleInterval" else value

    station.config.number = number


def _context(payload):
    for row in payload["meterValue"]:
        for value in row["sampledValue"]:
            value["context"] = "Other"
    return payload


def _ragged_times(station):
    """Stamps every second sample of a connector six seconds late."""
    honest = station.metering.values
    turns = {row.number: itertools.cycle((0, 6)) for row in station.connectors}

    def values(outlet, key, context, at_s):
        return honest(outlet, key, context, at_s + next(turns[outlet.number]))

    station.metering.values = values


def _unaligned(station):
    honest = station.metering._to_boundary_s

    def to_boundary_s(now_s, interval_s):
        return (honest(now_s, interval_s) + interval_s / 2) % interval_s or interval_s

    station.metering._to_boundary_s = to_boundary_s


def _no_samples(station):
    station.metering._step_periodic = lambda _now_s, _pairs: None


def _without_transaction(payload):
    payload.pop("transactionId", None)
    return payload


ROWS = (
    Defect(
        "sample_interval_doubled",
        "samples half as often as MeterValueSampleInterval says",
        ("TC_070_CS",),
        _interval,
    ),
    Defect(
        "sample_context_wrong",
        "tells its periodic samples with the context Other",
        ("TC_070_CS", "TC_071_CS"),
        lambda station: rewrite(station, "MeterValues", of_calls(_context)),
    ),
    Defect(
        "sample_times_ragged",
        "stamps its samples with times off the grid",
        ("TC_070_CS", "TC_071_CS"),
        _ragged_times,
    ),
    Defect("no_samples", "sends no periodic samples", ("TC_070_CS", "TC_036_CS"), _no_samples),
    Defect(
        "clock_not_aligned",
        "takes clock-aligned values half an interval off the clock",
        ("TC_071_CS",),
        _unaligned,
    ),
    Defect(
        "sample_without_transaction",
        "leaves transactionId out of its samples",
        ("TC_070_CS",),
        lambda station: rewrite(station, "MeterValues", of_calls(_without_transaction)),
    ),
)
