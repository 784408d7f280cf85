"""What each word of a case does, with a scripted station: what passes, and what is found."""

import time

import pytest

from chargecore_tools.cert import step_call

_STEPS_STATUS = """
    steps:
      - do: plug
      - expect: StatusNotification
        with: {connectorId: 1, status: Preparing}
"""


def _verdict(result):
    return result.verdict, result.reason


def _quick(stage, act, *calls):
    """Let an act of the rig make the station send these (action, payload), in order."""

    def send(**_fields):
        for action, payload in calls:
            stage.station.send(action, **payload)

    stage.rig.on[act] = send


def _status(connector, status):
    return (
        "StatusNotification",
        {"connectorId": connector, "status": status, "errorCode": "NoError"},
    )


_START = (
    "StartTransaction",
    {"connectorId": 1, "idTag": "TAG1", "meterStart": 0, "timestamp": "2026-11-25T10:00:00Z"},
)
_MODEL = {"chargePointVendor": "v", "chargePointModel": "m"}
_ANY_ORDER = """
    steps:
      - do: swipe
        tag: $valid_tag
      - any_order:
          - expect: StatusNotification
            with: {status: Preparing}
          - expect: Authorize
"""
_AUTHORIZE = ("Authorize", {"idTag": "TAG1"})


def test_passes_when_what_is_expected_comes(stage):
    _quick(stage, "plug", _status(1, "Preparing"))

    result = stage.play(_STEPS_STATUS)

    assert _verdict(result) == ("pass", "")
    assert result.step is None
    assert [frame["from"] for frame in result.frames] == ["rig", "station", "server"]


def test_names_the_field_that_does_not_fit_and_the_step(stage):
    _quick(stage, "plug", _status(1, "Charging"))

    result = stage.play(_STEPS_STATUS)

    assert _verdict(result) == (
        "fail",
        "StatusNotification: status is 'Charging', not 'Preparing'",
    )
    assert result.rule == "unexpected"
    assert [f["from"] for f in result.frames if f["note"] == result.reason] == ["station"]
    assert result.step.startswith("2: expect StatusNotification (TC_")


def test_fails_when_nothing_comes(stage):
    stage.rig.on["plug"] = lambda: None

    result = stage.play(_STEPS_STATUS)

    assert result.verdict == "fail"
    assert result.rule == "missing"
    assert "StatusNotification (1, Preparing) did not come within 10 s" in result.reason


def test_fails_for_a_call_that_no_step_wanted(stage):
    _quick(stage, "plug", _status(1, "Preparing"), _status(2, "Faulted"))

    result = stage.play(_STEPS_STATUS)

    assert _verdict(result) == (
        "fail",
        "StatusNotification (2, Faulted) came, and no step wanted it",
    )


def test_lets_a_heartbeat_pass_at_any_time(stage):
    _quick(stage, "plug", ("Heartbeat", {}), _status(1, "Preparing"), ("Heartbeat", {}))

    assert stage.play(_STEPS_STATUS).verdict == "pass"


def test_lets_pass_what_the_case_allows_and_what_nobody_judges(stage):
    _quick(stage, "plug", _status(2, "Faulted"), _status(1, "Preparing"), _status(2, "Faulted"))

    allow = "    allow: [{expect: StatusNotification, with: {connectorId: 2}}]\n"
    assert stage.play(_STEPS_STATUS + allow).verdict == "pass"

    stage.settings.ignore = ["DataTransfer"]
    _quick(stage, "plug", ("DataTransfer", {"vendorId": "v"}), _status(1, "Preparing"))
    try:
        assert stage.play(_STEPS_STATUS).verdict == "pass"
    finally:
        stage.settings.ignore = []


@pytest.mark.parametrize("is_swapped", [False, True])
def test_any_order_takes_both_orders(stage, is_swapped):
    calls = [_AUTHORIZE, _status(1, "Preparing")]
    _quick(stage, "swipe", *(reversed(calls) if is_swapped else calls))

    assert stage.play(_ANY_ORDER).verdict == "pass"


def test_any_order_takes_none_twice(stage):
    _quick(stage, "swipe", _AUTHORIZE, _AUTHORIZE)

    result = stage.play(_ANY_ORDER)

    assert result.verdict == "fail"
    assert (
        "Authorize (TAG1) came where StatusNotification (Preparing) was expected" == result.reason
    )


def test_steps_in_order_do_not_swap(stage):
    _quick(stage, "swipe", _status(1, "Charging"), _AUTHORIZE)

    result = stage.play("""
        steps:
          - do: swipe
            tag: X
          - expect: Authorize
          - expect: StatusNotification
    """)

    assert result.verdict == "fail"
    assert result.rule == "unexpected"


def test_an_answer_of_the_case_reaches_the_station(stage):
    _quick(stage, "swipe", _AUTHORIZE, _AUTHORIZE)

    result = stage.play("""
        steps:
          - do: swipe
            tag: $valid_tag
          - expect: Authorize
            answer: {idTagInfo: {status: Invalid, parentIdTag: $parent_tag}}
          - expect: Authorize
    """)

    assert result.verdict == "pass"
    infos = [message[2]["idTagInfo"] for _action, message in stage.station.answered]
    assert infos == [{"status": "Invalid", "parentIdTag": "FAMILY"}, {"status": "Accepted"}]


def test_a_callerror_of_the_case_reaches_the_station(stage):
    _quick(stage, "swipe", _AUTHORIZE)

    stage.play("""
        steps:
          - do: swipe
            tag: X
          - expect: Authorize
            answer_error: InternalError
    """)

    assert stage.station.answered[0][1][2] == "InternalError"


def test_no_answer_is_no_answer(stage):
    _quick(stage, "swipe", _AUTHORIZE)

    result = stage.play("""
        steps:
          - do: swipe
            tag: X
          - expect: Authorize
            no_answer: true
    """)

    assert result.verdict == "pass"
    assert stage.station.answered == [("Authorize", None)]


def test_boot_is_rejected_once_and_accepted_then(stage):
    def boot():
        stage.station.send("BootNotification", **_MODEL)
        stage.station.send_later("BootNotification", 20 / 20, **_MODEL)

    stage.rig.on["power_cycle"] = boot

    result = stage.play("""
        steps:
          - do: power_cycle
          - expect: BootNotification
            answer: {status: Rejected, interval: 20}
            save: first
          - expect: BootNotification
            after: first
            gap_s: 20
    """)

    assert _verdict(result) == ("pass", "")
    time.sleep(0.05)
    statuses = [message[2]["status"] for _action, message in stage.station.answered]
    assert statuses == ["Rejected", "Accepted"]


@pytest.mark.parametrize("after_s, verdict", [(4, "fail"), (20, "pass"), (30, "fail")])
def test_an_interval_is_measured(stage, after_s, verdict):
    def beat():
        stage.station.send("Heartbeat")
        stage.station.send_later("Heartbeat", after_s / 20)

    stage.rig.on["ask"] = lambda text: beat()

    result = stage.play("""
        steps:
          - do: ask
            text: beat twice
          - expect: Heartbeat
            times: 2
            every_s: 20
    """)

    assert result.verdict == verdict, result.reason
    if verdict == "fail":
        assert result.rule == "timing"
        assert "16..24 s are right" in result.reason
    stage.lab.wait_s(10)


@pytest.mark.parametrize("words, verdict", [("StartTransaction", "pass"), ("any", "fail")])
def test_quiet_is_about_what_it_says(stage, words, verdict):
    stage.rig.on["ask"] = lambda text: stage.station.send_later("Heartbeat", 0.05)

    result = stage.play(f"""
        steps:
          - do: ask
            text: beat
          - quiet: {words}
            for_s: 4
    """)

    assert result.verdict == verdict, result.reason


def test_an_optional_that_comes_must_come_whole(stage):
    text = """
        steps:
          - do: swipe
            tag: X
          - optional:
              - expect: Authorize
                save: asked
              - expect: StatusNotification
                with: {status: Preparing}
          - expect: StatusNotification
            with: {status: Available}
    """
    _quick(stage, "swipe", _status(1, "Available"))
    assert stage.play(text).verdict == "pass"

    _quick(stage, "swipe", _AUTHORIZE, _status(1, "Preparing"), _status(1, "Available"))
    assert stage.play(text).verdict == "pass"

    _quick(stage, "swipe", _AUTHORIZE, _status(1, "Available"))
    assert stage.play(text).verdict == "fail"


def test_what_a_call_causes_comes_after_its_answer(stage):
    def trigger(_payload):
        stage.station.status(1, "Available")
        return {"status": "Accepted"}

    text = """
        steps:
          - call: TriggerMessage
            payload: {requestedMessage: StatusNotification}
            answer: {status: Accepted}
          - expect: StatusNotification
    """
    stage.station.answers["TriggerMessage"] = trigger
    result = stage.play(text)
    assert result.rule == "order"
    assert result.reason == "StatusNotification came before the answer to TriggerMessage"

    assert stage.play(text.rstrip() + "\n            before_answer: true\n").verdict == "pass"


@pytest.mark.parametrize(
    "answer, verdict",
    [
        ({"status": "Rejected"}, "pass"),
        ("PropertyConstraintViolation", "pass"),
        ("InternalError", "fail"),
        ({"status": "Accepted"}, "fail"),
    ],
)
def test_an_answer_or_an_error_may_both_be_right(stage, answer, verdict):
    stage.station.answers["RemoteStartTransaction"] = lambda _payload: answer

    result = stage.play("""
        steps:
          - call: RemoteStartTransaction
            payload: {connectorId: 0, idTag: $valid_tag}
            answer: {status: Rejected}
            error: PropertyConstraintViolation
    """)

    assert result.verdict == verdict, result.reason


def test_an_answer_that_never_comes_fails(stage, monkeypatch):
    monkeypatch.setattr(step_call, "_REAL_MIN_S", 0.1)
    stage.station.answers["ClearCache"] = lambda _payload: None

    result = stage.play("steps: [{call: ClearCache, within_s: 2}]\n")

    assert _verdict(result) == ("fail", "ClearCache was not answered within 2 s")


def test_a_frame_that_breaks_the_schema_fails_a_case_that_had_passed(stage):
    bad = (
        "StatusNotification",
        {"connectorId": "1", "status": "Preparing", "errorCode": "NoError"},
    )
    _quick(stage, "plug", bad)

    result = stage.play("""
        steps:
          - do: plug
          - expect: StatusNotification
    """)

    assert result.verdict == "fail"
    assert result.rule == "schema"
    assert result.reason.startswith("StatusNotification: TypeConstraintViolation")


def test_statuses_in_an_order_that_cannot_be_fail_a_case_that_had_passed(stage):
    _quick(stage, "plug", _status(1, "Available"), _status(1, "Finishing"))

    result = stage.play("""
        steps:
          - do: plug
          - expect: StatusNotification
            times: 2
    """)

    reason = "connector 1: Available -> Finishing is not allowed"
    assert (*_verdict(result), result.rule) == ("fail", reason, "order")


def test_a_rig_without_hands_makes_it_inconclusive(stage):
    assert _verdict(stage.play(_STEPS_STATUS)) == ("inconclusive", "no hands for plug")


def test_a_key_that_cannot_be_set_makes_it_inconclusive(stage):
    text = """
        before:
          - configure: {AuthorizeRemoteTxRequests: true, "NoSuchKey?": 1}
        steps:
          - note: nothing
    """

    result = stage.play(text)

    assert result.verdict == "inconclusive"
    assert "AuthorizeRemoteTxRequests cannot be set to 'true': Rejected" in result.reason


def test_a_case_whose_condition_is_not_met_is_not_played(stage):
    result = stage.play_and_clean("when: [profile SmartCharging]\nsteps: [{do: plug}]\n")

    assert _verdict(result) == ("not_applicable", "not so here: profile SmartCharging")


def test_a_step_whose_condition_is_not_met_is_left_out(stage):
    _quick(stage, "plug", _status(1, "Preparing"))

    result = stage.play("""
        steps:
          - do: plug
          - expect: Authorize
            when: [AuthorizeRemoteTxRequests = true]
          - expect: StatusNotification
    """)

    assert result.verdict == "pass"


def test_names_are_of_messages_answers_settings_and_sums(stage):
    _quick(stage, "plug", _START)
    _quick(stage, "swipe", ("StopTransaction", _stop(7)))

    result = stage.play("""
        names: {mine: $valid_tag}
        steps:
          - do: plug
          - expect: StartTransaction
            with: {idTag: $mine, timestamp: {near: $start_time, within_s: 1}}
            when: [saved start_time]
          - expect: StartTransaction
            with: {idTag: $mine}
            answer: {transactionId: 7}
            save: start
          - call: RemoteStopTransaction
            payload: {transactionId: $start.answer.transactionId + 1}
            answer: {status: Accepted}
          - verify: ${start.idTag}-$connectors
            is: {matches: TAG1-.*}
          - do: swipe
            tag: X
          - expect: StopTransaction
            with:
              transactionId: $start.answer.transactionId
              meterStop: {at_least: $start.meterStart}
    """)

    assert _verdict(result) == ("pass", "")
    assert ("RemoteStopTransaction", {"transactionId": 8}) in stage.station.asked


def _stop(transaction_id):
    return {"transactionId": transaction_id, "meterStop": 5, "timestamp": "2026-11-25T10:01:00Z"}


def test_a_name_without_value_is_an_error_of_the_case(stage):
    result = stage.play("steps:\n  - wait_s: $nothing\n")

    assert _verdict(result) == ("error", "$nothing is not known here")


def test_a_state_is_played_with_other_names_and_saves(stage):
    stage.rig.on["swipe"] = lambda tag: stage.station.send("Authorize", idTag=tag)
    state = """
        names: {tag: $valid_tag}
        steps:
          - do: swipe
            tag: $tag
          - expect: Authorize
            with: {idTag: $tag}
            save: asked
    """

    result = stage.play(
        """
        before:
          - reach: Asked
            using: {tag: $valid_tag_2}
        steps:
          - verify: $asked.idTag
            is: TAG2
        """,
        {"Asked": state},
    )

    assert _verdict(result) == ("pass", "")


def test_one_message_for_each_connector_in_any_order(stage):
    _quick(stage, "plug", *[_status(number, "Available") for number in (2, 0, 1)])
    text = """
        steps:
          - do: plug
          - expect: StatusNotification
            for_each: {connectorId: $all_connectors}
            with: {status: Available}
    """
    assert stage.play(text).verdict == "pass"

    _quick(stage, "plug", *[_status(number, "Available") for number in (2, 0, 2)])
    assert stage.play(text).verdict == "fail"


def test_a_list_of_messages_ends_with_another_one(stage):
    _quick(stage, "plug", *[("Heartbeat", {})] * 3, _status(1, "Preparing"))

    result = stage.play("""
        steps:
          - do: plug
          - expect: Heartbeat
            times: [2, 9]
            save: beats
          - expect: StatusNotification
          - verify: $beats
            is: {length: 3}
    """)

    assert _verdict(result) == ("pass", "")


def test_connections_can_be_expected(stage):
    stage.rig.on["ask"] = lambda text: stage.station.reconnect()

    result = stage.play("""
        steps:
          - do: ask
            text: connect again
          - expect: disconnection
          - expect: connection
    """)

    assert _verdict(result) == ("pass", "")
