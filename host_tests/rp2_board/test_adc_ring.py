"""AdcRing: what it writes into the chip, and when its readings are not to be used."""

import unittest
from array import array

from boards.rp2.adc_ring import LANES, RP2040, RP2350, AdcRing
from boards.rp2.pilot_sampler import PilotSampler
from boards.rp2.sampled_channel import SampledChannel
from fakes.rp2_adc import CS, DIV, FCS, FCS_OVER, FIFO, FakeRp2Chip, unpack_ctrl

_STEP = 2_361  # conversions of a safety step; 6 ms are as good as 20 here
_FULL = 1_100  # conversions until the ring is full and can be judged
_UV_PER_COUNT = 3_300_000 / 4096


def ring_of(chip, parts=RP2040):
    """Return an AdcRing on a fake chip."""
    return AdcRing(chip, chip.dma, parts, chip.ticks_us, chip.address_of)


class TestWhatIsWritten(unittest.TestCase):
    def setUp(self):
        self.chip = FakeRp2Chip()
        self.ring = ring_of(self.chip)

    def last(self, address):
        return [value for at, value in self.chip.writes if at == address][-1]

    def test_adc_runs_freely_over_four_channels(self):
        cs = self.last(CS)

        self.assertEqual(cs & 0x0F, 0b1011)  # START_MANY, TS_EN, EN
        self.assertEqual(cs >> 12 & 7, 0)  # AINSEL: the first lane
        self.assertEqual(cs >> 16, sum(1 << channel for channel in LANES))

    def test_one_lane_is_sampled_every_ten_us_but_not_in_step_with_the_pilot(self):
        lane_ns = 4 * self.chip.conversion_ns

        self.assertTrue(9_900 < lane_ns < 10_300)
        self.assertNotEqual(1_000_000 % lane_ns, 0)
        self.assertEqual(self.last(DIV) & 0xFF, 0)

    def test_queue_requests_dma_at_one_sample_and_marks_errors(self):
        fcs = self.last(FCS)

        self.assertEqual(fcs & 0x0F, 0b1101)  # DREQ_EN, ERR, no SHIFT, EN
        self.assertEqual(fcs >> 24, 1)

    def test_dma_moves_halfwords_into_a_ring_of_2_kib(self):
        fields = unpack_ctrl(self.chip.dma.ctrl)

        expected = {"enable": 1, "size": 1, "inc_read": 0, "inc_write": 1, "ring_sel": 1}
        expected.update({"ring_size": 11, "treq_sel": 36, "irq_quiet": 1, "high_pri": 1})
        expected.update({"chain_to": self.chip.dma.channel, "bswap": 0, "sniff_en": 0})
        self.assertEqual(fields, expected)
        self.assertEqual(self.chip.dma.read, FIFO)
        self.assertTrue(self.chip.dma.is_busy)

    def test_transfer_count_fits_into_28_bits_and_ends_with_the_ring(self):
        self.assertTrue(0 < self.chip.dma.count < 1 << 28)
        self.assertEqual(self.chip.dma.count % 1024, 0)

    def test_ring_is_aligned_wherever_the_memory_lies(self):
        for memory_at in (0x20011230, 0x20011800, 0x20011FF0, 0x20012000, 0x20012010):
            with self.subTest(memory_at=memory_at):
                chip = FakeRp2Chip(memory_at)

                ring = ring_of(chip)

                self.assertEqual(chip.dma.write % 2048, 0)
                self.assertTrue(chip.dma.write >= memory_at)
                self.assertEqual(len(ring.ring), 2048)

    def test_other_chip_has_its_own_addresses(self):
        self.assertEqual(RP2350, (0x400A0000, 48))

    def test_stop_leaves_nothing_that_writes_memory(self):
        self.ring.stop()
        before = bytes(self.ring.ring)
        self.chip.values = [4095] * 5
        self.chip.convert(3_000)

        self.assertFalse(self.chip.dma.is_busy)
        self.assertEqual(bytes(self.ring.ring), before)


class TestReadings(unittest.TestCase):
    def setUp(self):
        self.chip = FakeRp2Chip()
        self.chip.values = [1000, 2000, 3000, 0, 500]
        self.ring = ring_of(self.chip)
        self.pilot = PilotSampler(self.ring, 0)
        self.buf = array("i", [-1] * 252)

    def test_nothing_before_the_ring_is_full(self):
        self.chip.convert(900)

        self.assertFalse(self.pilot.fill(self.buf, 150))
        self.assertEqual(self.pilot.missing, 1)

    def test_each_lane_reads_its_own_channel(self):
        self.chip.convert(_FULL)

        for lane, channel in enumerate(LANES):
            with self.subTest(lane=lane):
                self.assertTrue(PilotSampler(self.ring, lane).fill(self.buf, 250))
                expected = int(self.chip.values[channel] * _UV_PER_COUNT)
                self.assertEqual(set(self.buf[n] for n in range(250)), {expected})

    def test_lanes_stay_where_they_are_over_many_steps(self):
        for _ in range(6):
            self.chip.convert(_STEP + 1)

            self.assertTrue(self.pilot.fill(self.buf, 250))
            self.assertEqual(self.buf[0], int(1000 * _UV_PER_COUNT))
            self.assertEqual(self.buf[249], int(1000 * _UV_PER_COUNT))

    def test_fills_no_more_than_asked_for(self):
        self.chip.convert(_FULL)

        self.pilot.fill(self.buf, 150)

        self.assertEqual(self.buf[150], -1)

    def test_gives_the_newest_in_the_order_of_time(self):
        self.chip.values[0] = lambda number: number & 0xFFF
        self.chip.convert(_STEP)

        self.pilot.fill(self.buf, 250)

        newest = self.chip.conversions - 1
        self.assertEqual(self.buf[249], (newest - newest % 4 & 0xFFF) * 103_125 >> 7)
        counts = [-(-self.buf[n] * 128 // 103_125) for n in range(250)]
        self.assertTrue(all((b - a) % 4096 == 4 for a, b in zip(counts, counts[1:])))

    def test_whole_range_in_microvolts(self):
        self.chip.values[0] = 4095
        self.chip.convert(_FULL)

        self.pilot.fill(self.buf, 10)

        self.assertEqual(self.buf[0], 3_299_194)

    def test_slow_channel_gives_the_mean(self):
        self.chip.values[1] = lambda number: 2000 if number // 4 & 1 else 2010
        self.chip.convert(_FULL)

        uv = SampledChannel(self.ring, 1).read_uv()

        self.assertTrue(abs(uv - 2005 * _UV_PER_COUNT) < 1_000)

    def test_both_halves_of_a_short_pulse_are_in_every_burst(self):
        # 40 us of 1 ms low: 96 %, the shortest half there is
        cycle_ns = 1_000_000
        conversion_ns = self.chip.conversion_ns
        self.chip.values[0] = lambda n: 200 if n * conversion_ns % cycle_ns < 40_000 else 3000
        fewest = 999
        for _ in range(9):
            self.chip.convert(_STEP)
            self.pilot.fill(self.buf, 150)
            low = sum(1 for n in range(150) if self.buf[n] < 1_000_000)
            fewest = min(fewest, low)

        self.assertTrue(fewest >= 3, fewest)


class TestFaults(unittest.TestCase):
    def setUp(self):
        self.chip = FakeRp2Chip()
        self.chip.values = [1000] * 5
        self.ring = ring_of(self.chip)
        self.pilot = PilotSampler(self.ring, 0)
        self.slow = SampledChannel(self.ring, 1)
        self.buf = array("i", [0] * 252)
        self.chip.convert(_STEP)
        self.assertTrue(self.pilot.fill(self.buf, 150))

    def fill_after_a_step(self):
        self.chip.convert(_STEP)
        return self.pilot.fill(self.buf, 150)

    def test_dma_that_never_finishes_gives_no_reading_and_no_wait(self):
        self.chip.dma.is_frozen = True

        self.assertFalse(self.fill_after_a_step())
        self.assertFalse(self.fill_after_a_step())
        self.assertRaises(OSError, self.slow.read_uv)
        self.assertEqual(self.pilot.missing, 2)

    def test_adc_without_clock_gives_no_reading(self):
        self.chip.is_clock_stopped = True

        self.assertFalse(self.fill_after_a_step())
        self.assertRaises(OSError, self.slow.read_uv)

    def test_comes_back_by_itself_when_the_fault_ends(self):
        self.chip.dma.is_frozen = True
        self.fill_after_a_step()
        self.chip.dma.is_frozen = False

        self.assertTrue(self.fill_after_a_step())
        self.assertEqual(self.buf[0], int(1000 * _UV_PER_COUNT))

    def test_overflow_starts_anew_since_lanes_may_have_moved(self):
        starts = self.ring.starts
        self.chip.values = [1000, 2000, 3000, 0, 500]
        self.chip.dma.is_frozen = True
        self.chip.convert(9)  # two are lost
        self.chip.dma.is_frozen = False
        first = self.fill_after_a_step()

        again = self.fill_after_a_step()

        self.assertFalse(first)
        self.assertTrue(again)
        self.assertEqual(self.ring.starts, starts + 1)
        self.assertEqual(set(self.buf[n] for n in range(150)), {int(1000 * _UV_PER_COUNT)})
        self.assertEqual(self.chip[FCS] & FCS_OVER, 0)

    def test_conversion_error_gives_no_reading(self):
        self.chip.values[0] = lambda number: 0x8000 | 1000 if number % 500 == 0 else 1000
        self.chip.convert(_STEP)

        self.assertFalse(self.pilot.fill(self.buf, 250))

    def test_conversion_error_of_a_slow_channel_gives_no_reading(self):
        self.chip.values[1] = 0x8000
        self.chip.convert(_STEP)

        self.assertRaises(OSError, self.slow.read_uv)

    def test_conversion_error_of_another_channel_does_not_matter(self):
        self.chip.values[2] = 0x8000

        self.assertTrue(self.fill_after_a_step())

    def test_two_readings_at_once_are_both_good(self):
        self.chip.convert(_STEP)

        self.assertTrue(self.pilot.fill(self.buf, 150))
        self.assertTrue(self.pilot.fill(self.buf, 150))
        self.assertTrue(self.slow.read_uv() > 0)

    def test_reading_a_millisecond_later_is_good_too(self):
        self.chip.convert(393)

        self.assertTrue(self.pilot.fill(self.buf, 150))

    def test_starts_anew_in_time_before_the_dma_has_counted_down(self):
        starts = self.ring.starts
        gone = self.chip.dma.count - 700_000 & ~1023
        self.chip.dma.count -= gone
        first = self.fill_after_a_step()

        second = self.fill_after_a_step()

        self.assertEqual((first, second), (True, True))
        self.assertEqual(self.ring.starts, starts + 1)

    def test_recovers_when_nobody_has_read_until_the_dma_ended(self):
        self.chip.dma.count = 0
        self.chip.dma.is_busy = False
        self.chip.wait_us(700_000_000)
        first = self.pilot.fill(self.buf, 150)

        self.assertFalse(first)
        self.assertFalse(self.fill_after_a_step())
        self.assertTrue(self.fill_after_a_step())

    def test_stall_within_a_long_pause_is_not_taken_for_fresh(self):
        self.chip.convert(50_000)  # 127 ms
        self.chip.dma.is_frozen = True
        self.chip.wait_us(300_000)

        self.assertFalse(self.pilot.fill(self.buf, 150))
        self.assertFalse(self.fill_after_a_step())

    def test_one_burst_is_missing_after_a_long_pause(self):
        self.chip.convert(50_000)

        self.assertFalse(self.pilot.fill(self.buf, 150))
        self.assertTrue(self.fill_after_a_step())

    def test_judges_rightly_after_a_pause_that_wraps_the_clock(self):
        self.chip.dma.is_frozen = True
        self.chip.wait_us(700_000_000)  # more than half of the clock's range

        self.assertFalse(self.pilot.fill(self.buf, 150))
