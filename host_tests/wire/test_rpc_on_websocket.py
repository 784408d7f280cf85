"""Rpc on the real WebSocket: what the fake channel promises, the real one keeps."""

import json
import unittest

from chargecore.base.codes import OK
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.rpc import ANSWER_LOST, ANSWER_RESULT, Rpc
from fakes.net_world import NetWorld
from fakes.rpc_world import INSTALLATION
from fakes.ws_server import frame, frames_in

_TEXT = 1


class WebSocketTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld(rx_size=300, tx_size=64)
        self.world.upgrade()
        self.stream = self.world.stream
        self.rpc = Rpc(
            self.world.websocket,
            JsonReader(100, 8),
            self.world.clock,
            self.world.events,
            self.world.random_bits,
            INSTALLATION,
        )
        self.rpc.set_handler(self.on_call)
        self.answers = []

    def on_call(self, rpc):
        rpc.reply(self.render_key, rpc.payload_idx)

    def render_key(self, w, idx):
        """Write what the call says ten times, read from the receive buffer at every pass."""
        reader = self.rpc.reader
        at = 4 * (reader.find(idx, b"key") + 1)
        w.open_object()
        for i in range(10):
            w.key(b"k%d" % i)
            w.text_range(reader.buf, reader.tokens[at + 1], reader.tokens[at + 2])
        w.close_object()

    def poll(self, times=1):
        for _ in range(times):
            self.world.poll()
            self.rpc.poll(self.world.now_ms)

    def sent(self):
        return [json.loads(payload) for kind, payload in frames_in(self.stream.take_sent())]

    def feed(self, text):
        self.stream.feed(frame(_TEXT, text))

    def call(self, payload=b"{}"):
        return self.rpc.call(b"A", self.render, payload, self.answered, 30_000)

    def render(self, w, payload):
        w.raw(payload)

    def answered(self, status, arg):
        self.answers.append(status)

    def test_calls_and_takes_the_answer(self):
        self.assertEqual(self.call(b'{"text":"' + b"x" * 200 + b'"}'), OK)
        self.poll(5)
        call = self.sent()[0]

        self.feed(json.dumps([3, call[1], {}]).encode())
        self.poll(2)

        self.assertEqual(call[3], {"text": "x" * 200})
        self.assertEqual(self.answers, [ANSWER_RESULT])

    def test_answers_each_call_with_its_own_words_however_slowly_they_leave(self):
        self.stream.write_max = 7
        for i in range(3):
            self.feed(b'[2,"%d","Get",{"key":"word %d"}]' % (i, i))
        self.poll(400)

        answers = self.sent()
        self.assertEqual([answer[1] for answer in answers], ["0", "1", "2"])
        for i, answer in enumerate(answers):
            self.assertEqual(answer[2], {"k%d" % n: "word %d" % i for n in range(10)})

    def test_lets_answers_and_calls_cross(self):
        self.stream.write_max = 5
        self.call(b'{"text":"' + b"y" * 150 + b'"}')
        self.feed(b'[2,"s","Get",{"key":"k"}]')
        self.poll(300)
        call, answer = self.sent()

        self.feed(b'[2,"t","Get",{"key":"k"}]')
        self.feed(json.dumps([3, call[1], {}]).encode())
        self.poll(300)

        self.assertEqual((call[0], answer[:2]), (2, [3, "s"]))
        self.assertEqual(self.sent()[0][1], "t")
        self.assertEqual(self.answers, [ANSWER_RESULT])

    def test_refuses_a_message_that_is_longer_than_the_buffer(self):
        self.feed(b'[2,"long","Get",{"key":"' + b"z" * 5000 + b'"}]')
        self.feed(b'[2,"next","Get",{"key":"k"}]')
        self.poll(60)

        refused, answer = self.sent()
        self.assertEqual(refused[:3], [4, "long", "InternalError"])
        self.assertEqual(answer[:2], [3, "next"])

    def test_starts_anew_on_the_next_connection(self):
        self.stream.write_max = 7
        self.feed(b'[2,"old","Get",{"key":"old"}]')
        self.poll(2)
        self.world.websocket.abort(1001)
        self.rpc.on_channel_closed()
        self.stream.write_max = 100_000
        self.stream.take_sent()
        self.stream.open("10.0.0.1", 80)
        self.world.upgrade()
        self.call()
        self.feed(b'[2,"new","Get",{"key":"new"}]')
        self.poll(5)

        self.assertEqual([message[1] == "new" for message in self.sent()], [False, True])
        self.world.websocket.abort(1001)
        self.rpc.on_channel_closed()
        self.assertEqual(self.answers, [ANSWER_LOST])


if __name__ == "__main__":
    unittest.main()
