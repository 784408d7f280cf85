"""S0Pulse: what is a pulse and what is not, power from their spacing, and old power."""

import unittest

from chargecore.meters.s0_pulse import S0Pulse
from fakes.clock import FakeClock
from fakes.edge_pin import EdgePin
from fakes.storage import FakeStorage


class S0PulseTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.pin = EdgePin()
        self.storage = FakeStorage()
        self.make(1_000)

    def make(self, pulses_per_kwh, phases=1):
        args = self.pin, self.clock, phases, pulses_per_kwh
        self.meter = S0Pulse(*args, self.storage, None)

    def line(self, *ms):
        """Let the line go low, high, low, ... for as many ms each."""
        for i in range(len(ms)):
            self.pin.set(i & 1)
            self.clock.advance_ms(ms[i])

    def pulse(self, spacing_ms):
        self.line(40, 0)
        self.clock.advance_ms(spacing_ms - 40)

    def poll(self):
        self.meter.poll(self.clock.ticks_ms())

    def wh(self, *ms):
        self.line(*ms)
        self.poll()
        return self.meter.import_wh

    def test_asks_for_a_hard_interrupt_where_the_board_says_so(self):
        self.assertEqual(self.pin.options, {})
        self.pin = EdgePin()
        self.pin.irq_options = {"hard": True}
        self.make(1_000)

        self.assertEqual(self.pin.options, {"hard": True})
        self.assertEqual(self.wh(40, 40), 1)

    def test_asks_for_both_edges(self):
        self.assertEqual(self.pin.trigger, EdgePin.IRQ_FALLING | EdgePin.IRQ_RISING)

    def test_counts_clean_pulses(self):
        self.assertEqual(self.wh(30, 30, 30, 30, 100, 500), 3)

    def test_counts_one_pulse_that_bounces_at_both_ends(self):
        self.assertEqual(self.wh(1, 1, 2, 1, 40, 1, 1, 1, 1, 100), 1)

    def test_counts_one_pulse_that_is_disturbed_in_its_middle(self):
        self.assertEqual(self.wh(25, 2, 25, 100), 1)

    def test_counts_no_spikes_however_many(self):
        self.assertEqual(self.wh(*(19, 30) * 20), 0)
        self.assertEqual(self.wh(*(5, 5) * 20), 0)

    def test_counts_pulses_that_are_just_long_enough(self):
        self.assertEqual(self.wh(20, 20, 20, 20), 2)

    def test_counts_nothing_while_the_line_is_stuck(self):
        self.assertEqual(self.wh(3_600_000), 0)

    def test_counts_after_days_without_a_pulse(self):
        for _ in range(9):
            self.clock.advance_ms(1 << 27)
            self.poll()

        self.assertEqual(self.wh(40, 100), 1)
        self.assertEqual(self.meter.power_w, [None] * 3)

    def test_loses_a_pulse_and_says_so_when_the_interrupt_comes_too_late(self):
        self.pin.is_held_up = True
        self.line(40, 40)
        self.pin.run_waiting()
        self.poll()

        self.assertEqual((self.meter.import_wh, self.meter.unseen), (0, 2))
        self.assertEqual(self.wh(40, 40), 1)

    def test_keeps_the_part_of_a_wh(self):
        self.make(2_000)

        self.assertEqual(self.wh(40, 40), 0)
        self.assertEqual(self.wh(40, 40), 1)
        self.assertEqual(self.wh(40, 40), 1)
        self.meter.commit()
        self.make(2_000)
        self.assertEqual(self.wh(40, 40), 2)

    def test_counts_any_number_of_pulses_between_two_polls(self):
        self.make(800)
        for _ in range(3_000):
            self.pulse(60)
        self.poll()

        self.assertEqual(self.meter.import_wh, 3_750)

    def test_tells_the_power_from_the_spacing_of_two_pulses(self):
        for pulses_per_kwh, spacing_ms, power_w in (
            (1_000, 3_600, 1_000),
            (1_000, 60_000, 60),
            (10, 16_000, 22_500),
            (100_000, 60, 600),
            (6_400, 100, 5_625),
        ):
            self.pin = EdgePin()
            self.make(pulses_per_kwh)
            self.pulse(spacing_ms)
            self.poll()
            self.assertIsNone(self.meter.power_w[0])  # one pulse tells no power
            self.pulse(spacing_ms)
            self.poll()
            self.assertEqual(self.meter.power_w, [power_w, None, None])

    def test_shares_the_power_among_three_phases(self):
        self.make(1_000, 3)
        for _ in range(3):
            self.pulse(1_000)
        self.poll()

        self.assertEqual(self.meter.power_w, [1_200] * 3)

    def test_lets_the_power_sink_with_the_wait_for_the_next_pulse(self):
        for _ in range(3):
            self.pulse(3_600)
        seen = []
        for _ in range(4):
            self.poll()
            seen.append(self.meter.power_w[0])
            self.clock.advance_ms(18_000)

        self.assertEqual(seen, [1_000, 166, 91, 62])

    def test_forgets_the_power_after_a_minute_without_a_pulse(self):
        for _ in range(3):
            self.pulse(3_600)
        self.clock.advance_ms(57_000)
        self.poll()
        self.assertIsNone(self.meter.power_w[0])

        self.pulse(3_600)
        self.poll()
        self.assertIsNone(self.meter.power_w[0])
        self.pulse(3_600)
        self.poll()

        self.assertEqual(self.meter.power_w[0], 1_000)

    def test_knows_neither_voltage_nor_current(self):
        self.wh(40, 40, 40, 40)

        self.assertEqual(self.meter.voltage_dv, [None] * 3)
        self.assertEqual(self.meter.current_ma, [None] * 3)
        self.assertIsNone(self.meter.frequency_chz)
