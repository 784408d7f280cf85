"""Books: what a station's meters counted against what its server received, after any history.

Balanced means, per station, once everything has been delivered:
- lost Wh 0: per connector the sessions form a chain in order of arrival. The first begins at the
  register of fresh flash (0 Wh), each next one with the register at which the last one ended (no
  current flows between sessions), and the last one ends with the register that the meter shows.
- lost sessions 0: each session that was seen running at the station is at the server, and ended.
- doubled sessions 0: no card is used for two sessions here, so each card occurs once at most. A
  StartTransaction may arrive twice (OCPP 1.6 cannot help it: the answer was lost); the server's
  ledger takes it for one as long as the repetition says the very same, as it must.
- order: sessions of a connector do not overlap, and the samples of a session, and its register,
  rise from its start to its end. Samples that arrive twice count once: what was delivered is
  noted on flash only now and then, so a power cut repeats some, with their message ids, even
  behind a stop whose answer was lost.
- times: every timestamp lies within the run. Nothing is of 1970, nothing of the future.
"""

from dataclasses import dataclass, field

from chargecore_tools.csms.ledger import METER_VALUES, START, STOP
from chargecore_tools.csms.registers import instant, readings_of

_TIME_ACTIONS = (START, STOP, METER_VALUES, "StatusNotification")


@dataclass
class Books:
    """The result. `faults` names everything that does not balance."""

    sessions: int = 0  # at the server
    meter_wh: int = 0
    server_wh: int = 0
    lost_wh: int = 0
    lost_sessions: int = 0
    doubled_sessions: int = 0
    faults: list = field(default_factory=list)


def check_books(transactions, calls, registers_wh, seen_tags, since, until):
    """Return the Books of one station.

    transactions: of the server's ledger; calls: Frames of the station in order of arrival;
    registers_wh: {connector: Wh}; seen_tags: cards of sessions that ran; since, until: instants.
    """
    books = Books(sessions=len(transactions), meter_wh=sum(registers_wh.values()))
    books.server_wh = sum(row.energy_wh for row in transactions)
    for connector_id, register_wh in registers_wh.items():
        rows = [row for row in transactions if row.connector_id == connector_id]
        _check_chain(books, connector_id, rows, register_wh)
        _check_overlaps(books, rows)
    _check_cards(books, transactions, seen_tags)
    samples = _samples_by_session(calls)
    for row in transactions:
        _check_samples(books, row, samples.get(row.transaction_id, {}))
    _check_times(books, calls, since, until)
    return books


def _check_chain(books, connector_id, rows, register_wh):
    before_wh, before = 0, "the fresh register"
    for row in rows:
        name = f"session {row.transaction_id} of {row.id_tag}"
        _compare(
            books, connector_id, before, before_wh, f"the start of {name}", row.meter_start_wh
        )
        before, before_wh = f"the end of {name}", row.last_wh
        if row.is_open:
            books.faults.append(f"connector {connector_id}: {name} was never ended")
    _compare(books, connector_id, before, before_wh, "the meter", register_wh)


def _compare(books, connector_id, before, before_wh, after, after_wh):
    if before_wh != after_wh:
        books.lost_wh += abs(after_wh - before_wh)
        books.faults.append(
            f"connector {connector_id}: {after_wh - before_wh} Wh between "
            f"{before} ({before_wh} Wh) and {after} ({after_wh} Wh)"
        )


def _check_overlaps(books, rows):
    for before, row in zip(rows, rows[1:]):
        if not before.is_open and instant(row.started_at) < instant(before.stopped_at):
            books.faults.append(
                f"connector {row.connector_id}: session {row.transaction_id} starts "
                f"{row.started_at}, before the one before it ends, {before.stopped_at}"
            )


def _check_cards(books, transactions, seen_tags):
    counts = dict.fromkeys(seen_tags, 0)
    for row in transactions:
        counts[row.id_tag] = counts.get(row.id_tag, 0) + 1
    for tag, count in counts.items():
        if count == 0:
            books.lost_sessions += 1
            books.faults.append(f"the session of {tag} never came to the server")
        elif count > 1:
            books.doubled_sessions += count - 1
            books.faults.append(f"the session of {tag} came {count} times")


def _check_samples(books, row, samples):
    """Check that time and register rise over the samples of a session."""
    points = [(instant(row.started_at), row.meter_start_wh), *samples]
    if not row.is_open:
        points.append((instant(row.stopped_at), row.meter_stop_wh))
    for (at, wh), (next_at, next_wh) in zip(points, points[1:]):
        if next_at < at or next_wh < wh:
            books.faults.append(
                f"session {row.transaction_id} of {row.id_tag}: {next_wh} Wh at {next_at} "
                f"follows {wh} Wh at {at}"
            )


def _samples_by_session(calls):
    """Return {transaction id: (instant, Wh) of its samples as they arrived first}."""
    samples = {}
    for call in calls:
        if call.action == METER_VALUES and "transactionId" in call.payload:
            points = samples.setdefault(call["transactionId"], {})  # a dict: in order, each once
            for reading in readings_of(call["meterValue"]):
                points[(reading.at, reading.wh)] = True
    return samples


def _check_times(books, calls, since, until):
    for call in calls:
        if call.action not in _TIME_ACTIONS or not isinstance(call.payload, dict):
            continue
        for text in _timestamps(call.payload):
            if not since <= instant(text) <= until:
                books.faults.append(f"{call.action} of {text}: not within the run")


def _timestamps(payload):
    """Return the timestamps of a payload that fits its schema."""
    texts = [payload["timestamp"]] if "timestamp" in payload else []
    for name in ("meterValue", "transactionData"):
        texts += [value["timestamp"] for value in payload.get(name, ())]
    return texts
