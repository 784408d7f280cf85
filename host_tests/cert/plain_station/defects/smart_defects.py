"""What goes wrong with charging profiles and composite schedules."""

from cert.plain_station.defects.defect import Defect, of_answers, rewrite, with_fields


def _in_schedule(change):
    """Return what changes the chargingSchedule of every composite schedule."""

    def of_payload(payload):
        if "chargingSchedule" in payload:
            change(payload["chargingSchedule"])
        return payload

    return lambda station: rewrite(station, "GetCompositeSchedule", of_answers(of_payload))


def _ten_seconds_late(schedule):
    for period in schedule["chargingSchedulePeriod"][1:]:
        period["startPeriod"] += 10


def _one_ampere_more(schedule):
    for period in schedule["chargingSchedulePeriod"]:
        period["limit"] += 1


def _other_unit(schedule):
    unit = schedule["chargingRateUnit"]
    schedule["chargingRateUnit"] = "W" if unit == "A" else "A"


def _not_merged(schedule):
    periods = schedule["chargingSchedulePeriod"]
    last = dict(periods[-1], startPeriod=periods[-1]["startPeriod"] + 1)
    periods.append(last)


def _half_duration(schedule):
    schedule["duration"] //= 2


def _lowest_level_leads(station):
    honest = station.profiles._leading

    def leading(purpose, connector, transaction, at):
        for row in station.profiles.rows:
            row["profile"]["stack_level"] *= -1
        try:
            return honest(purpose, connector, transaction, at)
        finally:
            for row in station.profiles.rows:
                row["profile"]["stack_level"] *= -1

    station.profiles._leading = leading


def _without_maximum(station):
    honest = station.profiles._leading

    def leading(purpose, connector, transaction, at):
        if purpose == "ChargePointMaxProfile":
            return None
        return honest(purpose, connector, transaction, at)

    station.profiles._leading = leading


def _default_hides(station):
    honest = station.profiles._leading

    def leading(purpose, connector, transaction, at):
        if purpose == "TxProfile":
            return None
        return honest(purpose, connector, transaction, at)

    station.profiles._leading = leading


def _default_not_while_charging(station):
    honest = station.profiles._leading

    def leading(purpose, connector, transaction, at):
        if purpose == "TxDefaultProfile" and transaction is not None:
            return None
        return honest(purpose, connector, transaction, at)

    station.profiles._leading = leading


def _clear_does_nothing(station):
    station.profiles.clear = lambda _wanted: "Accepted"


def _clear_takes_all(station):
    honest = station.profiles.clear
    station.profiles.clear = lambda _wanted: honest({})


def _profile_without_transaction(station):
    rewrite(station, "SetChargingProfile", of_answers(with_fields(status="Accepted")))


def _remote_profile_ignored(station):
    station.remote.is_right_profile = lambda connector, _profile: connector is not None


def _not_applied(station):
    """Keeps profiles for schedules, and never limits a running transaction."""
    honest = station.profiles.limit_a

    def limit_a(connector, transaction, at=None):
        return 32.0 if at is None else honest(connector, transaction, at)

    station.profiles.limit_a = limit_a


def _not_supported(station):
    rewrite(station, "SetChargingProfile", of_answers(with_fields(status="NotSupported")))


ROWS = (
    Defect(
        "schedule_late",
        "tells every change of a composite schedule ten seconds late",
        ("TC_066_CS", "TC_072_CS"),
        _in_schedule(_ten_seconds_late),
    ),
    Defect(
        "schedule_off_by_one",
        "tells every limit of a composite schedule one too high",
        ("TC_056_CS", "TC_057_CS", "TC_059_CS", "TC_066_CS", "TC_082_CS"),
        _in_schedule(_one_ampere_more),
    ),
    Defect(
        "schedule_in_other_unit",
        "tells a composite schedule in another unit than the server wanted",
        ("TC_056_CS",),
        _in_schedule(_other_unit),
    ),
    Defect(
        "schedule_not_merged",
        "tells equal periods of a composite schedule one by one",
        ("TC_066_CS", "TC_072_CS"),
        _in_schedule(_not_merged),
    ),
    Defect(
        "schedule_too_short",
        "tells half the duration that the server wanted",
        ("TC_056_CS",),
        _in_schedule(_half_duration),
    ),
    Defect(
        "lowest_level_leads",
        "lets the lowest stack level lead",
        ("TC_072_CS",),
        _lowest_level_leads,
    ),
    Defect(
        "maximum_ignored",
        "leaves ChargePointMaxProfile out of the composite schedule",
        ("TC_066_CS", "TC_067_CS"),
        _without_maximum,
    ),
    Defect(
        "tx_profile_ignored",
        "follows no TxProfile",
        ("TC_057_CS", "TC_059_CS", "TC_066_CS"),
        _default_hides,
    ),
    Defect(
        "default_ignored_while_charging",
        "follows no TxDefaultProfile that comes while a transaction runs",
        ("TC_082_CS",),
        _default_not_while_charging,
    ),
    Defect(
        "clear_does_nothing",
        "says Accepted to ClearChargingProfile and keeps all",
        ("TC_067_CS",),
        _clear_does_nothing,
    ),
    Defect(
        "clear_takes_all",
        "removes all profiles, whichever the server named",
        ("TC_067_CS",),
        _clear_takes_all,
    ),
    Defect(
        "tx_profile_without_transaction",
        "takes a TxProfile where no transaction runs, or another one",
        ("TC_058_1_CS", "TC_058_2_CS"),
        _profile_without_transaction,
    ),
    Defect(
        "remote_start_with_any_profile",
        "takes a remote start with a profile that is no TxProfile",
        ("TC_060_CS",),
        _remote_profile_ignored,
    ),
    Defect(
        "profile_not_applied",
        "never limits a running transaction",
        ("OWN_ZERO_LIMIT",),
        _not_applied,
    ),
    Defect(
        "profile_refused",
        "says NotSupported to every profile though it declares SmartCharging",
        ("TC_056_CS",),
        _not_supported,
    ),
)
