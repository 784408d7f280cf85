"""Rpc under fire: any bytes, in any order; it never raises and still answers a good call."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fakes.json_texts import ANY_BYTES, TEXTS, damaged
from fakes.rpc_world import RpcWorld, id_of, render_payload

_GOOD = b'[2,"good","Reset",{"type":"Hard"}]'
_IDS = st.sampled_from((b'"id"', b'""', b"7", b"null", b'"\\u00e4"', b'"' + b"x" * 500 + b'"'))
_MESSAGES = st.one_of(
    ANY_BYTES,
    TEXTS,
    damaged(),
    st.builds(lambda n, i, rest: b"[%d,%s,%s]" % (n, i, rest), st.integers(-1, 6), _IDS, TEXTS),
    damaged(st.just(_GOOD)),
    damaged(st.just(b'[4,"x","InternalError","text",{}]')),
    st.binary(min_size=600, max_size=700),
)


@settings(max_examples=300)
@given(st.lists(_MESSAGES, max_size=5))
def test_answers_a_good_call_whatever_came_before(messages):
    world = RpcWorld(rx_size=550)
    for text in messages:
        world.feed(text)
        world.poll()
    for text in world.channel.take_sent():
        assert json.loads(text)[0] in (3, 4)
    world.feed(_GOOD)

    assert world.channel.sent == [b'[3,"good",{}]']
    assert world.rpc.can_call


@given(st.lists(_MESSAGES, max_size=4))
def test_a_call_is_answered_whatever_comes_meanwhile(messages):
    world = RpcWorld(rx_size=550)
    own_id = world.call_id()
    for text in messages:
        world.feed(text)
        world.poll()
    world.feed(b"[3," + own_id + b",{}]")

    assert [row[0] for row in world.answers] == [0]


class RpcMachine(RuleBasedStateMachine):
    """Calls, answers, deferred answers, slow sending, lost channels, time: in any order.

    Every call placed is answered exactly once; every call of the server gets at most one answer.
    """

    def __init__(self):
        super().__init__()
        self.world = RpcWorld(rx_size=550)
        self.channel = self.world.channel
        self.placed = 0
        self.own_id = None
        self.asked = 0
        self.deferred = False
        self.world.handler = self.handle

    def handle(self, rpc):
        if rpc.reader.equals(rpc.action_idx, b"Later"):
            self.deferred = rpc.defer() == 0 or self.deferred
        else:
            rpc.reply(render_payload, b'{"text":"' + b"x" * 100 + b'"}')

    @rule()
    def call(self):
        if self.world.call(b'{"text":"' + b"y" * 100 + b'"}') == 0:
            self.placed += 1
            self.own_id = None

    @rule(rest=st.sampled_from((b",{}]", b",[]]", b",{", b"]")))
    def answer(self, rest):
        if self.own_id:
            self.world.feed(b"[3," + self.own_id + rest)

    @rule(action=st.sampled_from((b"Reset", b"Later")))
    def ask(self, action):
        self.asked += 1
        self.world.feed(b'[2,"s%d","%s",{}]' % (self.asked, action))

    @rule(text=_MESSAGES)
    def rubbish(self, text):
        self.world.feed(text)

    @rule()
    def reply_deferred(self):
        self.world.rpc.reply_deferred(render_payload, b"{}")

    @rule(is_slow=st.booleans())
    def slow(self, is_slow):
        self.channel.is_slow = is_slow

    @rule()
    def finish(self):
        if not self.channel.tx_idle:
            self.channel.finish()
        self.world.poll()

    @rule(delta_ms=st.integers(1, 40_000))
    def wait(self, delta_ms):
        self.world.advance_ms(delta_ms)

    @rule()
    def lose(self):
        self.channel.close()
        self.world.rpc.on_channel_closed()
        self.channel.open()
        assert len(self.world.answers) == self.placed

    @invariant()
    def answers_each_call_once(self):
        assert self.placed - 1 <= len(self.world.answers) <= self.placed

    @invariant()
    def answers_the_server_at_most_once(self):
        ids = []
        for text in self.channel.sent:
            message = json.loads(text)
            if message[0] == 2:
                self.own_id = id_of(text)
            elif str(message[1]).startswith("s"):
                ids.append(message[1])
        assert len(ids) == len(set(ids))

    def teardown(self):
        self.channel.is_slow = False
        if not self.channel.tx_idle:
            self.channel.finish()
        for _ in range(3 + len(self.channel.waiting)):
            self.world.advance_ms(60_000)
        assert len(self.world.answers) == self.placed
        before = len(self.channel.sent)
        self.world.feed(_GOOD)
        self.world.poll(2)
        assert json.loads(self.channel.sent[-1])[1] == "good"
        assert len(self.channel.sent) == before + 1


TestRpcMachine = RpcMachine.TestCase
TestRpcMachine.settings = settings(max_examples=60, stateful_step_count=30)
