"""Charging profiles: the worked examples of the behaviour rules (C), and their boundaries."""

import unittest

from chargecore.station.charging_profiles import NO_LIMIT_MA
from chargecore.station.profile_slot import (
    KIND_DAILY,
    KIND_RELATIVE,
    KIND_WEEKLY,
    PURPOSE_DEFAULT,
    PURPOSE_MAX,
    PURPOSE_TX,
    UNIT_A,
    UNIT_W,
)
from fakes.profile_world import MIDNIGHT_S, ProfileWorld

NOW_S = MIDNIGHT_S + 36_000
DAY_S = 86_400
HOUR_S = 3_600


def set_066(world, unit):
    """Install the three profiles of TC_066, four seconds ago, during a transaction."""
    k = 1 if unit == UNIT_A else 1000
    start_s = NOW_S - 4
    to_s = start_s + 401
    world.start(1, start_s - 60)
    world.install(PURPOSE_MAX, [(0, 10 * k)], 0, 0, None, 1, unit, start_s, DAY_S)
    world.install(
        PURPOSE_DEFAULT,
        [(0, 6 * k), (60, 10 * k), (120, 8 * k), (180, 15 * k), (260, 8 * k)],
        unit=unit,
        start_s=start_s,
        duration_s=300,
        from_s=start_s,
        to_s=to_s,
    )
    world.install(
        PURPOSE_TX,
        [(0, 8 * k), (50, 11 * k), (140, 16 * k), (200, 6 * k), (240, 12 * k)],
        unit=unit,
        start_s=start_s,
        duration_s=260,
        from_s=start_s,
        to_s=to_s,
    )


class TestWorkedExamples(unittest.TestCase):
    """Rows 1 to 12 of section 11."""

    def setUp(self):
        self.world = ProfileWorld()

    def ask(self, unit, duration_s, wall_s=NOW_S, connector=1):
        return self.world.ask(connector, unit, duration_s, wall_s)

    def test_1_gives_the_published_periods_of_tc_066_when_nothing_falls_back(self):
        set_066(self.world, UNIT_A)

        self.assertEqual(self.ask(UNIT_A, 400), "0:8 46:10 196:6 236:10")

    def test_1_falls_back_to_tx_default_when_the_switch_is_set(self):
        self.world = ProfileWorld(falls_back=True)
        set_066(self.world, UNIT_A)

        self.assertEqual(self.ask(UNIT_A, 400), "0:8 46:10 196:6 236:10 256:8 296:10")

    def test_2_gives_the_same_in_watts_when_the_profiles_are_in_watts(self):
        set_066(self.world, UNIT_W)
        self.assertEqual(self.ask(UNIT_W, 400), "0:8000 46:10000 196:6000 236:10000")

        self.world = ProfileWorld(falls_back=True)
        set_066(self.world, UNIT_W)
        self.assertEqual(
            self.ask(UNIT_W, 400), "0:8000 46:10000 196:6000 236:10000 256:8000 296:10000"
        )

    def test_3_lets_the_lower_level_lead_when_the_duration_of_the_higher_is_over(self):
        start_s = NOW_S - 4
        for level, periods, duration_s in (
            (0, [(0, 6), (100, 8), (200, 10)], 400),
            (1, [(0, 7), (100, 9)], 150),
        ):
            self.world.install(
                PURPOSE_DEFAULT,
                periods,
                level,
                start_s=start_s,
                duration_s=duration_s,
                from_s=start_s,
                to_s=start_s + 401,
            )

        self.assertEqual(self.ask(UNIT_A, 350), "0:7 96:9 146:8 196:10")

    def test_4_and_5_take_the_lower_of_watts_and_amperes_in_both_units(self):
        self.world.hardware_ma = 63_000
        self.world.start(1, NOW_S)
        self.world.install(PURPOSE_MAX, [(0, 22000, 3)], connector=0, unit=UNIT_W)
        self.world.install(PURPOSE_TX, [(0, 10, 3), (600, 40, 3)], start_s=NOW_S)

        self.assertEqual(self.ask(UNIT_A, 1200), "0:10/3 600:31.8/3")
        self.assertEqual(self.ask(UNIT_W, 1200), "0:6900/3 600:22000/3")

    def test_6_counts_three_phases_when_the_profile_names_none(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 11000)], unit=UNIT_W)

        self.assertEqual(self.ask(UNIT_A, 60), "0:15.9")
        self.world = ProfileWorld(phases=1)
        self.world.install(PURPOSE_DEFAULT, [(0, 11000)], unit=UNIT_W)
        self.assertEqual(self.ask(UNIT_A, 60), "0:15.9")
        self.assertEqual(self.world.limit_ma(1, NOW_S), 15_900)

    def test_7_divides_by_one_phase_when_the_profile_names_one(self):
        self.world.hardware_ma = 40_000
        self.world.install(PURPOSE_DEFAULT, [(0, 7400, 1)], unit=UNIT_W)

        self.assertEqual(self.ask(UNIT_A, 60), "0:32.1/1")

    def set_8(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 11000)], 0, unit=UNIT_W)
        self.world.install(
            PURPOSE_DEFAULT,
            [(0, 6000)],
            1,
            kind=KIND_DAILY,
            unit=UNIT_W,
            start_s=MIDNIGHT_S - 30 * DAY_S + 8 * HOUR_S,
            duration_s=43_200,
        )

    def test_8_falls_to_the_lower_level_when_the_daily_profile_pauses(self):
        self.set_8()
        at_s = MIDNIGHT_S + 19 * HOUR_S

        self.assertEqual(self.ask(UNIT_W, 10_800, at_s), "0:6000 3600:11000")
        self.assertEqual(self.ask(UNIT_A, 10_800, at_s), "0:8.6 3600:15.9")

    def test_9_takes_up_the_daily_profile_when_its_hour_comes(self):
        self.set_8()

        self.assertEqual(self.ask(UNIT_W, 7200, MIDNIGHT_S + 7 * HOUR_S), "0:11000 3600:6000")

    def test_10_counts_a_relative_profile_from_the_start_of_the_transaction(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 16), (1800, 10)], kind=KIND_RELATIVE)
        self.world.start(1, NOW_S - 1200)

        self.assertEqual(self.ask(UNIT_A, 3600), "0:16 600:10")

    def test_11_counts_from_the_start_also_when_it_becomes_valid_later(self):
        self.world.start(1, NOW_S - 5400)
        self.world.install(
            PURPOSE_DEFAULT,
            [(0, 32), (3600, 6)],
            kind=KIND_RELATIVE,
            from_s=NOW_S + 1800,
        )

        self.assertEqual(self.ask(UNIT_A, 7200), "0:32 1800:6")

    def test_12_adds_the_connectors_up_to_the_maximum_of_the_charge_point(self):
        self.world.start(1, NOW_S)
        self.world.start(2, NOW_S)
        self.world.install(PURPOSE_TX, [(0, 16)], connector=1)
        self.world.install(PURPOSE_TX, [(0, 20)], connector=2)
        self.world.install(PURPOSE_MAX, [(0, 32)], connector=0)

        self.assertEqual(self.ask(UNIT_A, 60, connector=0), "0:32")


class TestLimits(unittest.TestCase):
    """The limit in force at an instant, and whose it is."""

    def setUp(self):
        self.world = ProfileWorld()
        self.table = self.world.table

    def limit(self, connector=1, wall_s=NOW_S):
        return self.world.limit_ma(connector, wall_s)

    def test_has_no_limit_when_no_profile_is_installed(self):
        self.assertEqual(self.limit(), NO_LIMIT_MA)
        self.assertEqual(self.world.ask(1, UNIT_A, 600, NOW_S), "0:32")
        self.assertEqual(self.world.ask(1, UNIT_W, 600, NOW_S), "0:22080")
        self.assertEqual(self.world.ask(0, UNIT_A, 600, NOW_S), "0:64")

    def test_names_its_one_phase_when_the_limit_is_the_stations_own(self):
        self.world = ProfileWorld(phases=1)

        self.assertEqual(self.world.ask(1, UNIT_W, 600, NOW_S), "0:7360/1")

    def test_applies_a_default_at_once_when_it_comes_during_a_transaction(self):  # TC_082
        self.world.start(1, NOW_S - 100)
        self.assertEqual(self.limit(), NO_LIMIT_MA)

        self.world.install(PURPOSE_DEFAULT, [(0, 6)], start_s=NOW_S - 4)
        self.assertEqual(self.limit(), 6_000)

        self.table.clear(1210, -0x40000000, -0x40000000, -0x40000000)
        self.assertEqual(self.limit(), NO_LIMIT_MA)

    def test_shows_a_default_when_the_connector_is_idle(self):  # TC_056
        self.world.install(PURPOSE_DEFAULT, [(0, 6, 3)], start_s=NOW_S - 4)

        self.assertEqual(self.world.ask(1, UNIT_A, 300, NOW_S), "0:6/3")

    def test_replaces_the_default_of_connector_0_for_one_connector_only(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 10)], connector=0)
        self.world.install(PURPOSE_DEFAULT, [(0, 16)], connector=1, duration_s=60)
        self.world.start(1, NOW_S)

        self.assertEqual(self.limit(1), 16_000)
        self.assertEqual(self.limit(2), 10_000)
        self.assertEqual(self.limit(1, NOW_S + 60), NO_LIMIT_MA)

    def test_lets_the_default_of_connector_0_lead_when_its_level_is_higher(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 10)], level=2, connector=0)
        self.world.install(PURPOSE_DEFAULT, [(0, 16)], level=1, connector=1)

        self.assertEqual(self.limit(1), 10_000)

    def test_keeps_a_tx_profile_to_its_own_transaction(self):
        self.world.start(1, NOW_S)
        self.world.install(PURPOSE_TX, [(0, 7)])
        self.assertEqual(self.limit(1), 7_000)

        self.world.profiles.end_session(1)
        self.assertEqual(self.limit(1), NO_LIMIT_MA)
        self.assertEqual(self.table.count, 0)

    def test_ends_at_valid_to_and_begins_at_valid_from(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7)], from_s=NOW_S, to_s=NOW_S + 10)

        for wall_s, limit_ma in (
            (NOW_S - 1, NO_LIMIT_MA),
            (NOW_S, 7_000),
            (NOW_S + 9, 7_000),
            (NOW_S + 10, NO_LIMIT_MA),
        ):
            self.assertEqual(self.limit(1, wall_s), limit_ma)

    def test_has_no_limit_before_the_schedule_starts(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7), (60, 8)], start_s=NOW_S, duration_s=120)

        for wall_s, limit_ma in (
            (NOW_S - 1, NO_LIMIT_MA),
            (NOW_S, 7_000),
            (NOW_S + 59, 7_000),
            (NOW_S + 60, 8_000),
            (NOW_S + 119, 8_000),
            (NOW_S + 120, NO_LIMIT_MA),
        ):
            self.assertEqual(self.limit(1, wall_s), limit_ma)

    def test_leaves_out_periods_behind_the_duration(self):
        self.world.install(
            PURPOSE_DEFAULT, [(0, 7), (60, 8), (200, 9)], start_s=NOW_S, duration_s=100
        )

        self.assertEqual(self.world.ask(1, UNIT_A, 300, NOW_S), "0:7 60:8 100:32")

    def test_blocks_the_levels_below_when_the_highest_has_no_end(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 6)], level=0)
        self.world.install(PURPOSE_DEFAULT, [(0, 20)], level=1)

        self.assertEqual(self.limit(1, NOW_S + 1000 * DAY_S), 20_000)

    def test_cuts_a_daily_schedule_after_a_day(self):
        self.world.install(
            PURPOSE_DEFAULT,
            [(0, 7), (80_000, 9), (90_000, 20)],
            kind=KIND_DAILY,
            start_s=MIDNIGHT_S - 10 * DAY_S + 22 * HOUR_S,
            duration_s=100_000,
        )

        # The occurrence of yesterday evening, over midnight and the whole day.
        self.assertEqual(
            self.world.ask(1, UNIT_A, 2 * DAY_S, MIDNIGHT_S),
            "0:7 72800:9 79200:7 159200:9 165600:7",
        )

    def test_repeats_a_weekly_schedule_after_seven_days(self):
        self.world.install(
            PURPOSE_DEFAULT,
            [(0, 7)],
            kind=KIND_WEEKLY,
            start_s=MIDNIGHT_S - 6 * DAY_S - HOUR_S,
            duration_s=2 * HOUR_S,
        )

        self.assertEqual(
            self.world.ask(1, UNIT_A, 8 * DAY_S, MIDNIGHT_S),
            "0:32 82800:7 90000:32 687600:7",
        )

    def test_does_not_repeat_before_the_first_start(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7)], kind=KIND_DAILY, start_s=NOW_S + DAY_S + 60)

        self.assertEqual(self.world.ask(1, UNIT_A, 2 * DAY_S, NOW_S), "0:32 86460:7")

    def test_keeps_the_hour_of_a_daily_schedule_that_began_before_2024(self):
        # 2013-01-01T08:00Z, as in §3.13.7: 4,017 days before 2024
        self.world.install(
            PURPOSE_DEFAULT,
            [(0, 7)],
            kind=KIND_DAILY,
            start_s=-4017 * DAY_S + 8 * HOUR_S,
            duration_s=HOUR_S,
        )

        self.assertEqual(
            self.world.ask(1, UNIT_A, DAY_S, MIDNIGHT_S + 7 * HOUR_S), "0:32 3600:7 7200:32"
        )

    def test_never_raises_a_limit_that_pauses(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 0), (60, 5.9)])
        self.world.start(1, NOW_S)

        self.assertEqual(self.limit(1), 0)
        self.assertEqual(self.world.ask(1, UNIT_A, 120, NOW_S), "0:0 60:5.9")

    def test_rounds_down_so_that_the_cap_holds(self):
        for watts, limit_ma in ((6899.9, 9_900), (6900, 10_000), (6968.9, 10_000), (6969, 10_100)):
            self.world.install(PURPOSE_DEFAULT, [(0, watts)], unit=UNIT_W)
            self.assertEqual(self.limit(1), limit_ma)

    def test_never_counts_more_phases_than_the_station_has(self):
        self.world = ProfileWorld(phases=1)
        self.world.install(PURPOSE_DEFAULT, [(0, 10, 3)])

        self.assertEqual(self.world.ask(1, UNIT_W, 60, NOW_S), "0:2300/3")
        self.assertEqual(self.limit(1), 10_000)


class TestSharing(unittest.TestCase):
    """ChargePointMaxProfile and site limit with several connectors (C6)."""

    def setUp(self):
        self.world = ProfileWorld(connector_count=3)
        self.world.install(PURPOSE_MAX, [(0, 32)], connector=0)

    def limits(self):
        return [self.world.limit_ma(connector, NOW_S) for connector in (1, 2, 3)]

    def test_gives_equal_shares_to_those_that_run(self):
        self.world.start(1, NOW_S)
        self.assertEqual(self.limits()[0], 32_000)

        self.world.start(2, NOW_S)
        self.assertEqual(self.limits()[:2], [16_000, 16_000])

        self.world.start(3, NOW_S)
        self.assertEqual(self.limits(), [10_600, 10_600, 10_600])

        self.world.profiles.end_session(1)
        self.assertEqual(self.limits()[1:], [16_000, 16_000])

    def test_counts_an_idle_connector_in_when_it_asks(self):
        self.world.start(1, NOW_S)

        self.assertEqual(self.limits(), [32_000, 16_000, 16_000])
        self.assertEqual(self.world.ask(2, UNIT_A, 60, NOW_S), "0:16")

    def test_never_adds_up_to_more_than_the_maximum(self):
        for connector in (1, 2, 3):
            self.world.start(connector, NOW_S)
        self.world.install(PURPOSE_TX, [(0, 6)], connector=2)

        self.assertEqual(self.limits(), [10_600, 6_000, 10_600])
        self.assertEqual(self.world.ask(0, UNIT_A, 60, NOW_S), "0:27.2")

    def test_names_the_phases_of_the_whole_when_all_connectors_have_the_same(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 6, 1)], connector=0)
        self.assertEqual(self.world.ask(0, UNIT_A, 60, NOW_S), "0:18/1")

        self.world.install(PURPOSE_DEFAULT, [(0, 6, 3)], connector=2)
        self.assertEqual(self.world.ask(0, UNIT_A, 60, NOW_S), "0:18")

    def test_names_the_phases_of_the_connectors_when_they_reach_the_maximum(self):
        self.world.install(PURPOSE_MAX, [(0, 18)], connector=0)
        self.world.install(PURPOSE_DEFAULT, [(0, 6, 1)], connector=0)

        self.assertEqual(self.world.ask(0, UNIT_A, 60, NOW_S), "0:18/1")

    def test_counts_the_same_transaction_once(self):
        self.world.start(1, NOW_S)
        self.world.start(1, NOW_S)
        self.assertEqual(self.limits()[0], 32_000)

        self.world.profiles.end_session(1)
        self.world.profiles.end_session(1)
        self.assertEqual(self.limits(), [32_000, 32_000, 32_000])

    def test_shares_the_site_limit_as_well(self):
        self.world.site_ma = 20_000
        self.world.start(1, NOW_S)
        self.world.start(2, NOW_S)

        self.assertEqual(self.world.ask(1, UNIT_A, 60, NOW_S), "0:10")
        self.assertEqual(self.world.ask(0, UNIT_A, 60, NOW_S), "0:20")
        self.assertEqual(self.world.ask(0, UNIT_W, 60, NOW_S), "0:13800")

    def test_stays_below_the_site_limit_when_nothing_runs(self):
        self.world.site_ma = 20_000

        self.assertEqual(self.world.ask(0, UNIT_A, 60, NOW_S), "0:20")


class TestClockUnknown(unittest.TestCase):
    """Before the first answer of the server nobody knows what time it is (C14)."""

    def setUp(self):
        self.world = ProfileWorld()

    def limit(self, wall_s=NOW_S):
        return self.world.limit_ma(1, wall_s, is_clock_known=False)

    def test_takes_the_lowest_period_of_a_profile_that_needs_the_clock(self):
        self.world.install(
            PURPOSE_DEFAULT, [(0, 16), (60, 6), (90, 20)], kind=KIND_DAILY, start_s=MIDNIGHT_S
        )

        self.assertEqual(self.limit(), 6_000)

    def test_counts_the_levels_below_as_well(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 9)], level=0)
        self.world.install(PURPOSE_DEFAULT, [(0, 16)], level=1, to_s=NOW_S - 5)
        self.world.install(PURPOSE_DEFAULT, [(0, 20)], level=2, from_s=NOW_S + 5)

        self.assertEqual(self.limit(), 9_000)

    def test_stops_at_a_profile_that_needs_no_clock(self):
        self.world.start(1, NOW_S)
        self.world.install(PURPOSE_DEFAULT, [(0, 9)], level=0)
        self.world.install(PURPOSE_DEFAULT, [(0, 16), (60, 10)], level=1, kind=KIND_RELATIVE)

        self.assertEqual(self.limit(), 16_000)
        self.assertEqual(self.limit(NOW_S + 60), 10_000)

    def test_takes_the_lowest_in_the_unit_that_is_asked_for(self):
        self.world.install(
            PURPOSE_DEFAULT, [(0, 7000, 3), (60, 5000, 1)], unit=UNIT_W, start_s=NOW_S
        )

        self.assertEqual(self.limit(), 10_100)  # 7000 W on three phases
        self.assertEqual(self.world.ask(1, UNIT_W, 60, NOW_S, is_clock_known=False), "0:5000/1")

    def test_goes_by_the_clock_as_soon_as_it_is_known(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 16), (60, 6)], start_s=NOW_S)
        self.assertEqual(self.limit(), 6_000)

        self.assertEqual(self.world.limit_ma(1, NOW_S), 16_000)

    def test_takes_the_lowest_when_nobody_knows_when_a_maximum_came(self):
        self.world.install(PURPOSE_MAX, [(0, 20), (60, 10)], connector=0, now_s=-1)

        self.assertEqual(self.limit(), 10_000)
        self.assertEqual(self.world.limit_ma(1, NOW_S), 10_000)

    def test_counts_a_maximum_without_start_from_when_it_came(self):
        self.world.install(
            PURPOSE_MAX, [(0, 20), (60, 10)], connector=0, kind=KIND_RELATIVE, now_s=NOW_S
        )

        self.assertEqual(self.world.limit_ma(1, NOW_S + 59), 20_000)
        self.assertEqual(self.world.limit_ma(1, NOW_S + 60), 10_000)


class TestKeptAnswers(unittest.TestCase):
    """limit_ma() keeps its answer until something can have changed."""

    def setUp(self):
        self.world = ProfileWorld()
        self.world.install(PURPOSE_DEFAULT, [(0, 16), (60, 6)], start_s=NOW_S)

    def up_and_wall(self, up_s, wall_s):
        return self.world.profiles.limit_ma(1, up_s, wall_s)

    def test_follows_the_clock_when_it_is_set(self):
        self.assertEqual(self.up_and_wall(100, NOW_S), 16_000)
        self.assertEqual(self.up_and_wall(101, NOW_S + 200), 6_000)
        self.assertEqual(self.up_and_wall(102, NOW_S + 3), 16_000)

    def test_is_not_looked_up_again_when_the_seconds_do_not_tick_together(self):
        self.up_and_wall(100, NOW_S)
        looks = []
        scan = self.world.profiles.scan
        self.world.profiles.scan = _Spy(scan, looks)

        for up_s, wall_s in ((100, NOW_S + 1), (101, NOW_S + 1), (158, NOW_S + 59)):
            self.assertEqual(self.up_and_wall(up_s, wall_s), 16_000)
        self.assertEqual(looks, [])

        self.assertEqual(self.up_and_wall(160, NOW_S + 60), 6_000)
        self.assertEqual(len(looks), 1)

    def test_is_right_at_every_second_when_asked_at_every_second(self):
        self.world.install(
            PURPOSE_DEFAULT,
            [(0, 10), (3, 11), (7, 12)],
            level=1,
            kind=KIND_DAILY,
            start_s=NOW_S - DAY_S + 20,
            duration_s=12,
            to_s=NOW_S + 30,
        )
        for second in range(90):
            want = 16_000 if second < 60 else 6_000
            if 20 <= second < 30:
                want = 10_000 if second < 23 else 11_000 if second < 27 else 12_000
            self.assertEqual(self.world.limit_ma(1, NOW_S + second), want)


class _Spy:
    """A scan that notes when it is asked."""

    def __init__(self, scan, looks):
        self._scan = scan
        self._looks = looks
        self.hold_s = scan.hold_s

    def limit(self, connector_id, tx, age_s, sharers, unit, wall_s):
        self._looks.append(wall_s)
        limit = self._scan.limit(connector_id, tx, age_s, sharers, unit, wall_s)
        self.hold_s = self._scan.hold_s
        return limit


class TestCompositeSchedule(unittest.TestCase):
    def setUp(self):
        self.world = ProfileWorld()

    def test_answers_with_one_period_when_the_window_is_empty(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7)])

        self.assertEqual(self.world.ask(1, UNIT_A, 0, NOW_S), "0:7")
        self.assertEqual(self.world.composite.covered_s, 0)

    def test_ends_with_the_window(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7), (60, 8)], start_s=NOW_S)

        self.assertEqual(self.world.ask(1, UNIT_A, 60, NOW_S), "0:7")
        self.assertEqual(self.world.ask(1, UNIT_A, 61, NOW_S), "0:7 60:8")
        self.assertEqual(self.world.composite.covered_s, 61)

    def test_merges_neighbours_whatever_profile_they_come_from(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 8, 3), (60, 8), (120, 9)], start_s=NOW_S)
        self.world.install(PURPOSE_MAX, [(0, 8)], connector=0)

        self.assertEqual(self.world.ask(1, UNIT_A, 600, NOW_S), "0:8/3")

    def test_does_not_merge_when_the_phases_differ(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 8, 1), (60, 8, 3)], start_s=NOW_S)

        self.assertEqual(self.world.ask(1, UNIT_A, 600, NOW_S), "0:8/1 60:8/3")

    def test_says_how_far_it_goes_when_there_are_too_many_periods(self):
        self.world.install(
            PURPOSE_DEFAULT,
            [(1000 * n, 6 + n) for n in range(24)],
            kind=KIND_DAILY,
            start_s=MIDNIGHT_S,
            duration_s=24_000,
        )

        text = self.world.ask(1, UNIT_A, 10 * DAY_S, MIDNIGHT_S)

        self.assertEqual(len(text.split()), 48)
        # 25 periods a day: 24 and what comes behind the duration
        self.assertEqual(self.world.composite.covered_s, DAY_S + 23_000)

    def test_gives_up_in_time_when_the_window_has_no_end(self):
        self.world.install(PURPOSE_DEFAULT, [(0, 7), (60, 7)], kind=KIND_DAILY, start_s=MIDNIGHT_S)

        self.assertEqual(self.world.ask(1, UNIT_A, 0x3FFFFFFF, MIDNIGHT_S), "0:7")
        self.assertEqual(self.world.composite.covered_s, 1000 * DAY_S)

    def test_starts_again_when_a_profile_comes_meanwhile(self):
        self.world.install(PURPOSE_DEFAULT, [(60 * n, 7 + n) for n in range(9)], start_s=NOW_S)
        composite = self.world.composite
        composite.begin(1, UNIT_A, 1000, 0, NOW_S, 32_000, 99_000)
        self.assertFalse(composite.step())
        self.assertTrue(composite.count > 1)

        self.world.install(PURPOSE_DEFAULT, [(0, 6)], start_s=NOW_S)
        while not composite.step():
            pass

        self.assertEqual((composite.count, composite.limits[0]), (1, 60))

    def test_looks_at_few_instants_a_step(self):
        self.world.install(PURPOSE_DEFAULT, [(60 * n, 7 + n) for n in range(24)], start_s=NOW_S)

        self.world.ask(1, UNIT_A, 3000, NOW_S)

        self.assertEqual(self.world.steps, 8)
