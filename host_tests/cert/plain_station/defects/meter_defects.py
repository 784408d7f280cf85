"""What goes wrong with meter values."""

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
    """Stamps samples with the time of the pass that took them, seconds late."""
    honest = station.metering.values

    def values(outlet, key, context, at_s):
        late_s = 3 + (outlet.register_wh * 7) % 9
        return honest(outlet, key, context, at_s + late_s)

    station.metering.values = values


def _unaligned(station):
    station.metering._to_boundary_s = lambda _now_s, interval_s: interval_s


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
        "counts clock-aligned values from when the key was set",
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
