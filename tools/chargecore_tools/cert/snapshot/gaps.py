"""Judges measured times against what is declared. Nothing here knows a station."""

from dataclasses import dataclass

OK = "ok"
DIFFERS = "differs"
NOT_MEASURED = "not measured"
ABSENT = "absent"


@dataclass(frozen=True)
class Row:
    """One key: what the station says, what it does."""

    key: str
    declared: str | None
    measured: str
    verdict: str

    def as_dict(self):
        """Return it as behaviour.json has it."""
        return {
            "key": self.key,
            "declared": self.declared,
            "measured": self.measured,
            "verdict": self.verdict,
        }


def judge_period(key, declared_s, times_s, tolerance_s, least=3):
    """Judge something that comes every declared_s; 0 = never. times_s: when it came."""
    text = str(declared_s)
    if declared_s == 0:
        if not times_s:
            return Row(key, text, "none", OK)
        return Row(key, text, f"{len(times_s)} came", DIFFERS)
    if len(times_s) < least:
        return Row(key, text, f"only {len(times_s)} of {least} came in time", DIFFERS)
    gaps = [later - earlier for earlier, later in zip(times_s, times_s[1:])]
    mean_s = (times_s[-1] - times_s[0]) / len(gaps)
    # One late message moves two gaps, never their mean: the mean is held to the tolerance alone.
    is_right = abs(mean_s - declared_s) * len(gaps) <= tolerance_s
    is_even = all(abs(gap - declared_s) <= 2 * tolerance_s for gap in gaps)
    return Row(key, text, f"{mean_s:.1f} s", OK if is_right and is_even else DIFFERS)


def judge_clock(key, interval_s, times_s, tolerance_s):
    """Judge what comes on multiples of interval_s since midnight UTC."""
    row = judge_period(key, interval_s, times_s, tolerance_s)
    if row.verdict != OK or interval_s == 0:
        return row
    off_s = max(min(at % interval_s, -at % interval_s) for at in times_s)
    if off_s > tolerance_s:
        return Row(key, row.declared, f"{off_s:.1f} s beside the clock", DIFFERS)
    return row


def judge_once(key, declared_s, measured_s, tolerance_s):
    """Judge one wait; None: what was waited for never came."""
    if measured_s is None:
        return Row(key, str(declared_s), "never", DIFFERS)
    is_right = abs(measured_s - declared_s) <= tolerance_s
    return Row(key, str(declared_s), f"{measured_s:.1f} s", OK if is_right else DIFFERS)


def judge_attempts(key, declared, times_s):
    """Judge how often a refused message was sent."""
    is_right = len(times_s) == declared
    return Row(key, str(declared), str(len(times_s)), OK if is_right else DIFFERS)


def judge_retries(key, interval_s, times_s, tolerance_s):
    """Judge the waits before retries: interval_s times the tries made so far (OCPP 1.6 §3.7.1)."""
    gaps = [later - earlier for earlier, later in zip(times_s, times_s[1:])]
    if not gaps:
        return Row(key, str(interval_s), "no retry", NOT_MEASURED)
    wanted = [interval_s * tries for tries in range(1, len(gaps) + 1)]
    is_right = all(abs(gap - want) <= tolerance_s for gap, want in zip(gaps, wanted))
    text = ", ".join(f"{gap:.1f}" for gap in gaps) + " s"
    return Row(key, str(interval_s), text, OK if is_right else DIFFERS)
