"""The plain station's queue: order, attempts, waits, ids."""

from cert.bare_station import BareStation


def session(bare):
    outbox = bare.station.outbox
    outbox.keep("StartTransaction", {"id_tag": "TAG1"}, 1)
    outbox.keep("StopTransaction", {"transaction_id": None}, 1)
    return outbox


def test_stop_carries_the_id_that_the_start_was_given():
    outbox = session(BareStation())

    outbox.done(outbox.next_item(True), transaction_id=-7)

    assert outbox.next_item(True)["payload"]["transaction_id"] == -7


def test_waits_longer_after_each_failure_and_then_gives_up():
    bare = BareStation()
    outbox = session(bare)
    waits = []

    for _ in range(2):
        item = outbox.next_item(True)
        outbox.failed(item)
        waits.append(item["due_s"] - bare.now_s)
        assert outbox.next_item(True) is None
        bare.now_s = item["due_s"]
    outbox.failed(outbox.next_item(True))

    assert waits == [60, 120]
    stop = outbox.next_item(True)
    assert (stop["action"], stop["payload"]["transaction_id"]) == ("StopTransaction", -1)


def test_notices_pass_a_message_that_waits():
    bare = BareStation()
    outbox = session(bare)
    outbox.failed(outbox.next_item(True))

    outbox.notice("Heartbeat", {})

    assert outbox.next_item(True)["action"] == "Heartbeat"


def test_says_only_what_was_triggered_before_it_is_accepted():
    bare = BareStation()
    outbox = session(bare)
    outbox.notice("StatusNotification", {})
    outbox.notice("Heartbeat", {}, is_triggered=True)

    assert outbox.next_item(False)["action"] == "Heartbeat"


def test_order_survives_a_new_boot():
    bare = BareStation()
    session(bare)

    outbox = bare.boot().outbox
    outbox.keep("StartTransaction", {"id_tag": "TAG2"}, 2)

    tags = [row.get("id_tag") for row in bare.kept()]
    assert tags == ["TAG1", None, "TAG2"]
    assert outbox.next_item(True)["payload"]["id_tag"] == "TAG1"
