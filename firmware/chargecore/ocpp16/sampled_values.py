"""SampledValues: a meter record as MeterValue JSON.

Called by: Transactions (MeterValues, transactionData), RemoteTrigger.
Source: OCPP 1.6 §7.33, §7.43; M3-M8 of the behaviour rules: value is a string, context and
measurand are always written. Heap: none.
"""

from chargecore.ocpp16.words import CONTEXT
from chargecore.station import measurands
from chargecore.store.records import METER_CONTEXT


def has_value(record, mask):  # HOT
    """Return True when the record knows anything of mask: a list must not be empty (§7.33)."""
    for bit in range(measurands.COUNT):
        if mask >> bit & 1 and measurands.is_known(record, bit):
            return True
    return False


def write_meter_value(w, record, mask, wall_s):  # HOT
    """Write {"timestamp":…,"sampledValue":[…]} of record for the measurands in mask."""
    w.open_object()
    w.key(b"timestamp")
    w.time(wall_s)
    w.key(b"sampledValue")
    w.open_array()
    context = CONTEXT[record.u8(METER_CONTEXT)]
    for bit in range(measurands.COUNT):
        if mask >> bit & 1 and measurands.is_known(record, bit):
            _write_value(w, record, bit, context)
    w.close_array()
    w.close_object()


def _write_value(w, record, bit, context):  # HOT
    row = measurands.ROWS[bit]
    w.open_object()
    w.key(b"value")
    w.fixed_text(measurands.value_of(record, bit), row[measurands.DECIMALS])
    w.member(b"context", context)
    w.member(b"measurand", row[measurands.WORD])
    if row[measurands.PHASE] is not None:
        w.member(b"phase", row[measurands.PHASE])
    if row[measurands.UNIT] is not None:
        w.member(b"unit", row[measurands.UNIT])
    w.close_object()
