"""Rpc: calls out and in, on a fake channel."""

import json
import unittest

from chargecore.base.codes import E_BUSY, OK
from chargecore.base.events import EV_CALL_ERROR
from chargecore.wire.json_reader import T_NULL, T_OBJECT
from chargecore.wire.rpc import ANSWER_ERROR, ANSWER_RESULT
from fakes.rpc_world import RpcWorld, id_of, render_payload


class OwnCallTest(unittest.TestCase):
    def setUp(self):
        self.world = RpcWorld()
        self.channel = self.world.channel
        self.rpc = self.world.rpc

    def test_sends_type_id_action_and_payload(self):
        """J3."""
        self.assertEqual(self.world.call(b'{"a":1}', b"Authorize"), OK)

        message = json.loads(self.channel.sent[0])
        self.assertEqual(message[0], 2)
        self.assertEqual(message[2:], ["Authorize", {"a": 1}])
        self.assertTrue(0 < len(message[1]) <= 36)

    def test_writes_a_long_payload_the_same_through_a_short_buffer(self):
        payload = json.dumps({"text": "0123456789" * 40})

        self.world.call(payload.encode())

        self.assertEqual(json.loads(self.channel.sent[0])[3], json.loads(payload))

    def test_gives_the_payload_to_the_source_when_the_answer_comes(self):
        own_id = self.world.call_id()

        self.world.feed(b"[3," + own_id + b',{"a":1,"b":2}]')

        self.assertEqual(self.world.answers, [(ANSWER_RESULT, "arg", T_OBJECT, 2)])
        self.assertEqual(self.rpc.answers, 1)
        self.assertFalse(self.channel.rx_ready)

    def test_takes_null_for_an_empty_payload(self):
        """J9."""
        own_id = self.world.call_id()

        self.world.feed(b"[3," + own_id + b",null]")

        self.assertEqual(self.world.answers, [(ANSWER_RESULT, "arg", T_NULL, 0)])

    def test_takes_one_call_at_a_time(self):
        own_id = self.world.call_id()
        self.assertFalse(self.rpc.can_call)
        self.assertEqual(self.world.call(), E_BUSY)

        self.world.feed(b"[3," + own_id + b",{}]")

        self.assertTrue(self.rpc.can_call)
        self.assertEqual(self.world.call(), OK)
        self.assertEqual(len(self.world.answers), 1)

    def test_takes_no_call_when_the_channel_is_closed(self):
        self.channel.close()

        self.assertFalse(self.rpc.can_call)
        self.assertEqual(self.world.call(), E_BUSY)
        self.assertEqual(self.world.answers, [])

    def test_reports_a_callerror_with_the_number_of_its_code(self):
        details = (
            b"",
            b',"text"',
            b',"text",{}',
            b',"text",["list"]',
            b',"",{"a":[{}]},1',
            b",null",
        )
        for detail in details:
            with self.subTest(details=detail):
                self.world.answers = []
                own_id = self.world.call_id()

                self.world.feed(b"[4," + own_id + b',"InternalError"' + detail + b"]")

                self.assertEqual(self.world.answers, [(ANSWER_ERROR, "arg", 0, 0)])
                self.assertEqual(self.world.last_event(), (EV_CALL_ERROR, self.rpc.answers, 3))

    def test_reports_a_callerror_with_any_code_or_none(self):
        for code in (b',"Custom"', b"", b",7", b",null", b',""'):
            with self.subTest(code=code):
                self.world.answers = []
                own_id = self.world.call_id()

                self.world.feed(b"[4," + own_id + code + b"]")

                self.assertEqual(self.world.answers, [(ANSWER_ERROR, "arg", 0, 0)])
                self.assertEqual(self.world.last_event()[2], 0)

    def test_knows_both_spellings_of_a_code(self):
        """J7, JE 5."""
        for code, number in ((b"OccurrenceConstraintViolation", 12), (b"FormatViolation", 11)):
            own_id = self.world.call_id()

            self.world.feed(b"[4," + own_id + b',"' + code + b'","",{}]')

            self.assertEqual(self.world.last_event()[2], number)


class ServerCallTest(unittest.TestCase):
    def setUp(self):
        self.world = RpcWorld()
        self.channel = self.world.channel
        self.rpc = self.world.rpc

    def test_answers_with_the_id_of_the_call(self):
        self.world.handler = lambda rpc: rpc.reply(render_payload, b'{"status":"Accepted"}')

        self.world.feed(b'[2,"a-1","Reset",{"type":"Hard"}]')

        self.assertEqual(self.world.calls, [(b"Reset", T_OBJECT, 1)])
        self.assertEqual(self.channel.sent, [b'[3,"a-1",{"status":"Accepted"}]'])
        self.assertFalse(self.channel.rx_ready)

    def test_refuses_with_a_complete_callerror(self):
        """J3."""
        self.world.handler = lambda rpc: rpc.reply_error(b"NotImplemented", b"no such call")

        self.world.feed(b'[2,"a","Fly",{}]')

        self.assertEqual(self.channel.sent, [b'[4,"a","NotImplemented","no such call",{}]'])

    def test_sends_nothing_when_the_call_is_ignored(self):
        self.world.handler = lambda rpc: rpc.ignore()

        self.world.feed(b'[2,"a","Reset",{}]')

        self.assertEqual(self.channel.sent, [])
        self.assertEqual(self.world.replied, [])
        self.assertFalse(self.channel.rx_ready)

    def test_takes_null_for_an_empty_payload(self):
        self.world.feed(b'[2,"a","ClearCache",null]')

        self.assertEqual(self.world.calls, [(b"ClearCache", T_NULL, 0)])
        self.assertEqual(self.channel.sent, [b'[3,"a",{}]'])

    def test_answers_internal_error_when_a_handler_forgets_to_answer(self):
        self.world.handler = lambda rpc: None

        self.world.feed(b'[2,"a","Reset",{}]')

        self.assertEqual(self.channel.sent, [b'[4,"a","InternalError","no answer",{}]'])

    def test_answers_internal_error_when_a_handler_raises(self):
        def fail(rpc):
            raise ValueError("broken handler")

        self.world.handler = fail
        with self.assertRaises(ValueError):
            self.world.feed(b'[2,"a","Reset",{}]')

        self.world.poll(2)

        self.assertEqual(self.channel.sent, [b'[4,"a","InternalError","no answer",{}]'])
        self.assertEqual(len(self.world.calls), 1)
        self.assertTrue(self.rpc.can_call)

    def test_answers_once_when_a_handler_answers_twice(self):
        codes = []

        def reply_twice(rpc):
            codes.append(rpc.reply(render_payload, b"{}"))
            codes.append(rpc.reply_error(b"InternalError", b""))

        self.world.handler = reply_twice

        self.world.feed(b'[2,"a","Reset",{}]')

        self.assertEqual(self.channel.sent, [b'[3,"a",{}]'])
        self.assertEqual(codes, [OK, E_BUSY])

    def test_says_that_an_answer_has_left_when_all_of_it_has(self):
        self.channel.is_slow = True
        self.world.feed(b'[2,"a","Reset",{}]')
        self.world.poll(3)
        self.assertEqual(self.world.replied, [])

        self.channel.finish()
        now_ms = self.world.clock.advance_ms(7)
        self.world.poll(3)

        self.assertEqual(self.world.replied, [now_ms])

    def test_keeps_the_call_readable_until_its_answer_has_left(self):
        self.channel.is_slow = True

        def render_key(w, idx):
            reader = self.rpc.reader
            w.open_object()
            for _ in range(20):
                w.key(b"key")
                at = 4 * (reader.find(idx, b"key") + 1)
                w.text_range(reader.buf, reader.tokens[at + 1], reader.tokens[at + 2])
            w.close_object()

        self.world.handler = lambda rpc: rpc.reply(render_key, rpc.payload_idx)
        self.world.feed(b'[2,"a","GetConfiguration",{"key":"HeartbeatInterval"}]')
        self.channel.feed(b'[2,"b","Other",{"key":"xxxxxxxxxxxxxxxxx"}]')
        self.world.poll(3)
        self.channel.finish()

        member = b'"key":"HeartbeatInterval"'
        self.assertEqual(self.channel.sent, [b'[3,"a",{' + b",".join([member] * 20) + b"}]"])


class CrossingTest(unittest.TestCase):
    """Both directions at once."""

    def setUp(self):
        self.world = RpcWorld()
        self.channel = self.world.channel
        self.rpc = self.world.rpc

    def test_answers_while_a_call_of_its_own_waits(self):
        """J5."""
        own_id = self.world.call_id()
        self.world.feed(b'[2,"a","Reset",{}]')
        self.world.feed(b'[2,"b","Reset",{}]')
        self.assertEqual(self.channel.take_sent(), [b'[3,"a",{}]', b'[3,"b",{}]'])

        self.world.feed(b"[3," + own_id + b",{}]")

        self.assertEqual(self.world.answers, [(ANSWER_RESULT, "arg", T_OBJECT, 0)])

    def test_answers_behind_a_call_that_is_being_sent(self):
        self.channel.is_slow = True
        self.world.call(b'{"text":"' + b"x" * 200 + b'"}')
        self.world.feed(b'[2,"a","Reset",{}]')
        self.world.poll(3)
        self.assertEqual(self.channel.sent, [])

        self.channel.finish()
        self.channel.is_slow = False
        self.world.poll()

        self.assertEqual(self.channel.sent[0][:2], b"[2")
        self.assertEqual(self.channel.sent[1], b'[3,"a",{}]')

    def test_takes_no_call_while_an_answer_is_being_sent(self):
        self.channel.is_slow = True
        self.world.feed(b'[2,"a","Reset",{}]')
        self.assertEqual(self.world.call(), E_BUSY)

        self.channel.finish()
        self.world.poll()

        self.assertEqual(self.world.call(), OK)

    def test_takes_a_call_from_the_server_before_the_next_of_its_own(self):
        own_id = self.world.call_id()
        self.channel.feed(b"[3," + own_id + b",{}]")
        self.channel.feed(b'[2,"a","Reset",{}]')

        self.world.poll(2)

        self.assertEqual(len(self.world.answers), 1)
        self.assertEqual(self.channel.sent, [b'[3,"a",{}]'])

    def test_does_not_mix_up_the_same_id_in_both_directions(self):
        own_id = self.world.call_id()

        self.world.feed(b"[2," + own_id + b',"Reset",{}]')
        self.assertEqual(self.channel.sent, [b"[3," + own_id + b",{}]"])
        self.assertEqual(self.world.answers, [])

        self.world.feed(b"[3," + own_id + b",{}]")
        self.assertEqual(len(self.world.answers), 1)

    def test_works_without_anybody_who_wants_to_know_of_answers(self):
        self.rpc.set_on_replied(None)

        self.world.feed(b'[2,"a","Reset",{}]')

        self.assertEqual(self.channel.sent, [b'[3,"a",{}]'])

    def test_takes_one_message_per_poll(self):
        for i in range(3):
            self.channel.feed(b'[2,"%d","Reset",{}]' % i)
        for count in (1, 2, 3):
            self.world.poll()
            self.assertEqual(len(self.channel.sent), count)


class IdTest(unittest.TestCase):
    def ids(self, world, count=3):
        found = []
        for _ in range(count):
            own_id = world.call_id()
            world.feed(b"[3," + own_id + b",{}]")
            found.append(own_id)
        return found

    def test_never_uses_an_id_twice_over_boots_and_wiped_flash(self):
        """J4, JE 3.1, JE 3.7."""
        found = self.ids(RpcWorld())
        found += self.ids(RpcWorld(boot_number=2))
        found += self.ids(RpcWorld(boot_number=1, seed=9))

        self.assertEqual(len(set(found)), 9)

    def test_goes_on_after_a_reconnect(self):
        world = RpcWorld()
        found = self.ids(world)
        world.channel.close()
        world.rpc.on_channel_closed()
        world.channel.open()

        found += self.ids(world)

        self.assertEqual(len(set(found)), 6)

    def test_repeats_a_record_with_the_same_id_over_reconnects_and_boots(self):
        world = RpcWorld()
        first = world.call_id(seq=300)
        world.channel.close()
        world.rpc.on_channel_closed()
        world.channel.open()

        self.assertEqual(world.call_id(seq=300), first)
        self.assertEqual(RpcWorld(boot_number=2, seed=9).call_id(seq=300), first)

    def test_gives_another_id_to_another_record_and_after_wiped_flash(self):
        first = RpcWorld().call_id(seq=300)
        others = [
            RpcWorld().call_id(seq=301),
            RpcWorld().call_id(seq=(1 << 30) - 1),
            RpcWorld(installation=b"\x01\x02\x03\x04\x05\x06\x07\x08").call_id(seq=300),
            RpcWorld().call_id(),
        ]

        self.assertEqual(len(set([first] + others)), 5)

    def test_fits_into_36_characters_of_plain_ascii(self):
        for seq in (0, 1, (1 << 30) - 1):
            own_id = RpcWorld(boot_number=65535).call_id(seq=seq)

            self.assertTrue(len(own_id) - 2 <= 36)
            self.assertEqual(id_of(b"[2," + own_id + b"]"), own_id)


if __name__ == "__main__":
    unittest.main()
