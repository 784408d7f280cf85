"""Rpc: calls of the server that are broken, too long, odd, or answered later."""

import json
import unittest

from chargecore.base.codes import E_BUSY, E_EMPTY, E_TOO_DEEP, E_TOO_MANY, OK
from chargecore.base.events import EV_BAD_JSON, EV_OVERSIZED
from fakes.rpc_world import RpcWorld, render_payload, reply_empty


class BrokenCallTest(unittest.TestCase):
    def setUp(self):
        self.world = RpcWorld(rx_size=256)
        self.channel = self.world.channel

    def refusal(self, text):
        """Feed the text. Return (id, code) of the CALLERROR, or None when nothing was sent."""
        self.world.feed(text)
        self.assertFalse(self.channel.rx_ready)
        sent = self.channel.take_sent()
        if not sent:
            return None
        self.assertEqual(len(sent), 1)
        kind, message_id, code, text, details = json.loads(sent[0])
        self.assertEqual((kind, details), (4, {}))
        self.assertTrue(text)
        return message_id, code

    def test_refuses_what_is_no_json_with_the_id_it_begins_with(self):
        """J8."""
        broken = (
            b'[2,"id","Reset",{"type":"Hard"}',
            b'[2,"id","Reset",{"type":}]',
            b'[2,"id","Reset",{"type":"Hard"}]]',
            b'[2,"id"',
            b'[2,"id",',
            b' [ 2 , "id" , nonsense',
            b'[2,\t"id"\r\n: 1]',
            b'[2,"id","\xff"]',
        )
        for text in broken:
            self.assertEqual(self.refusal(text), ("id", "FormationViolation"))
            self.assertEqual(self.world.last_event()[0], EV_BAD_JSON)

        self.assertEqual(self.world.calls, [])
        self.assertTrue(self.channel.is_open)

    def test_ignores_what_is_no_json_and_has_no_id(self):
        """J8."""
        for text in (
            b"",
            b" ",
            b"[",
            b"[2",
            b"[2,",
            b'[2,"',
            b'[2,"id',
            b'[2,"id\\',
            b'[2,"i\nd",{]',
            b'[2,"\\x",{]',
            b'[2,"\xff",{]',
            b"[2,17,{]",
            b'[22,"id",{]',
            b'[5,"id",{]',
            b'["2","id",{]',
            b'{"2":"id"',
            b"hello",
            b"\x00\x01\x02",
            b"\xef\xbb\xbf[2,1",
        ):
            self.assertIsNone(self.refusal(text))
            self.assertEqual(self.world.last_event()[0], EV_BAD_JSON)

    def test_refuses_a_call_without_payload_as_incomplete(self):
        """J7."""
        self.assertEqual(self.refusal(b'[2,"id","Reset"]'), ("id", "ProtocolError"))

    def test_refuses_a_call_that_has_not_the_form_of_one(self):
        for text in (
            b'[2,"id"]',
            b'[2,"id",7,{}]',
            b'[2,"id",null,{}]',
            b'[2,"id","Reset",[]]',
            b'[2,"id","Reset","x"]',
            b'[2,"id","Reset",1]',
            b'[2,"id","Reset",{},{}]',
        ):
            self.assertEqual(self.refusal(text), ("id", "FormationViolation"))

    def test_ignores_a_call_whose_id_cannot_be_answered(self):
        for message_id in (b"7", b"null", b"{}", b"[]", b"true"):
            self.assertIsNone(self.refusal(b"[2," + message_id + b',"Reset",{}]'))
            self.assertEqual(self.world.last_event()[0], EV_BAD_JSON)

    def test_ignores_and_counts_message_types_it_does_not_know(self):
        """J8."""
        for kind in (b"0", b"1", b"5", b"9", b"-2", b"22", b"99999999999999999999"):
            self.assertIsNone(self.refusal(b"[" + kind + b',"id","Reset",{}]'))

        self.assertEqual(self.world.rpc.ignored, 7)
        self.assertEqual(self.world.events.total, 0)

    def test_ignores_json_that_is_no_message(self):
        for text in (b"{}", b"[]", b"null", b"7", b'"x"', b'["2","id","A",{}]', b"[2.0]", b"[2]"):
            self.assertIsNone(self.refusal(text))

        self.assertEqual(self.world.rpc.ignored, 8)

    def test_refuses_what_is_longer_than_the_buffer_with_its_id(self):
        """J15."""
        text = b'[2,"id","Reset",{"x":"' + b"y" * 600 + b'"}]'

        self.assertEqual(self.refusal(text), ("id", "InternalError"))
        self.assertEqual(self.world.last_event(), (EV_OVERSIZED, len(text), 0))

    def test_ignores_what_is_longer_than_the_buffer_and_has_no_id(self):
        self.assertIsNone(self.refusal(b'[2,"' + b"y" * 600 + b'","Reset",{}]'))
        self.assertIsNone(self.refusal(b"x" * 600))
        self.assertEqual(self.world.last_event(), (EV_OVERSIZED, 600, 0))

    def test_refuses_more_tokens_or_depth_than_it_can_hold(self):
        self.world = RpcWorld(rx_size=1000)
        self.channel = self.world.channel
        many = b'[2,"id","A",{"x":[' + b"1," * 300 + b"1]}]"
        deep = b'[2,"id","A",{"x":' + b"[" * 20 + b"]" * 20 + b"}]"

        self.assertEqual(self.refusal(many), ("id", "OccurenceConstraintViolation"))
        self.assertEqual(self.world.last_event(), (EV_BAD_JSON, E_TOO_MANY, 0))
        self.assertEqual(self.refusal(deep), ("id", "InternalError"))
        self.assertEqual(self.world.last_event(), (EV_BAD_JSON, E_TOO_DEEP, 0))

    def test_still_answers_a_good_call_after_each_bad_one(self):
        for text in (b"[2", b'[2,"x",{]', b"[3,1,{}]", b"y" * 700, b"[]", b'[2,"a","B"]'):
            self.refusal(text)
            self.world.feed(b'[2,"good","Reset",{}]')
            self.assertEqual(self.channel.take_sent(), [b'[3,"good",{}]'])


class MessageIdTest(unittest.TestCase):
    """The id comes back as it came."""

    def setUp(self):
        self.world = RpcWorld(rx_size=1000)
        self.channel = self.world.channel

    def echoes(self, message_id):
        self.world.feed(b"[2," + message_id + b',"Reset",{}]')
        return self.channel.take_sent() == [b"[3," + message_id + b",{}]"]

    def test_echoes_escapes_and_other_alphabets(self):
        for message_id in (
            b'""',
            b'"a"',
            b'"\\"\\\\\\/\\n"',
            b'"\\u00e4\\ud83d\\ude00\\ud800"',
            '"\u00e4\u20ac\U0001f600"'.encode(),
            b'"' + b"x" * 36 + b'"',
            b'"' + b"\\ud83d\\ude00" * 36 + b'"',
            b'"' + b"long" * 20 + b'"',
        ):
            self.assertTrue(self.echoes(message_id), message_id)

    def test_refuses_an_id_too_long_to_be_kept_with_that_id(self):
        message_id = b'"' + b"x" * 500 + b'"'

        self.world.feed(b"[2," + message_id + b',"Reset",{}]')

        self.assertEqual(self.world.calls, [])
        sent = json.loads(self.channel.sent[0])
        self.assertEqual(sent[:3], [4, "x" * 500, "FormationViolation"])


class DeferredTest(unittest.TestCase):
    def setUp(self):
        self.world = RpcWorld()
        self.channel = self.world.channel
        self.rpc = self.world.rpc
        self.codes = []
        self.world.handler = self.handle

    def handle(self, rpc):
        if rpc.reader.equals(rpc.action_idx, b"Unlock"):
            self.codes.append(rpc.defer())
        else:
            rpc.reply(render_payload, b'{"now":1}')

    def test_answers_later_with_the_id_of_the_call(self):
        self.world.feed(b'[2,"later \\u00e4","Unlock",{}]')
        self.world.poll(5)
        self.assertEqual(self.channel.sent, [])
        self.assertFalse(self.channel.rx_ready)

        self.assertEqual(self.rpc.reply_deferred(render_payload, b'{"status":"Unlocked"}'), OK)
        self.world.poll()

        self.assertEqual(self.channel.sent, [b'[3,"later \\u00e4",{"status":"Unlocked"}]'])
        self.assertEqual(len(self.world.replied), 1)
        self.assertEqual(self.codes, [OK])

    def test_answers_others_and_calls_meanwhile(self):
        self.world.feed(b'[2,"later","Unlock",{}]')
        self.world.feed(b'[2,"b","Other",{}]')
        own_id = self.world.call_id()
        self.world.feed(b"[3," + own_id + b",{}]")
        self.rpc.reply_deferred(render_payload, b"{}")

        self.assertEqual(self.channel.sent, [b'[3,"b",{"now":1}]', b'[3,"later",{}]'])
        self.assertEqual(len(self.world.answers), 1)

    def test_defers_one_at_a_time(self):
        self.world.feed(b'[2,"a","Unlock",{}]')
        self.world.feed(b'[2,"b","Unlock",{}]')

        self.assertEqual(self.codes, [OK, E_BUSY])
        self.assertEqual(json.loads(self.channel.sent[0])[:3], [4, "b", "InternalError"])
        self.rpc.reply_deferred(render_payload, b"{}")
        self.world.feed(b'[2,"c","Unlock",{}]')
        self.assertEqual(self.codes, [OK, E_BUSY, OK])

    def test_sends_the_deferred_answer_when_another_has_left(self):
        self.world.feed(b'[2,"later","Unlock",{}]')
        self.channel.is_slow = True
        self.world.feed(b'[2,"b","Other",{}]')

        self.rpc.reply_deferred(render_payload, b'{"text":"' + b"x" * 200 + b'"}')
        self.world.poll(2)
        self.assertEqual(self.channel.sent, [])
        self.channel.finish()
        self.assertEqual(self.world.call(), E_BUSY)  # the answer comes before our call
        self.world.poll()
        self.channel.finish()
        self.world.poll()

        self.assertEqual([json.loads(text)[1] for text in self.channel.sent], ["b", "later"])
        self.assertEqual(len(self.world.replied), 2)
        self.assertTrue(self.rpc.can_call)

    def test_sends_the_deferred_answer_behind_a_call_that_is_being_sent(self):
        self.world.feed(b'[2,"later","Unlock",{}]')
        self.channel.is_slow = True
        self.world.call()

        self.rpc.reply_deferred(render_payload, b"{}")
        self.channel.finish()
        self.channel.is_slow = False
        self.world.poll()

        self.assertEqual(self.channel.sent[1], b'[3,"later",{}]')

    def test_answers_once(self):
        self.world.feed(b'[2,"later","Unlock",{}]')
        self.channel.is_slow = True
        self.rpc.reply_deferred(render_payload, b"{}")

        self.assertEqual(self.rpc.reply_deferred(render_payload, b"{}"), E_EMPTY)
        self.channel.finish()
        self.world.poll()
        self.assertEqual(self.rpc.reply_deferred(render_payload, b"{}"), E_EMPTY)

        self.assertEqual(self.channel.sent, [b'[3,"later",{}]'])

    def test_forgets_what_it_owed_when_the_channel_closes(self):
        self.world.feed(b'[2,"later","Unlock",{}]')
        self.channel.close()
        self.rpc.on_channel_closed()
        self.channel.open()

        self.assertEqual(self.rpc.reply_deferred(render_payload, b"{}"), E_EMPTY)
        self.world.poll(3)

        self.assertEqual(self.channel.sent, [])
        self.assertEqual(self.world.replied, [])

    def test_drops_a_deferred_answer_that_waits_while_the_channel_closes(self):
        self.world.feed(b'[2,"later","Unlock",{}]')
        self.channel.is_open = False

        self.assertEqual(self.rpc.reply_deferred(render_payload, b"{}"), OK)
        self.rpc.on_channel_closed()
        self.channel.open()
        self.world.poll(3)

        self.assertEqual(self.channel.sent, [])

    def test_cannot_be_deferred_after_the_answer(self):
        def reply_and_defer(rpc):
            reply_empty(rpc)
            self.codes.append(rpc.defer())

        self.world.handler = reply_and_defer
        self.world.feed(b'[2,"a","Unlock",{}]')

        self.assertEqual(self.codes, [E_BUSY])
        self.assertEqual(self.channel.sent, [b'[3,"a",{}]'])


if __name__ == "__main__":
    unittest.main()
