"""The answer to GetCompositeSchedule says what the installed profiles come to."""

from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.makers.charging_profile import SCALE
from chargecore_tools.csms.registers import instant

_ANY = "any"  # a limit that only the station knows


class CompositeSchedule:
    """It begins when `answered`, lasts as asked, and is `limits` (or `or_limits`), merged."""

    name = "composite_schedule"
    fields = ("answer", "answered", "duration_s", "began", "limits", "or_limits")

    @staticmethod
    def run(lab, answer, answered, duration_s, began, limits, or_limits=None):
        """Judge a GetCompositeSchedule.conf; starts may be off by the lab's time deviation."""
        deviation_s, unit = lab.settings.time_deviation_s, lab.settings.charging_rate_unit
        schedule = answer.get("chargingSchedule")
        if schedule is None or "scheduleStart" not in answer:
            raise Failed("the answer has no chargingSchedule or no scheduleStart", "value")
        off_s = (instant(answered) - instant(answer["scheduleStart"])).total_seconds()
        if abs(off_s) > deviation_s:
            raise Failed(f"scheduleStart is {off_s:.1f} s before the answer", "timing")
        if abs(schedule.get("duration", 0) - duration_s) > deviation_s:
            raise Failed(f"duration is {schedule.get('duration')}, not {duration_s}", "value")
        if schedule.get("chargingRateUnit") != unit:
            raise Failed(f"chargingRateUnit is {schedule.get('chargingRateUnit')}", "value")
        found = [(row["startPeriod"], row["limit"]) for row in schedule["chargingSchedulePeriod"]]
        skipped_s = (instant(answer["scheduleStart"]) - instant(began)).total_seconds()
        texts = []
        for wanted in (limits, or_limits):
            if wanted:
                right = _shifted(wanted, skipped_s, duration_s, SCALE[unit])
                texts.append(_difference(found, right, deviation_s))
        if all(texts):
            raise Failed(f"periods {_show(found)}: {texts[0]}", "composite schedule")


def _shifted(limits, skipped_s, duration_s, scale):
    """Return [(start, limit)] counted from scheduleStart, as far as it lasts."""
    rows = []
    for start, limit in sorted((int(key), value) for key, value in limits.items()):
        begin_s = max(0, start - skipped_s)
        if begin_s >= duration_s:
            break
        if rows and rows[-1][0] == begin_s:
            rows.pop()
        rows.append((begin_s, limit if limit == _ANY else limit * scale))
    return rows


def _difference(found, right, deviation_s):
    """Return what is wrong in one clause, "" when nothing is."""
    if not found or found[0][0] != 0:
        return "the first one must begin at 0"
    if len(found) != len(right):
        return f"{_show(right)} are right"
    for (start, limit), (right_s, right_limit) in zip(found, right):
        if abs(start - right_s) > deviation_s:
            return f"{_show(right)} are right: start {start} is not {right_s:.0f}"
        if right_limit != _ANY and abs(limit - right_limit) > 0.05:
            return f"{_show(right)} are right: limit {limit:g} is not {right_limit:g}"
    return ""


def _show(rows):
    return " ".join(f"{start:.0f}:{limit}" for start, limit in rows) or "none"
