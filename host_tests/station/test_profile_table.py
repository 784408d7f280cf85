"""The table of charging profiles: what is refused, replaced, cleared, bound and kept."""

import unittest

from chargecore.base.codes import E_FULL, E_RANGE, E_TOO_MANY, OK
from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    KIND_DAILY,
    KIND_RELATIVE,
    KIND_WEEKLY,
    LEVEL_MAX,
    LIMIT_MAX_A,
    LIMIT_MAX_W,
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
from chargecore.station.profile_table import PROFILES_MAX, ProfileTable
from chargecore.store.version_pair import VersionPair
from fakes.profile_world import MIDNIGHT_S, ProfileWorld
from fakes.scratch import new_folder, read_bytes, write_bytes

NOW_S = MIDNIGHT_S + 36_000
ONE = [(0, 16)]


class TableTest(unittest.TestCase):
    def setUp(self):
        self.world = ProfileWorld()
        self.table = self.world.table

    def clear(self, profile_id=NOT_GIVEN, connector=NOT_GIVEN, purpose=NOT_GIVEN, level=NOT_GIVEN):
        return self.table.clear(profile_id, connector, purpose, level)


class TestRefusals(TableTest):
    def assert_refused(self, code, *args, **kwargs):
        before = bytes(self.table.image_buf)
        self.assertEqual(self.world.install(*args, **kwargs), code)
        self.assertEqual(bytes(self.table.image_buf), before)

    def test_takes_as_many_profiles_as_it_says(self):
        for n in range(PROFILES_MAX):
            code = self.world.install(PURPOSE_DEFAULT, ONE, n % 9, n // 9, profile_id=n)
            self.assertEqual(code, OK)

        self.assert_refused(E_FULL, PURPOSE_DEFAULT, ONE, 8, 1, profile_id=99)
        self.assertEqual(self.table.count, PROFILES_MAX)

    def test_replaces_also_when_it_is_full(self):
        for n in range(PROFILES_MAX):
            self.world.install(PURPOSE_DEFAULT, ONE, n % 9, n // 9, profile_id=n)

        self.assertEqual(self.world.install(PURPOSE_DEFAULT, ONE, 8, 1, profile_id=3), OK)
        self.assertEqual(self.table.count, PROFILES_MAX)

    def test_takes_as_many_periods_as_it_says(self):
        periods = [(60 * n, 6 + n) for n in range(PERIODS_MAX + 1)]
        self.assertEqual(self.world.install(PURPOSE_DEFAULT, periods[:PERIODS_MAX]), OK)

        self.assert_refused(E_TOO_MANY, PURPOSE_DEFAULT, periods)

    def test_refuses_a_stack_level_above_its_highest(self):
        self.assertEqual(self.world.install(PURPOSE_DEFAULT, ONE, LEVEL_MAX), OK)

        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, LEVEL_MAX + 1)
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, -1)

    def test_refuses_a_maximum_on_a_connector(self):
        self.assert_refused(E_RANGE, PURPOSE_MAX, ONE, connector=1)

    def test_refuses_a_tx_profile_without_a_transaction_or_on_connector_0(self):  # TC_058_1
        self.assert_refused(E_RANGE, PURPOSE_TX, ONE, tx=TX_NONE)
        self.assert_refused(E_RANGE, PURPOSE_TX, ONE, connector=0, tx=11)

    def test_refuses_a_connector_purpose_kind_or_unit_that_does_not_exist(self):
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, connector=3)
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, connector=-1)
        self.assert_refused(E_RANGE, 0, ONE, connector=0)
        self.assert_refused(E_RANGE, 4, ONE)
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, kind=0)
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, kind=5)
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, unit=2)

    def test_refuses_periods_that_do_not_rise_from_0(self):
        for periods in ([], [(1, 6)], [(0, 6), (0, 7)], [(0, 6), (9, 7), (8, 7)], [(-1, 6)]):
            self.assert_refused(E_RANGE, PURPOSE_DEFAULT, periods)

    def test_refuses_a_recurring_profile_without_a_start(self):
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, kind=KIND_DAILY)
        self.assert_refused(E_RANGE, PURPOSE_MAX, ONE, connector=0, kind=KIND_WEEKLY)

    def test_refuses_limits_and_phases_out_of_range(self):
        for unit, limit_max in ((UNIT_A, LIMIT_MAX_A), (UNIT_W, LIMIT_MAX_W)):
            highest = limit_max // 10
            code = self.world.install(PURPOSE_DEFAULT, [(0, highest)], unit=unit)
            self.assertEqual(code, OK)
            self.assert_refused(E_RANGE, PURPOSE_DEFAULT, [(0, highest + 1)], unit=unit)
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, [(0, -0.1)])
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, [(0, 6, 4)])
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, [(0, 6, -1)])

    def test_refuses_a_negative_duration_and_times_beyond_its_range(self):
        self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, duration_s=-1)
        for name in ("start_s", "from_s", "to_s"):
            for value_s in (-0x20000001, 0x40000000):
                self.assert_refused(E_RANGE, PURPOSE_DEFAULT, ONE, **{name: value_s})

    def test_takes_a_duration_of_any_length(self):
        self.assertEqual(self.world.install(PURPOSE_DEFAULT, ONE, duration_s=0x7FFFFFFF), OK)
        self.assertEqual(self.world.limit_ma(1, NOW_S), 16_000)

    def test_refuses_the_same_draft_a_second_time(self):
        self.world.install(PURPOSE_DEFAULT, ONE)

        code = self.table.install(TX_NONE, NOW_S)

        self.assertEqual(code, E_RANGE)


class TestReplacing(TableTest):
    def test_replaces_the_profile_with_the_same_id(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 10)], level=0, profile_id=5)
        self.world.install(PURPOSE_DEFAULT, [(0, 12)], level=3, connector=2, profile_id=5)

        self.assertEqual(self.table.count, 1)
        self.assertEqual(self.world.limit_ma(2, NOW_S), 12_000)

    def test_replaces_the_profile_with_the_same_purpose_and_level_on_the_connector(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 10)], profile_id=5)
        self.world.install(PURPOSE_DEFAULT, [(0, 12)], profile_id=6)
        self.world.install(PURPOSE_DEFAULT, [(0, 14)], connector=2, profile_id=7)

        self.assertEqual(self.table.count, 2)
        self.assertEqual(self.world.limit_ma(1, NOW_S), 12_000)

    def test_removes_both_when_one_has_the_id_and_another_the_level(self):
        self.world.install(PURPOSE_DEFAULT, ONE, level=0, profile_id=5)
        self.world.install(PURPOSE_DEFAULT, ONE, level=1, profile_id=6)
        self.world.install(PURPOSE_DEFAULT, [(0, 7)], level=1, profile_id=5)

        self.assertEqual(self.table.count, 1)
        self.assertEqual(self.world.limit_ma(1, NOW_S), 7_000)

    def test_knows_ids_of_any_sign_and_size(self):
        for profile_id in (-1, 0, 0x7FFFFFFF, -0x80000000):
            self.world.install(PURPOSE_DEFAULT, ONE, level=1, profile_id=profile_id)
            self.world.install(PURPOSE_DEFAULT, ONE, level=2, profile_id=profile_id)
            self.assertEqual(self.table.count, 1)
            self.assertEqual(self.clear(profile_id), 1)

    def test_has_a_new_revision_after_every_change(self):
        seen = [self.world.profiles.revision]
        self.world.install(PURPOSE_DEFAULT, ONE)
        seen.append(self.world.profiles.revision)
        self.clear()
        seen.append(self.world.profiles.revision)
        self.world.start(1, NOW_S)
        seen.append(self.world.profiles.revision)
        self.world.profiles.end_session(1)
        seen.append(self.world.profiles.revision)

        self.assertEqual(len(set(seen)), 5)


class TestClearing(TableTest):
    def setUp(self):
        super().setUp()
        self.world.install(PURPOSE_MAX, ONE, 0, 0, profile_id=1)
        self.world.install(PURPOSE_DEFAULT, ONE, 0, 0, profile_id=2)
        self.world.install(PURPOSE_DEFAULT, ONE, 1, 1, profile_id=3)
        self.world.install(PURPOSE_DEFAULT, ONE, 1, 2, profile_id=4)

    def test_goes_by_the_id_alone_when_there_is_one(self):  # E 3.26
        self.assertEqual(self.clear(3, 2, PURPOSE_MAX, 7), 1)
        self.assertEqual(self.clear(3), 0)

    def test_wants_every_field_to_match(self):  # E 3.25
        self.assertEqual(self.clear(connector=1, level=0), 0)
        self.assertEqual(self.clear(purpose=PURPOSE_DEFAULT, level=1), 2)
        self.assertEqual(self.table.count, 2)

    def test_takes_connector_0_for_what_was_set_on_0(self):
        self.assertEqual(self.clear(connector=0), 2)

    def test_clears_all_when_nothing_is_given(self):
        self.assertEqual(self.clear(), 4)
        self.assertEqual(self.clear(), 0)

    def test_goes_through_the_steps_of_tc_067(self):
        self.clear()
        start_s = NOW_S - 4
        for args in (
            (PURPOSE_DEFAULT, [(0, 6), (60, 8), (200, 10)], 1, 1, 21),
            (PURPOSE_DEFAULT, [(0, 7), (100, 9)], 0, 1, 22),
        ):
            self.world.install(*args, start_s=start_s, duration_s=400)
        self.world.install(
            PURPOSE_MAX, [(0, 11), (200, 12)], 0, 0, 23, start_s=start_s, duration_s=86_400
        )

        self.assertEqual(self.clear(21), 1)
        self.assertEqual(self.world.ask(1, UNIT_A, 350, NOW_S), "0:7 96:9")
        self.assertEqual(self.clear(purpose=PURPOSE_DEFAULT, level=0), 1)
        self.assertEqual(self.world.ask(1, UNIT_A, 350, NOW_S), "0:11 196:12")
        self.assertEqual(self.clear(), 1)
        self.assertEqual(self.world.ask(1, UNIT_A, 350, NOW_S), "0:32")


class TestTransactions(TableTest):
    def pending(self, level=0, connector=1, limit=10, profile_id=None):
        return self.world.install(
            PURPOSE_TX,
            [(0, limit)],
            level,
            connector,
            profile_id,
            kind=KIND_RELATIVE,
            tx=TX_PENDING,
        )

    def test_waits_for_the_transaction_of_a_remote_start(self):  # TC_059
        self.assertEqual(self.pending(), OK)
        self.assertEqual(self.world.ask(1, UNIT_A, 60, NOW_S), "0:32")

        self.world.start(1, NOW_S)
        self.assertEqual(self.world.ask(1, UNIT_A, 60, NOW_S), "0:10")

    def test_goes_to_the_connector_that_starts_when_none_was_named(self):
        self.assertEqual(self.pending(connector=0), OK)

        self.world.start(2, NOW_S)

        self.assertEqual(self.world.ask(1, UNIT_A, 60, NOW_S), "0:32")
        self.assertEqual(self.world.ask(2, UNIT_A, 60, NOW_S), "0:10")

    def test_prefers_the_profile_for_the_connector_to_one_for_any(self):
        self.pending(connector=0, limit=10, profile_id=1)
        self.pending(connector=1, limit=12, profile_id=2)

        self.world.start(1, NOW_S)

        self.assertEqual(self.table.count, 1)
        self.assertEqual(self.world.ask(1, UNIT_A, 60, NOW_S), "0:12")

    def test_is_replaced_by_a_tx_profile_of_the_same_level(self):  # R5
        self.pending(profile_id=1)
        self.world.start(1, NOW_S)

        self.world.install(PURPOSE_TX, [(0, 8)], profile_id=2)

        self.assertEqual(self.table.count, 1)
        self.assertEqual(self.world.ask(1, UNIT_A, 60, NOW_S), "0:8")

    def test_is_forgotten_when_the_remote_start_comes_to_nothing(self):
        self.pending()

        self.table.end_transaction(1)

        self.assertEqual(self.table.count, 0)

    def test_leaves_the_other_connectors_profile_alone(self):
        self.world.start(1, NOW_S)
        self.world.start(2, NOW_S)
        self.world.install(PURPOSE_TX, ONE, connector=1)
        self.world.install(PURPOSE_TX, ONE, connector=2)

        self.world.profiles.end_session(1)

        self.assertEqual(self.table.count, 1)
        self.assertEqual(self.world.limit_ma(2, NOW_S), 16_000)


class TestImage(TableTest):
    def setUp(self):
        super().setUp()
        self.path = new_folder(self) + "/profiles"

    def save(self):
        pair = VersionPair(self.path)
        pair.load(bytearray(len(self.table.image_buf)))
        return pair.save(self.table.image_buf, self.table.image_len)

    def load(self):
        """Return the number of profiles that a new boot finds."""
        self.world = ProfileWorld()
        self.table = self.world.table
        return self.table.adopt(VersionPair(self.path).load(self.table.image_buf))

    def test_keeps_everything_but_tx_profiles_over_a_boot(self):  # E 3.37
        self.world.install(PURPOSE_TX, ONE)
        self.world.install(PURPOSE_DEFAULT, [(0, 7, 1), (60, 8.1)], start_s=NOW_S)
        self.world.install(PURPOSE_MAX, [(0, 9)], connector=0, duration_s=90, now_s=NOW_S)
        self.save()

        self.assertEqual(self.load(), 2)
        self.assertFalse(self.table.has_changed)
        self.assertEqual(self.world.ask(1, UNIT_A, 120, NOW_S), "0:7/1 60:8.1")

    def test_has_changed_only_by_what_outlives_a_boot(self):
        self.world.install(PURPOSE_TX, ONE)
        self.world.start(1, NOW_S)
        self.world.profiles.end_session(1)
        self.clear()
        self.assertFalse(self.table.has_changed)

        self.world.install(PURPOSE_DEFAULT, ONE)
        self.assertTrue(self.table.has_changed)

        self.table.has_changed = False
        self.clear()
        self.assertTrue(self.table.has_changed)

    def test_has_changed_when_a_tx_profile_takes_the_id_of_another(self):
        self.world.install(PURPOSE_DEFAULT, ONE, profile_id=5)
        self.table.has_changed = False

        self.world.install(PURPOSE_TX, ONE, profile_id=5)

        self.assertTrue(self.table.has_changed)

    def test_finds_the_set_before_when_the_newest_is_cut_anywhere(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7)])
        self.save()
        self.world.install(PURPOSE_DEFAULT, [(0, 8)])
        self.world.install(PURPOSE_MAX, [(0, 6)], connector=0)
        self.save()
        whole = read_bytes(self.path + ".b")

        for length in range(0, len(whole), 5):
            write_bytes(self.path + ".b", whole[:length])
            self.assertEqual(self.load(), 1)
            self.assertEqual(self.world.limit_ma(1, NOW_S), 7_000)
        write_bytes(self.path + ".b", whole)
        self.assertEqual(self.load(), 2)

    def test_is_empty_when_nothing_was_ever_saved(self):
        self.assertEqual(self.load(), 0)
        self.assertEqual(self.table.image_len, 4)

    def test_drops_what_makes_no_sense(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7), (60, 8)], start_s=NOW_S)
        good = bytes(self.table.image_buf)
        for at, byte in (
            (0, 9),  # another layout
            (1, 9),  # slots of another length
            (4, PURPOSE_TX),
            (4, 9),
            (5, 3),  # a connector that the station no longer has
            (6, 0),
            (6, 9),
            (7, LEVEL_MAX + 1),
            (8, 2),
            (9, 0),
            (9, PERIODS_MAX + 1),
            (9, 3),  # one period more, which begins before the one before it
            (36, 1),  # the first does not begin with the schedule
            (42, 0xFF),  # a limit beyond the range
        ):
            table = ProfileTable(2)
            table.image_buf[:] = good
            table.image_buf[at] = byte
            self.assertEqual(table.adopt(len(good)), 0, at)
        table.image_buf[:] = good
        self.assertEqual(table.adopt(len(good)), 1)

    def test_drops_a_maximum_on_a_connector_and_a_recurring_one_without_start(self):
        self.world.install(PURPOSE_DEFAULT, ONE)
        good = bytes(self.table.image_buf)
        for at, byte in ((4, PURPOSE_MAX), (6, KIND_DAILY), (6, KIND_WEEKLY)):
            self.table.image_buf[:] = good
            self.table.image_buf[at] = byte
            self.assertEqual(self.table.adopt(len(good)), 0)
        self.table.image_buf[:] = good
        self.table.image_buf[6] = KIND_ABSOLUTE
        self.assertEqual(self.table.adopt(len(good)), 1)
