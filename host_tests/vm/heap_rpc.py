"""RPC with the heap locked: both directions, every kind of answer, every kind of bad input."""

import unittest

from chargecore.base.codes import OK
from chargecore.base.event_log import EventLog
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.json_writer import JsonWriter
from chargecore.wire.rpc import Rpc
from fakes.clock import FakeClock
from fakes.rpc_world import INSTALLATION, Bits
from heap import growth, locked

COVERS = (
    "chargecore.wire.call_error.code_number",
    "chargecore.wire.call_slot.CallSlot.prepare",
    "chargecore.wire.call_slot.CallSlot.begin",
    "chargecore.wire.call_slot.CallSlot.restart",
    "chargecore.wire.call_slot.CallSlot.is_due",
    "chargecore.wire.call_slot.CallSlot.is_answered_by",
    "chargecore.wire.call_slot.CallSlot.end",
    "chargecore.wire.call_slot.CallSlot.write",
    "chargecore.wire.message_id.MessageId.choose_next",
    "chargecore.wire.message_id.MessageId.choose_record",
    "chargecore.wire.message_id._put_hex",
    "chargecore.wire.rpc.Rpc.can_call",
    "chargecore.wire.rpc.Rpc.is_replying",
    "chargecore.wire.rpc.Rpc.call",
    "chargecore.wire.call_slot.CallSlot.age_ms",
    "chargecore.wire.rpc.Rpc.call_age_ms",
    "chargecore.wire.rpc.Rpc.on_channel_closed",
    "chargecore.wire.rpc.Rpc.poll",
    "chargecore.wire.rpc.Rpc.reply",
    "chargecore.wire.rpc.Rpc.reply_error",
    "chargecore.wire.rpc.Rpc.ignore",
    "chargecore.wire.rpc.Rpc.defer",
    "chargecore.wire.rpc.Rpc.is_deferred",
    "chargecore.wire.rpc.Rpc.reply_deferred",
    "chargecore.wire.rpc.Rpc._send_reply",
    "chargecore.wire.rpc.Rpc._send_late",
    "chargecore.wire.rpc.Rpc._watch_sent",
    "chargecore.wire.rpc.Rpc._write_result",
    "chargecore.wire.rpc.Rpc._write_late",
    "chargecore.wire.rpc.Rpc._write_error",
    "chargecore.wire.rpc.Rpc._take",
    "chargecore.wire.rpc.Rpc._tell_unreadable",
    "chargecore.wire.rpc.Rpc._take_answer",
    "chargecore.wire.rpc.Rpc._end_message",
    "chargecore.wire.rpc.Rpc._end_call",
    "chargecore.wire.rpc.Rpc._watch_deadline",
    "chargecore.wire.rpc._code_of_fault",
    "chargecore.wire.rpc_frame.RpcFrame.read",
    "chargecore.wire.rpc_frame.RpcFrame._split",
    "chargecore.wire.rpc_frame.RpcFrame._set_payload",
    "chargecore.wire.rpc_frame.RpcFrame._salvage",
    "chargecore.wire.rpc_frame._space_end",
    "chargecore.wire.rpc_frame._skip",
    "chargecore.wire.rpc_frame._string_end",
)

_TIMEOUT_MS = 30000
_OTHERS = (
    b'[2,"a","Reply",{"x":1}]',
    b'[2,"b","Refuse",{}]',
    b'[2,"c","Ignore",{}]',
    b'[2,"d","Forget",null]',
    b'[2,"e","NoPayload"]',
    b'[2,"f",7,{}]',
    b'[2,"g","A",[]]',
    b'[2,"h",{}',
    b'[2,"i\\u0069\xc3\xa4","A",{"x":[1,}]',
    b'[2,"j","' + b"x" * 600 + b'",{}]',
    b'[3,"nobody",{}]',
    b'[4,"-1","Code","",[]]',
    b"[4,null,1]",
    b"[9,1]",
    b"{}",
    b"rubbish",
)


class QuietChannel:
    """The channel, without a heap: what is sent is written and forgotten, id kept."""

    def __init__(self):
        self.rx_buf = bytearray(400)
        self.rx_len = 0
        self.rx_total_len = 0
        self.rx_ready = False
        self.is_open = True
        self.tx_idle = True
        self.is_slow = False
        self.sent_count = 0
        self.tx_buf = bytearray(200)
        self.writer = JsonWriter(self.tx_buf)

    def send_message(self, render, arg):
        self.writer.begin(0)
        render(self.writer, arg)
        self.tx_idle = not self.is_slow
        self.sent_count += 1
        return OK

    def rx_release(self):
        self.rx_ready = False

    def feed(self, text):
        """Put a text, or its head, into rx_buf."""
        length = min(len(text), len(self.rx_buf))
        for i in range(length):
            self.rx_buf[i] = text[i]
        self.rx_len = length
        self.rx_total_len = len(text)
        self.rx_ready = True

    def feed_answer(self, kind, rest):
        """Let an answer to the call in tx_buf arrive: [kind,"its id" + rest."""
        head = self.rx_buf
        head[0] = 91
        head[1] = kind
        for i in range(31):  # ,"id"
            head[2 + i] = self.tx_buf[2 + i]
        for i in range(len(rest)):
            head[33 + i] = rest[i]
        self.rx_len = 33 + len(rest)
        self.rx_total_len = self.rx_len
        self.rx_ready = True


class RpcTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.channel = QuietChannel()
        self.reader = JsonReader(100, 8)
        events = EventLog(self.clock, 16)
        self.rpc = Rpc(self.channel, self.reader, self.clock, events, Bits().take, INSTALLATION)
        self.rpc.set_handler(self.on_call)
        self.rpc.set_on_replied(self.on_replied)
        self.render_cb = self.render
        self.answered_cb = self.answered
        self.statuses = bytearray(4)
        self.replies = 0
        self.was_deferred = False

    def on_replied(self, now_ms):
        self.replies += 1

    def on_call(self, rpc):
        reader = rpc.reader
        if reader.equals(rpc.action_idx, b"Reply"):
            rpc.reply(self.render_cb, None)
        elif reader.equals(rpc.action_idx, b"Refuse"):
            rpc.reply_error(b"NotSupported", b"text")
        elif reader.equals(rpc.action_idx, b"Ignore"):
            rpc.ignore()
        elif reader.equals(rpc.action_idx, b"Later"):
            rpc.defer()

    def render(self, w, arg):
        w.open_object()
        w.close_object()

    def answered(self, status, arg):
        self.statuses[status] += 1
        self.rpc.call_age_ms()

    def call(self, seq=0):
        code = self.rpc.call(
            b"Heartbeat", self.render_cb, None, self.answered_cb, _TIMEOUT_MS, seq
        )
        if code != OK:
            raise ValueError("busy")

    def pass_ms(self, delta_ms):
        self.clock.elapsed_ms += delta_ms
        self.rpc.poll(self.clock.ticks_ms())

    def round_trips(self):
        """Let a call of each fate go by, and a message of each kind come in."""
        channel = self.channel
        self.call()
        channel.feed_answer(51, b',{"currentTime":"x"}]')
        self.pass_ms(1)
        self.call(seq=77)
        channel.feed_answer(52, b',"InternalError","text",{}]')
        self.pass_ms(1)
        self.call()
        channel.feed_answer(51, b",{]")
        self.pass_ms(1)
        self.call()
        channel.is_slow = True
        self.pass_ms(_TIMEOUT_MS)
        channel.is_slow = False
        self.call_lost()
        for text in _OTHERS:
            channel.feed(text)
            self.pass_ms(1)
            self.pass_ms(1)
        self.deferred()

    def call_lost(self):
        self.channel.is_slow = True
        self.call()
        self.pass_ms(_TIMEOUT_MS)  # still being sent: counted, but not over
        self.rpc.on_channel_closed()
        self.channel.tx_idle = True
        self.channel.is_slow = False

    def deferred(self):
        self.channel.feed(_LATER)
        self.pass_ms(1)
        self.channel.is_slow = True
        self.channel.feed(_OTHERS[0])
        self.pass_ms(1)
        self.was_deferred = self.rpc.is_deferred
        self.rpc.reply_deferred(self.render_cb, None)
        self.channel.is_slow = False
        self.channel.tx_idle = True
        self.pass_ms(1)
        self.pass_ms(1)

    def test_needs_no_heap_whatever_happens(self):
        self.round_trips()
        for i in range(4):
            self.statuses[i] = 0
        self.replies = 0
        sent = self.channel.sent_count
        with locked():
            self.round_trips()

        self.assertEqual(list(self.statuses), [1, 2, 1, 1])
        self.assertEqual(self.replies, 11)
        self.assertTrue(self.was_deferred and not self.rpc.is_deferred)
        self.assertEqual(self.channel.sent_count - sent, 5 + 11)
        self.assertTrue(self.rpc.can_call)
        with locked():
            is_replying = self.rpc.is_replying
        self.assertFalse(is_replying)
        self.assertEqual(growth(self.round_trips, 20), 0)


_LATER = b'[2,"later","Later",{}]'


if __name__ == "__main__":
    unittest.main()
