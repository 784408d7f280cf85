"""Metering: periodic and clock-aligned MeterValues, and the samples that a stop carries."""

from cert.plain_station.measurands import sampled_values

PERIODIC = "Sample.Periodic"
ALIGNED = "Sample.Clock"
_DAY_S = 86_400


class Metering:
    """Called in every pass. Sampled values count from the start of each transaction (§3.16.1)."""

    def __init__(self, config, outbox, time):
        self._config = config
        self._outbox = outbox
        self._time = time
        self._interval_s = config.number("MeterValueSampleInterval")
        self._next_aligned_s = None  # simulated second of the next boundary
        self._aligned_s = 0  # interval it was reckoned with

    def begin(self, transaction, outlet):
        """Note the first values of a transaction for its end, if such are wanted."""
        names = self._config.measurands("StopTxnSampledData")
        if names:
            self._note(transaction, outlet, names, "Transaction.Begin", transaction.start_s)

    def end(self, transaction, outlet, at_s):
        """Return the transactionData of a transaction that ends, None for none."""
        names = self._config.measurands("StopTxnSampledData")
        if names:
            self._note(transaction, outlet, names, "Transaction.End", at_s)
        return transaction.data or None

    def step(self, now_s, pairs, is_online):
        """Take what is due. pairs: (outlet, transaction or None) of every connector."""
        self._step_periodic(now_s, pairs)
        self._step_aligned(now_s, pairs, is_online)

    def values(self, outlet, key, context, at_s):
        """Return one meterValue row."""
        names = self._config.measurands(key)
        return self._row(outlet, names, context, at_s)

    def _step_periodic(self, now_s, pairs):
        interval_s = self._config.number("MeterValueSampleInterval")
        for outlet, transaction in pairs:
            if transaction is None or interval_s == 0:
                continue
            due = int((now_s - transaction.start_s) / interval_s)
            if interval_s != self._interval_s:  # changed while it runs: count on from here
                transaction.sampled = due
            while transaction.sampled < due:
                transaction.sampled += 1
                at_s = transaction.start_s + transaction.sampled * interval_s
                self._sample(outlet, transaction, at_s)
        self._interval_s = interval_s

    def _sample(self, outlet, transaction, at_s):
        row = self.values(outlet, "MeterValuesSampledData", PERIODIC, at_s)
        self._outbox.keep(
            "MeterValues",
            {"connector_id": outlet.number, "meter_value": [row]},
            transaction.number,
        )
        names = self._config.measurands("StopTxnSampledData")
        if names:
            self._note(transaction, outlet, names, PERIODIC, at_s)

    def _step_aligned(self, now_s, pairs, is_online):
        interval_s = self._config.number("ClockAlignedDataInterval")
        if interval_s == 0 or not self._time.is_known:
            self._next_aligned_s = None
            return
        if self._next_aligned_s is None or interval_s != self._aligned_s:
            self._aligned_s = interval_s
            self._next_aligned_s = now_s + self._to_boundary_s(now_s, interval_s)
        if now_s < self._next_aligned_s:
            return
        at_s, self._next_aligned_s = self._next_aligned_s, None
        for outlet, transaction in pairs:
            row = self.values(outlet, "MeterValuesAlignedData", ALIGNED, at_s)
            payload = {"connector_id": outlet.number, "meter_value": [row]}
            if transaction is not None:
                self._outbox.keep("MeterValues", payload, transaction.number)
                names = self._config.measurands("StopTxnAlignedData")
                if names:
                    self._note(transaction, outlet, names, ALIGNED, at_s)
            elif is_online:
                self._outbox.notice("MeterValues", payload)

    def _to_boundary_s(self, now_s, interval_s):
        """Return the seconds to the next multiple of the interval since midnight UTC."""
        wall = self._time.wall(now_s)
        midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        gone_s = (wall - midnight).total_seconds()
        due_s = (int(gone_s / interval_s) + 1) * interval_s
        return min(due_s, _DAY_S) - gone_s

    def _note(self, transaction, outlet, names, context, at_s):
        transaction.data.append(self._row(outlet, names, context, at_s))

    def _row(self, outlet, names, context, at_s):
        values = sampled_values(outlet, names, context)
        return {"timestamp": self._time.text(at_s), "sampled_value": values}
