"""WsUnits: heads, frames and other bytes, however they are cut into chunks."""

from chargecore_tools.soak.ws_units import (
    CHUNK,
    CONTROL,
    HEAD,
    TEXT,
    WsUnits,
    frame_len,
    text_of,
)

HEAD_BYTES = b"GET /ocpp/CP01 HTTP/1.1\r\nHost: x\r\n\r\n"
HELLO = b"\x81\x05hello"
MASKED = b"\x81\x85\x01\x02\x03\x04igohn"
LONG = b"\x81\x7e\x01\x00" + b"x" * 256
PING = b"\x89\x00"
FIRST_PART = b"\x01\x02[2"


def cut(data, size):
    """Return (kind, bytes) of the units in data that comes in chunks of that size."""
    units = WsUnits()
    found = []
    for at in range(0, len(data), size):
        found += units.feed(data[at : at + size])
    return [(unit.kind, unit.raw) for unit in found]


def test_finds_the_same_units_whatever_the_chunks():
    stream = HEAD_BYTES + HELLO + MASKED + PING + LONG + FIRST_PART
    wanted = [
        (HEAD, HEAD_BYTES),
        (TEXT, HELLO),
        (TEXT, MASKED),
        (CONTROL, PING),
        (TEXT, LONG),
        (CONTROL, FIRST_PART),
    ]

    for size in (1, 2, 7, len(stream)):
        assert cut(stream, size) == wanted


def test_answers_have_a_head_too():
    answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"

    assert cut(answer + HELLO, 3) == [(HEAD, answer), (TEXT, HELLO)]


def test_passes_what_is_no_websocket_as_it_comes():
    client_hello = b"\x16\x03\x01\x02\x00"

    assert cut(client_hello * 2, 5) == [(CHUNK, client_hello), (CHUNK, client_hello)]


def test_passes_a_head_without_end_as_it_comes():
    endless = b"GET " + b"x" * 70_000

    assert cut(endless, 80_000) == [(CHUNK, endless)]


def test_waits_for_the_rest_of_a_frame():
    units = WsUnits()

    assert [unit.kind for unit in units.feed(HEAD_BYTES + HELLO[:-1])] == [HEAD]
    assert [unit.raw for unit in units.feed(HELLO[-1:])] == [HELLO]


def test_reads_the_length_of_a_frame_of_every_size():
    assert frame_len(b"\x81") is None
    assert frame_len(b"\x81\x7e\x01") is None
    assert frame_len(HELLO) == len(HELLO)
    assert frame_len(MASKED) == len(MASKED)
    assert frame_len(LONG) == len(LONG)
    assert frame_len(b"\x81\xff" + (70_000).to_bytes(8, "big")) == 2 + 8 + 4 + 70_000


def test_reads_the_text_of_a_frame_masked_or_not():
    assert text_of(HELLO) == b"hello"
    assert text_of(MASKED) == b"hello"
    assert text_of(LONG) == b"x" * 256
    assert text_of(b"\x81\xff" + (5).to_bytes(8, "big") + b"\1\2\3\4igohn") == b"hello"
