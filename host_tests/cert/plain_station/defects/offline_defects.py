"""What goes wrong without a connection, with the cache, and with messages that fail."""

import asyncio

from cert.plain_station.defects.defect import Defect
from cert.plain_station.errors import NotOnlineError


def _lost_stop(station):
    honest = station.outbox.keep

    def keep(action, payload, own_number=None):
        if action != "StopTransaction" or station.link.is_accepted:
            honest(action, payload, own_number)

    station.outbox.keep = keep


def _lost_samples(station):
    honest = station.outbox.keep

    def keep(action, payload, own_number=None):
        if action != "MeterValues" or station.link.is_accepted:
            honest(action, payload, own_number)

    station.outbox.keep = keep


def _newest_first(station):
    honest = station.outbox.next_item

    def next_item(is_accepted):
        kept = station.memory.section("outbox", [])
        if is_accepted and all(row["attempts"] == 0 for row in kept):
            kept.sort(key=lambda row: -row["place"])
        return honest(is_accepted)

    station.outbox.next_item = next_item


def _times_of_sending(station):
    honest = station.link.ask

    async def ask(action, payload, message_id=None):
        if action in ("MeterValues", "StartTransaction", "StopTransaction"):
            payload = _stamped(payload, station.time.text())
        return await honest(action, payload, message_id)

    station.link.ask = ask


def _stamped(payload, now):
    if "meter_value" in payload:
        rows = [{**row, "timestamp": now} for row in payload["meter_value"]]
        return {**payload, "meter_value": rows}
    return {**payload, "timestamp": now}


def _no_offline_start(station):
    honest = station.authorizer._decide_offline

    def decide(tag):
        verdict = honest(tag)
        return type(verdict)(False, verdict.parent)

    station.authorizer._decide_offline = decide


def _local_id_kept(station):
    honest = station.outbox.done

    def done(item, transaction_id=None):
        is_start = item["action"] == "StartTransaction"
        honest(item, 500_000 + item["own"] if is_start else transaction_id)

    station.outbox.done = done


def _no_retry(station):
    honest = station.outbox.failed

    def failed(item):
        item["attempts"] = 10_000
        honest(item)

    station.outbox.failed = failed


def _constant_back_off(station):
    station.outbox.retry_s = lambda _attempts: station.config.number(
        "TransactionMessageRetryInterval"
    )


def _never_gives_up(station):
    honest = station.outbox.failed

    def failed(item):
        item["attempts"] = 0
        honest(item)

    station.outbox.failed = failed


def _stale_cache(station):
    station.cache.clear = lambda: "Accepted"


def _cache_not_used(station):
    station.cache.find = lambda _tag: None


def _cache_clear_rejected(station):
    station.cache.clear = lambda: "Rejected"


def _power_loss_forgotten(station):
    station.memory.section("sessions", {}).clear()


def _resends_after_reconnect(station):
    """Sends the newest transaction message once more after each reconnection."""
    last = []
    honest_answered, honest_lost = station.answered, station.connection_lost

    def answered(item, answer):
        honest_answered(item, answer)
        if item["is_kept"] and item["action"] == "StartTransaction":
            last[:] = [dict(item, payload=dict(item["payload"]))]

    def connection_lost():
        honest_lost()
        for item in last:
            station.outbox.keep(item["action"], item["payload"], item["own"])

    station.answered, station.connection_lost = answered, connection_lost


def _gives_up_offline(station):
    """Stops sending statuses after a reconnection."""
    honest = station.connection_lost

    def connection_lost():
        honest()
        station.board.tell = lambda *_row, **_fields: None

    station.connection_lost = connection_lost


def _lost_in_flight(station):
    honest = station.link.ask

    async def ask(action, payload, message_id=None):
        try:
            return await honest(action, payload, message_id)
        except (NotOnlineError, asyncio.CancelledError):
            kept = station.memory.section("outbox", [])
            kept[:] = [row for row in kept if row["id"] != message_id]
            raise

    station.link.ask = ask


def _status_lost_in_flight(station):
    station.board.connection_lost = lambda: None


def _queue_lost_with_power(station):
    station.memory.section("outbox", []).clear()


def _expiry_ignored(station):
    honest = station.authorizer.known

    def known(tag):
        info = honest(tag)
        return info and {key: value for key, value in info.items() if key != "expiry_date"}

    station.authorizer.known = known


def _learns_good_news_only(station):
    honest = station.authorizer.learn

    def learn(tag, info):
        if info is not None and info["status"] == "Accepted":
            honest(tag, info)

    station.authorizer.learn = learn


ROWS = (
    Defect(
        "offline_stop_lost",
        "forgets a StopTransaction that it cannot send at once",
        ("TC_038_CS", "TC_039_CS"),
        _lost_stop,
    ),
    Defect(
        "offline_samples_lost",
        "forgets the samples of the time without a connection",
        ("TC_036_CS",),
        _lost_samples,
    ),
    Defect(
        "queue_backwards",
        "sends what has waited with the newest first",
        ("TC_036_CS", "TC_039_CS"),
        _newest_first,
    ),
    Defect(
        "time_of_sending",
        "stamps what has waited with the time when it is sent",
        ("TC_036_CS", "TC_038_CS"),
        _times_of_sending,
    ),
    Defect(
        "offline_tag_refused",
        "starts nothing without a connection, though the tag is known",
        ("TC_037_1_CS", "TC_039_CS"),
        _no_offline_start,
    ),
    Defect(
        "own_transaction_id",
        "tells its own number where the server gave an id",
        ("TC_012_CS", "TC_039_CS"),
        _local_id_kept,
    ),
    Defect(
        "start_sent_again",
        "sends a StartTransaction again that was answered before the connection was lost",
        ("TC_036_CS", "TC_038_CS"),
        _resends_after_reconnect,
    ),
    Defect(
        "silent_after_reconnect",
        "tells no status after a reconnection",
        ("TC_037_1_CS", "TC_038_CS"),
        _gives_up_offline,
    ),
    Defect(
        "no_retry",
        "drops a transaction message that the server failed to process",
        ("OWN_RETRIES",),
        _no_retry,
    ),
    Defect(
        "constant_back_off",
        "waits equally long before every retry",
        ("OWN_RETRIES",),
        _constant_back_off,
    ),
    Defect(
        "never_gives_up",
        "retries more often than TransactionMessageAttempts",
        ("OWN_ATTEMPTS",),
        _never_gives_up,
    ),
    Defect(
        "lost_in_flight",
        "forgets a message that was under way when the connection broke",
        ("OWN_CUT_AT_START", "OWN_CUT_AT_STOP", "OWN_CUT_AT_METER_VALUES"),
        _lost_in_flight,
    ),
    Defect(
        "status_lost_in_flight",
        "forgets a status that was under way when the connection broke",
        ("OWN_CUT_AT_STATUS",),
        _status_lost_in_flight,
    ),
    Defect(
        "queue_lost_with_power",
        "forgets what has waited when the power is cut",
        ("OWN_POWER_CUT_OFFLINE",),
        _queue_lost_with_power,
    ),
    Defect(
        "expiry_ignored",
        "starts with a tag of its cache after the expiry date",
        ("OWN_CACHE_EXPIRES",),
        _expiry_ignored,
    ),
    Defect(
        "learns_good_news_only",
        "keeps a tag in its cache that the server has refused since",
        ("OWN_STALE_CACHE",),
        _learns_good_news_only,
    ),
    Defect(
        "stale_cache",
        "still knows a tag after ClearCache",
        ("TC_061_CS", "TC_061_1_CS", "TC_061_2_CS"),
        _stale_cache,
    ),
    Defect(
        "cache_not_used",
        "asks for a tag that is in its cache, though LocalPreAuthorize is true",
        ("TC_007_CS", "TC_007_1_CS", "TC_007_2_CS"),
        _cache_not_used,
    ),
    Defect("clear_cache_rejected", "rejects ClearCache", ("TC_061_CS",), _cache_clear_rejected),
    Defect(
        "power_cut_forgotten",
        "forgets the running transaction when the power is cut",
        ("TC_032_2_CS",),
        _power_loss_forgotten,
    ),
)
