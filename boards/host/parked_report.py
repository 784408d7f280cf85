"""The messages that were given up, for the control command `status`: what, when and why.

Called by: status_report. Texts are made only when there is something to tell.
"""

from boards.host.iso_text import iso_text
from chargecore.base.codes import OK
from chargecore.store import records
from chargecore.store.parked import WHY_TEXTS

_KINDS = {
    records.REC_START: "StartTransaction",
    records.REC_STOP: "StopTransaction",
    records.REC_METER: "MeterValues",
}


def report(parked):
    """Return a list of dicts, the newest first; at most as many as the journal keeps."""
    rows = []
    for idx in range(parked.list_len):
        if parked.load(idx) == OK:
            rows.append(_row(parked.record))
    return rows


def _row(record):
    return {
        "message": _KINDS.get(record.u8(records.PARKED_KIND)),
        "why": str(WHY_TEXTS[record.u8(records.PARKED_WHY)], "ascii"),
        "attempts": record.u16(records.PARKED_ATTEMPTS),
        "connector": record.u8(records.OFF_CONNECTOR),
        "register_wh": record.u32(records.OFF_REGISTER_WH),
        "recorded": iso_text(record.i32(records.PARKED_WALL_S)),
    }
