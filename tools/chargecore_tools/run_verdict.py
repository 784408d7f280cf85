"""Verdict: whether a whole charge was right: server, meter, contactor and protocol agree."""

from dataclasses import asdict, dataclass


class RunFailed(Exception):
    """The run is no success; the text says why."""


@dataclass
class Summary:
    """What a run showed. Registers and energy in Wh."""

    meter_wh: int  # what the meter's register gained
    server_wh: int  # meterStop - meterStart in the server's ledger
    open_reason: str  # OPEN_* of the opening that ended the charge
    reason_words: str
    transaction_id: int
    stop_reason: str
    charged_s: int  # simulated
    frame_count: int
    statuses: list
    security: str = ""  # profile, version and suite; "" for none

    def last_line(self):
        """Return the line a run ends with."""
        line = (
            f"session complete: {self.meter_wh} Wh, server {self.server_wh} Wh, "
            f"contactor opened: {self.reason_words}"
        )
        return f"{line}, {self.security}" if self.security else line

    def as_dict(self):
        """Return all of it, for programs."""
        return {"ok": True, **asdict(self)}


_STATUSES = ("Preparing", "Charging", "Finishing", "Available")


def judge(summary, transactions, violations, observer_errors, contactor):
    """Check a finished run. Errors: RunFailed with the first thing that is wrong."""
    for reason in _faults(summary, transactions, violations, observer_errors, contactor):
        raise RunFailed(reason)


def _faults(summary, transactions, violations, observer_errors, contactor):
    """Yield everything that is wrong, the protocol first."""
    yield from map(violation_text, violations)
    yield from _faults_of_energy(summary, transactions)
    if contactor != "open":
        yield f"the contactor is {contactor} after the session"
    if not summary.reason_words:
        yield f"the contactor opened for {summary.open_reason}: not a known reason"
    if not _is_in_order(_STATUSES, summary.statuses):
        yield f"statuses {', '.join(summary.statuses)}: {', '.join(_STATUSES)} expected"
    for error in observer_errors:
        yield f"an observer of the server failed: {error!r}"


def violation_text(frame):
    """Return what a station's frame broke, in words."""
    return f"the station broke the protocol: {frame.action or 'message'}: {frame.violation}"


def _faults_of_energy(summary, transactions):
    if len(transactions) != 1:
        yield f"{len(transactions)} transactions at the server: one was made"
    for row in transactions:
        if row.is_open:
            yield f"transaction {row.transaction_id} is still open at the server"
    if summary.meter_wh <= 0:
        yield f"the meter counted {summary.meter_wh} Wh: no energy flowed"
    if summary.meter_wh != summary.server_wh:
        yield f"meter {summary.meter_wh} Wh and server {summary.server_wh} Wh disagree"


def _is_in_order(wanted, seen):
    """Return whether seen holds wanted in its order, with anything between."""
    rest = iter(seen)
    return all(word in rest for word in wanted)
