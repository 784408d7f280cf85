"""Servers that do everything wrong, against the whole simulator.

Each time the station stays up, says in its event log what happened, tries again, and the good
server that stands there afterwards gets a whole session.
"""

import time
import uuid

import pytest
from front import Front, request_of, upgraded

from chargecore_tools.csms.errors import RefusedError
from fakes.ws_server import frame

_OP_TEXT = 1
_OP_BINARY = 2
_QUICK = {"RetryBackOffWaitMinimum": "1", "RetryBackOffRandomRange": "0"}
_LONG_TEXT = "x" * 100_000


def _refuse(status):
    def handler(sock):
        request_of(sock)
        sock.sendall(b"HTTP/1.1 %d Refused\r\nContent-Length: 4\r\n\r\nno.\n" % status)
        sock.close()

    return handler


def _garbage_before_upgrade(sock):
    request_of(sock)
    sock.sendall(bytes(range(256)) * 8 + b"\r\n\r\n")


def _endless_header(sock):
    request_of(sock)
    sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\n")
    while True:
        sock.sendall(b"X-Padding: " + b"y" * 1000 + b"\r\n")


def _close_at_once(sock):
    sock.close()


def _close_behind_upgrade(sock):
    upgraded(sock)
    sock.close()


def _silence(sock):
    sock.recv(1)
    time.sleep(30)


def _silence_behind_upgrade(sock):
    upgraded(sock)
    while sock.recv(4096):
        pass


def _upgrade_to(subprotocol):
    def handler(sock):
        upgraded(sock, subprotocol)
        sock.recv(4096)

    return handler


def _behind_upgrade(data):
    def handler(sock):
        upgraded(sock)
        sock.sendall(data)
        while sock.recv(4096):
            pass

    return handler


def _truncated(sock):
    upgraded(sock)
    sock.sendall(frame(_OP_TEXT, b'[3,"1",{"status":"Accepted"}]')[:-9])
    sock.close()


_BAD = (
    ("http_401", _refuse(401), "refused the WebSocket upgrade with HTTP 401"),
    ("http_404", _refuse(404), "refused the WebSocket upgrade with HTTP 404"),
    ("http_503", _refuse(503), "refused the WebSocket upgrade with HTTP 503"),
    ("garbage", _garbage_before_upgrade, "answer to the WebSocket upgrade is not valid"),
    ("endless_header", _endless_header, "answer to the WebSocket upgrade is not valid"),
    ("closes_at_once", _close_at_once, "connection lost"),
    ("closes_behind_upgrade", _close_behind_upgrade, "connection lost"),
    ("silence", _silence, "no connection within"),
    ("other_subprotocol", _upgrade_to(b"ocpp2.0.1"), "did not select the subprotocol"),
    ("no_subprotocol", _upgrade_to(None), "did not select the subprotocol"),
    ("bytes_of_no_frame", _behind_upgrade(b"\xff\xfe\xfd\xfc" * 64), "WebSocket protocol error"),
    ("masked_frame", _behind_upgrade(frame(1, b"[]", mask=b"abcd")), "WebSocket protocol error"),
    ("binary_frame", _behind_upgrade(frame(_OP_BINARY, b"[2]")), "WebSocket protocol error"),
    ("truncated_frame", _truncated, "connection lost"),
)


@pytest.mark.parametrize(("handler", "says"), [row[1:] for row in _BAD], ids=[r[0] for r in _BAD])
def test_outlives_a_server_that(bench_factory, handler, says):
    bench = bench_factory(front=_front_with(handler), config=_QUICK)
    bench.wait_event(says)
    _wait_attempts(bench, 3)

    bench.front.handler = None

    bench.booted()
    bench.session()
    assert bench.ctl("status")["station"]["boots"] == 1


def _front_with(handler):
    def make(server_port):
        front = Front(server_port)
        front.handler = handler
        return front

    return make


def _wait_attempts(bench, least):
    end_s = time.monotonic() + 20
    while bench.front.attempts < least:
        assert time.monotonic() < end_s, f"{bench.front.attempts} attempts"
        time.sleep(0.02)


def test_connects_anew_when_nobody_answers_the_boot(bench_factory):
    handler = _front_with(_silence_behind_upgrade)
    config = {**_QUICK, "MessageTimeout": "5", "WebSocketPingInterval": "0"}
    bench = bench_factory(front=handler, config=config, speed=60)
    bench.wait_event("no answer to call 1 within 5 s")
    bench.wait_event("server has not answered 2 calls in a row")

    bench.front.handler = None

    bench.booted()
    bench.session()


def test_connects_anew_when_no_pong_comes(bench_factory):
    handler = _front_with(_silence_behind_upgrade)
    bench = bench_factory(front=handler, config={**_QUICK, "WebSocketPingInterval": "10"})
    bench.wait_event("no pong within 10 s")

    bench.front.handler = None

    bench.booted()
    bench.session()


def test_connects_again_when_the_server_was_not_there(bench):
    bench.server.stop()
    bench.wait_event("TCP connection failed")

    bench.server.start()

    bench.server.wait_connected("CP01", 10)
    bench.session()
    assert bench.count("BootNotification") == 1


# ---- a good connection, and nonsense on it ----

_NONSENSE = (
    "",
    " ",
    "null",
    "{}",
    "[]",
    "[2]",
    '[2,"half"',
    "[2,7,8,9]",
    '[9,"id","Heartbeat",{}]',
    '["2","id","Heartbeat",{}]',
    "[3]",
    '[3,"nobody",{}]',
    '[3,"",{}]',
    '[4,"nobody","GenericError","",{}]',
    '[4,"-1","FormationViolation","",[]]',
    '[4,null,"ProtocolError","",{}]',
    "\x00\x01\x02",
    "[" * 500,
    '{"a":' * 500,
    '[2,"id","Reset",{"type":"Soft","type":"Hard"',
    "\ufeff[]",
    "9" * 5000,
)


def test_ignores_nonsense_and_goes_on(bench):
    # What has a readable id may be answered with a CALLERROR: J8.
    bench.tolerated.append("answers nothing that was asked")
    for text in _NONSENSE:
        bench.server.send_text("CP01", text)

    bench.wait_event("received text that is not an OCPP message")
    bench.wait_event("answer with an unknown or late message id")
    assert bench.config_value("NumberOfConnectors") == "1"
    bench.session()


def test_ignores_bytes_that_are_no_utf_8(bench_factory):
    bench = bench_factory(front=Front).booted()

    bench.front.inject(frame(_OP_TEXT, b'[2,"\xff\xfe","Heart\x80beat",{}]'))
    bench.front.inject(frame(_OP_TEXT, b"\xc3"))

    bench.wait_event("received text that is not an OCPP message")
    assert bench.config_value("NumberOfConnectors") == "1"
    bench.session()


def test_connects_again_after_a_binary_frame_in_the_middle_of_a_charge(bench_factory):
    bench = bench_factory(front=Front, config=_QUICK).booted()
    start = bench.charging()
    bench.settled()

    bench.front.inject(frame(_OP_BINARY, b"\x00" * 100))

    bench.wait_event("WebSocket protocol error, close code 1003")
    bench.wait_connections(2)
    answer = bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"])
    assert answer["status"] == "Accepted"
    bench.stopped(reason="Remote")
    assert bench.count("BootNotification") == 1


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Reset", {"type": 5}, "TypeConstraintViolation"),
        ("Reset", {"type": "Warm"}, "PropertyConstraintViolation"),
        ("Reset", {}, "OccurenceConstraintViolation"),
        ("RemoteStartTransaction", {"connectorId": "1", "idTag": "T"}, "TypeConstraintViolation"),
        ("RemoteStartTransaction", {"idTag": ["T"]}, "TypeConstraintViolation"),
        ("RemoteStartTransaction", {"idTag": "T" * 21}, "PropertyConstraintViolation"),
        ("RemoteStopTransaction", {"transactionId": 1.5}, "TypeConstraintViolation"),
        ("RemoteStopTransaction", {"transactionId": None}, "OccurenceConstraintViolation"),
        ("ChangeConfiguration", {"key": 5, "value": True}, "TypeConstraintViolation"),
        ("GetConfiguration", {"key": "HeartbeatInterval"}, "TypeConstraintViolation"),
        ("UnlockConnector", {"connectorId": 10**40}, "PropertyConstraintViolation"),
        ("TriggerMessage", {"requestedMessage": {}}, "TypeConstraintViolation"),
        ("DataTransfer", {"vendorId": "v", "data": {"a": 1}}, "TypeConstraintViolation"),
        ("MakeCoffee", {"cups": 2}, "NotImplemented"),
        ("BootNotification", {}, "NotImplemented"),
        ("GetDiagnostics", {"location": 1}, "TypeConstraintViolation"),
        ("UpdateFirmware", {"location": 1}, "NotSupported"),  # beside SignedUpdateFirmware
        ("GetLog", {"requestId": 1}, "OccurenceConstraintViolation"),
    ],
)
def test_refuses_with_the_fitting_code(shared_bench, action, payload, code):
    with pytest.raises(RefusedError) as refusal:
        shared_bench.server.call("CP01", action, payload, 10, is_checked=False)

    assert refusal.value.code == code


@pytest.mark.parametrize("size", [9_000, 65_536, 1_000_000])
def test_refuses_a_message_larger_than_its_buffer(bench, size):
    payload = {"vendorId": "v", "data": "x" * size}

    with pytest.raises(RefusedError) as refusal:
        bench.server.call("CP01", "DataTransfer", payload, 10, is_checked=False)

    assert refusal.value.code == "InternalError"
    bench.wait_event("more than the buffer holds")
    assert bench.config_value("NumberOfConnectors") == "1"
    bench.session()


def test_answers_a_hundred_calls_in_a_row(bench):
    ids = [str(uuid.uuid4()) for _ in range(100)]
    for message_id in ids:
        text = f'[2,"{message_id}","GetConfiguration",{{"key":["HeartbeatInterval"]}}]'
        bench.server.send_text("CP01", text)

    answered = _wait_answers(bench, ids)

    assert answered == ids
    bench.session()


def _wait_answers(bench, ids):
    """Return the message ids of the answers to these calls, in the order they came."""
    wanted = set(ids)

    def answered():
        frames = list(bench.server.history.frames)
        return [
            frame.message_id
            for frame in frames
            if frame.is_from_station and frame.kind == "result" and frame.message_id in wanted
        ]

    bench.server.history.wait(lambda: len(answered()) == len(ids), 10, "all answers")
    return answered()


def test_answers_ids_of_36_characters_and_outlives_longer_ones(bench):
    longest = "i" * 36
    for message_id in ("j" * 37, "k" * 400, longest):
        bench.server.send_text("CP01", f'[2,"{message_id}","GetConfiguration",{{}}]')

    assert _wait_answers(bench, [longest]) == [longest]
    bench.session()
