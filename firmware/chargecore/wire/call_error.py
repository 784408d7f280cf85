"""The codes of a CALLERROR, spelled as OCPP-J 1.6 spells them, and which of them says what.

Called by: rpc, the adapters. Heap: none. Source: OCPP-J 1.6 §4.2.3; J7 of the behaviour rules.
"""

from micropython import const

from chargecore.base.codes import (
    E_LENGTH,
    E_MISSING,
    E_RANGE,
    E_SYNTAX,
    E_TOO_DEEP,
    E_TOO_MANY,
    E_TYPE,
    E_UNKNOWN_FIELD,
    OK,
)

CE_NOT_IMPLEMENTED = const(1)
CE_NOT_SUPPORTED = const(2)

# The number of a code in events is its place here + 1. The second spellings are only read.
CODES = (
    b"NotImplemented",
    b"NotSupported",
    b"InternalError",
    b"ProtocolError",
    b"SecurityError",
    b"FormationViolation",
    b"PropertyConstraintViolation",
    b"OccurenceConstraintViolation",
    b"TypeConstraintViolation",
    b"GenericError",
    b"FormatViolation",
    b"OccurrenceConstraintViolation",
)


def code_for(code):  # HOT
    """Return the CALLERROR code that says what an E_ code of fields.check() says."""
    if code == E_MISSING or code == E_TOO_MANY:
        return b"OccurenceConstraintViolation"
    if code == E_TYPE:
        return b"TypeConstraintViolation"
    if code == E_RANGE or code == E_LENGTH:
        return b"PropertyConstraintViolation"
    if code == E_UNKNOWN_FIELD or code == E_SYNTAX or code == E_TOO_DEEP:
        return b"FormationViolation"
    return b"GenericError"


def code_number(reader, idx):  # HOT
    """Return the number of the code at token idx, 0 for any other text. reader.error stays OK."""
    reader.clear()
    place = reader.word_index(idx, CODES)
    if reader.error != OK:
        reader.clear()
        return 0
    return place + 1
