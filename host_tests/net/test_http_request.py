"""HttpRequest, read_form and answer_to: strict readers of what strangers send."""

import socket
import unittest
from random import getrandbits

from chargecore.base.codes import OK
from chargecore.net.dns_answerer import DnsAnswerer, answer_to
from chargecore.net.form import read_form
from chargecore.net.http_request import (
    BODY_MAX,
    HEAD_MAX,
    STATUS_BAD,
    STATUS_CODED,
    STATUS_EXPECTS,
    STATUS_HEAD_TOO_LONG,
    STATUS_METHOD,
    STATUS_MORE,
    STATUS_NO_FORM,
    STATUS_NO_LENGTH,
    STATUS_READY,
    STATUS_TOO_LONG,
    STATUS_VERSION,
    HttpRequest,
)

_GET = b"GET / HTTP/1.1\r\nHost: 192.168.4.1\r\n"
_POST = b"POST / HTTP/1.1\r\nHost: 192.168.4.1\r\n"
_FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def status_of(data, step=None):
    """Feed data in steps; return the last status and the request."""
    request = HttpRequest()
    status = STATUS_MORE
    step = step or max(len(data), 1)
    for at in range(0, len(data), step):
        status = request.feed(data[at : at + step])
        if status != STATUS_MORE:
            break
    return status, request


class HttpRequestTest(unittest.TestCase):
    def test_reads_what_a_browser_sends_however_it_is_split(self):
        data = (
            b"GET /hotspot-detect.html?x=1 HTTP/1.1\r\nhOST:\t192.168.4.1 \r\nAccept: */*\r\n\r\n"
        )
        for step in (1, 2, 3, 7, len(data)):
            with self.subTest(step=step):
                status, request = status_of(data, step)

                self.assertEqual(status, STATUS_READY)
                self.assertEqual(request.method, b"GET")
                self.assertEqual(request.path, b"/hotspot-detect.html")
                self.assertEqual(request.header(b"host"), b"192.168.4.1")
                self.assertEqual(request.header(b"origin"), b"")

    def test_reads_the_body_of_a_form_and_nothing_behind_it(self):
        data = _POST + _FORM + b"Content-Length: 5\r\n\r\na=1&bGET / HTTP/1.1\r\n\r\n"
        for step in (1, 5, len(data)):
            with self.subTest(step=step):
                status, request = status_of(data, step)

                self.assertEqual(status, STATUS_READY)
                self.assertEqual(bytes(request.body), b"a=1&b")

    def test_says_what_is_wrong(self):
        cases = (
            (b"GET / HTTP/1.1\r\n\r\n", STATUS_BAD),
            (_GET + b"Host: other\r\n\r\n", STATUS_BAD),
            (b"GET  / HTTP/1.1\r\n\r\n", STATUS_BAD),
            (b"GET http://192.168.4.1/ HTTP/1.1\r\n\r\n", STATUS_BAD),
            (b"GET /\x00 HTTP/1.1\r\n\r\n", STATUS_BAD),
            (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", STATUS_BAD),  # somebody tries TLS
            (b"\r\n\r\n", STATUS_BAD),
            (b"HEAD / HTTP/1.1\r\n\r\n", STATUS_METHOD),
            (b"PUT / HTTP/1.1\r\n\r\n", STATUS_METHOD),
            (b"GET / HTTP/2.0\r\n\r\n", STATUS_VERSION),
            (_GET + b" folded: x\r\n\r\n", STATUS_BAD),
            (_GET + b"Bad : x\r\n\r\n", STATUS_BAD),
            (_GET + b"nothing\r\n\r\n", STATUS_BAD),
            (_GET + b"X: a\nHost: b\r\n\r\n", STATUS_BAD),
            (_GET + b"Content-Length: 4\r\n\r\n", STATUS_BAD),
            (_GET + b"X: y\r\n" * 60 + b"\r\n", STATUS_HEAD_TOO_LONG),
            (_GET + b"X: " + b"y" * HEAD_MAX, STATUS_HEAD_TOO_LONG),
            (_POST + b"Transfer-Encoding: chunked\r\n\r\n", STATUS_CODED),
            (_POST + b"Expect: 100-continue\r\n\r\n", STATUS_EXPECTS),
            (_POST + _FORM + b"\r\n", STATUS_NO_LENGTH),
            (_POST + _FORM + b"Content-Length: -1\r\n\r\n", STATUS_BAD),
            (_POST + _FORM + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n", STATUS_BAD),
            (_POST + _FORM + b"Content-Length: %d\r\n\r\n" % (BODY_MAX + 1), STATUS_TOO_LONG),
            (_POST + b"Content-Length: 1\r\n\r\n", STATUS_NO_FORM),
            (_POST + b"Content-Type: text/plain\r\nContent-Length: 1\r\n\r\n", STATUS_NO_FORM),
        )
        for data, wanted in cases:
            with self.subTest(data=data[-50:]):
                self.assertEqual(status_of(data)[0], wanted)

    def test_never_holds_more_than_it_has_room_for(self):
        request = HttpRequest()
        fed = 0

        while request.feed(b"x" * 512) == STATUS_MORE:
            fed += 512

        self.assertTrue(fed <= HEAD_MAX)


class FormTest(unittest.TestCase):
    NAMES = {"url": 20, "id": 8}

    def read(self, body):
        return read_form(bytearray(body), self.NAMES)

    def test_decodes_what_browsers_encode(self):
        cases = (
            (b"", {}),
            (b"id=", {"id": ""}),
            (b"url=ws%3A%2F%2Fa%2Fb&id=CP+01", {"url": "ws://a/b", "id": "CP 01"}),
            (b"id=G%C3%A4%e2%82%ac", {"id": "Gä€"}),
            (b"id=a=b", {"id": "a=b"}),
            (b"%69d=1", {"id": "1"}),
        )
        for body, wanted in cases:
            with self.subTest(body=body):
                self.assertEqual(self.read(body), wanted)

    def test_anything_else_is_no_form(self):
        cases = (
            (b"id", b"&", b"id=1&", b"id=1&id=2", b"other=1", b"id=%", b"id=%4", b"id=%zz")
            + (b"id=%+1", b"id=\xc3\xa4", b"id=a b", b"id=\x00", b"id=%ff", b"id=%C0%80")
            + (b"id=%ED%A0%80", b"id=123456789", b"id=%E2%82%AC%E2%82%AC%E2%82%AC", b"=")
        )
        for body in cases:
            with self.subTest(body=body):
                self.assertIsNone(self.read(body))


class DnsAnswerTest(unittest.TestCase):
    ADDRESS = b"\xc0\xa8\x04\x01"
    HEAD = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
    NAME = b"\x03www\x07example\x00"

    def test_every_name_has_the_address_of_the_station(self):
        question = self.HEAD + self.NAME + b"\x00\x01\x00\x01"

        reply = answer_to(question + b"\x00\x00\x29extra", self.ADDRESS)

        self.assertEqual(reply[:2], b"\x12\x34")
        self.assertEqual(reply[2] & 0x80, 0x80)
        self.assertEqual(reply[4:8], b"\x00\x01\x00\x01")
        self.assertEqual(reply[12 : len(question)], question[12:])
        self.assertEqual(reply[-4:], self.ADDRESS)

    def test_there_is_no_other_record(self):
        reply = answer_to(self.HEAD + self.NAME + b"\x00\x1c\x00\x01", self.ADDRESS)

        self.assertEqual(reply[4:12], b"\x00\x01\x00\x00\x00\x00\x00\x00")

    def test_answers_at_its_port_and_gives_it_back(self):
        question = self.HEAD + self.NAME + b"\x00\x01\x00\x01"
        port = 30_000 + getrandbits(11)
        names = DnsAnswerer(socket, port)
        self.assertEqual(names.open("127.0.0.1"), OK)
        names.poll()  # nobody has asked
        phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(phone.close)
        phone.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
        phone.setblocking(False)

        for packet in (b"nonsense", question):
            phone.write(packet)
            names.poll()

        self.assertEqual(phone.read(300)[-4:], b"\x7f\x00\x00\x01")
        self.assertIsNone(phone.read(300))
        names.close()
        names.poll()

    def test_what_is_no_question_is_dropped(self):
        question = self.HEAD + self.NAME + b"\x00\x01\x00\x01"
        cases = [question[:count] for count in range(len(question))]
        cases.append(b"\x12\x34\x81" + question[3:])  # an answer
        cases.append(question[:4] + b"\x00\x02" + question[6:])  # two questions
        cases.append(self.HEAD + b"\xc0\x0c\x00\x01\x00\x01")  # a pointer
        for packet in cases:
            with self.subTest(packet=packet):
                self.assertIsNone(answer_to(packet, self.ADDRESS))


if __name__ == "__main__":
    unittest.main()
