"""What goes wrong around BootNotification, Heartbeat and reconnecting."""

import asyncio

from cert.plain_station.defects.defect import Defect
from cert.plain_station.errors import LinkError


def _heartbeat_before_accepted(station):
    honest = station.booted

    def booted(answer):
        honest(answer)
        if answer["status"] != "Accepted":
            station.outbox.notice("Heartbeat", {}, True)

    station.booted = booted


def _status_while_pending(station):
    honest = station.booted

    def booted(answer):
        honest(answer)
        if answer["status"] == "Pending":
            station.look()
            station.board.tell(1, is_triggered=True)

    station.booted = booted


def _impatient_boot(station):
    station.link.retry_s = lambda interval_s: min(interval_s or 60, 3)


def _forgets_retry_interval(station):
    station.link.retry_s = lambda _interval_s: 600


def _boots_when_reconnected(station):
    honest = station.connection_lost

    def connection_lost():
        honest()
        station.link.registration = None

    station.connection_lost = connection_lost


def _no_status_of_station(station):
    honest = station.board.step

    def step(states, is_online):
        honest({number: state for number, state in states.items() if number}, is_online)

    station.board.step = step


def _statuses_without_boot_round(station):
    """Tells after a boot only what is not Available."""
    honest = station.board.tell

    def tell(number, row=None, is_triggered=False):
        seen = row.seen if row is not None else None
        if is_triggered or seen is None or seen.status != "Available" or row.known is not None:
            honest(number, row, is_triggered)
        else:
            row.known = seen

    station.board.tell = tell


def _own_heartbeat_interval(station):
    honest = station.booted

    def booted(answer):
        honest({**answer, "interval": answer["interval"] * 2})

    station.booted = booted


def _deaf_while_pending(station):
    def outgoing(text, _action):
        is_answer = not text.startswith("[2")
        return [] if is_answer and station.link.registration == "Pending" else [text]

    station.outgoing = outgoing


def _keeps_talking_when_rejected(station):
    honest = station.booted

    def booted(answer):
        honest(answer)
        if answer["status"] == "Rejected":
            station.outbox.notice("StatusNotification", _STATUS, True)["state"] = None

    station.booted = booted
    station.board.delivered = lambda _item: None


def _boot_without_pause(station):
    station.link.retry_s = lambda interval_s: interval_s or 1


def _accepted_when_cut(station):
    honest = station.link._boot

    async def boot():
        try:
            return await honest()
        except (LinkError, asyncio.CancelledError):
            station.link.registration = "Accepted"
            raise

    station.link._boot = boot


def _no_back_off(station):
    async def wait_back_off():
        await station.time.sleep(0.5)

    station.link._wait_back_off = wait_back_off


_STATUS = {"connector_id": 0, "error_code": "NoError", "status": "Available"}

ROWS = (
    Defect(
        "heartbeat_before_accepted",
        "sends a Heartbeat while the server has not accepted it",
        ("TC_001_CS", "TC_002_CS"),
        _heartbeat_before_accepted,
    ),
    Defect(
        "status_while_pending",
        "tells a status while the server has it Pending",
        ("TC_002_CS",),
        _status_while_pending,
    ),
    Defect(
        "status_when_rejected",
        "tells a status although the server has Rejected it",
        ("TC_001_CS",),
        _keeps_talking_when_rejected,
    ),
    Defect(
        "impatient_boot",
        "boots again before the interval of the answer is over",
        ("TC_001_CS", "TC_002_CS"),
        _impatient_boot,
    ),
    Defect(
        "retry_interval_ignored",
        "waits ten minutes with the next BootNotification, whatever the server says",
        ("TC_001_CS", "TC_002_CS"),
        _forgets_retry_interval,
    ),
    Defect(
        "boot_without_pause",
        "boots again every second where the server leaves the interval to it",
        ("OWN_BOOT_INTERVAL_0", "OWN_BOOT_CALLERROR"),
        _boot_without_pause,
    ),
    Defect(
        "accepted_when_cut",
        "takes itself for accepted when the connection breaks at its BootNotification",
        ("OWN_CUT_AT_BOOT",),
        _accepted_when_cut,
    ),
    Defect(
        "no_back_off",
        "connects again twice a second",
        ("OWN_BACK_OFF",),
        _no_back_off,
    ),
    Defect(
        "boot_after_reconnect",
        "sends a BootNotification after each loss of the connection",
        ("TC_036_CS", "TC_038_CS"),
        _boots_when_reconnected,
    ),
    Defect(
        "no_status_of_connector_0",
        "does not tell the status of connector 0",
        ("TC_001_CS", "TC_034_CS"),
        _no_status_of_station,
    ),
    Defect(
        "available_not_told_after_boot",
        "tells only what is not Available after a boot",
        ("TC_001_CS",),
        _statuses_without_boot_round,
    ),
    Defect(
        "heartbeat_interval_doubled",
        "sends a Heartbeat only every second interval",
        ("TC_001_CS", "TC_002_CS"),
        _own_heartbeat_interval,
    ),
    Defect(
        "deaf_while_pending",
        "answers nothing while the server has it Pending",
        ("TC_002_CS",),
        _deaf_while_pending,
    ),
)
