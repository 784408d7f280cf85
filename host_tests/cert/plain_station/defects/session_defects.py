"""What goes wrong in sessions at the unit: tags, cable, time-outs, stops."""

from cert.plain_station.authorizer import Verdict
from cert.plain_station.connector import Permit
from cert.plain_station.defects.defect import Defect, of_calls, rewrite, with_fields


def _no_authorize(station):
    async def decide(_tag):
        return Verdict(True)

    station.authorizer.decide = decide


def _invalid_starts(station):
    honest = station.authorizer.decide

    async def decide(tag):
        return Verdict(True, (await honest(tag)).parent)

    station.authorizer.decide = decide


def _asks_again_at_the_plug(station):
    for connector in station.connectors:
        honest = connector.start_payload

        def start_payload(permit, honest=honest):
            station.outbox.notice("Authorize", {"id_tag": permit.tag})
            return honest(permit)

        connector.start_payload = start_payload


def _no_connection_timeout(station):
    for connector in station.connectors:
        connector.has_timed_out = lambda _now_s: False


def _double_connection_timeout(station):
    for connector in station.connectors:
        honest = connector.has_timed_out
        connector.has_timed_out = lambda now_s, honest=honest: honest(
            now_s - station.config.number("ConnectionTimeOut")
        )


def _foreign_tag_stops(station):
    honest = station.desk.take

    async def take(tag, number=0):
        for connector in station.connectors:
            if connector.transaction is not None:
                connector.stop("Local", tag)
                return
        await honest(tag, number)

    station.desk.take = take


def _parent_ignored(station):
    station._learn_parent = lambda _own_number, _parent: None
    honest = station.authorizer.decide

    async def decide(tag):
        return Verdict((await honest(tag)).is_accepted)

    station.authorizer.decide = decide


def _reason(wrong):
    def change(payload):
        return {**payload, "reason": wrong.get(payload.get("reason"), payload.get("reason"))}

    return lambda station: rewrite(station, "StopTransaction", of_calls(change))


def _stop_without_tag(station):
    def change(payload):
        payload.pop("idTag", None)
        return payload

    rewrite(station, "StopTransaction", of_calls(change))


def _without(status):
    """Return what never tells a status."""

    def apply(station):
        honest = station.board.tell

        def tell(number, row=None, is_triggered=False):
            if row is None or row.seen.status != status:
                honest(number, row, is_triggered)

        station.board.tell = tell

    return apply


def _invalid_goes_on(station):
    for connector in station.connectors:
        connector.refuse = lambda: None


def _cable_kept(station):
    """Keeps the cable at every end."""
    for connector in station.connectors:
        connector._keeps_cable = lambda _reason: True


def _cable_freed(station):
    """Frees the cable at every end."""
    for connector in station.connectors:
        connector._keeps_cable = lambda _reason: False


def _meter_stop_below_start(station):
    rewrite(station, "StopTransaction", of_calls(with_fields(meterStop=-1)))


def _transaction_id_zero(station):
    rewrite(station, "StopTransaction", of_calls(with_fields(transactionId=0)))


def _disconnect_key_ignored(station):
    honest = station.config.flag

    def flag(key):
        return True if key == "StopTransactionOnEVSideDisconnect" else honest(key)

    station.config.flag = flag


def _charging_before_the_cable(station):
    """Starts as soon as a tag is accepted."""
    for connector in station.connectors:
        honest = connector.authorize

        def authorize(permit, connector=connector, honest=honest):
            connector.outlet.is_plugged = True
            connector.outlet.ev_state = "B"
            honest(Permit(permit.tag, permit.parent, permit.profile))

        connector.authorize = authorize


ROWS = (
    Defect("no_authorize", "asks nobody for a tag", ("TC_003_CS",), _no_authorize),
    Defect(
        "invalid_tag_starts",
        "starts although the server said that the tag is not accepted",
        ("TC_023_CS", "TC_023_4_CS", "TC_023_5_CS"),
        _invalid_starts,
    ),
    Defect(
        "authorizes_twice",
        "asks for the tag a second time when the cable comes",
        ("TC_004_1_CS",),
        _asks_again_at_the_plug,
    ),
    Defect(
        "connection_timeout_ignored",
        "waits for a cable for ever",
        ("TC_004_2_CS", "TC_011_2_CS"),
        _no_connection_timeout,
    ),
    Defect(
        "connection_timeout_doubled",
        "waits for a cable twice as long as ConnectionTimeOut",
        ("TC_004_2_CS", "TC_011_2_CS"),
        _double_connection_timeout,
    ),
    Defect(
        "foreign_tag_stops",
        "ends a transaction with anybody's tag",
        ("TC_068_CS",),
        _foreign_tag_stops,
    ),
    Defect(
        "parent_ignored",
        "does not end a transaction with another tag of the same parent",
        ("TC_069_CS",),
        _parent_ignored,
    ),
    Defect(
        "disconnect_told_as_local",
        "tells Local where the cable was pulled off the car",
        ("TC_005_1_CS",),
        _reason({"EVDisconnected": "Local"}),
    ),
    Defect(
        "disconnect_key_ignored",
        "ends the transaction although StopTransactionOnEVSideDisconnect is false",
        ("TC_005_3_CS",),
        _disconnect_key_ignored,
    ),
    Defect(
        "remote_told_as_local",
        "tells Local where the server ended the transaction",
        ("TC_012_CS",),
        _reason({"Remote": "Local"}),
    ),
    Defect(
        "stop_without_tag",
        "leaves out the tag that ended the transaction",
        ("TC_068_CS", "TC_069_CS"),
        _stop_without_tag,
    ),
    Defect("finishing_missing", "never tells Finishing", ("TC_012_CS",), _without("Finishing")),
    Defect("preparing_missing", "never tells Preparing", ("TC_003_CS",), _without("Preparing")),
    Defect(
        "cable_kept_after_disconnect",
        "keeps the cable although UnlockConnectorOnEVSideDisconnect is true",
        ("TC_005_1_CS",),
        _cable_kept,
    ),
    Defect(
        "cable_freed_after_disconnect",
        "frees the cable although UnlockConnectorOnEVSideDisconnect is false",
        ("TC_005_2_CS",),
        _cable_freed,
    ),
    Defect(
        "invalid_goes_on",
        "goes on charging when the answer to StartTransaction is Invalid",
        ("TC_037_2_CS", "TC_037_3_CS"),
        _invalid_goes_on,
    ),
    Defect(
        "meter_stop_below_start",
        "tells a meterStop below meterStart",
        ("TC_012_CS",),
        _meter_stop_below_start,
    ),
    Defect(
        "transaction_id_0",
        "tells transactionId 0 at every end",
        ("TC_012_CS", "TC_068_CS"),
        _transaction_id_zero,
    ),
    Defect(
        "starts_before_the_cable",
        "starts a transaction as soon as a tag is accepted",
        ("TC_004_1_CS", "TC_011_1_CS"),
        _charging_before_the_cable,
    ),
)
