"""Resolver and its DNS messages: right answers, wrong ones, and none."""

import errno
import unittest

from chargecore.base.clock import Clock
from chargecore.base.codes import E_CORRUPT, E_IO, E_LENGTH, E_MISSING
from chargecore.base.ticks import ticks_add
from chargecore.net.dns_message import build_query, read_answer
from chargecore.net.resolver import Resolver, is_numeric
from fakes.sockets import FakeSockets

POINTER = b"\xc0\x0c"  # to the name in the question


def record(address=b"\x0a\x01\x02\x03", ttl=b"\x00\x00\x01\x2c", kind=b"\x00\x01", name=POINTER):
    """Return a resource record."""
    return name + kind + b"\x00\x01" + ttl + bytes([0, len(address)]) + address


def answer(query, records=None, rcode=0):
    """Return the answer to query."""
    records = [record()] if records is None else records
    head = query[:2] + bytes([0x81, 0x80 | rcode, 0, 1, 0, len(records), 0, 0, 0, 0])
    return head + query[12:] + b"".join(records)


class MessageTest(unittest.TestCase):
    def test_builds_the_question_of_rfc_1035(self):
        buf = bytearray(271)

        length = build_query(buf, 0xABCD, b"csms.example")

        self.assertEqual(
            bytes(buf[:length]),
            b"\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
            b"\x04csms\x07example\x00\x00\x01\x00\x01",
        )

    def test_takes_a_dot_at_the_end_for_what_it_is(self):
        first, second = bytearray(271), bytearray(271)

        self.assertEqual(build_query(first, 1, b"a.b"), build_query(second, 1, b"a.b."))
        self.assertEqual(first, second)

    def test_refuses_names_that_dns_cannot_carry(self):
        long_name = b".".join([b"x" * 63] * 4)
        for name in (b"", b".", b"a..b", b".a", b"x" * 64, long_name, b"a.."):
            with self.subTest(name=name):
                self.assertEqual(build_query(bytearray(271), 1, name), E_LENGTH)

    def test_takes_the_longest_name_that_dns_can_carry(self):
        name = b".".join([b"x" * 63] * 3 + [b"y" * 61])

        self.assertEqual(build_query(bytearray(271), 1, name), 12 + 255 + 4)

    def test_no_answer_cut_short_or_garbled_raises_or_loops(self):
        query_buf = bytearray(271)
        query_len = build_query(query_buf, 7, b"csms.example")
        query = bytes(query_buf[:query_len])
        cname = record(b"\x04real\xc0\x0c", kind=b"\x00\x05")
        good = answer(query, [cname, record(name=b"\x04real\xc0\x0c")])
        for cut in range(len(good)):
            buf = bytearray(512)
            buf[:cut] = good[:cut]
            self.assertLessEqual(read_answer(buf, cut, query_buf, query_len), -1)
        for at in range(len(good)):
            for value in (0, 0x3F, 0x80, 0xC0, 0xFF):
                buf = bytearray(512)
                buf[: len(good)] = good
                buf[at] = value
                read_answer(buf, len(good), query_buf, query_len)

    def test_refuses_a_pointer_to_itself_without_following_it(self):
        query_buf = bytearray(271)
        query_len = build_query(query_buf, 7, b"a")
        loop = answer(bytes(query_buf[:query_len]), [record(name=b"\xc0\x13")])

        at = read_answer(loop, len(loop), query_buf, query_len)

        self.assertGreaterEqual(at, query_len)


class NumericTest(unittest.TestCase):
    def test_knows_addresses_from_names(self):
        for host in (b"127.0.0.1", b"0.0.0.0", b"255.255.255.255"):
            self.assertTrue(is_numeric(host))
        for host in (
            b"256.0.0.1",
            b"1.2.3",
            b"1.2.3.4.5",
            b"a.b.c.d",
            b"1..2.3",
            b"",
            b"1.2.3.4a",
        ):
            self.assertFalse(is_numeric(host))


class ResolverTest(unittest.TestCase):
    def setUp(self):
        self.now_ms = (1 << 30) - 1000
        self.clock = Clock(self.ticks_ms, 1)
        self.sockets = FakeSockets()
        self.servers = ["10.0.0.53", "10.0.1.53"]
        self.next_id = 0x1234
        self.resolver = Resolver(self.sockets, self.servers, self.clock, self.random_bits)

    def ticks_ms(self):
        return self.now_ms

    def random_bits(self, count):
        self.next_id += 1
        return self.next_id & ((1 << count) - 1)

    def advance_ms(self, delta_ms):
        self.now_ms = ticks_add(self.now_ms, delta_ms)
        self.clock.poll(self.now_ms)

    def start(self, host=b"csms.example"):
        self.resolver.start(host, self.now_ms)
        return self.resolver.poll(self.now_ms)

    def reply(self, data):
        """Let data come to the newest socket; return what poll says."""
        self.sockets.made[-1].replies.append(data)
        return self.resolver.poll(self.now_ms)

    def query(self):
        return self.sockets.made[-1].sent[0]

    def test_numeric_hosts_and_localhost_need_no_server(self):
        for host, ip_text in ((b"10.1.2.3", "10.1.2.3"), (b"localhost", "127.0.0.1")):
            self.assertEqual(self.start(host), 1)
            self.assertEqual(self.resolver.ip_text, ip_text)
        self.assertEqual(self.sockets.made, [])

    def test_asks_the_first_server_and_takes_its_answer(self):
        self.assertEqual(self.start(), 0)
        self.assertEqual(self.sockets.made[0].address, ("10.0.0.53", 53))
        self.assertFalse(self.sockets.made[0].is_blocking)

        self.assertEqual(self.reply(answer(self.query())), 1)

        self.assertEqual(self.resolver.ip_text, "10.1.2.3")
        self.assertTrue(self.sockets.made[0].is_closed)

    def test_follows_a_chain_of_aliases(self):
        self.start()
        chain = [record(b"\x01x\x00", kind=b"\x00\x05"), record(name=b"\x01x\x00")]

        self.assertEqual(self.reply(answer(self.query(), chain)), 1)

        self.assertEqual(self.resolver.ip_text, "10.1.2.3")

    def test_ignores_packets_that_do_not_answer_the_question(self):
        self.start()
        query = self.query()
        good = answer(query)
        for bad in (
            b"x",
            b"\x00" * 512,
            query,
            bytes([good[0] ^ 1]) + good[1:],
            good.replace(b"csms", b"evil"),
            good[:-1],
            good[:-15] + b"\xff" * 15,
        ):
            with self.subTest(bad=bad):
                self.assertEqual(self.reply(bad), 0)

        self.assertEqual(self.resolver.ignored, 7)
        self.assertEqual(self.reply(good), 1)

    def test_accepts_a_question_repeated_in_capitals(self):
        self.start()

        self.assertEqual(self.reply(answer(self.query()).replace(b"csms", b"CsMS")), 1)

    def test_asks_the_next_server_after_2_s_and_gives_up_after_two_rounds(self):
        self.start()
        for _ in range(3):
            self.advance_ms(1999)
            self.assertEqual(self.resolver.poll(self.now_ms), 0)
            self.advance_ms(1)
            self.assertEqual(self.resolver.poll(self.now_ms), 0)
        self.advance_ms(2000)

        self.assertEqual(self.resolver.poll(self.now_ms), E_IO)

        asked = [sock.address[0] for sock in self.sockets.made]
        self.assertEqual(asked, self.servers * 2)
        self.assertEqual([sock.is_closed for sock in self.sockets.made], [True] * 4)
        ids = [sock.sent[0][:2] for sock in self.sockets.made]
        self.assertNotEqual(ids[0], ids[1])

    def test_asks_the_next_server_at_once_when_one_fails_or_is_not_there(self):
        self.start()

        self.assertEqual(self.reply(answer(self.query(), [], rcode=2)), 0)
        self.assertEqual(self.sockets.made[-1].address[0], "10.0.1.53")
        self.assertEqual(self.reply(errno.ECONNREFUSED), 0)
        self.assertEqual(self.sockets.made[-1].address[0], "10.0.0.53")
        self.assertEqual(self.reply(answer(self.query())), 1)

    def test_does_not_ask_again_when_the_name_does_not_exist(self):
        self.start()

        self.assertEqual(self.reply(answer(self.query(), [], rcode=3)), E_MISSING)

        self.assertEqual(len(self.sockets.made), 1)

    def test_reports_a_name_without_an_ipv4_address(self):
        self.start()
        records = [record(b"\x20\x01" + b"\x00" * 14, kind=b"\x00\x1c")]

        self.assertEqual(self.reply(answer(self.query(), records)), E_MISSING)

    def test_fails_at_once_without_servers_or_with_an_impossible_name(self):
        self.assertEqual(self.start(b"a..b"), E_LENGTH)
        self.servers.clear()
        self.assertEqual(self.start(), E_IO)

    def test_fails_at_once_when_nothing_can_be_sent(self):
        self.sockets.write_errno = errno.EHOSTUNREACH

        self.assertEqual(self.start(), E_IO)

    def test_keeps_the_address_for_its_ttl_between_30_s_and_an_hour(self):
        for ttl, kept_s in (
            (b"\x00\x00\x00\x00", 30),
            (b"\x00\x00\x00\x3c", 60),
            (b"\xff" * 4, 3600),
        ):
            with self.subTest(ttl=ttl):
                self.setUp()
                self.start()
                self.reply(answer(self.query(), [record(ttl=ttl)]))
                self.advance_ms((kept_s - 1) * 1000)
                self.assertEqual(self.start(), 1)

                self.advance_ms(1000)

                self.assertEqual(self.start(), 0)

    def test_asks_again_after_forget_but_falls_back_on_the_old_address(self):
        self.start()
        self.reply(answer(self.query()))
        self.resolver.forget()
        self.assertEqual(self.start(), 0)

        for _ in range(4):
            self.advance_ms(2000)
            result = self.resolver.poll(self.now_ms)

        self.assertEqual(result, 1)
        self.assertEqual(self.resolver.ip_text, "10.1.2.3")

    def test_another_name_does_not_get_the_kept_address(self):
        self.start()
        self.reply(answer(self.query()))

        self.assertEqual(self.start(b"other.example"), 0)

    def test_read_answer_says_corrupt_for_a_question(self):
        buf = bytearray(271)
        length = build_query(buf, 1, b"a")

        self.assertEqual(read_answer(buf, length, buf, length), E_CORRUPT)


if __name__ == "__main__":
    unittest.main()
