"""The state table: complete, and what must never follow from what."""

import unittest

from chargecore.evse.state_table import (
    AS_BEFORE,
    ASKS,
    DRIVE,
    DRIVE_F,
    DRIVE_PWM,
    DRIVE_X1,
    EVENT_NAMES,
    EVENT_OFFER,
    EVENT_OUT_OF_SERVICE,
    EVENT_PULSE,
    EVENT_PULSE_END,
    EVENT_WITHDRAW,
    NAME,
    NEXT,
    OUTPUTS,
    PLUGGED,
    STATE_AT_BOOT,
)
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_INVALID

_INDEX = {row[NAME]: idx for idx, row in enumerate(OUTPUTS)}


class StateTableTest(unittest.TestCase):
    def drive(self, state):
        return OUTPUTS[state][DRIVE]

    def test_has_an_answer_for_every_event_in_every_state(self):
        self.assertEqual(len(NEXT), len(OUTPUTS))
        for row in NEXT:
            self.assertEqual(len(row), len(EVENT_NAMES))
            for state in row:
                self.assertTrue(0 <= state < len(OUTPUTS))

    def test_starts_pwm_by_an_offer_and_with_a_car_only(self):
        for state, row in enumerate(NEXT):
            for event, following in enumerate(row):
                has_started = self.drive(following) == DRIVE_PWM != self.drive(state)
                if has_started:
                    self.assertEqual(event, EVENT_OFFER)
                    self.assertIn(OUTPUTS[state][NAME], ("B1", "C1"))

    def test_has_no_pwm_after_a_withdrawal(self):
        for row in NEXT:
            self.assertTrue(self.drive(row[EVENT_WITHDRAW]) != DRIVE_PWM)

    def test_has_pwm_only_where_the_pilot_shows_b_or_c(self):
        for row in NEXT:
            for pilot in range(PILOT_INVALID + 1):
                if self.drive(row[pilot]) == DRIVE_PWM:
                    self.assertIn(pilot, (PILOT_B, PILOT_C))

    def test_never_leaves_f(self):
        self.assertEqual(set(NEXT[_INDEX["F"]]), {_INDEX["F"]})
        for row in NEXT:
            self.assertEqual(self.drive(row[EVENT_OUT_OF_SERVICE]), DRIVE_F)

    def test_knows_nothing_of_a_car_at_boot(self):
        self.assertEqual(OUTPUTS[STATE_AT_BOOT], ("E", DRIVE_X1, AS_BEFORE, 0))

    def test_follows_a_charge_from_plug_to_unplug(self):
        steps = (
            (PILOT_A, "A"),
            (PILOT_B, "B1"),
            (EVENT_OFFER, "B2"),
            (PILOT_C, "C2"),
            (EVENT_WITHDRAW, "C1"),
            (EVENT_OFFER, "C2"),
            (PILOT_B, "B2"),
            (EVENT_WITHDRAW, "B1"),
            (PILOT_A, "A"),
        )
        state = STATE_AT_BOOT
        for event, name in steps:
            state = NEXT[state][event]
            self.assertEqual(OUTPUTS[state][NAME], name)

    def test_says_plugged_and_asking_by_name(self):
        for row in OUTPUTS:
            letter = row[NAME][0]
            if letter in "ABCD":
                self.assertEqual(row[PLUGGED], 0 if letter == "A" else 1)
                self.assertEqual(row[ASKS], 1 if letter in "CD" else 0)

    def test_drives_a_pulse_only_to_a_car_and_ends_it_at_plus_12_v(self):
        pulse = _INDEX["P"]
        for state, row in enumerate(NEXT):
            if row[EVENT_PULSE] == pulse and state != pulse:
                self.assertIn(OUTPUTS[state][NAME], ("B2", "C1", "C2", "D", "E"))
            for event, following in enumerate(row):
                if following == pulse and state != pulse:
                    self.assertEqual(event, EVENT_PULSE)
        self.assertEqual(self.drive(NEXT[pulse][EVENT_PULSE_END]), DRIVE_X1)

    def test_stays_in_a_pulse_whatever_the_pilot_was_and_the_station_wants(self):
        pulse = _INDEX["P"]
        row = NEXT[pulse]
        for event, following in enumerate(row):
            if event not in (EVENT_PULSE_END, EVENT_OUT_OF_SERVICE):
                self.assertEqual(following, pulse)
