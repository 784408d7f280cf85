"""Says what is wrong with a station's message: the schema, and what no schema says.

The rules beside the schemas are those of the strictest servers in the field: times carry a zone
and are not older than this project, values are numbers, message ids have 1..36 characters.
"""

import re
from datetime import datetime

from ocpp.exceptions import (
    FormationViolationError,
    FormatViolationError,
    NotImplementedError,
    NotSupportedError,
    OCPPError,
    PropertyConstraintViolationError,
)
from ocpp.messages import Call, CallResult, _validate_payload
from ocpp.v16.enums import Action

_VERSION = "1.6"
_MESSAGE_ID_LEN = 36  # OCPP-J 1.6 §4.1.4
_YEAR_MIN = 2024
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TIME_FIELDS = ("timestamp",)
_SAMPLE = re.compile(r"\.sampledValue\[\d+\]$")  # a configuration key has a `value`, too
ERROR_CODES = (  # OCPP-J 1.6 §4.2.3, with its spelling
    "NotImplemented",
    "NotSupported",
    "InternalError",
    "ProtocolError",
    "SecurityError",
    "FormationViolation",
    "PropertyConstraintViolation",
    "OccurenceConstraintViolation",
    "TypeConstraintViolation",
    "GenericError",
)
_FROM_STATION = frozenset(
    str(word.value)
    for word in (
        Action.authorize,
        Action.boot_notification,
        Action.data_transfer,
        Action.diagnostics_status_notification,
        Action.firmware_status_notification,
        Action.heartbeat,
        Action.log_status_notification,
        Action.meter_values,
        Action.security_event_notification,
        Action.sign_certificate,
        Action.signed_firmware_status_notification,
        Action.start_transaction,
        Action.status_notification,
        Action.stop_transaction,
    )
)
_ALL = frozenset(str(word.value) for word in Action)


def fault_of_call(message_id, action, payload):
    """Return the OCPPError that a station's CALL deserves, None when it is right."""
    if not _is_message_id(message_id):
        return PropertyConstraintViolationError(details={"cause": "message id: 1..36 characters"})
    if not isinstance(action, str) or action not in _ALL:
        return NotImplementedError(details={"cause": f"action {action}: unknown"})
    if action not in _FROM_STATION:
        return NotSupportedError(details={"cause": f"action {action}: not from a station"})
    return _fault_of_payload(Call(message_id, action, payload))


def fault_of_result(message_id, action, payload):
    """Return the OCPPError that a station's CALLRESULT deserves, None when it is right."""
    return _fault_of_payload(CallResult(message_id, payload, action))


def fault_of_order(message_id, action, payload):
    """Return the OCPPError that a CALL of the server deserves, None when it is right."""
    return _fault_of_payload(Call(message_id, action, payload))


def fault_of_error(payload):
    """Return a text when a CALLERROR is wrong: its code, or the kind of a field; "" when right."""
    if payload["code"] not in ERROR_CODES:
        return f"CALLERROR code {payload['code']!r}: not one of OCPP-J 1.6"
    if not isinstance(payload["description"], str) or not isinstance(payload["details"], dict):
        return "CALLERROR: the description must be a text, the details an object"
    return ""


def text_of(error):
    """Return an OCPPError in one line."""
    cause = error.details.get("cause", "") if isinstance(error.details, dict) else ""
    return f"{error.code}: {cause or error.description}"


def _is_message_id(value):
    return isinstance(value, str) and 1 <= len(value) <= _MESSAGE_ID_LEN


def _fault_of_payload(message):
    if not isinstance(message.payload, dict):
        return FormationViolationError(details={"cause": "the payload is not an object"})
    try:
        _validate_payload(message, _VERSION)
    except OCPPError as error:
        cause = error.details.get("cause", error.description)
        return _strict(type(error))(details={"cause": cause.splitlines()[0] if cause else ""})
    return next(_faults_below(message.payload, ""), None)


def _strict(kind):
    """Return the exception whose code OCPP-J 1.6 §4.2.3 has; FormatViolation is of 2.0.1."""
    return FormationViolationError if kind is FormatViolationError else kind


def _faults_below(value, path):
    """Yield what is wrong with times and values in a payload that fits its schema."""
    if isinstance(value, list):
        for idx, item in enumerate(value):
            yield from _faults_below(item, f"{path}[{idx}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            here = f"{path}.{name}" if path else name
            if name in _TIME_FIELDS and not _is_time(item):
                cause = f"{here}: '{item}' is no time with zone since {_YEAR_MIN}"
                yield PropertyConstraintViolationError(details={"cause": cause})
            yield from _faults_below(item, here)
        if _SAMPLE.search(path) and value.get("format", "Raw") == "Raw":
            if not _NUMBER.fullmatch(str(value["value"])):
                cause = f"{path}.value: '{value['value']}' is no number"
                yield PropertyConstraintViolationError(details={"cause": cause})


def _is_time(text):
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return False
    try:
        return datetime.fromisoformat(text).year >= _YEAR_MIN
    except ValueError:
        return False
