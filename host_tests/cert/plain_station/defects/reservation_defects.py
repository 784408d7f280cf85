"""What goes wrong with reservations."""

from cert.plain_station.defects.defect import Defect, of_answers, of_calls, rewrite, with_fields


def _never_over(station):
    station.reservations.is_over = lambda _row: False


def _for_everybody(station):
    station.reservations.allows = lambda _connector, _tag, _parent: True
    station.desk.could_use = lambda _number, _tag, _parent: True


def _without_id(payload):
    payload.pop("reservationId", None)
    return payload


def _parent_ignored(station):
    honest = station.reservations.allows
    station.reservations.allows = lambda number, tag, _parent: honest(number, tag, "")


def _not_told(station):
    honest = station.board.tell

    def tell(number, row=None, is_triggered=False):
        if row is None or row.seen.status != "Reserved":
            honest(number, row, is_triggered)

    station.board.tell = tell


def _always(action, status):
    return lambda station: rewrite(station, action, of_answers(with_fields(status=status)))


def _cancel_keeps(station):
    honest = station.reservations.cancel

    def cancel(reservation_id):
        rows = dict(station.memory.section("reservations", {}))
        answer = honest(reservation_id)
        station.memory.section("reservations", {}).update(rows)
        return answer

    station.reservations.cancel = cancel


def _not_implemented(frame):
    return [4, frame[1], "NotImplemented", "", {}] if frame[0] == 3 else frame


ROWS = (
    Defect("reservation_not_over", "never ends a reservation", ("TC_047_CS",), _never_over),
    Defect(
        "reservation_for_everybody",
        "lets any tag use a reserved connector",
        ("TC_046_1_CS",),
        _for_everybody,
    ),
    Defect(
        "reservation_id_missing",
        "starts without the reservationId that it uses up",
        ("TC_046_1_CS", "TC_046_2_CS"),
        lambda station: rewrite(station, "StartTransaction", of_calls(_without_id)),
    ),
    Defect(
        "reservation_parent_ignored",
        "refuses a tag of the parent that a reservation names",
        ("TC_053_CS", "TC_053_1_CS", "TC_053_2_CS"),
        _parent_ignored,
    ),
    Defect("reserved_not_told", "never tells Reserved", ("TC_046_1_CS",), _not_told),
    Defect(
        "occupied_reserved",
        "takes a reservation for a connector that is in use",
        ("TC_048_1_CS", "TC_048_2_CS", "TC_048_3_CS"),
        _always("ReserveNow", "Accepted"),
    ),
    Defect(
        "occupied_station_reserved",
        "takes a reservation of connector 0 though none is free",
        ("TC_050_1_CS", "TC_050_2_CS", "TC_050_3_CS"),
        _always("ReserveNow", "Accepted"),
        ("--reserve-zero",),
    ),
    Defect(
        "reserved_station_not_told",
        "takes a reservation of connector 0 and does not tell the last free one Reserved",
        ("TC_049_CS",),
        _not_told,
        ("--reserve-zero",),
    ),
    Defect(
        "station_reservation_id_missing",
        "starts without the reservationId of connector 0",
        ("TC_049_CS",),
        lambda station: rewrite(station, "StartTransaction", of_calls(_without_id)),
        ("--reserve-zero",),
    ),
    Defect(
        "reserve_unknown_without_profile",
        "answers ReserveNow with a CALLERROR where it declares Core alone",
        ("TC_048_4_CS", "TC_050_4_CS"),
        lambda station: rewrite(station, "ReserveNow", _not_implemented),
        ("--profiles", "Core"),
    ),
    Defect(
        "cancel_of_unknown",
        "says Accepted to the cancellation of an unknown reservation",
        ("TC_052_CS",),
        _always("CancelReservation", "Accepted"),
    ),
    Defect(
        "cancel_keeps",
        "keeps a reservation that was cancelled",
        ("TC_051_CS",),
        _cancel_keeps,
    ),
)
