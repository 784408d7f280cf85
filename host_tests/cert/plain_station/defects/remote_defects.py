"""What goes wrong with what the server wants: starts, stops, resets, availability, unlocking."""

from cert.plain_station.defects.defect import Defect, of_answers, of_calls, rewrite, with_fields


def _zero_accepted(station):
    honest = station.remote.connector_for
    station.remote.connector_for = lambda number, tag: honest(number or None, tag)


def _accepted_while_charging(station):
    rewrite(station, "RemoteStartTransaction", of_answers(with_fields(status="Accepted")))


def _unknown_stop_accepted(station):
    rewrite(station, "RemoteStopTransaction", of_answers(with_fields(status="Accepted")))


def _stops_whatever_runs(station):
    def running(_transaction_id):
        return next((row for row in station.connectors if row.transaction is not None), None)

    station.remote.running = running


def _flag(name, value):
    """Return what takes a boolean key for another value than it reports."""

    def apply(station):
        honest = station.config.flag
        station.config.flag = lambda key: value if key == name else honest(key)

    return apply


def _reset_without_stop(station):
    async def reset(_kind):
        for connector in station.connectors:
            connector.transaction = None
        station.memory.section("sessions", {}).clear()
        await station.link.close()
        station._ended.set()

    station.reset = reset


def _reset_kinds_swapped(station):
    honest = station.reset
    station.reset = lambda kind: honest({"Hard": "Soft", "Soft": "Hard"}[kind])


def _reset_not_done(station):
    async def reset(_kind):
        return None

    station.reset = reset


def _availability_forgotten(station):
    station.memory.section("availability", {}).clear()


def _no_status_after_availability(station):
    honest = station.board.tell

    def tell(number, row=None, is_triggered=False):
        if row is None or row.known is None or row.seen.status != "Unavailable":
            honest(number, row, is_triggered)

    station.board.tell = tell


def _unlock_does_not_stop(station):
    station.unlock = lambda connector: None


def _stops_at_any_unlock(station):
    def change(frame):
        for connector in station.connectors:
            if connector.transaction is not None:
                connector.stop("UnlockCommand")
        return frame

    rewrite(station, "UnlockConnector", change)


def _goes_down_silently(station):
    async def close_sessions(_reason):
        """Leaves everything as it is."""

    station.close_sessions = close_sessions


def _unlock_reason(payload):
    if payload.get("reason") == "UnlockCommand":
        payload["reason"] = "Other"
    return payload


def _unknown_unlock(station):
    def change(payload):
        return {"status": {"NotSupported": "UnlockFailed"}.get(*[payload["status"]] * 2)}

    rewrite(station, "UnlockConnector", of_answers(change))


def _jam_told_as_unlocked(station):
    rewrite(station, "UnlockConnector", of_answers(with_fields(status="Unlocked")))


def _answers_after_the_reset(station):
    """Resets without an answer."""
    rewrite(station, "Reset", lambda _frame: None)


ROWS = (
    Defect(
        "remote_start_on_0",
        "takes a remote start for connector 0",
        ("TC_027_CS",),
        _zero_accepted,
    ),
    Defect(
        "remote_start_while_charging",
        "says Accepted to a remote start where a transaction runs",
        ("TC_026_CS",),
        _accepted_while_charging,
    ),
    Defect(
        "remote_stop_of_unknown",
        "says Accepted to a remote stop of an unknown transaction",
        ("TC_028_CS",),
        _unknown_stop_accepted,
    ),
    Defect(
        "remote_stop_of_anything",
        "ends what runs, whatever transactionId the server names",
        ("TC_028_CS",),
        _stops_whatever_runs,
    ),
    Defect(
        "remote_start_not_authorized",
        "asks for no tag although AuthorizeRemoteTxRequests is true",
        ("TC_010_CS", "TC_011_1_CS"),
        _flag("AuthorizeRemoteTxRequests", False),
    ),
    Defect(
        "reset_without_stop",
        "forgets the running transaction at a reset",
        ("TC_015_CS", "TC_016_CS"),
        _reset_without_stop,
    ),
    Defect(
        "reset_kinds_swapped",
        "tells SoftReset at a hard reset and the other way round",
        ("TC_015_CS", "TC_016_CS"),
        _reset_kinds_swapped,
    ),
    Defect("reset_not_done", "does not reset", ("TC_013_CS", "TC_015_CS"), _reset_not_done),
    Defect(
        "reset_not_answered",
        "resets without answering the Reset",
        ("TC_013_CS", "TC_014_CS"),
        _answers_after_the_reset,
    ),
    Defect(
        "availability_forgotten",
        "is in use again after every boot",
        ("TC_013_CS", "TC_014_CS", "TC_034_CS"),
        _availability_forgotten,
    ),
    Defect(
        "unavailable_not_told",
        "does not tell Unavailable after ChangeAvailability",
        ("TC_013_CS", "TC_034_CS"),
        _no_status_after_availability,
    ),
    Defect(
        "unlock_does_not_stop",
        "leaves the transaction running at UnlockConnector",
        ("TC_018_1_CS",),
        _unlock_does_not_stop,
    ),
    Defect(
        "unlock_told_as_other",
        "tells Other where UnlockConnector ended the transaction",
        ("TC_018_1_CS",),
        lambda station: rewrite(station, "StopTransaction", of_calls(_unlock_reason)),
    ),
    Defect(
        "unlock_not_supported",
        "says NotSupported to UnlockConnector though it has a bolt",
        ("TC_017_1_CS", "TC_018_1_CS"),
        lambda station: rewrite(
            station, "UnlockConnector", of_answers(with_fields(status="NotSupported"))
        ),
    ),
    Defect(
        "fixed_cable_unlocked",
        "says Unlocked though its cable is fixed",
        ("TC_017_2_CS", "TC_018_2_CS"),
        lambda station: rewrite(
            station, "UnlockConnector", of_answers(with_fields(status="Unlocked"))
        ),
        ("--tethered",),
    ),
    Defect(
        "fixed_cable_ends_session",
        "ends the transaction at UnlockConnector though its cable is fixed",
        ("TC_018_2_CS",),
        _stops_at_any_unlock,
        ("--tethered",),
    ),
    Defect(
        "goes_down_silently",
        "has backup power and goes down without ending the transaction",
        ("TC_032_1_CS",),
        _goes_down_silently,
        ("--backup-power",),
    ),
    Defect(
        "unlock_of_unknown_failed",
        "says UnlockFailed for a connector that it does not have",
        ("TC_031_CS",),
        _unknown_unlock,
    ),
    Defect(
        "jam_told_as_unlocked",
        "says Unlocked although the bolt did not move",
        ("TC_030_CS",),
        _jam_told_as_unlocked,
    ),
)
