"""Files over HTTP: fetched, resumed, redirected, brought, refused, and cut short."""

import unittest

from chargecore.base.codes import E_FULL, E_IO, E_LENGTH, E_MISSING, E_RANGE, E_READ_ONLY, E_SYNTAX
from chargecore.base.events import EV_TRANSFER_DONE, EV_TRANSFER_FAILED
from chargecore.base.tls_causes import TLS_CLOCK, TLS_EXPIRED
from chargecore.net.moves import (
    MOVE_DONE,
    WHY_ANSWER,
    WHY_CONNECT,
    WHY_LOCAL,
    WHY_LOST,
    WHY_NAME,
    WHY_REDIRECTS,
    WHY_REFUSED,
    WHY_STALLED,
    WHY_TLS,
    WHY_TOO_LONG,
    WHY_URL,
)
from fakes.tls_stream import FakeTlsStream
from fakes.transfer_world import KeptFile, SentFile, TransferWorld

URL = b"http://files.example/fw/app.bundle"


def answer(body, *lines, status=b"200 OK"):
    """Return an answer with Content-Length."""
    head = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(head + list(lines)) + b"\r\n\r\n" + body


class TestFetch(unittest.TestCase):
    def setUp(self):
        self.world = TransferWorld()
        self.file = KeptFile()

    def request(self):
        return self.world.stream.take_sent()

    def test_fetches_a_file_of_known_length(self):
        world = self.world
        world.get(URL, self.file)
        head = self.request()

        self.assertTrue(head.startswith(b"GET /fw/app.bundle HTTP/1.1\r\nHost: files.example\r\n"))
        self.assertIn(b"\r\nAccept-Encoding: identity\r\n", head)
        self.assertEqual(world.stream.opened, [("10.0.0.1", 80)])
        self.assertEqual(world.feed(answer(b"hello")), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"hello")
        self.assertEqual(world.last_event()[0], EV_TRANSFER_DONE)
        self.assertTrue(world.stream.is_closed)
        self.assertFalse(world.transfer.is_busy)

    def test_takes_bytes_one_at_a_time(self):
        self.world.stream.read_max = 1
        self.world.get(URL, self.file)
        self.world.stream.feed(answer(b"x" * 30))

        self.assertEqual(self.world.poll(400), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"x" * 30)

    def test_takes_chunks_with_extensions_and_trailers(self):
        body = b"5;name=v\r\nhello\r\n00001\r\n!\r\n0\r\nDigest: x\r\n\r\n"
        for read_max in (1, 7, 1000):
            with self.subTest(read_max=read_max):
                world, kept = TransferWorld(), KeptFile()
                world.stream.read_max = read_max
                world.get(URL, kept)
                world.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)

                self.assertEqual(world.poll(200), MOVE_DONE)
                self.assertEqual(bytes(kept.data), b"hello!")

    def test_takes_a_body_that_ends_with_the_connection(self):
        self.world.get(URL, self.file)
        self.world.feed(b"HTTP/1.0 200 OK\r\n\r\nhello")
        self.world.stream.end()

        self.assertEqual(self.world.poll(), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"hello")

    def test_takes_an_empty_file(self):
        self.world.get(URL, self.file)

        self.assertEqual(self.world.feed(answer(b"")), MOVE_DONE)

    def test_passes_over_interim_answers(self):
        self.world.get(URL, self.file)
        self.world.feed(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(b"hello"))

        self.assertEqual(bytes(self.file.data), b"hello")

    def test_says_who_it_is_when_the_url_does(self):
        """RFC 7617: user and password are decoded first."""
        self.world.get(b"http://me:pa%40ss@files.example/x", self.file)

        self.assertIn(b"\r\nAuthorization: Basic bWU6cGFAc3M=\r\n", self.request())

    def test_asks_for_the_rest_of_a_file(self):
        world = self.world
        world.get(URL, self.file, 5)

        self.assertIn(b"\r\nRange: bytes=5-\r\n", self.request())
        part = answer(b"world", b"Content-Range: bytes 5-9/10", status=b"206 Partial Content")
        self.assertEqual(world.feed(part), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"world")

    def test_skips_what_it_has_when_the_server_knows_no_ranges(self):
        self.world.get(URL, self.file, 5)

        self.assertEqual(self.world.feed(answer(b"helloworld")), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"world")

    def test_refuses_another_part_than_the_one_it_asked_for(self):
        for line in (b"Content-Range: bytes 4-9/10", b"Content-Range: 5-9", b"X: y"):
            with self.subTest(line=line):
                world, kept = TransferWorld(), KeptFile()
                world.get(URL, kept, 5)

                part = answer(b"world", line, status=b"206 Partial Content")
                self.assertEqual(world.feed(part), WHY_ANSWER)
                self.assertEqual(bytes(kept.data), b"")

    def test_follows_redirects_of_every_form(self):
        for location, host, path in (
            (b"http://other.example:8080/a", b"other.example", b"/a"),
            (b"//other.example/b?x=1", b"other.example", b"/b?x=1"),
            (b"/c", b"files.example", b"/c"),
            (b"d", b"files.example", b"/fw/d"),
        ):
            with self.subTest(location=location):
                world, kept = TransferWorld(), KeptFile()
                world.get(URL, kept)
                world.stream.take_sent()
                world.feed(answer(b"", b"Location: " + location, status=b"302 Found"))
                head = world.stream.take_sent()

                self.assertEqual(world.names.asked[-1], host)
                self.assertTrue(head.startswith(b"GET " + path + b" HTTP/1.1"), head)
                self.assertEqual(world.feed(answer(b"hello")), MOVE_DONE)

    def test_ends_a_chain_of_redirects(self):
        world = self.world
        world.get(URL, self.file)
        for _ in range(5):
            self.assertEqual(world.feed(answer(b"", b"Location: /x", status=b"301 Moved")), 0)

        self.assertEqual(
            world.feed(answer(b"", b"Location: /x", status=b"301 Moved")), WHY_REDIRECTS
        )

    def test_takes_the_password_to_no_other_host(self):
        for location, goes_along in ((b"/b", True), (b"http://evil.example/b", False)):
            with self.subTest(location=location):
                world = TransferWorld()
                world.get(b"http://me:secret@files.example/a", KeptFile())
                world.stream.take_sent()
                world.feed(answer(b"", b"Location: " + location, status=b"307 Temporary"))

                self.assertEqual(b"Authorization" in world.stream.take_sent(), goes_along)

    def test_follows_no_redirect_to_another_protocol(self):
        self.world.get(URL, self.file)

        moved = answer(b"", b"Location: ftp://files.example/x", status=b"302 Found")
        self.assertEqual(self.world.feed(moved), WHY_URL)

    def test_refuses_what_it_cannot_use(self):
        for data, why in (
            (answer(b"x", b"Content-Encoding: gzip"), WHY_ANSWER),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", WHY_ANSWER),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", WHY_ANSWER),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n", WHY_ANSWER),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", WHY_ANSWER),
            (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", WHY_ANSWER),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", WHY_ANSWER),
            (b"220 ftp.example\r\n", WHY_ANSWER),
            (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 9_000 + b"\r\n\r\n", WHY_ANSWER),
            (answer(b"", status=b"404 Not Found"), WHY_REFUSED),
            (answer(b"", status=b"401 Unauthorized"), WHY_REFUSED),
            (answer(b"", status=b"302 Found"), WHY_REFUSED),
            (answer(b"", status=b"500 Oops"), WHY_REFUSED),
            (answer(b"", status=b"204 No Content"), WHY_REFUSED),
        ):
            with self.subTest(data=data[:60]):
                world = TransferWorld()
                world.get(URL, KeptFile())
                world.stream.feed(data)

                self.assertEqual(world.poll(40), why)

    def test_tells_status_and_reason(self):
        self.world.get(URL, self.file)
        self.world.feed(answer(b"", status=b"403 Forbidden"))

        self.assertEqual(self.world.last_event(), (EV_TRANSFER_FAILED, -WHY_REFUSED, 403))

    def test_fails_when_the_connection_ends_too_early(self):
        for data in (b"", b"HTTP/1.1 200 OK\r\n", answer(b"hello")[:-1]):
            with self.subTest(data=data):
                world = TransferWorld()
                world.get(URL, KeptFile())
                world.feed(data)
                world.stream.end()

                self.assertEqual(world.poll(), WHY_LOST)

    def test_takes_no_file_that_is_too_long(self):
        small = KeptFile(most_b=4)
        self.world.get(URL, small)

        self.assertEqual(self.world.feed(answer(b"hello")), WHY_TOO_LONG)
        self.assertEqual(bytes(small.data), b"")

    def test_fails_with_what_takes_the_file(self):
        for code, why in ((E_LENGTH, WHY_TOO_LONG), (E_FULL, WHY_LOCAL)):
            with self.subTest(code=code):
                world, kept = TransferWorld(), KeptFile()
                kept.codes = [code]
                world.get(URL, kept)

                self.assertEqual(world.feed(answer(b"hello")), why)

    def test_does_not_wait_for_ever(self):
        for data in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"):
            with self.subTest(data=data):
                world = TransferWorld()
                world.get(URL, KeptFile())
                world.feed(data)

                self.assertEqual(world.wait_s(29), 0)
                self.assertEqual(world.wait_s(2), WHY_STALLED)
                self.assertTrue(world.stream.is_closed)

    def test_gives_up_on_a_server_that_trickles(self):
        world = self.world
        world.get(URL, self.file)
        world.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
        seconds = 0
        while world.transfer.is_busy and seconds < 8_000:
            world.stream.feed(b"x")
            world.wait_s(20)
            seconds += 20

        self.assertEqual(world.result, WHY_STALLED)
        self.assertTrue(7_150 < seconds < 7_250)

    def test_fails_when_nobody_is_there(self):
        world = self.world
        world.stream.connect_result = -11
        self.assertEqual(world.get(URL, self.file), WHY_CONNECT)
        world.stream.connect_result = 0
        world.get(URL, self.file)
        self.assertEqual(world.wait_s(9), 0)
        self.assertEqual(world.wait_s(2), WHY_CONNECT)
        world.names.result = -6

        self.assertEqual(world.get(URL, self.file), WHY_NAME)

    def test_refuses_a_url_that_is_none(self):
        for url in (
            b"",
            b"ws://h/x",
            b"file:///etc/passwd",
            b"http:/x",
            b"http://",
            b"http://h:0/",
            b"http://h:99999/",
            b"http://h/a b",
            b"http://h/a\r\nX: y",
            b"http://h%0d:x%0a@h/",
            b"http://[::1]/",
            b"http://u:%zz@h/",
            b"http://h/" + b"x" * 600,
            b"ftp://h/a%0d%0aDELE x",
        ):
            with self.subTest(url=url[:40]):
                self.assertEqual(self.world.get(url, self.file), WHY_URL)

    def test_says_that_it_has_no_tls(self):
        """Until there is a stream for it: a refusal with its reason, nothing is sent in clear."""
        for url in (b"https://files.example/x", b"ftps://files.example/x"):
            with self.subTest(url=url):
                self.assertEqual(self.world.get(url, self.file), WHY_TLS)
                self.assertEqual(self.world.last_event(), (EV_TRANSFER_FAILED, -WHY_TLS, 0))
        self.assertEqual(self.world.stream.opened, [])

    def test_fetches_through_tls(self):
        tls = FakeTlsStream()
        world = TransferWorld(tls)
        world.get(b"https://files.example/x", self.file)

        self.assertEqual(tls.opened, [("10.0.0.1", 443)])
        self.assertEqual((tls.hosts, tls.is_strict), ([b"files.example"], True))
        self.assertEqual((world.stream.opened, world.made_tls), ([], [world.stream]))
        tls.feed(answer(b"content"))
        self.assertEqual(world.poll(), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"content")

    def test_follows_no_redirect_from_tls_to_none(self):
        tls = FakeTlsStream()
        world = TransferWorld(tls)
        world.get(b"https://files.example/x", self.file)
        tls.feed(answer(b"", b"Location: http://files.example/x", status=b"302 Found"))

        self.assertEqual(world.poll(), WHY_URL)

    def test_says_why_tls_has_failed(self):
        tls = FakeTlsStream()
        tls.secured = E_IO
        tls.cause = TLS_EXPIRED
        world = TransferWorld(tls)

        self.assertEqual(world.get(b"https://files.example/x", self.file), WHY_TLS)
        self.assertEqual(world.last_event(), (EV_TRANSFER_FAILED, -WHY_TLS, TLS_EXPIRED))
        self.assertEqual(bytes(tls.sent), b"")

    def test_gives_up_a_handshake_that_never_ends(self):
        tls = FakeTlsStream()
        tls.secured = 0
        world = TransferWorld(tls)
        world.get(b"https://files.example/x", self.file)

        self.assertEqual(world.wait_s(31), WHY_STALLED)

    def test_puts_tls_off_while_a_contactor_is_closed(self):
        """R57: one piece of a handshake outlasts the dead man of a chip."""
        tls = FakeTlsStream()
        world = TransferWorld(tls)
        self.is_energised = True
        world.transfer.is_energised = self.contactor
        world.get(b"https://files.example/x", self.file)
        world.wait_s(60)
        before = list(tls.opened)
        self.is_energised = False
        world.poll()

        self.assertEqual((before, tls.opened), ([], [("10.0.0.1", 443)]))

    def test_puts_tls_off_for_an_hour_at_most(self):
        tls = FakeTlsStream()
        world = TransferWorld(tls)
        self.is_energised = True
        world.transfer.is_energised = self.contactor
        world.get(b"https://files.example/x", self.file)
        world.wait_s(3_590)
        before = list(tls.opened)
        world.wait_s(20)

        self.assertEqual((before, tls.opened), ([], [("10.0.0.1", 443)]))

    def contactor(self):
        return self.is_energised

    def test_has_no_heap_for_tls(self):
        world = TransferWorld(FakeTlsStream())
        world.tls_streams = []
        world.transfer._make_tls = self.refuse_heap
        world.transfer.get(b"https://files.example/x", self.file, 0, world.now_ms)

        self.assertEqual(world.poll(), WHY_LOCAL)

    def refuse_heap(self, stream):
        raise MemoryError

    def test_waits_for_a_date_before_tls(self):
        tls = FakeTlsStream()
        world = TransferWorld(tls)
        world.tls_clock.state = 0
        world.get(b"https://files.example/x", self.file)
        self.assertEqual(tls.opened, [])

        world.tls_clock.state = E_MISSING

        self.assertEqual(world.poll(), WHY_TLS)
        self.assertEqual(world.last_event(), (EV_TRANSFER_FAILED, -WHY_TLS, TLS_CLOCK))

    def test_stops_when_told(self):
        self.world.get(URL, self.file)
        self.world.transfer.stop()

        self.assertFalse(self.world.transfer.is_busy)
        self.assertTrue(self.world.stream.is_closed)


class TestBring(unittest.TestCase):
    def setUp(self):
        self.world = TransferWorld()
        self.source = SentFile(b"0123456789" * 30, b"CP01.txt")

    def test_brings_a_file_to_its_name_in_the_directory(self):
        for url, path in (
            (b"http://h/up", b"/up/CP01.txt"),
            (b"http://h/up/", b"/up/CP01.txt"),
            (b"http://h", b"/CP01.txt"),
            (b"http://h/put?key=1", b"/put?key=1"),
        ):
            with self.subTest(url=url):
                world = TransferWorld()
                self.source.rewind()
                world.put(url, self.source)
                world.poll(20)
                head, _, body = world.stream.take_sent().partition(b"\r\n\r\n")

                self.assertTrue(head.startswith(b"PUT " + path + b" HTTP/1.1\r\n"), head)
                self.assertIn(b"\r\nContent-Length: 300", head)
                self.assertIn(b'filename="CP01.txt"', head)
                self.assertEqual(body, b"0123456789" * 30)
                self.assertEqual(world.feed(answer(b"", status=b"201 Created")), MOVE_DONE)

    def test_tries_post_to_the_address_itself_when_put_is_not_wanted(self):
        for status in (b"404 Not Found", b"405 Not Allowed", b"501 What"):
            with self.subTest(status=status):
                world = TransferWorld()
                self.source.rewind()
                world.put(b"http://h/upload", self.source)
                world.poll(20)
                world.stream.take_sent()
                world.feed(answer(b"", status=status))
                world.poll(20)
                head, _, body = world.stream.take_sent().partition(b"\r\n\r\n")

                self.assertTrue(head.startswith(b"POST /upload HTTP/1.1\r\n"), head)
                self.assertEqual(len(body), 300)
                self.assertEqual(world.feed(answer(b"", status=b"200 OK")), MOVE_DONE)

    def test_says_whose_fault_a_failure_was(self):
        """N01.FR.10."""
        for url, status, code in (
            (b"gopher://h/x", b"", E_SYNTAX),
            (b"http://h/up", b"401 Who are you", E_READ_ONLY),
            (b"http://h/up", b"403 Forbidden", E_READ_ONLY),
            (b"http://h/up", b"500 Oh", E_IO),
            (b"https://h/up", b"", E_RANGE),
        ):
            with self.subTest(url=url, status=status):
                world = TransferWorld()
                world.put(url, SentFile(b"x" * 300))
                if status:
                    world.feed(answer(b"", status=status))

                self.assertEqual(world.transfer.failure, code)

    def test_hears_a_refusal_before_all_is_sent(self):
        world = self.world
        world.stream.room = 400
        world.put(b"http://h/up", self.source)
        world.feed(answer(b"", status=b"401 Unauthorized"))
        world.stream.room = 40
        world.stream.room = None

        self.assertEqual(world.poll(20), WHY_REFUSED)
        self.assertEqual(world.last_event(), (EV_TRANSFER_FAILED, -WHY_REFUSED, 401))

    def test_goes_on_behind_100_continue(self):
        world = self.world
        world.stream.write_max = 50
        world.put(b"http://h/up", self.source)
        world.feed(b"HTTP/1.1 100 Continue\r\n\r\n")
        world.poll(60)
        _, _, body = world.stream.take_sent().partition(b"\r\n\r\n")

        self.assertEqual(body, b"0123456789" * 30)
        self.assertEqual(world.feed(answer(b"")), MOVE_DONE)

    def test_brings_it_to_where_the_server_sends_it(self):
        world = self.world
        world.put(b"http://h/up", self.source)
        world.poll(20)
        world.stream.take_sent()
        world.feed(answer(b"", b"Location: http://i/x", status=b"307 Temporary"))
        world.poll(20)
        head, _, body = world.stream.take_sent().partition(b"\r\n\r\n")

        self.assertTrue(head.startswith(b"PUT /x HTTP/1.1\r\nHost: i\r\n"), head)
        self.assertEqual(len(body), 300)

    def test_fails_when_there_is_less_to_send_than_was_said(self):
        self.world.put(b"http://h/up", SentFile(b"x" * 300, ends_early=50))

        self.assertEqual(self.world.poll(20), WHY_LOCAL)

    def test_does_not_wait_for_ever_for_a_server_that_takes_nothing(self):
        self.world.stream.room = 500
        self.world.put(b"http://h/up", self.source)

        self.assertEqual(self.world.wait_s(29), 0)
        self.assertEqual(self.world.wait_s(2), WHY_STALLED)
