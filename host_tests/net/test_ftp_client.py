"""Files over FTP: fetched, resumed, brought, refused, and cut short."""

import unittest

from chargecore.base.codes import E_IO
from chargecore.base.events import EV_TRANSFER_FAILED
from chargecore.base.tls_causes import TLS_UNKNOWN_CA
from chargecore.net.ftp_client import _port_of
from chargecore.net.moves import (
    MOVE_DONE,
    WHY_ANSWER,
    WHY_CONNECT,
    WHY_LOST,
    WHY_REFUSED,
    WHY_STALLED,
    WHY_TLS,
)
from fakes.tls_stream import FakeTlsStream
from fakes.transfer_world import KeptFile, SentFile, TransferWorld

URL = b"ftp://me:pa%20ss@files.example/fw/app.bundle"
PASV = b"227 Entering Passive Mode (192,168,7,7,200,10).\r\n"


class FtpTest(unittest.TestCase):
    def setUp(self):
        self.world = TransferWorld()
        self.file = KeptFile()

    def talk(self, *rows):
        """Say each answer; the command that follows must be the one beside it."""
        for text, command in rows:
            self.world.feed(text)
            self.assertEqual(self.world.stream.take_sent(), command)

    def log_in(self):
        self.talk(
            (b"220-Welcome\r\n 220 or not\r\n220 ready\r\n", b"USER me\r\n"),
            (b"331 password\r\n", b"PASS pa ss\r\n"),
            (b"230-Hello\r\n230 in\r\n", b"TYPE I\r\n"),
            (b"200 binary\r\n", b"PASV\r\n"),
        )


class TestFetch(FtpTest):
    def test_fetches_a_file(self):
        world = self.world
        world.get(URL, self.file)
        self.log_in()
        self.talk((PASV, b"RETR fw/app.bundle\r\n"))

        self.assertEqual(world.stream.opened, [("10.0.0.1", 21)])
        self.assertEqual(world.data.opened, [("10.0.0.1", 200 * 256 + 10)])
        world.data.feed(b"hello")
        world.feed(b"150 here it comes\r\n")
        world.data.end()
        world.poll()
        self.assertEqual(world.feed(b"226 done\r\n"), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"hello")
        self.assertTrue(world.data.is_closed)
        self.assertTrue(world.stream.is_closed)

    def test_takes_what_comes_behind_the_last_word(self):
        world = self.world
        world.get(URL, self.file)
        self.log_in()
        world.feed(PASV)
        world.feed(b"150 here\r\n226 done\r\n")
        world.data.feed(b"hello")
        world.poll()
        world.data.end()

        self.assertEqual(world.poll(), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"hello")

    def test_is_anonymous_without_a_user(self):
        self.world.get(b"ftp://files.example/x", self.file)

        self.talk(
            (b"220 ready\r\n", b"USER anonymous\r\n"), (b"331 x\r\n", b"PASS chargecore@\r\n")
        )

    def test_needs_no_password_where_none_is_asked(self):
        self.world.get(URL, self.file)

        self.talk((b"220 ready\r\n", b"USER me\r\n"), (b"230 in\r\n", b"TYPE I\r\n"))

    def test_asks_for_the_rest_of_a_file(self):
        world = self.world
        world.get(URL, self.file, 5)
        self.log_in()
        self.talk((PASV, b"REST 5\r\n"), (b"350 from there\r\n", b"RETR fw/app.bundle\r\n"))
        world.feed(b"150 here\r\n")
        world.data.feed(b"world")
        world.data.end()
        world.poll()

        self.assertEqual(world.feed(b"226 done\r\n"), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"world")

    def test_skips_what_it_has_when_the_server_does_not_resume(self):
        world = self.world
        world.get(URL, self.file, 5)
        self.log_in()
        self.talk((PASV, b"REST 5\r\n"), (b"502 what\r\n", b"RETR fw/app.bundle\r\n"))
        world.feed(b"150 here\r\n")
        world.data.feed(b"helloworld")
        world.data.end()
        world.poll()

        self.assertEqual(world.feed(b"226 done\r\n"), MOVE_DONE)
        self.assertEqual(bytes(self.file.data), b"world")

    def test_takes_an_absolute_path_as_rfc_1738_writes_it(self):
        self.world.get(b"ftp://me:pa%20ss@files.example/%2Ffw/a%20b", self.file)
        self.log_in()

        self.talk((PASV, b"RETR /fw/a b\r\n"))

    def test_is_refused_at_every_step(self):
        steps = (b"220 r\r\n", b"331 p\r\n", b"230 in\r\n", b"200 ok\r\n", PASV)
        for count in range(len(steps) + 1):
            with self.subTest(count=count):
                world = TransferWorld()
                world.get(URL, KeptFile())
                for text in steps[:count]:
                    world.feed(text)

                self.assertEqual(world.feed(b"530 no\r\n"), WHY_REFUSED)
                self.assertEqual(world.last_event(), (EV_TRANSFER_FAILED, -WHY_REFUSED, 530))

    def test_fails_when_a_connection_ends_too_early(self):
        world = self.world
        world.get(URL, self.file)
        self.log_in()
        world.stream.end()
        self.assertEqual(world.poll(), WHY_LOST)

    def test_fails_when_the_server_says_that_the_file_was_cut(self):
        world = self.world
        world.get(URL, self.file)
        self.log_in()
        world.feed(PASV)
        world.feed(b"150 here\r\n")
        world.data.feed(b"he")
        world.data.end()
        world.poll()

        self.assertEqual(world.feed(b"426 aborted\r\n"), WHY_LOST)

    def test_fails_without_a_data_connection(self):
        for connect_result, open_result in ((E_IO, 0), (1, E_IO)):
            with self.subTest(open_result=open_result):
                world = self.world = TransferWorld()
                world.get(URL, KeptFile())
                world.data.connect_result = connect_result
                world.data.open_result = open_result
                self.log_in()

                self.assertEqual(world.feed(PASV), WHY_CONNECT)

    def test_does_not_wait_for_ever(self):
        for is_moving in (False, True):
            with self.subTest(is_moving=is_moving):
                world = self.world = TransferWorld()
                world.get(URL, KeptFile())
                if is_moving:
                    self.log_in()
                    world.feed(PASV)
                    world.feed(b"150 here\r\n")

                self.assertEqual(world.wait_s(29), 0)
                self.assertEqual(world.wait_s(2), WHY_STALLED)

    def test_does_not_listen_for_ever(self):
        self.world.get(URL, self.file)
        self.world.stream.feed(b"220-" + b"blah " * 5_000)

        self.assertEqual(self.world.poll(400), WHY_ANSWER)

    def test_reads_the_port_of_any_answer_to_pasv(self):
        for line, port in (
            (b"227 Entering Passive Mode (127,0,0,1,4,1)", 1025),
            (b"227 Entering Passive Mode 127,0,0,1,4,1", 1025),
            (b"227 =127,0,0,1,255,255", 65535),
            (b"227 Server 7 says (127,0,0,1,4,1).", 1025),
            (b"227 ok", 0),
            (b"227 (1,2,3,4,5)", 0),
            (b"227 (1,2,3,4,5,256)", 0),
            (b"227 (1,2,3,4,5,99999999999)", 0),
        ):
            with self.subTest(line=line):
                self.assertEqual(_port_of(line), port)

    def test_fails_when_pasv_has_no_port(self):
        self.world.get(URL, self.file)
        self.log_in()

        self.assertEqual(self.world.feed(b"227 somewhere\r\n"), WHY_ANSWER)


class TestBring(FtpTest):
    def bring(self, url=b"ftp://me:pa%20ss@files.example/up"):
        self.world.put(url, SentFile(b"0123456789" * 30, b"CP01.txt"))
        self.log_in()

    def test_brings_a_file_to_its_name_in_the_directory(self):
        for url, path in (
            (b"ftp://me:pa%20ss@h/up", b"up/CP01.txt"),
            (b"ftp://me:pa%20ss@h/up/", b"up/CP01.txt"),
            (b"ftp://me:pa%20ss@h", b"CP01.txt"),
        ):
            with self.subTest(url=url):
                world = self.world = TransferWorld()
                self.bring(url)
                self.talk((PASV, b"STOR " + path + b"\r\n"))
                world.feed(b"150 give\r\n")
                world.poll(20)

                self.assertEqual(world.data.take_sent(), b"0123456789" * 30)
                self.assertTrue(world.data.is_closed)
                self.assertEqual(world.feed(b"226 thanks\r\n"), MOVE_DONE)

    def test_fails_when_the_server_has_no_room(self):
        self.bring()
        self.world.feed(PASV)
        self.world.data.room = 100
        self.world.feed(b"150 give\r\n")

        self.assertEqual(self.world.feed(b"452 disk full\r\n"), WHY_REFUSED)

    def test_fails_when_the_server_is_content_with_less(self):
        self.bring()
        self.world.feed(PASV)
        self.world.data.room = 100
        self.world.feed(b"150 give\r\n")

        self.assertEqual(self.world.feed(b"226 thanks\r\n"), WHY_ANSWER)

    def test_fails_when_the_data_connection_breaks(self):
        self.bring()
        self.world.feed(PASV)
        self.world.data.close()

        self.assertEqual(self.world.feed(b"150 give\r\n"), WHY_LOST)


class TestTls(unittest.TestCase):
    """ftps: AUTH TLS on port 21, TLS from the start on port 990, data always encrypted."""

    def setUp(self):
        self.tls = FakeTlsStream()
        self.world = TransferWorld(self.tls)
        self.file = KeptFile()
        self.data = self.world.tls_streams[1]

    def get(self, url):
        return self.world.get(url, self.file)

    def say(self, text, command):
        """Let the server answer through TLS; the command that follows must be that one."""
        self.tls.feed(text)
        self.world.poll()
        self.assertEqual(self.tls.take_sent(), command)

    def secure(self):
        """Come to the point where the control connection is encrypted."""
        self.get(b"ftps://me:pw@files.example/fw/app.bundle")
        world = self.world
        world.feed(b"220 ready\r\n")
        self.assertEqual(world.stream.take_sent(), b"AUTH TLS\r\n")
        world.feed(b"234 go on\r\n")

    def log_in(self):
        self.assertEqual(self.tls.take_sent(), b"USER me\r\n")
        self.say(b"331 password\r\n", b"PASS pw\r\n")
        self.say(b"230 in\r\n", b"PBSZ 0\r\n")
        self.say(b"200 yes\r\n", b"PROT P\r\n")
        self.say(b"200 private\r\n", b"TYPE I\r\n")
        self.say(b"200 binary\r\n", b"PASV\r\n")

    def test_fetches_a_file_with_all_of_it_encrypted(self):
        self.secure()
        self.log_in()
        self.say(PASV, b"RETR fw/app.bundle\r\n")
        self.assertEqual(self.tls.opened, [("10.0.0.1", 21)])
        self.assertEqual(self.data.opened, [("10.0.0.1", 200 * 256 + 10)])
        self.assertEqual(self.world.made_tls, [self.world.stream, self.world.data])
        self.data.feed(b"hello")
        self.tls.feed(b"150 here it comes\r\n")
        self.world.poll()
        self.data.end()
        self.world.poll()
        self.tls.feed(b"226 done\r\n")

        self.assertEqual(self.world.poll(), MOVE_DONE)
        self.assertEqual((self.tls.hosts, self.data.hosts), ([b"files.example"],) * 2)
        self.assertEqual(bytes(self.file.data), b"hello")
        self.assertEqual(self.world.stream.take_sent(), b"")

    def test_brings_a_file_and_ends_when_all_has_left(self):
        world = self.world
        world.put(b"ftps://me:pw@files.example/", SentFile(b"hello"))
        world.feed(b"220 ready\r\n")
        world.feed(b"234 go on\r\n")
        self.log_in()
        self.say(PASV, b"STOR file.txt\r\n")
        self.data.flush_result = 0
        self.say(b"150 give it to me\r\n", b"")
        self.assertEqual((bytes(self.data.sent), self.data.is_closed), (b"hello", False))

        self.data.flush_result = 1
        world.poll()
        self.say(b"226 done\r\n", b"QUIT\r\n")

        self.assertTrue(self.data.is_closed)

    def test_begins_with_tls_on_the_port_for_that(self):
        self.get(b"ftps://me:pw@files.example:990/x")
        self.assertEqual(
            (self.tls.opened, self.tls.hosts), ([("10.0.0.1", 990)],) + ([b"files.example"],)
        )

        self.say(b"220 ready\r\n", b"USER me\r\n")

    def test_sends_no_password_to_a_server_that_refuses_tls(self):
        self.get(b"ftps://me:pw@files.example/x")
        self.world.feed(b"220 ready\r\n")
        for answer in (b"502 what is that\r\n", b"331 need more\r\n"):
            with self.subTest(answer=answer):
                self.setUp()
                self.get(b"ftps://me:pw@files.example/x")
                self.world.feed(b"220 ready\r\n")
                self.assertEqual(self.world.feed(answer), WHY_REFUSED)
                self.assertFalse(b"pw" in bytes(self.world.stream.sent) + bytes(self.tls.sent))

    def test_takes_nothing_said_in_the_clear_behind_auth(self):
        """A man in the middle might put answers there that then count as the server's."""
        self.get(b"ftps://me:pw@files.example/x")
        self.world.feed(b"220 ready\r\n")

        self.assertEqual(self.world.feed(b"234 go on\r\n230 in\r\n"), WHY_ANSWER)

    def test_says_why_tls_has_failed(self):
        self.tls.secured = E_IO
        self.tls.cause = TLS_UNKNOWN_CA
        self.secure()

        self.assertEqual(self.world.result, WHY_TLS)
        self.assertEqual(self.world.last_event(), (EV_TRANSFER_FAILED, 2, TLS_UNKNOWN_CA))

    def test_says_why_tls_of_the_data_has_failed(self):
        self.data.secured = E_IO
        self.data.cause = TLS_UNKNOWN_CA
        self.secure()
        self.log_in()
        self.say(PASV, b"RETR fw/app.bundle\r\n")
        self.tls.feed(b"150 here it comes\r\n")

        self.assertEqual(self.world.poll(), WHY_TLS)
