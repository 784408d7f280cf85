"""The answer to the control command `status`: the names of design section 4.

Called by: Commands. Reads the plant for what a measuring device would see, and board.app for what
the firmware thinks; while the station restarts there is no app and those fields are null.
"""

import gc

from boards.host import parked_report
from boards.host.iso_text import iso_text
from chargecore.base.ticks import ticks_diff
from chargecore.net import liveness
from chargecore.ocpp16 import boot, words
from chargecore.safety import reasons
from chargecore.safety.fault_latch import COUNTED

_BOOT_STATES = {
    boot.BOOT_PENDING: "Pending",
    boot.BOOT_REJECTED: "Rejected",
    boot.BOOT_ACCEPTED: "Accepted",
}
_PILOT_STATES = "ABCDEF"
_RUNGS = ("none", "socket", "tls", "link", "reset")  # index: RUNG_*
_CAUSES = ("power", "reset", "watchdog")  # index: CAUSE_*


def report(board):
    """Return the whole status as a dict."""
    connectors = []
    for idx in range(len(board.connectors)):
        row = _plant_part(board, idx)
        row.update(_firmware_part(board, idx))
        connectors.append(row)
    return {"station": _station_part(board), "connectors": connectors}


def _station_part(board):
    app = board.app
    return {
        "connected": bool(_get(app, "connection.is_open", False)),
        "registration": _BOOT_STATES.get(_get(app, "ocpp.boot.state", None)),
        "liveness": _liveness_part(board),
        "outbox": _get(app, "outbox.pending", 0),
        "parked": _get(app, "outbox.parked", 0),
        "parked_list": [] if app is None else parked_report.report(app.outbox.parked_list),
        "heap_free_b": gc.mem_free(),
        "uptime_ms": board.uptime_ms,
        "simulated_ms": board.clock.elapsed_ms,
        "clock": _time_text(_get(app, "clock", None)),
        "scheduler": {
            "passes": _get(app, "scheduler.passes", 0),
            "overruns": _get(app, "scheduler.overruns", 0),
            "worst_gap_ms": board.worst_gap_us // 1000,
        },
        "safety": {
            "full_steps": _get(app, "safety.full_steps", 0),
            "late_steps": _get(app, "safety.late_steps", 0),
            "worst_gap_ms": _get(app, "safety.worst_gap_ms", 0),
        },
        "boots": board.boots,
        "flash_erases": board.journal_flash.erases,
    }


def _liveness_part(board):
    app = board.app
    rung = _get(app, "network.liveness.rung", liveness.RUNG_NONE)
    return {
        "rung": _RUNGS[rung],
        "silent_s": _get(app, "network.liveness.silent_s", 0),
        "silences": _get(app, "network.liveness.silences", 0),
        "link_restarts": board.link.restarts,
        "reset_cause": _CAUSES[board.reset_cause],
    }


def _plant_part(board, idx):
    plant = board.plants[idx]
    return {
        "connector": idx + 1,
        "pilot_high_mv": plant.seen_high_mv,
        "pilot_low_mv": plant.seen_low_mv,
        "duty_permille": board.connectors[idx].pilot_pwm.duty_permille(),
        "drawn_ma": plant.car.drawn_ma,
        "contactor": "closed" if plant.contactor.is_closed else "open",
        "switched_at_ms": _of_this_boot_ms(board, plant.switched_at_ms),
        "duty_at_ms": _of_this_boot_ms(board, plant.duty_at_ms),
        "fault_at_ms": _of_this_boot_ms(board, plant.touched_at_ms),
        "locked": plant.lock.is_locked,
        "power_w": plant.meter.power_w,
        "register_wh": plant.meter.import_wh,
        "lamp": list(board.connectors[idx].lamp_bus.colour),
        "ev_state": plant.car.state,
        "plugged": plant.car.is_plugged,
    }


def _firmware_part(board, idx):
    app = board.app
    controller = _item(_get(app, "controllers", None), idx)
    connector = _item(_get(app, "connectors", None), idx)
    contactor = _get(controller, "contactor", None)
    transaction = _get(connector, "transaction", None)
    is_active = bool(_get(transaction, "is_active", False))
    is_known = is_active and _get(transaction, "is_id_known", False)
    return {
        "pilot_state": _pilot_letter(_get(controller, "pilot_state", None)),
        "offered_ma": _get(controller, "offered_ma", 0),
        "open_reason": _reason_name(_get(controller, "open_reason", None)),
        "opened_at_ms": _since_boot_ms(board, _get(contactor, "opened_at_ms", None)),
        "closed_at_ms": _since_boot_ms(board, _get(contactor, "closed_at_ms", None)),
        "rcd_tripped": _is_rcd_tripped(board, idx, controller),
        "cable_ma": _get(controller, "sensors.proximity.cable_ma", None),
        "temperature_dc": _get(controller, "sensors.temperature.temperature_dc", None),
        "self_tested": bool(_get(controller, "interlock.is_tested", False)),
        "blocked_by": _get(controller, "interlock.blocked_by", None),
        "permanent_reason": _permanent_reason(controller),
        "counters": _counters(app, idx, controller),
        "status": _word(words.STATUS, _get(connector, "status.status", None)),
        "error_code": _word(words.ERROR_CODE, _get(connector, "fault", None)),
        "transaction_id": transaction.transaction_id if is_known else None,
        "id_tag": _tag_text(_get(transaction, "tag", None)) if is_active else None,
    }


def _get(obj, path, default):
    """Return the attribute at the dotted path, or default where the path ends early."""
    for name in path.split("."):
        obj = getattr(obj, name, None)
        if obj is None:
            return default
    return obj


def _item(items, idx):
    return items[idx] if items is not None and idx < len(items) else None


def _word(table, number):
    return None if number is None else str(table[number], "ascii")


def _tag_text(tag):
    if tag is None or not tag.length:
        return None
    return str(bytes(tag.buf[: tag.length]), "utf-8")


def _is_rcd_tripped(board, idx, controller):
    if _get(controller, "rcd.is_testing", False):  # a trip is what the self-test wants
        return False
    latched = _get(controller, "rcd.is_tripped", False)
    return bool(latched) or board.plants[idx].rcd.is_tripped


def _permanent_reason(controller):
    """Return the name of the reason that only a power cycle may end, or None."""
    latch = _get(controller, "interlock.latch", None)
    return None if latch is None else _reason_name(latch.kept_reason())


def _counters(app, idx, controller):
    """Return closings and counted faults of all boots together, by name, None while rebooting."""
    memory = _get(app, "memory", None)
    if memory is None:
        return None
    counters = {"closings": memory.closings(idx)}
    for reason, count in zip(COUNTED, controller.interlock.latch.counts):
        counters[_reason_name(reason)] = count
    return counters


def _since_boot_ms(board, at_ms):
    if at_ms is None:
        return None
    return max(board.uptime_ms - ticks_diff(board.clock.now_ms, at_ms), 0)


def _of_this_boot_ms(board, elapsed_ms):
    """Return an instant of the plant in ms since the boot, negative when it was before."""
    return None if elapsed_ms is None else elapsed_ms - board.boot_at_ms


def _time_text(clock):
    """Return the station's wall time, None while it is unknown."""
    return None if clock is None else iso_text(clock.wall_s())


def _pilot_letter(state):
    if state is None or not 0 <= state < len(_PILOT_STATES):
        return None
    return _PILOT_STATES[state]


def _reason_name(number):
    for row in reasons.ROWS:
        if row[0] == number:
            return row[1]
    return None
