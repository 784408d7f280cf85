"""The CSE7766: golden frames from its formulas, its states, and lines that misbehave."""

import unittest

from chargecore.meters.cse7766 import Cse7766, ratio
from fakes.clock import FakeClock
from fakes.cse_frames import W_COEF, cse_frame, with_sum
from fakes.storage import FakeStorage
from fakes.talking_uart import TalkingUart

# state    V coef  V cycle A coef  A cycle W coef  W cycle adj CF   sum
_GOLDEN = "55 5A 02F760 00034D 004010 000401 51A658 0005A3 71 0102 69"


def golden(text):
    return bytes.fromhex(text.replace(" ", ""))


class Cse7766Test(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.uart = TalkingUart()
        self.meter = Cse7766(self.uart, self.clock, FakeStorage(), None)

    def send(self, data, ms=110):
        self.uart.send(data)
        self.meter.poll(self.clock.advance_ms(ms))

    def values(self):
        meter = self.meter
        return meter.voltage_dv[0], meter.current_ma[0], meter.power_w[0]

    def test_sets_the_line_to_4800_8e1(self):
        expected = {"baudrate": 4_800, "bits": 8, "parity": 0, "stop": 1}

        self.assertEqual(self.uart.settings, expected)

    def test_reads_the_golden_frame(self):
        self.send(golden(_GOLDEN))

        self.assertEqual(self.values(), (2_301, 16_000, 3_708))
        self.assertEqual(self.meter.power_factor_permille, 1_000)
        self.assertEqual((self.meter.import_wh, self.meter.export_wh), (0, None))
        self.assertEqual(self.meter.noise, 0)

    def test_rounds_to_the_nearest_and_stays_in_31_bits(self):
        top = 0xFFFFFF
        cases = [
            (194_400, 845, 1, 2_301),
            (5, 10, 0, 1),
            (4, 10, 0, 0),
            (16_400, 1_025, 3, 16_000),
        ]
        cases += [(top, top, 3, 1_000), (top - 1, top, 3, 1_000), (1, top, 3, 0)]
        cases += [(top, 17, 0, 986_895), (top, 17_000, 3, 986_895), (top, 1, 3, -1), (1, 0, 0, -1)]
        for coefficient, cycle, digits, expected in cases:
            self.assertEqual(ratio(coefficient, cycle, digits), expected, cycle)

    def test_tells_the_power_factor(self):
        self.send(cse_frame(230, 10_000, 1_150))

        self.assertEqual(self.meter.power_factor_permille, 499)  # 230.06 V

    def test_knows_nothing_when_the_chip_was_never_calibrated(self):
        self.send(cse_frame(230, 10_000, 2_300, state=0xAA))

        self.assertEqual(self.values(), (None, None, None))
        self.assertIsNone(self.meter.import_wh)
        self.assertEqual(self.meter.silent, 1)

    def test_knows_nothing_when_the_coefficients_are_damaged(self):
        for state in (0xF1, 0xFF):
            self.send(cse_frame(230, 10_000, 2_300, state=state))

        self.assertEqual(self.values(), (None, None, None))
        self.assertEqual(self.meter.silent, 2)

    def test_tells_what_each_flag_of_the_state_leaves(self):
        cases = [(0xF2, (2_301, 10_000, 0)), (0xF6, (2_301, 0, 0)), (0xF8, (None, 10_000, 2_301))]
        cases += [(0xF4, (2_301, None, 2_301))]  # power without current: not to be believed
        for state, expected in cases:
            self.send(cse_frame(230, 10_000, 2_300, state=state))
            self.assertEqual(self.values(), expected, state)
        self.assertIsNone(self.meter.power_factor_permille)

    def test_keeps_a_value_while_its_cycle_lasts_but_no_more_than_that(self):
        self.send(cse_frame(230, 16_000, 3_680))
        self.send(cse_frame(230, 16_000, 3_700, adj=0x61))  # just begun: says nothing yet
        first_w = self.meter.power_w[0]
        self.send(cse_frame(230, 16_000, 100, adj=0x61))  # lasts long already

        self.assertEqual((first_w, self.meter.power_w[0]), (3_680, 100))

    def test_knows_no_power_before_the_first_whole_cycle(self):
        self.send(cse_frame(230, 100, 3, adj=0x61))

        self.assertEqual(self.values(), (2_301, 100, None))

    def test_knows_nothing_from_cycles_that_make_no_sense(self):
        body = b"\x55\x5a" + b"\xff\xff\xff\x00\x00\x00" * 3 + b"\x71\x00\x00"
        self.send(with_sum(body))
        first = self.values()
        self.send(with_sum(b"\x55\x5a" + b"\xff\xff\xff\x00\x00\x01" * 3 + b"\x71\x00\x00"))

        self.assertEqual((first, self.values()), ((None,) * 3, (None,) * 3))

    def test_counts_energy_over_the_wrap_of_cf(self):
        self.send(cse_frame(cf=65_000))
        for cf in range(65_100, 66_400, 100):
            self.send(cse_frame(230, 16_000, 3_680, cf=cf & 0xFFFF))

        # 1300 steps of 5.351 Ws are 1.932 Wh
        self.assertEqual(self.meter.import_wh, 1)
        for cf in range(66_400, 66_500, 50):
            self.send(cse_frame(230, 16_000, 3_680, cf=cf & 0xFFFF))
        self.assertEqual(self.meter.import_wh, 2)  # 1346 are: no part of it was lost

    def test_loses_no_energy_to_rounding(self):
        cf = 0
        self.send(cse_frame(cf=0))
        for _ in range(20_000):
            cf += 7
            self.send(cse_frame(230, 1_000, 230, cf=cf & 0xFFFF))

        self.assertEqual(self.meter.import_wh, 140_000 * W_COEF // 3_600_000_000)

    def test_does_not_take_a_restart_of_the_chip_for_energy(self):
        self.send(cse_frame(cf=40_000))
        self.send(cse_frame(cf=3))
        self.send(cse_frame(230, 16_000, 3_680, cf=676))

        self.assertEqual(self.meter.import_wh, 1)  # 673 steps

    def test_counts_what_flowed_through_a_silence_of_seconds(self):
        self.send(cse_frame(cf=0))
        self.send(cse_frame(230, 32_000, 7_360, cf=27_509), 20_000)  # 7360 W for 20 s

        self.assertEqual(self.meter.import_wh, 40)

    def test_does_not_guess_what_flowed_through_a_silence_of_minutes(self):
        self.send(cse_frame(cf=0))
        self.send(cse_frame(230, 32_000, 7_360, cf=27_509), 60_000)

        self.assertEqual(self.meter.import_wh, 0)
        self.assertTrue(self.meter.fresh)

    def test_refuses_a_wrong_checksum_at_every_byte(self):
        good = cse_frame(230, 16_000, 3_680)
        for idx in range(24):
            broken = bytearray(good)
            broken[idx] ^= 0x10
            self.meter = Cse7766(self.uart, self.clock, FakeStorage(), None)
            self.send(bytes(broken))
            self.assertFalse(self.meter.fresh, idx)
            self.send(good + good)
            self.assertTrue(self.meter.fresh, idx)

    def test_finds_the_frame_behind_noise_and_half_frames(self):
        good = cse_frame(230, 16_000, 3_680)
        for noise in (b"\x00", b"\x55", b"\x55\x5a", b"\xf2\x5a\x55", good[:23], good[5:]):
            self.meter = Cse7766(self.uart, self.clock, FakeStorage(), None)
            self.send(noise + good)
            self.send(b"")
            self.assertTrue(self.meter.fresh, noise)
            self.assertEqual(self.meter.noise, len(noise))

    def test_finds_the_frame_although_each_holds_a_false_start(self):
        # 0xF5 0x5A in the middle of every frame: who drops 24 bytes at a time never gets out.
        good = cse_frame(230, 16_000, 3_680, cf=0xF55A)
        self.send(good[21:] + good + good)

        self.assertTrue(self.meter.fresh)
        self.assertEqual(self.meter.noise, 3)

    def test_puts_a_frame_together_from_single_bytes(self):
        for byte in cse_frame(230, 16_000, 3_680):
            self.send(bytes([byte]), 3)

        self.assertTrue(self.meter.fresh)

    def test_takes_an_error_of_the_bus_for_silence(self):
        self.send(cse_frame(230, 16_000, 3_680))
        self.uart.is_broken = True
        for _ in range(30):
            self.meter.poll(self.clock.advance_ms(110))

        self.assertEqual(self.values(), (None, None, None))
        self.uart.is_broken = False
        self.send(cse_frame(230, 16_000, 3_680))
        self.assertTrue(self.meter.fresh)

    def test_reads_a_limited_number_of_bytes_per_poll(self):
        self.send(cse_frame() * 40)

        self.assertEqual(self.uart.bytes_read, 96)
        self.assertEqual(self.uart.blocked, 0)
