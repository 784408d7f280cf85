"""What goes wrong with configuration keys, data transfer and triggers."""

from cert.plain_station.defects.defect import Defect, of_answers, rewrite, with_fields


def _unknown_key_accepted(station):
    honest = station.config.change

    def change(key, value):
        status = honest(key, value)
        return "Accepted" if status == "NotSupported" else status

    station.config.change = change


def _bad_value_accepted(station):
    honest = station.config.change

    def change(key, value):
        status = honest(key, value)
        return "Accepted" if status == "Rejected" else status

    station.config.change = change


def _not_stored(station):
    def change(_key, _value):
        return "Accepted"

    station.config.change = change


def _reboot_required(station):
    honest = station.config.change

    def change(key, value):
        status = honest(key, value)
        return "RebootRequired" if status == "Accepted" else status

    station.config.change = change


def _key_missing(station):
    honest = station.config.report

    def report(keys):
        rows, unknown = honest(keys)
        return [row for row in rows if row["key"] != "ResetRetries"], unknown

    station.config.report = report


def _read_only_wrong(station):
    honest = station.config.report

    def report(keys):
        rows, unknown = honest(keys)
        rows = [{**row, "readonly": row["key"] != "HeartbeatInterval"} for row in rows]
        return rows, unknown

    station.config.report = report


def _first_key_only(station):
    honest = station.config.report
    station.config.report = lambda keys: honest(keys[:1])


def _before_the_answer(station):
    honest = station.link.ask
    held = []

    def outgoing(text, action):
        if action == "TriggerMessage" and not text.startswith("[2"):
            held.append(text)
            return []
        return [text, *_drained(held)]

    station.outgoing = outgoing
    station.link.ask = honest


def _drained(texts):
    taken = texts[:]
    del texts[:]
    return taken


def _trigger_without_message(station):
    station.send_triggered = lambda _wanted, _number: None


def _data_transfer_error(station):
    def change(frame):
        if frame[0] == 3:
            return [4, frame[1], "InternalError", "", {}]
        return frame

    rewrite(station, "DataTransfer", change)


ROWS = (
    Defect(
        "unknown_key_accepted",
        "says Accepted to a key that it does not have",
        ("TC_040_1_CS",),
        _unknown_key_accepted,
    ),
    Defect(
        "bad_value_accepted",
        "says Accepted to a value that it cannot use",
        ("TC_040_2_CS",),
        _bad_value_accepted,
    ),
    Defect("key_not_stored", "says Accepted and keeps the old value", ("TC_021_CS",), _not_stored),
    Defect(
        "key_needs_reboot",
        "says RebootRequired where the standard wants it at once",
        ("TC_021_CS",),
        _reboot_required,
    ),
    Defect(
        "required_key_missing",
        "does not have the required key ResetRetries",
        ("TC_019_CS",),
        _key_missing,
    ),
    Defect(
        "keys_read_only",
        "tells keys as read-only that must be writable",
        ("TC_019_CS",),
        _read_only_wrong,
    ),
    Defect(
        "first_key_only",
        "answers only the first key that GetConfiguration names",
        ("TC_019_CS",),
        _first_key_only,
    ),
    Defect(
        "data_transfer_error",
        "answers a DataTransfer of an unknown vendor with a CALLERROR",
        ("TC_062_CS",),
        _data_transfer_error,
    ),
    Defect(
        "trigger_before_the_answer",
        "sends what was triggered before it answers TriggerMessage",
        ("TC_054_CS",),
        _before_the_answer,
    ),
    Defect(
        "trigger_without_message",
        "says Accepted to TriggerMessage and sends nothing",
        ("TC_054_CS",),
        _trigger_without_message,
    ),
    Defect(
        "trigger_of_unknown_connector",
        "says Accepted to a trigger for a connector that it does not have",
        ("TC_055_CS",),
        lambda station: rewrite(
            station, "TriggerMessage", of_answers(with_fields(status="Accepted"))
        ),
    ),
)
