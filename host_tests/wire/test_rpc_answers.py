"""Rpc: answers that come late, twice, broken, for nobody, or not at all."""

import unittest

from chargecore.base.codes import E_BUSY, E_MISSING, E_SYNTAX, E_TYPE, OK
from chargecore.base.events import EV_BAD_JSON, EV_BAD_RESULT, EV_CALL_TIMEOUT, EV_UNKNOWN_ID
from chargecore.base.ticks import TICKS_MAX
from chargecore.wire.rpc import ANSWER_ERROR, ANSWER_LOST, ANSWER_RESULT, ANSWER_TIMEOUT
from fakes.rpc_world import RpcWorld


class StrayAnswerTest(unittest.TestCase):
    def setUp(self):
        self.world = RpcWorld()
        self.rpc = self.world.rpc

    def test_ignores_and_counts_an_answer_to_nothing(self):
        """J6."""
        strays = (
            b'[3,"x",{}]',
            b'[4,"x","InternalError","",{}]',
            b'[4,"-1","FormationViolation","",{}]',
            b'[4,"","FormationViolation","",{}]',
            b'[3,"",{}]',
        )
        for text in strays:
            self.world.feed(text)
            self.assertEqual(self.world.last_event()[0], EV_UNKNOWN_ID)

        self.assertEqual(self.rpc.unknown_ids, len(strays))
        self.assertEqual(self.world.answers, [])
        self.assertEqual(self.world.channel.sent, [])

    def test_goes_on_waiting_when_an_answer_has_another_id(self):
        own_id = self.world.call_id()
        wrong = (
            b"[3," + own_id[:-2] + b'",{}]',
            b"[3," + own_id[:-1] + b'x",{}]',
            b"[3," + own_id[:-2] + b'g",{}]',
            b"[3," + own_id.upper() + b",{}]",
        )
        for text in wrong:
            self.world.feed(text)
        self.assertEqual(self.rpc.unknown_ids, len(wrong))
        self.assertEqual(self.world.answers, [])

        self.world.feed(b"[3," + own_id + b",{}]")

        self.assertEqual(self.world.answers[0][0], ANSWER_RESULT)

    def test_ignores_an_answer_with_an_id_that_is_no_text(self):
        self.world.call_id()
        for own_id in (b"null", b"1", b"-1", b"{}", b"[]", b"true"):
            self.world.feed(b"[3," + own_id + b",{}]")
            self.world.feed(b"[4," + own_id + b',"InternalError","",{}]')

        self.assertEqual(self.world.answers, [])
        self.assertEqual(self.rpc.ignored, 12)

    def test_ignores_the_second_of_two_answers(self):
        own_id = self.world.call_id()
        self.world.feed(b"[3," + own_id + b",{}]")

        self.world.feed(b"[3," + own_id + b",{}]")
        self.world.feed(b"[4," + own_id + b',"InternalError","",{}]')

        self.assertEqual(len(self.world.answers), 1)
        self.assertEqual(self.rpc.unknown_ids, 2)
        self.assertEqual(self.rpc.answers, 1)

    def test_ignores_a_late_answer_while_the_next_call_waits(self):
        """J6."""
        late_id = self.world.call_id()
        self.world.advance_ms(30_000)
        own_id = self.world.call_id()

        self.world.feed(b"[3," + late_id + b',{"late":1}]')
        self.world.feed(b"[3," + own_id + b",{}]")

        self.assertEqual([row[0] for row in self.world.answers], [ANSWER_TIMEOUT, ANSWER_RESULT])
        self.assertEqual(self.world.answers[1][3], 0)
        self.assertEqual(self.rpc.unknown_ids, 1)

    def test_takes_the_late_answer_to_a_record_for_its_repetition(self):
        first = self.world.call_id(seq=5)
        self.world.advance_ms(30_000)
        self.assertEqual(self.world.call_id(seq=5), first)

        self.world.feed(b"[3," + first + b",{}]")
        self.world.feed(b"[3," + first + b",{}]")

        self.assertEqual([row[0] for row in self.world.answers], [ANSWER_TIMEOUT, ANSWER_RESULT])
        self.assertEqual(self.rpc.unknown_ids, 1)

    def test_knows_its_id_when_it_comes_back_with_escapes(self):
        own_id = self.world.call_id()

        self.world.feed(b"[3," + own_id.replace(b"-", b"\\u002d") + b",{}]")

        self.assertEqual(self.world.answers[0][0], ANSWER_RESULT)


class BrokenAnswerTest(unittest.TestCase):
    """CALLRESULT that fails validation = failure to process (J6): not worth to wait for longer."""

    def setUp(self):
        self.world = RpcWorld(rx_size=256)
        self.rpc = self.world.rpc

    def assert_fails(self, rest, event):
        self.world.answers = []
        own_id = self.world.call_id()

        self.world.feed(b"[3," + own_id + rest)

        self.assertEqual(self.world.answers, [(ANSWER_ERROR, "arg", 0, 0)])
        self.assertEqual(self.world.last_event(), event)
        self.assertTrue(self.rpc.can_call)

    def test_fails_at_once_when_the_payload_is_no_object(self):
        for rest in (b",[]]", b',"x"]', b",1]", b",true]"):
            self.assert_fails(rest, (EV_BAD_RESULT, self.rpc.answers + 1, E_TYPE))

    def test_fails_at_once_when_there_is_no_payload(self):
        self.assert_fails(b"]", (EV_BAD_RESULT, 1, E_MISSING))

    def test_fails_at_once_when_the_rest_is_no_json(self):
        for rest in (b",{]", b",{", b"", b',{"a":01}]', b",{}}", b",{}] x"):
            self.assert_fails(rest, (EV_BAD_RESULT, self.rpc.answers + 1, E_SYNTAX))

    def test_fails_at_once_when_it_is_longer_than_the_buffer(self):
        own_id = self.world.call_id()

        self.world.feed(b"[ 3 ,\n" + own_id + b',{"a":"' + b"x" * 600 + b'"}]')

        self.assertEqual(self.world.answers, [(ANSWER_ERROR, "arg", 0, 0)])
        self.assertEqual(self.world.channel.sent, [])

    def test_takes_elements_that_nobody_asked_for(self):
        own_id = self.world.call_id()

        self.world.feed(b"[3," + own_id + b",{},1,{}]")

        self.assertEqual(self.world.answers[0][0], ANSWER_RESULT)

    def test_reports_a_callerror_of_which_only_the_id_can_be_read(self):
        own_id = self.world.call_id()

        self.world.feed(b"[4," + own_id + b',"Internal')

        self.assertEqual(self.world.answers, [(ANSWER_ERROR, "arg", 0, 0)])
        self.assertTrue(EV_BAD_JSON in self.world.codes())


class DeadlineTest(unittest.TestCase):
    def setUp(self):
        self.world = RpcWorld()
        self.rpc = self.world.rpc
        self.channel = self.world.channel

    def check_deadline(self, timeout_ms):
        self.world.call_id(timeout_ms=timeout_ms)

        self.world.advance_ms(timeout_ms - 1)
        self.assertEqual(self.world.answers, [])
        self.world.advance_ms(1)

        self.assertEqual(self.world.answers, [(ANSWER_TIMEOUT, "arg", 0, 0)])
        self.assertEqual(self.world.last_event(), (EV_CALL_TIMEOUT, 1, timeout_ms // 1000))
        self.assertEqual(self.rpc.timeouts, 1)
        self.assertTrue(self.rpc.can_call)

    def test_gives_up_when_the_time_is_over_across_the_wrap_of_the_ticks(self):
        self.check_deadline(30_000)

    def test_gives_up_when_the_time_is_over_far_from_the_wrap(self):
        self.world = RpcWorld(start_ms=5)
        self.rpc = self.world.rpc

        self.check_deadline(30_000)

    def test_waits_when_the_deadline_is_exactly_at_the_wrap(self):
        self.world = RpcWorld(start_ms=TICKS_MAX - 999)
        self.rpc = self.world.rpc

        self.check_deadline(1_000)

    def test_tells_once_that_the_time_is_over(self):
        self.world.call_id()
        self.world.advance_ms(30_000)

        self.world.advance_ms(30_000)
        self.world.advance_ms(1 << 28)

        self.assertEqual(len(self.world.answers), 1)

    def test_takes_an_answer_that_is_there_before_it_looks_at_the_time(self):
        own_id = self.world.call_id()
        self.channel.feed(b"[3," + own_id + b",{}]")

        self.world.advance_ms(40_000)

        self.assertEqual(self.world.answers[0][0], ANSWER_RESULT)

    def test_counts_the_time_from_when_the_call_has_left(self):
        self.channel.is_slow = True
        self.world.call()
        self.world.advance_ms(20_000)
        self.channel.finish()
        self.world.poll()

        self.world.advance_ms(29_999)
        self.assertEqual(self.world.answers, [])
        self.world.advance_ms(1)

        self.assertEqual(self.world.answers[0][0], ANSWER_TIMEOUT)

    def test_counts_timeouts_of_a_call_that_does_not_leave_but_keeps_it(self):
        """The text is still being rendered from its source, which must not go on."""
        self.channel.is_slow = True
        self.world.call(b'"' + b"x" * 300 + b'"')

        self.world.advance_ms(30_000)
        self.world.advance_ms(30_000)

        self.assertEqual(self.rpc.timeouts, 2)
        self.assertEqual(self.world.answers, [])
        self.assertFalse(self.rpc.can_call)
        self.channel.finish()

    def test_may_call_again_from_the_next_poll_on(self):
        codes = []

        def again(status, arg):
            codes.append(self.rpc.call(b"B", lambda w, a: w.raw(b"{}"), None, again, 1_000))

        self.rpc.call(b"A", lambda w, a: w.raw(b"{}"), None, again, 1_000)
        self.world.advance_ms(1_000)

        self.assertEqual(codes, [OK])
        self.assertFalse(self.rpc.can_call)


class ClosedChannelTest(unittest.TestCase):
    def setUp(self):
        self.world = RpcWorld()
        self.rpc = self.world.rpc
        self.channel = self.world.channel

    def reconnect(self):
        self.channel.close()
        self.rpc.on_channel_closed()
        self.channel.open()

    def test_tells_that_the_call_in_flight_is_lost(self):
        self.world.call_id()

        self.reconnect()

        self.assertEqual(self.world.answers, [(ANSWER_LOST, "arg", 0, 0)])
        self.assertEqual(self.rpc.timeouts, 0)
        self.assertTrue(self.rpc.can_call)

    def test_tells_that_a_call_is_lost_of_which_not_all_had_left(self):
        self.channel.is_slow = True
        self.world.call()

        self.reconnect()

        self.assertEqual(self.world.answers[0][0], ANSWER_LOST)
        self.assertTrue(self.rpc.can_call)

    def test_ignores_the_answer_that_comes_over_the_next_connection(self):
        own_id = self.world.call_id()
        self.reconnect()

        self.world.feed(b"[3," + own_id + b",{}]")

        self.assertEqual(len(self.world.answers), 1)
        self.assertEqual(self.rpc.unknown_ids, 1)

    def test_does_nothing_while_the_channel_closes(self):
        """is_open is False before the end: the deadline must not use up an attempt (T4)."""
        self.world.call_id()
        self.channel.is_open = False

        self.world.advance_ms(60_000)
        self.assertEqual(self.world.answers, [])
        self.rpc.on_channel_closed()

        self.assertEqual(self.world.answers[0][0], ANSWER_LOST)

    def test_drops_an_answer_that_had_not_left(self):
        self.channel.is_slow = True
        self.world.feed(b'[2,"a","Reset",{}]')
        self.reconnect()
        self.channel.is_slow = False
        releases = self.channel.releases
        self.world.feed(b'[2,"b","Reset",{}]')

        self.assertEqual(self.channel.sent, [b'[3,"b",{}]'])
        self.assertEqual(self.channel.releases, releases + 1)
        self.assertEqual(len(self.world.replied), 1)

    def test_answers_nothing_when_the_channel_closes_inside_the_handler(self):
        codes = []

        def close_and_reply(rpc):
            self.channel.close()
            rpc.on_channel_closed()
            codes.append(rpc.reply(lambda w, arg: w.raw(b"{}"), None))

        self.world.handler = close_and_reply
        self.world.feed(b'[2,"a","Reset",{}]')

        self.assertEqual(codes, [E_BUSY])
        self.assertEqual(self.channel.sent, [])

    def test_changes_nothing_when_nothing_was_going_on(self):
        self.reconnect()
        self.reconnect()

        self.assertEqual(self.world.answers, [])
        self.assertTrue(self.rpc.can_call)


if __name__ == "__main__":
    unittest.main()
