"""The MeterValues of a transaction: at the interval, in order, none missing, nothing left out."""

from datetime import timedelta

from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.record import is_call
from chargecore_tools.csms.registers import instant

_ENERGY = "Energy.Active.Import.Register"  # what a value without a measurand is
_OTHERS = (
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
    "Interruption.Begin",
    "Interruption.End",
)


class MeterSeries:
    """All samples of a transaction so far: one interval apart, in order, with each measurand."""

    name = "meter_series"
    fields = (
        "connector",
        "transaction",
        "interval_s",
        "context",
        "measurands",
        "is_aligned",
        "is_context_needed",
    )

    @staticmethod
    def run(
        lab,
        connector,
        transaction,
        interval_s,
        context,
        measurands=None,
        is_aligned=False,
        is_context_needed=True,
    ):
        """Judge every MeterValues of the case. measurands: text of the configuration key."""
        payloads = []
        for entry in lab.record.since(lab.case_start):
            if not is_call(entry) or entry.payload.get("connectorId") != connector:
                continue
            if entry.action == "StartTransaction":
                payloads = []  # what was on the clock before it belongs to no transaction
            elif entry.action == "MeterValues":
                payloads.append(entry.payload)
        samples = []
        for payload in payloads:
            samples += _samples(payload, transaction, context, is_context_needed)
        samples = _without_repeats(samples)
        if len(samples) < 2:
            raise Failed(f"{len(samples)} samples of the transaction came, no series", "missing")
        _judge_times(samples, interval_s, lab.settings.time_deviation_s, is_aligned)
        if measurands is not None:
            _judge_measurands(samples, measurands)


def _samples(payload, transaction, context, is_context_needed):
    """Return the meterValue items that belong to the series."""
    items = []
    for item in payload["meterValue"]:
        contexts = {value.get("context") for value in item["sampledValue"]}
        if contexts <= set(_OTHERS):
            continue
        if payload.get("transactionId") != transaction:
            text = (
                f"MeterValues has transactionId {payload.get('transactionId')}, not {transaction}"
            )
            raise Failed(text, "value")
        allowed = {context} if is_context_needed else {context, None}
        if not contexts <= allowed:
            shown = ", ".join(sorted(str(one) for one in contexts))
            raise Failed(f"context of a sampledValue is {shown}, not {context}", "value")
        items.append(item)
    return items


def _without_repeats(samples):
    """Leave out a sample that was sent again, word for word, because nobody had answered it."""
    return [item for idx, item in enumerate(samples) if idx == 0 or item != samples[idx - 1]]


def _judge_times(samples, interval_s, deviation_s, is_aligned):
    times = [instant(item["timestamp"]) for item in samples]
    for earlier, later in zip(times, times[1:]):
        gap_s = (later - earlier).total_seconds()
        if gap_s < 0:
            raise Failed(f"a sample is {-gap_s:g} s older than the one before it", "order")
        if abs(gap_s - interval_s) > deviation_s:
            text = (
                f"samples are {gap_s:g} s apart at {earlier:%H:%M:%S}: {interval_s:g} s are right"
            )
            raise Failed(text, "timing")
    if not is_aligned:
        return
    for time in times:
        midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
        off_s = (time - midnight) / timedelta(seconds=1) % interval_s
        if min(off_s, interval_s - off_s) > deviation_s:
            text = (
                f"a sample of {time:%H:%M:%S} is not on a multiple of {interval_s:g} s of the day"
            )
            raise Failed(text, "timing")


def _judge_measurands(samples, text):
    wanted = {name.strip() for name in text.split(",") if name.strip()} or {_ENERGY}
    for item in samples:
        given = {value.get("measurand", _ENERGY) for value in item["sampledValue"]}
        if given != wanted:
            odd = ", ".join(sorted(given ^ wanted))
            raise Failed(f"the sample of {item['timestamp']} has not what is configured: {odd}")
