"""What goes wrong in single messages: types, texts, times, doubles."""

import uuid

from cert.plain_station.defects.defect import Defect, of_answers, of_calls, rewrite, with_fields


def _on_calls(action, change):
    return lambda station: rewrite(station, action, of_calls(change))


def _meter_start_as_text(payload):
    return {**payload, "meterStart": str(payload["meterStart"])}


def _without_zone(payload):
    if "timestamp" in payload:
        payload["timestamp"] = payload["timestamp"].rstrip("Z")
    return payload


def _lower_status(payload):
    return {**payload, "status": payload["status"].lower()}


def _value_as_number(payload):
    for row in payload["meterValue"]:
        for value in row["sampledValue"]:
            value["value"] = int(value["value"])
    return payload


def _spelled_deauthorized(payload):
    if payload.get("reason") == "DeAuthorized":
        payload["reason"] = "Deauthorized"
    return payload


def _twice(frame):
    if frame[0] != 2:
        return frame
    return [frame, [2, str(uuid.uuid4()), *frame[2:]]]


def _swapped_errors(station):
    names = {"NotImplemented": "NotSupported", "NotSupported": "NotImplemented"}

    def change(frame):
        if frame[0] == 4:
            frame[2] = names.get(frame[2], frame[2])
        return frame

    rewrite(station, "*", change)


def _long_vendor(payload):
    return {**payload, "chargePointVendor": "a vendor with a very long name"}


ROWS = (
    Defect(
        "meter_start_as_text",
        "sends meterStart as a text",
        ("TC_003_CS", "TC_010_CS"),
        _on_calls("StartTransaction", _meter_start_as_text),
    ),
    Defect(
        "value_as_number",
        "sends the value of a sample as a number",
        ("TC_070_CS",),
        _on_calls("MeterValues", _value_as_number),
    ),
    Defect(
        "time_without_zone",
        "sends the local time without a zone",
        ("TC_003_CS",),
        _on_calls("*", _without_zone),
    ),
    Defect(
        "timestamp_1970",
        "starts a transaction on the first of January 1970",
        ("TC_003_CS",),
        _on_calls("StartTransaction", with_fields(timestamp="1970-01-01T00:00:12Z")),
    ),
    Defect(
        "null_field",
        "sends transactionData null where there is none",
        ("TC_012_CS",),
        _on_calls("StopTransaction", with_fields(transactionData=None)),
    ),
    Defect(
        "status_in_lower_case",
        "spells the statuses in lower case",
        ("TC_003_CS",),
        _on_calls("StatusNotification", _lower_status),
    ),
    Defect(
        "deauthorized_misspelled",
        "spells the reason DeAuthorized with a small a",
        ("TC_037_3_CS",),
        _on_calls("StopTransaction", _spelled_deauthorized),
    ),
    Defect(
        "start_sent_twice",
        "sends every StartTransaction twice",
        ("TC_003_CS", "TC_010_CS"),
        lambda station: rewrite(station, "StartTransaction", _twice),
    ),
    Defect(
        "status_without_error_code",
        "leaves errorCode out of StatusNotification",
        ("TC_003_CS",),
        _on_calls(
            "StatusNotification",
            lambda payload: {k: v for k, v in payload.items() if k != "errorCode"},
        ),
    ),
    Defect(
        "vendor_too_long",
        "has a vendor of more than 20 characters",
        ("TC_001_CS",),
        _on_calls("BootNotification", _long_vendor),
    ),
    Defect(
        "errors_swapped",
        "answers NotSupported to an unknown action, NotImplemented to a known one",
        ("OWN_UNKNOWN_ACTION",),
        _swapped_errors,
    ),
    Defect(
        "answer_with_extra_field",
        "adds a field of its own to the answer of GetConfiguration",
        ("TC_019_CS",),
        lambda station: rewrite(
            station, "GetConfiguration", of_answers(with_fields(vendorNote="ours"))
        ),
    ),
)
