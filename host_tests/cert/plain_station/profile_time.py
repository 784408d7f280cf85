"""When a charging profile has which period. Pure sums on a stored row {profile, set}."""

import math
from datetime import timedelta

from cert.plain_station.timebase import instant

_CYCLE_S = {"Daily": 86_400, "Weekly": 604_800}


def later(at, seconds):
    """Return the instant that many seconds after another."""
    return at + timedelta(seconds=seconds)


def period_at(row, began, at):
    """Return the period that a profile has at an instant, None when it has none.

    began: start of the transaction, None without one.
    """
    profile = row["profile"]
    if not _is_valid(profile, at):
        return None
    schedule = profile["charging_schedule"]
    gone_s = (at - _origin(row, began, at)).total_seconds()
    if gone_s < 0 or gone_s >= schedule.get("duration", math.inf):
        return None
    periods = schedule["charging_schedule_period"]
    # Half a millisecond: the sums below are floats, the boundaries are whole seconds.
    fitting = [row for row in periods if row["start_period"] <= gone_s + 0.0005]
    return fitting[-1] if fitting else None


def breaks(row, began, start, duration_s):
    """Return the seconds after start, rounded up, at which a profile may begin, change or end."""
    profile = row["profile"]
    schedule = profile["charging_schedule"]
    edges = [instant(profile[name]) for name in ("valid_from", "valid_to") if name in profile]
    offsets = [period["start_period"] for period in schedule["charging_schedule_period"]]
    offsets += [schedule["duration"]] if "duration" in schedule else []
    cycle_s = _cycle_s(profile)
    origin = _origin(row, began, start)
    for turn in range(int(duration_s / cycle_s) + 2 if cycle_s else 1):
        edges += [later(origin, turn * (cycle_s or 0) + offset) for offset in offsets]
    return {math.ceil((edge - start).total_seconds() - 0.0005) for edge in edges}


def _origin(row, began, at):
    """Return the instant that startPeriod counts from."""
    profile = row["profile"]
    begin = profile["charging_schedule"].get("start_schedule")
    if profile["charging_profile_kind"] == "Relative" or begin is None:
        return began if began is not None else instant(row["set"])
    begin = instant(begin)
    cycle_s = _cycle_s(profile)
    if cycle_s is None:
        return begin
    return later(begin, math.floor((at - begin).total_seconds() / cycle_s) * cycle_s)


def _cycle_s(profile):
    if profile["charging_profile_kind"] != "Recurring":
        return None
    return _CYCLE_S[profile["recurrency_kind"]]


def _is_valid(profile, at):
    begins, ends = profile.get("valid_from"), profile.get("valid_to")
    return (begins is None or instant(begins) <= at) and (ends is None or at < instant(ends))
