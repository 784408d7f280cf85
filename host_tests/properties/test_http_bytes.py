"""Any bytes at the door of the set-up page: no exception, no secret, the same however split."""

import urllib.parse

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chargecore.net.dns_answerer import answer_to
from chargecore.net.form import read_form
from chargecore.net.http_request import BODY_MAX, HEAD_MAX, STATUS_MORE, STATUS_READY, HttpRequest
from chargecore.setup import draft
from fakes.setup_world import CODE, HOST, Answer, SetupWorld, bare_station

_PIECES = st.sampled_from(
    (b"GET ", b"POST ", b"/", b" HTTP/1.1", b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"Host: ", HOST)
    + (b"Content-Length: ", b"5", b"-1", b"99999999999", b"Transfer-Encoding: chunked", b"\x00")
    + (
        b"Content-Type: application/x-www-form-urlencoded",
        b"Origin: http://" + HOST,
        b": ",
        b"%41",
    )
    + (b"token=", b"code=" + CODE.encode(), b"&", b"a" * 900, b"\xff\xfe", b"X: y\r\n" * 40)
)
_BYTES = st.one_of(st.binary(max_size=300), st.lists(_PIECES, max_size=24).map(b"".join))
_CUTS = st.lists(st.integers(1, 700), min_size=1, max_size=12)
_STATUSES = {STATUS_MORE, STATUS_READY, 400, 405, 411, 413, 415, 417, 431, 501, 505}
_SECRETS = {"password": "seven-dwarfs", "key": "0011223344556677", "code": CODE}


def _fed(data, cuts):
    """Return (status, request) of data in pieces of those lengths, again and again."""
    request, status, at, turn = HttpRequest(), STATUS_MORE, 0, 0
    while at < len(data) and status == STATUS_MORE:
        end = at + cuts[turn % len(cuts)]
        status = request.feed(data[at:end])
        at, turn = end, turn + 1
        assert len(request._head) <= HEAD_MAX + 700 + 4
    return status, request


@given(_BYTES, _CUTS)
@settings(max_examples=300)
@example(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", [1])
def test_any_bytes_are_a_request_or_refused_the_same_however_they_are_split(data, cuts):
    status, request = _fed(data, cuts)
    whole, other = _fed(data, [512])

    assert status in _STATUSES
    if len(data) <= HEAD_MAX:  # a longer one is refused as soon as that is known
        assert status == whole
    if status == whole == STATUS_READY:
        assert (request.method, request.path) == (other.method, other.path)
        assert request.body == other.body and len(request.body) <= BODY_MAX


@given(_BYTES, st.booleans())
@settings(max_examples=200)
def test_the_desk_answers_every_request_and_gives_no_secret_away(tail, is_post):
    station = dict(bare_station(), id="CP-OLD", csms_url="ws://old.example/")
    station["wifi"] = {"ssid": "Depot", "password": _SECRETS["password"]}
    station["auth_key"] = _SECRETS["key"]
    world = SetupWorld(station)
    body = tail if is_post else b""
    head = b"%s / HTTP/1.1\r\nHost: %s\r\n" % (b"POST" if is_post else b"GET", HOST)
    head += b"Origin: http://" + HOST + b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    data = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    status, request = _fed(data, [512])
    if status != STATUS_READY:
        return

    answer = Answer(world.desk.answer(request, 0))

    assert answer.status in (200, 302, 400, 403)
    assert not world.saved
    for name in ("password", "key"):
        assert _SECRETS[name] not in answer.text
    if 'name="token"' not in answer.text:
        assert "old.example" not in answer.text and "CP-OLD" not in answer.text


_TEXTS = st.text("ab1 &<>\"'%+=;/:\n\r\x00\x7fé€😀\u2028", max_size=20)


@given(st.fixed_dictionaries({"url": _TEXTS, "id": _TEXTS, "ssid": _TEXTS, "password": _TEXTS}))
@settings(max_examples=200)
def test_what_browsers_encode_is_what_is_read(fields):
    body = urllib.parse.urlencode(fields).encode()

    assert read_form(bytearray(body), draft.FIELDS) == fields


@given(st.binary(max_size=200))
@settings(max_examples=200)
@example(b"id=%c0%80")
@example(b"id=%")
def test_any_bytes_are_a_form_with_known_fields_or_none(body):
    form = read_form(bytearray(body), draft.FIELDS)

    if form is not None:
        for name, text in form.items():
            assert len(text.encode()) <= draft.FIELDS[name]


@given(st.fixed_dictionaries({"url": _TEXTS, "id": _TEXTS, "ssid": _TEXTS, "password": _TEXTS}))
@settings(max_examples=100)
def test_any_text_in_the_form_is_shown_without_becoming_html(fields):
    world = SetupWorld()
    world.enter()
    before = world.send(url="", id="", ssid="", pick="").text

    page = world.send(pick="", **fields).text

    if not world.saved:
        for mark in ("<script", "<b", "<input", "<form", "javascript:"):
            assert page.count(mark) == before.count(mark)


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_packet_is_a_question_or_dropped(packet):
    reply = answer_to(packet, b"\xc0\xa8\x04\x01")

    assert reply is None or (reply[:2] == packet[:2] and len(reply) <= len(packet) + 16)
