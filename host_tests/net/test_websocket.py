"""WebSocket: messages, control frames and the rules of RFC 6455, on a stream in RAM."""

import unittest

from chargecore.base.codes import E_BUSY, OK
from chargecore.base.events import (
    EV_HTTP_REFUSED,
    EV_PONG_MISSING,
    EV_SERVER_CLOSED,
    EV_UPGRADE_INVALID,
    EV_WRONG_SUBPROTOCOL,
    EV_WS_PROTOCOL_ERROR,
)
from chargecore.net.websocket import WS_CLOSED, WS_CLOSING, WS_OPEN, WS_UPGRADING
from fakes.net_world import NetWorld, render_text
from fakes.ws_server import answer_to, frame, frames_in, header_of

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def close_code(payload):
    return payload[0] << 8 | payload[1]


class UpgradeTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld()
        self.websocket = self.world.websocket
        self.stream = self.world.stream

    def ask(self, auth_b64=None):
        self.websocket.open_upgrade(b"csms.example:8080", b"/a/CP1", b"ocpp1.6", auth_b64)
        self.world.poll()
        return self.stream.take_sent()

    def test_sends_the_request_rfc_6455_asks_for(self):
        request = self.ask(b"QQ==")

        self.assertTrue(request.startswith(b"GET /a/CP1 HTTP/1.1\r\n"))
        self.assertTrue(request.endswith(b"\r\n\r\n"))
        self.assertEqual(header_of(request, b"host"), b"csms.example:8080")
        self.assertEqual(header_of(request, b"upgrade"), b"websocket")
        self.assertEqual(header_of(request, b"connection"), b"Upgrade")
        self.assertEqual(header_of(request, b"sec-websocket-version"), b"13")
        self.assertEqual(header_of(request, b"sec-websocket-protocol"), b"ocpp1.6")
        self.assertEqual(header_of(request, b"authorization"), b"Basic QQ==")
        self.assertEqual(len(header_of(request, b"sec-websocket-key")), 24)

    def test_sends_no_authorization_when_there_is_none(self):
        self.assertIsNone(header_of(self.ask(), b"authorization"))

    def test_sends_the_whole_request_when_the_stream_takes_little(self):
        self.websocket.open_upgrade(b"h", b"/", b"ocpp1.6", None)
        self.stream.write_max = 7
        self.world.poll(60)

        self.assertTrue(bytes(self.stream.sent).endswith(b"\r\n\r\n"))
        self.assertEqual(bytes(self.stream.sent).count(b"GET"), 1)

    def test_opens_when_the_answer_comes_byte_by_byte(self):
        answer = answer_to(self.ask())
        self.stream.read_max = 1
        self.stream.feed(answer)
        self.world.poll(len(answer) - 1)
        self.assertEqual(self.websocket.state, WS_UPGRADING)

        self.world.poll()

        self.assertTrue(self.websocket.is_open)
        self.assertEqual(self.websocket.http_status, 101)

    def test_reads_a_message_that_came_together_with_the_answer(self):
        self.stream.feed(answer_to(self.ask()) + frame(TEXT, b"[2]"))
        self.world.poll(2)

        self.assertTrue(self.websocket.rx_ready)
        self.assertEqual(self.world.message(), b"[2]")

    def test_reports_the_status_when_refused(self):
        for status in (401, 403, 404, 500, 503, 302):
            with self.subTest(status=status):
                world = NetWorld()
                world.websocket.open_upgrade(b"h", b"/", b"ocpp1.6", None)
                world.poll()
                world.stream.feed(b"HTTP/1.1 %d No\r\nContent-Length: 2\r\n\r\nno" % status)
                world.poll()

                self.assertEqual(world.websocket.state, WS_CLOSED)
                self.assertEqual(world.websocket.http_status, status)
                self.assertEqual(world.codes(), [EV_HTTP_REFUSED])
                self.assertEqual(world.events.field(0, 1), status)
                self.assertTrue(world.stream.is_closed)

    def test_reports_the_status_when_the_server_closes_in_the_middle_of_the_headers(self):
        self.ask()
        self.stream.feed(b"HTTP/1.1 401 Unauthorized\r\nServ")
        self.stream.end()
        self.world.poll(2)

        self.assertEqual(self.world.codes(), [EV_HTTP_REFUSED])
        self.assertEqual(self.websocket.http_status, 401)

    def test_closes_with_1002_when_the_subprotocol_is_not_ours(self):
        """J1."""
        for subprotocol in (None, b"ocpp2.0.1", b"ocpp1.6, ocpp2.0.1", b"OCPP1.6"):
            with self.subTest(subprotocol=subprotocol):
                world = NetWorld()
                world.websocket.open_upgrade(b"h", b"/", b"ocpp1.6", None)
                world.poll()
                world.stream.feed(answer_to(world.stream.take_sent(), subprotocol))
                world.poll(2)

                self.assertFalse(world.websocket.is_open)
                self.assertEqual(world.codes(), [EV_WRONG_SUBPROTOCOL])
                sent = frames_in(world.stream.take_sent())
                self.assertEqual(sent, [(CLOSE, b"\x03\xea")])
                world.run_ms(5000)
                self.assertEqual(world.websocket.state, WS_CLOSED)

    def test_refuses_an_answer_that_is_not_a_valid_upgrade(self):
        good = answer_to(self.ask())
        bad_answers = (
            b"SSH-2.0-OpenSSH_9.6\r\n",
            b"HTTP/1.1\r\n",
            b"HTTP/1.1 abc OK\r\n",
            b"\r\n",
            b"\x16\x03\x01\x00\x05",
            b"HTTP/1.1 200 OK\r\n\r\n",
            good.replace(b"Accept: ", b"Accept: A"),
            good.replace(b"Upgrade: websocket", b"Upgrade: h2c"),
            good.replace(b"Connection: Upgrade", b"Connection: close"),
            good.replace(b"Upgrade: websocket", b"X: y"),
            good.replace(b"Upgrade: websocket", b"no colon"),
            good.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
            b"HTTP/1.1 101 S\r\n" + b"X: 0123456789abcde\r\n" * 500,
            b"x" * 9000,
        )
        for answer in bad_answers:
            with self.subTest(answer=answer[:40]):
                world = NetWorld()
                world.websocket.open_upgrade(b"h", b"/", b"ocpp1.6", None)
                world.poll()
                world.stream.feed(answer)
                world.poll(20)

                self.assertEqual(world.websocket.state, WS_CLOSED)
                self.assertFalse(world.websocket.is_open)
                self.assertIn(world.codes()[0], (EV_UPGRADE_INVALID, EV_HTTP_REFUSED))

    def test_accepts_headers_in_other_letters_and_a_list_in_connection(self):
        answer = answer_to(self.ask())
        answer = answer.replace(b"Upgrade: websocket", b"UPGRADE:WebSocket")
        answer = answer.replace(b"Connection: Upgrade", b"connection: keep-alive, upgrade")
        answer = answer.replace(b"\r\n\r\n", b"\r\nServer: " + b"s" * 400 + b"\r\n\r\n")
        self.stream.feed(answer)
        self.world.poll(3)

        self.assertTrue(self.websocket.is_open)


class ReceiveTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld()
        self.world.upgrade()
        self.websocket = self.world.websocket
        self.stream = self.world.stream

    def test_delivers_a_message_cut_at_any_place(self):
        data = frame(TEXT, b"[2,\xc3\xa4" + b"1" * 140 + b"]")
        for cut in range(1, len(data)):
            self.stream.feed(data[:cut])
            self.world.poll()
            self.assertFalse(self.websocket.rx_ready)
            self.stream.feed(data[cut:])
            self.world.poll()

            self.assertTrue(self.websocket.rx_ready)
            self.assertEqual(self.world.message(), data[4:])

    def test_joins_fragments_and_answers_a_ping_between_them(self):
        """J15."""
        self.stream.feed(frame(TEXT, b"[2,", fin=False) + frame(PING, b"are you there"))
        self.stream.feed(frame(0, b"", fin=False) + frame(0, b"3]"))
        self.world.poll()

        self.assertEqual(self.world.message(), b"[2,3]")
        self.assertEqual(frames_in(self.stream.take_sent()), [(PONG, b"are you there")])

    def test_holds_the_next_message_until_the_first_is_released(self):
        self.stream.feed(frame(TEXT, b"[1]") + frame(TEXT, b"[2]"))
        self.world.poll(3)
        self.assertEqual(bytes(self.websocket.rx_buf[:3]), b"[1]")

        self.websocket.rx_release()
        self.assertFalse(self.websocket.rx_ready)
        self.world.poll()

        self.assertEqual(self.world.message(), b"[2]")

    def test_delivers_an_empty_message(self):
        self.stream.feed(frame(TEXT, b""))
        self.world.poll()

        self.assertTrue(self.websocket.rx_ready)
        self.assertEqual(self.websocket.rx_total_len, 0)

    def test_keeps_the_head_of_a_message_that_is_too_long_and_goes_on(self):
        text = b"".join([b"%05d" % i for i in range(20000)])
        self.stream.feed(frame(TEXT, text[:70000], fin=False) + frame(0, text[70000:]))
        self.stream.feed(frame(TEXT, b"[3]"))
        self.world.poll(60)

        self.assertTrue(self.websocket.rx_ready)
        self.assertEqual(self.websocket.rx_len, 256)
        self.assertEqual(self.websocket.rx_total_len, 100000)
        self.assertEqual(self.world.message(), text[:256])
        self.world.poll(2)
        self.assertEqual(self.world.message(), b"[3]")
        self.assertTrue(self.websocket.is_open)

    def test_a_message_as_long_as_the_buffer_is_whole(self):
        """J15."""
        self.stream.feed(frame(TEXT, b"x" * 256))
        self.world.poll()

        self.assertEqual(self.websocket.rx_len, 256)
        self.assertEqual(self.websocket.rx_total_len, 256)

    def test_closes_with_the_right_code_when_the_server_breaks_the_rules(self):
        cases = (
            ("masked", frame(TEXT, b"[2]", mask=b"abcd"), 1002),
            ("binary", frame(BINARY, b"[2]"), 1003),
            ("reserved bit", b"\xc1\x01x", 1002),
            ("reserved opcode 3", frame(3, b""), 1002),
            ("reserved control opcode 11", frame(11, b""), 1002),
            ("continuation of nothing", frame(0, b"x"), 1002),
            ("text in a message", frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"), 1002),
            ("binary in a message", frame(TEXT, b"x", fin=False) + frame(BINARY, b"y"), 1003),
            ("fragmented ping", frame(PING, b"", fin=False), 1002),
            ("long ping", frame(PING, b"x" * 126), 1002),
            ("close with one byte", frame(CLOSE, b"\x03"), 1002),
            ("close with code 5", frame(CLOSE, b"\x00\x05"), 1002),
            ("2^63 bytes", b"\x81\x7f\x7f" + b"\xff" * 7, 1009),
            ("2^29 bytes", b"\x81\x7f\x00\x00\x00\x00\x20\x00\x00\x00", 1009),
        )
        for name, data, code in cases:
            with self.subTest(name=name):
                world = NetWorld()
                world.upgrade()
                world.stream.feed(data + frame(TEXT, b"[2]") * 3)
                world.poll(2)

                sent = frames_in(world.stream.take_sent())
                self.assertEqual(len(sent), 1)
                self.assertEqual(sent[0][0], CLOSE)
                self.assertEqual(close_code(sent[0][1]), code)
                self.assertFalse(world.websocket.is_open)
                self.assertFalse(world.websocket.rx_ready)
                self.assertEqual(world.codes(), [EV_WS_PROTOCOL_ERROR])
                self.assertEqual(world.events.field(0, 1), code)
                world.run_ms(5000)
                self.assertEqual(world.websocket.state, WS_CLOSED)
                self.assertTrue(world.stream.is_closed)

    def test_ends_when_the_server_drops_tcp_without_a_close_frame(self):
        self.stream.feed(frame(TEXT, b"[2]")[:3])
        self.stream.end()
        self.world.poll()

        self.assertEqual(self.websocket.state, WS_CLOSED)
        self.assertEqual(self.websocket.close_code, 1006)
        self.assertFalse(self.websocket.is_open)


class SendTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld()
        self.world.upgrade()
        self.websocket = self.world.websocket
        self.stream = self.world.stream

    def test_a_message_of_any_length_leaves_as_one_masked_frame(self):
        for length in (0, 1, 63, 64, 65, 125, 126, 127, 128, 129, 1000):
            with self.subTest(length=length):
                text = (b"0123456789" * (length // 10 + 1))[:length]
                self.assertEqual(self.websocket.send_message(render_text, text), OK)
                self.world.poll()

                self.assertEqual(frames_in(self.stream.take_sent()), [(TEXT, text)])
                self.assertTrue(self.websocket.tx_idle)

    def test_lengths_of_more_than_16_bits_leave_as_one_frame_too(self):
        """J15."""
        world = NetWorld(tx_size=16384)
        world.upgrade()
        for length in (65535, 65536, 70001):
            with self.subTest(length=length):
                text = (b"0123456789" * (length // 10 + 1))[:length]
                world.websocket.send_message(render_text, text)
                world.poll()

                self.assertEqual(frames_in(world.stream.take_sent()), [(TEXT, text)])

    def test_the_same_bytes_leave_when_the_stream_takes_little_at_a_time(self):
        text = b"".join([b"%03d" % i for i in range(100)])
        for write_max in (1, 2, 3, 5, 7, 13, 61):
            with self.subTest(write_max=write_max):
                self.stream.room = 0
                self.stream.write_max = write_max
                self.websocket.send_message(render_text, text)
                self.assertFalse(self.websocket.tx_idle)
                while not self.websocket.tx_idle:
                    self.stream.room = write_max
                    self.world.poll()

                self.assertEqual(frames_in(self.stream.take_sent()), [(TEXT, text)])

    def test_masks_differ_from_frame_to_frame(self):
        self.websocket.send_message(render_text, b"[2]")
        self.websocket.send_message(render_text, b"[2]")

        sent = self.stream.take_sent()
        self.assertNotEqual(sent[2:6], sent[11:15])

    def test_refuses_a_second_message_while_one_is_leaving(self):
        self.stream.room = 3
        self.assertEqual(self.websocket.send_message(render_text, b"[1]"), OK)

        self.assertEqual(self.websocket.send_message(render_text, b"[2]"), E_BUSY)

        self.stream.room = None
        self.world.poll()
        self.assertEqual(frames_in(self.stream.take_sent()), [(TEXT, b"[1]")])

    def test_refuses_a_message_when_not_open(self):
        world = NetWorld()

        self.assertEqual(world.websocket.send_message(render_text, b"[1]"), E_BUSY)
        self.assertEqual(world.stream.take_sent(), b"")

    def test_a_pong_waits_for_the_end_of_a_frame_that_has_begun(self):
        self.stream.room = 20
        self.websocket.send_message(render_text, b"1" * 200)
        self.stream.feed(frame(PING, b"a") + frame(PING, b"bc"))
        self.world.poll(2)
        self.stream.room = None
        self.world.poll()

        sent = frames_in(self.stream.take_sent())
        self.assertEqual(sent, [(TEXT, b"1" * 200), (PONG, b"bc")])

    def test_ends_when_a_message_changes_while_it_leaves(self):
        lengths = [200, 150]

        def render(w, _):
            w.raw(b"1" * lengths.pop(0))

        self.stream.room = 30
        self.websocket.send_message(render, None)
        self.stream.room = None
        self.world.poll(2)

        self.assertEqual(self.websocket.state, WS_CLOSED)

    def test_ends_when_nothing_leaves_for_half_a_minute(self):
        self.stream.room = 3
        self.websocket.send_message(render_text, b"[1]")
        self.world.run_ms(29000)
        self.assertTrue(self.websocket.is_open)

        self.world.run_ms(1500)

        self.assertEqual(self.websocket.state, WS_CLOSED)


class PingTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld()
        self.websocket = self.world.websocket
        self.stream = self.world.stream
        self.websocket.ping_interval_s = 10
        self.world.upgrade()

    def test_pings_at_the_interval_and_stays_open_when_pongs_come(self):
        for _ in range(3):
            self.world.run_ms(9000)
            self.assertEqual(self.stream.take_sent(), b"")
            self.world.run_ms(1000)
            self.assertEqual(frames_in(self.stream.take_sent()), [(PING, b"")])
            self.stream.feed(frame(PONG, b""))
            self.world.poll()

        self.assertTrue(self.websocket.is_open)

    def test_drops_the_connection_when_the_pong_is_missing(self):
        """J12, JE 3.11."""
        self.world.run_ms(19950)
        self.assertTrue(self.websocket.is_open)

        self.world.run_ms(50)

        self.assertEqual(self.websocket.state, WS_CLOSED)
        self.assertEqual(self.world.codes(), [EV_PONG_MISSING])
        self.assertEqual(len(frames_in(self.stream.take_sent())), 1)

    def test_sends_no_ping_when_the_interval_is_0(self):
        """J12."""
        self.websocket.ping_interval_s = 0
        self.world.run_ms(100_000)

        self.assertEqual(self.stream.take_sent(), b"")
        self.assertTrue(self.websocket.is_open)

    def test_a_pong_nobody_asked_for_changes_nothing(self):
        self.stream.feed(frame(PONG, b"hello"))
        self.world.run_ms(1000)

        self.assertTrue(self.websocket.is_open)
        self.assertEqual(self.world.codes(), [])

    def test_answers_a_ping_with_its_own_payload(self):
        """J12."""
        for payload in (b"", b"x" * 125):
            self.stream.feed(frame(PING, payload))
            self.world.poll()

            self.assertEqual(frames_in(self.stream.take_sent()), [(PONG, payload)])


class CloseTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld()
        self.world.upgrade()
        self.websocket = self.world.websocket
        self.stream = self.world.stream

    def test_answers_the_close_frame_and_leaves_tcp_to_the_server(self):
        self.stream.feed(frame(CLOSE, b"\x03\xe9going"))
        self.world.poll()
        self.assertEqual(self.websocket.state, WS_CLOSING)
        self.assertFalse(self.websocket.is_open)
        self.assertEqual(frames_in(self.stream.take_sent()), [(CLOSE, b"\x03\xe9")])
        self.assertEqual(self.world.codes(), [EV_SERVER_CLOSED])

        self.stream.end()
        self.world.poll()

        self.assertEqual(self.websocket.state, WS_CLOSED)
        self.assertEqual(self.websocket.close_code, 1001)

    def test_answers_a_close_frame_without_code_with_an_empty_one(self):
        self.stream.feed(frame(CLOSE, b""))
        self.world.poll()

        self.assertEqual(frames_in(self.stream.take_sent()), [(CLOSE, b"")])
        self.assertEqual(self.websocket.close_code, 1005)

    def test_closes_tcp_itself_when_the_server_does_not(self):
        self.stream.feed(frame(CLOSE, b"\x03\xe8"))
        self.world.run_ms(1200)

        self.assertEqual(self.websocket.state, WS_CLOSED)
        self.assertTrue(self.stream.is_closed)

    def test_own_close_waits_for_the_answer(self):
        self.websocket.close(1000)
        self.assertFalse(self.websocket.is_open)
        self.stream.feed(frame(TEXT, b"[2]") + frame(CLOSE, b"\x03\xe8"))
        self.world.poll()
        self.assertEqual(self.websocket.state, WS_CLOSING)
        self.assertFalse(self.websocket.rx_ready)
        self.stream.end()
        self.world.poll()

        self.assertEqual(frames_in(self.stream.take_sent()), [(CLOSE, b"\x03\xe8")])
        self.assertEqual(self.websocket.state, WS_CLOSED)
        self.assertEqual(self.world.codes(), [])

    def test_own_close_gives_up_after_5_s(self):
        self.websocket.close(1000)
        self.world.run_ms(4950)
        self.assertEqual(self.websocket.state, WS_CLOSING)

        self.world.run_ms(50)

        self.assertEqual(self.websocket.state, WS_CLOSED)

    def test_finishes_a_frame_that_has_begun_before_it_closes(self):
        self.stream.room = 20
        self.websocket.send_message(render_text, b"1" * 200)
        self.websocket.close(1000)
        self.stream.room = None
        self.world.poll()

        sent = frames_in(self.stream.take_sent())
        self.assertEqual(sent, [(TEXT, b"1" * 200), (CLOSE, b"\x03\xe8")])

    def test_closes_while_upgrading_without_a_frame(self):
        world = NetWorld()
        world.websocket.open_upgrade(b"h", b"/", b"ocpp1.6", None)
        world.websocket.close(1000)

        self.assertEqual(world.websocket.state, WS_CLOSED)
        self.assertEqual(world.stream.take_sent(), b"")

    def test_opens_again_with_nothing_left_of_the_old_connection(self):
        self.stream.room = 10
        self.websocket.send_message(render_text, b"1" * 200)
        self.stream.feed(frame(TEXT, b"[9", fin=False)[:3])
        self.stream.end()
        self.world.poll(2)
        self.stream.room = None
        self.stream.open("10.0.0.1", 80)
        self.stream.take_sent()

        self.world.upgrade()
        self.assertEqual(self.websocket.state, WS_OPEN)
        self.assertTrue(self.websocket.tx_idle)
        self.stream.feed(frame(TEXT, b"[1]"))
        self.world.poll()

        self.assertEqual(self.world.message(), b"[1]")
        self.assertEqual(self.stream.take_sent(), b"")


if __name__ == "__main__":
    unittest.main()
