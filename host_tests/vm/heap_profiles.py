"""Charging profiles with the heap locked: a full table, sessions, questions in both units."""

import unittest
from array import array

from chargecore.base.codes import E_FULL, E_RANGE, OK
from chargecore.station.charging_profiles import NO_LIMIT_MA
from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    KIND_DAILY,
    KIND_RELATIVE,
    KIND_WEEKLY,
    NOT_GIVEN,
    PERIODS_MAX,
    PURPOSE_DEFAULT,
    PURPOSE_MAX,
    PURPOSE_TX,
    TX_NONE,
    TX_PENDING,
    UNIT_A,
    UNIT_W,
)
from chargecore.station.profile_table import PROFILES_MAX
from fakes.profile_world import MIDNIGHT_S, ProfileWorld
from heap import growth, locked

COVERS = (
    "chargecore.station.profile_slot.i32",
    "chargecore.station.profile_slot.put_i32",
    "chargecore.station.profile_slot.period_start",
    "chargecore.station.profile_slot.period_at",
    "chargecore.station.profile_slot.put_period",
    "chargecore.station.profile_slot.period_limit",
    "chargecore.station.profile_slot.is_time",
    "chargecore.station.profile_draft.ProfileDraft.begin",
    "chargecore.station.profile_draft.ProfileDraft.set_times",
    "chargecore.station.profile_draft.ProfileDraft.add_period",
    "chargecore.station.profile_draft.ProfileDraft.finish",
    "chargecore.station.profile_draft.ProfileDraft._finish_tx",
    "chargecore.station.profile_draft.ProfileDraft._finish_start",
    "chargecore.station.profile_table.ProfileTable.install",
    "chargecore.station.profile_table.ProfileTable._is_replaced",
    "chargecore.station.profile_table.ProfileTable.undo",
    "chargecore.station.profile_table.ProfileTable._remember",
    "chargecore.station.profile_table.ProfileTable._swap",
    "chargecore.station.profile_table._is_same",
    "chargecore.station.charging_profiles.ChargingProfiles.set_falls_back",
    "chargecore.station.profile_table.ProfileTable.clear",
    "chargecore.station.profile_table.ProfileTable.bind",
    "chargecore.station.profile_table.ProfileTable._bind_those_of",
    "chargecore.station.profile_table.ProfileTable.end_transaction",
    "chargecore.station.profile_table.ProfileTable._is_tx_profile",
    "chargecore.station.profile_table.ProfileTable._has_double",
    "chargecore.station.profile_table.ProfileTable._settle",
    "chargecore.station.profile_table.ProfileTable._goes_before",
    "chargecore.station.profile_table.ProfileTable.place",
    "chargecore.station.profile_table._is_same_kind",
    "chargecore.station.profile_table._fits",
    "chargecore.station.profile_scan.ProfileScan.limit",
    "chargecore.station.profile_scan.ProfileScan._concerns",
    "chargecore.station.profile_scan.ProfileScan._period",
    "chargecore.station.profile_scan.ProfileScan._needs_no_clock",
    "chargecore.station.profile_scan.ProfileScan._elapsed_s",
    "chargecore.station.profile_scan.ProfileScan._changes_in",
    "chargecore.station.profile_scan.ProfileScan._lowest",
    "chargecore.station.profile_scan.ProfileScan._amount",
    "chargecore.station.charging_profiles.ChargingProfiles.begin_session",
    "chargecore.station.charging_profiles.ChargingProfiles.end_session",
    "chargecore.station.charging_profiles.ChargingProfiles.running",
    "chargecore.station.charging_profiles.ChargingProfiles.sharers",
    "chargecore.station.charging_profiles.ChargingProfiles.revision",
    "chargecore.station.charging_profiles.ChargingProfiles.limit_ma",
    "chargecore.station.charging_profiles.ChargingProfiles._drop_old_answers",
    "chargecore.station.charging_profiles.ChargingProfiles.limit_at",
    "chargecore.station.composite_schedule.CompositeSchedule.begin",
    "chargecore.station.composite_schedule.CompositeSchedule._start_again",
    "chargecore.station.composite_schedule.CompositeSchedule.step",
    "chargecore.station.composite_schedule.CompositeSchedule._look",
    "chargecore.station.composite_schedule.CompositeSchedule._put",
    "chargecore.station.composite_schedule.CompositeSchedule._of_connector",
    "chargecore.station.composite_schedule.CompositeSchedule._sum_up",
    "chargecore.station.composite_schedule.CompositeSchedule._lower",
)

_DAY_S = 86_400
# connector, purpose, level, id, kind, unit, duration, transaction
_ROWS = (
    (0, PURPOSE_MAX, 0, 1, KIND_RELATIVE, UNIT_W, NOT_GIVEN, TX_NONE),
    (0, PURPOSE_MAX, 1, 2, KIND_DAILY, UNIT_A, 40_000, TX_NONE),
    (0, PURPOSE_MAX, 2, 3, KIND_ABSOLUTE, UNIT_A, 900, TX_NONE),
    (0, PURPOSE_DEFAULT, 0, 4, KIND_ABSOLUTE, UNIT_W, NOT_GIVEN, TX_NONE),
    (0, PURPOSE_DEFAULT, 1, 5, KIND_DAILY, UNIT_W, 30_000, TX_NONE),
    (1, PURPOSE_DEFAULT, 1, 6, KIND_WEEKLY, UNIT_A, 200_000, TX_NONE),
    (1, PURPOSE_DEFAULT, 2, 7, KIND_RELATIVE, UNIT_A, 7_000, TX_NONE),
    (1, PURPOSE_TX, 0, 8, KIND_RELATIVE, UNIT_A, 3_000, TX_PENDING),
    (1, PURPOSE_TX, 1, 9, KIND_ABSOLUTE, UNIT_W, 900, TX_PENDING),
    (0, PURPOSE_TX, 1, 10, KIND_ABSOLUTE, UNIT_W, 900, TX_PENDING),
)


class TestHeapOfProfiles(unittest.TestCase):
    def setUp(self):
        self.world = ProfileWorld()
        self.codes = array("i", [0] * (PROFILES_MAX + 1))
        self.answers = array("i", [0] * 8)
        self.is_full = False

    def put(self, row, profile_id):
        """Install a profile of 24 periods. Return the code."""
        draft = self.world.draft
        draft.begin(row[0], row[1], row[2], profile_id, row[4], row[5])
        draft.set_times(
            MIDNIGHT_S - _DAY_S, row[6], MIDNIGHT_S - 9 * _DAY_S, MIDNIGHT_S + 90 * _DAY_S
        )
        for n in range(PERIODS_MAX):
            draft.add_period(3_000 * n, 160 + 7 * n if row[5] == UNIT_A else 90_000 + 1000 * n, 3)
        return self.world.table.install(row[7], MIDNIGHT_S)

    def fill(self):
        """Install all rows, and one more."""
        for n in range(PROFILES_MAX):
            self.codes[n] = self.put(_ROWS[n], n + 1)
        self.codes[PROFILES_MAX] = self.put((0, 1, 8, 0, 1, 0, 0, 0), 11)

    def run_through(self):
        """Fill the table, run two sessions, ask, clear."""
        world = self.world
        profiles = world.profiles
        up_s = MIDNIGHT_S - world.UP_S
        self.fill()
        self.is_full = self.codes[PROFILES_MAX] == E_FULL
        self.answers[0] = profiles.limit_ma(1, up_s, -1)
        profiles.begin_session(1, 11, up_s)
        profiles.begin_session(2, 12, up_s)
        for second in range(0, 5_000, 100):
            self.answers[1] = profiles.limit_ma(1, up_s + second, MIDNIGHT_S + second)
            self.answers[2] = profiles.limit_ma(2, up_s + second, MIDNIGHT_S + second)
        for connector in range(3):
            self.answers[3 + connector] = self.periods(connector, UNIT_A)
            self.answers[3 + connector] += self.periods(connector, UNIT_W)
        profiles.end_session(1)
        profiles.end_session(2)
        profiles.set_falls_back(not profiles.scan.falls_back)
        self.answers[6] = world.table.clear(4, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)
        self.answers[7] = world.table.clear(NOT_GIVEN, 0, PURPOSE_MAX, NOT_GIVEN)
        world.table.undo()
        self.codes[PROFILES_MAX] = self.put(_ROWS[0], 1)  # as it stands there
        world.table.clear(NOT_GIVEN, 0, PURPOSE_MAX, NOT_GIVEN)
        world.table.clear(NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)

    def periods(self, connector, unit):
        """Return how many periods a day has."""
        composite = self.world.composite
        composite.begin(
            connector, unit, _DAY_S, MIDNIGHT_S - self.world.UP_S, MIDNIGHT_S, 32_000, 50_000
        )
        while not composite.step():
            pass
        return composite.count

    def test_a_full_table_from_install_to_clear(self):
        with locked():
            self.run_through()

        self.assertEqual(list(self.codes), [OK] * (PROFILES_MAX + 1))
        self.assertTrue(self.is_full)
        self.assertTrue(self.answers[0] < NO_LIMIT_MA)
        for n in (3, 4, 5):
            self.assertTrue(self.answers[n] > 4, n)
        self.assertEqual((self.answers[6], self.answers[7]), (1, 3))
        self.assertEqual(self.world.table.count, 0)

    def test_it_leaves_nothing_behind(self):
        self.assertEqual(growth(self.run_through, 3), 0)

    def test_profiles_that_are_refused(self):
        draft = self.world.draft
        with locked():
            draft.begin(3, PURPOSE_DEFAULT, 0, 1, KIND_ABSOLUTE, UNIT_A)
            self.codes[0] = self.world.table.install(TX_NONE, MIDNIGHT_S)
            draft.begin(0, PURPOSE_TX, 0, 1, KIND_ABSOLUTE, UNIT_A)
            draft.add_period(0, 100, 0)
            self.codes[1] = self.world.table.install(11, MIDNIGHT_S)

        self.assertEqual((self.codes[0], self.codes[1]), (E_RANGE, E_RANGE))
