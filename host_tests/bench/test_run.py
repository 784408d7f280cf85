"""run(): the bench ends with open contactors, whatever ends it."""

import unittest

from chargecore.bench.bench import run
from fakes.bench_rig import BenchRig


class Closing:
    """serve(): closes the contactor as a tool would, then ends as it is told."""

    def __init__(self, rig, ending):
        self._rig = rig
        self._ending = ending
        self.closings = 0

    def serve(self):
        rig = self._rig
        bench = rig.bench
        now = rig.clock.elapsed_ms
        if now == 3_000:
            bench.answer({"op": "pilot", "mode": "auto"})
            bench.answer({"op": "lock"})
        if now > 3_000 and now % 500 == 0:
            bench.answer({"op": "permit", "ms": 2_000})
        contactor = bench.controllers[0].contactor
        if contactor.is_closed and contactor.is_feedback_closed():
            self.closings = contactor.closings
            self._ending(bench)


class RunTest(unittest.TestCase):
    def run_until(self, ending):
        rig = BenchRig()
        rig.ev("C")
        rig.passes_left = 3_000
        serving = Closing(rig, ending)
        raised = None
        try:
            run(rig, serving.serve)
        except (KeyboardInterrupt, ValueError) as error:
            raised = error
        self.assertEqual(serving.closings, 1)
        self.assertEqual(rig.hw.coil_pin.level, 0)
        self.assertIsNone(rig.bench)
        return raised

    def test_opens_when_it_is_told_to_end(self):
        def over(bench):
            bench.is_over = True

        self.assertIsNone(self.run_until(over))

    def test_opens_at_ctrl_c(self):
        def interrupt(_bench):
            raise KeyboardInterrupt

        self.assertTrue(isinstance(self.run_until(interrupt), KeyboardInterrupt))

    def test_opens_when_the_tool_sends_what_nobody_thought_of(self):
        def fail(_bench):
            raise ValueError("x")

        self.assertTrue(isinstance(self.run_until(fail), ValueError))


if __name__ == "__main__":
    unittest.main()
