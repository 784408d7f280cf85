"""SetChargingProfile, ClearChargingProfile, GetCompositeSchedule, remote starts with a profile."""

import unittest

from chargecore.station.profile_table import PROFILES_MAX
from fakes.ocpp16_world import NOW, Ocpp16World

PERIODS_MAX = 24
STARTS = ("2013-01-01T08:00:00Z", "1999-12-31T07:00:00-01:00", "2026-11-01T08:00:00Z")


def periods(*rows):
    """Return chargingSchedulePeriod; rows: (start, limit[, numberPhases])."""
    found = []
    for row in rows:
        period = {"startPeriod": row[0], "limit": row[1]}
        if len(row) > 2:
            period["numberPhases"] = row[2]
        found.append(period)
    return found


def profile(rows=((0, 10),), schedule=None, **fields):
    """Return a TxDefaultProfile, Absolute without a start; fields and schedule overwrite."""
    content = {"chargingRateUnit": "A", "chargingSchedulePeriod": periods(*rows)}
    content.update(schedule or {})
    result = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": content,
    }
    result.update(fields)
    return result


class SmartWorld(Ocpp16World):
    """A booted station of two connectors with smart charging."""

    def __init__(self, flash=None, boot_number=7):
        super().__init__({"connectors": 2}, flash, boot_number)
        self.storage = self.flash.pair("profiles")
        self.boot()

    def put(self, the_profile, connector_id=1):
        """Send a SetChargingProfile. Return the status, or a CALLERROR's code."""
        return self.status_of(
            "SetChargingProfile", connectorId=connector_id, csChargingProfiles=the_profile
        )

    def composite(self, duration=3600, connector_id=1, **fields):
        """Return the periods as (start, limit[, numberPhases])."""
        fields["connectorId"] = connector_id
        fields["duration"] = duration
        answer = self.ask("GetCompositeSchedule", fields)
        rows = []
        for period in answer["chargingSchedule"]["chargingSchedulePeriod"]:
            row = (period["startPeriod"], period["limit"])
            rows.append(row + ((period["numberPhases"],) if "numberPhases" in period else ()))
        return rows


class SetTest(unittest.TestCase):
    def setUp(self):
        self.world = SmartWorld()

    def test_a_profile_acts_on_the_connector(self):
        status = self.world.put(profile())
        self.world.run_ms(200)

        self.assertEqual(status, "Accepted")
        self.assertEqual([c.limit_ma for c in self.world.connectors], [10_000, 32_000])

    def test_one_of_connector_0_acts_on_all(self):
        self.world.put(profile(), 0)
        self.world.run_ms(200)

        self.assertEqual([c.limit_ma for c in self.world.connectors], [10_000, 10_000])

    def test_reads_every_field(self):
        """C4, C7, C8, C9."""
        rows = ((0, 6.5, 1), (600, 16, 3), (1200, 20.0))
        schedule = {
            "duration": 1800,
            "startSchedule": "2026-11-24T11:30:00.500+01:30",
            "minChargingRate": 4.0,
        }
        status = self.world.put(
            profile(
                rows,
                schedule,
                stackLevel=8,
                validFrom="2013-01-01T00:00:00Z",
                validTo="2026-11-24T10:25:00Z",
            )
        )
        found = self.world.composite(7200)

        self.assertEqual(status, "Accepted")
        self.assertEqual([row[1:] for row in found], [(6.5, 1), (16.0, 3), (20.0,), (32.0,)])
        self.assertEqual([row[0] // 300 for row in found], [0, 1, 3, 4])

    def test_takes_a_number_of_one_decimal_and_cuts_what_is_more(self):
        """C9, J10: never above what was sent."""
        for limit, expected in ((16.3, 16.3), (10.19, 10.1), (6.99999, 6.9), (1e1, 10.0)):
            self.assertEqual(self.world.put(profile(((0, limit),))), "Accepted")
            self.assertEqual(self.world.composite(), [(0, expected)])

    def test_rejects_what_no_profile_can_be(self):
        """C2."""
        recurring = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
        start = {"startSchedule": NOW}
        maximum = {"chargingProfilePurpose": "ChargePointMaxProfile"}
        many = [(n, 10) for n in range(PERIODS_MAX + 1)]
        for the_profile, connector_id in (
            (profile(stackLevel=9), 1),
            (profile(stackLevel=-1), 1),
            (profile(many), 1),
            (profile(((1, 10),)), 1),
            (profile(((0, 10), (60, 11), (60, 12))), 1),
            (profile(()), 1),
            (profile(((0, -1),)), 1),
            (profile(((0, 10, 4),)), 1),
            (profile(((0, 10, 0),)), 1),
            (profile(((0, 10, -1),)), 1),
            (profile(schedule={"duration": -1}), 1),
            (profile(**recurring), 1),
            (profile(schedule=start, chargingProfileKind="Recurring"), 1),
            (profile(**maximum), 1),
            (profile(chargingProfilePurpose="TxProfile"), 0),
            (profile(chargingProfilePurpose="TxProfile"), 1),
        ):
            with self.subTest(profile=the_profile):
                self.assertEqual(self.world.put(the_profile, connector_id), "Rejected")
        self.assertEqual(self.world.station.smart.table.count, 0)
        self.assertEqual(self.world.storage.images, [])

    def test_rejects_far_too_many_periods_as_well(self):
        """C2: more than there is room to read."""
        rows = [(n, 1) for n in range(40)]

        self.assertEqual(self.world.put(profile(rows)), "Rejected")
        self.assertEqual(self.world.put(profile(rows[:PERIODS_MAX])), "Accepted")

    def test_refuses_a_connector_or_a_word_that_does_not_exist(self):
        """E 3.38, E 3.39, C2: the message is wrong, not the profile."""
        violation = "PropertyConstraintViolation"
        for connector_id in (3, -1, 999):
            self.assertEqual(self.world.put(profile(), connector_id), violation)
        for fields in (
            {"chargingProfilePurpose": "MaxProfile"},
            {"chargingProfileKind": "absolute"},
            {"recurrencyKind": "Monthly"},
            {"schedule": {"chargingRateUnit": "kW"}},
            {"schedule": {"startSchedule": "tomorrow"}},
            {"validFrom": "2026-11-24"},
        ):
            with self.subTest(fields=fields):
                self.assertEqual(self.world.put(profile(**fields)), violation)

    def test_refuses_a_message_of_another_shape(self):
        """J7."""
        missing = profile()
        del missing["stackLevel"]
        for the_profile, code in (
            (missing, "OccurenceConstraintViolation"),
            (profile(color="red"), "FormationViolation"),
            (profile(stackLevel="0"), "TypeConstraintViolation"),
            (profile((("0", 10),)), "TypeConstraintViolation"),
            (profile(schedule={"startSchedule": 5}), "TypeConstraintViolation"),
            (profile(schedule={"chargingSchedulePeriod": {}}), "TypeConstraintViolation"),
            (profile(schedule={"chargingSchedulePeriod": [{}]}), "OccurenceConstraintViolation"),
            (profile(schedule={"duration": 1.5}), "TypeConstraintViolation"),
        ):
            with self.subTest(profile=the_profile):
                self.assertEqual(self.world.put(the_profile), code)

    def test_takes_null_for_what_is_not_there(self):
        """J9."""
        nothing = {"duration": None, "startSchedule": None, "minChargingRate": None}
        status = self.world.put(
            profile(schedule=nothing, validFrom=None, recurrencyKind=None, transactionId=None)
        )

        self.assertEqual(status, "Accepted")

    def test_takes_as_many_as_it_says(self):
        """C2: MaxChargingProfilesInstalled."""
        for number in range(PROFILES_MAX):
            the_profile = profile(chargingProfileId=number, stackLevel=number % 9)
            self.assertEqual(self.world.put(the_profile, number // 9), "Accepted")
        one_more = profile(chargingProfileId=99, stackLevel=8)

        self.assertEqual(self.world.put(one_more, 2), "Rejected")
        self.assertEqual(self.world.put(one_more, 0), "Accepted")

    # ---- time ----

    def test_a_recurring_start_may_be_as_old_as_it_likes(self):
        """E 3.43, E 3.44, E 3.79: every 24 hours from startSchedule; a gap behind duration."""
        for start in STARTS:
            schedule = {"startSchedule": start, "duration": 3 * 3600}
            recurring = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
            self.world.put(profile(((0, 6), (7500, 8)), schedule, **recurring))
            found = self.world.composite(86_400)
            with self.subTest(start=start):
                self.assertEqual([row[1] for row in found], [6.0, 8.0, 32.0, 6.0])
                self.assertEqual([row[0] // 60 for row in found], [0, 4, 59, 1319])

    def test_a_weekly_start_of_before_2007_keeps_its_weekday(self):
        """E 3.79: 2000-01-03 was a Monday, 2026-11-24 is a Tuesday."""
        schedule = {"startSchedule": "2000-01-03T00:00:00Z"}
        recurring = {"chargingProfileKind": "Recurring", "recurrencyKind": "Weekly"}
        self.world.put(profile(((0, 6), (86_400, 8), (172_800, 12)), schedule, **recurring))

        self.assertEqual([row[1] for row in self.world.composite(86_400)], [8.0, 12.0])

    def test_an_absolute_start_of_long_ago_is_past(self):
        for start, duration, expected in (
            ("2013-01-01T00:00:00Z", 86_400, 32.0),
            ("1970-01-01T00:00:00Z", 86_400, 32.0),
            ("2013-01-01T00:00:00Z", None, 8.0),
            ("2090-01-01T00:00:00Z", None, 32.0),
        ):
            schedule = {"startSchedule": start, "duration": duration}
            self.world.put(profile(((0, 6), (3600, 8)), schedule))
            self.assertEqual(self.world.composite(), [(0, expected)])

    def test_a_validity_that_has_ended_before_2024_is_over(self):
        self.world.put(profile(validTo="2020-01-01T00:00:00Z"))

        self.assertEqual(self.world.composite(), [(0, 32.0)])

    # ---- transaction ----

    def test_a_tx_profile_needs_its_transaction(self):
        """C1: also one whose id is not known yet cannot match, TC_058_2."""
        world = self.world
        mine = {"chargingProfilePurpose": "TxProfile", "transactionId": 7}
        world.mute = ["StartTransaction"]
        world.charge()
        early = world.put(profile(**mine))
        world.answer("StartTransaction", world.answers["StartTransaction"])
        world.mute = []
        world.run_ms(200)
        other = world.put(profile(chargingProfilePurpose="TxProfile", transactionId=8))
        elsewhere = world.put(profile(**mine), 2)

        self.assertEqual((early, other, elsewhere), ("Rejected", "Rejected", "Rejected"))
        self.assertEqual(world.put(profile(**mine)), "Accepted")
        self.assertEqual(world.put(profile(chargingProfilePurpose="TxProfile")), "Accepted")
        world.run_ms(100)
        self.assertEqual(world.controller.limit_ma, 10_000)

    # ---- flash ----

    def test_accepted_means_on_flash(self):
        """E 3.37."""
        self.world.put(profile())
        again = SmartWorld(self.world.flash, 8)

        self.assertEqual(again.composite(), [(0, 10.0)])

    def test_rejects_what_flash_refuses_and_changes_nothing(self):
        """E 3.37."""
        self.world.put(profile(((0, 8),)))
        self.world.storage.is_broken = True
        status = self.world.put(profile(((0, 6),)))

        self.assertEqual(status, "Rejected")
        self.assertEqual(self.world.composite(), [(0, 8.0)])


class ClearTest(unittest.TestCase):
    def setUp(self):
        self.world = SmartWorld()
        maximum = {"chargingProfilePurpose": "ChargePointMaxProfile"}
        self.world.put(profile(chargingProfileId=1, stackLevel=1))
        self.world.put(profile(chargingProfileId=2), 0)
        self.world.put(profile(chargingProfileId=3, **maximum), 0)

    def clear(self, **fields):
        status = self.world.status_of("ClearChargingProfile", **fields)
        return status, self.world.station.smart.table.count

    def test_goes_by_the_id_alone_when_there_is_one(self):
        """E 3.26."""
        self.assertEqual(self.clear(id=9, connectorId=1), ("Unknown", 3))
        self.assertEqual(self.clear(id=1, connectorId=2, stackLevel=7), ("Accepted", 2))

    def test_wants_every_field_to_match(self):
        """E 3.25: a logical AND; connectorId 0 means those set on 0."""
        self.assertEqual(self.clear(connectorId=1, stackLevel=0), ("Unknown", 3))
        self.assertEqual(
            self.clear(connectorId=0, chargingProfilePurpose="TxDefaultProfile"), ("Accepted", 2)
        )
        self.assertEqual(self.clear(stackLevel=1), ("Accepted", 1))

    def test_clears_all_without_a_field(self):
        """C15."""
        self.assertEqual(self.clear(), ("Accepted", 0))
        self.assertEqual(self.clear(), ("Unknown", 0))

    def test_what_is_cleared_is_cleared_for_good(self):
        self.clear()

        self.assertEqual(SmartWorld(self.world.flash, 8).station.smart.table.count, 0)

    def test_does_not_say_accepted_when_flash_refuses(self):
        self.world.storage.is_broken = True

        self.assertEqual(self.world.ask("ClearChargingProfile"), "InternalError")
        self.assertEqual(self.world.station.smart.table.count, 3)

    def test_refuses_a_purpose_that_does_not_exist(self):
        self.assertEqual(
            self.clear(chargingProfilePurpose="All"), ("PropertyConstraintViolation", 3)
        )


class CompositeTest(unittest.TestCase):
    def setUp(self):
        self.world = SmartWorld()

    def ask(self, **fields):
        return self.world.ask("GetCompositeSchedule", fields)

    def test_answers_the_limit_of_the_station_when_there_is_no_profile(self):
        """C16, TC_067; E 3.57: no startSchedule."""
        answer = self.ask(connectorId=1, duration=300)

        self.assertEqual(answer["scheduleStart"][:17], "2026-11-24T10:00:")
        del answer["scheduleStart"]
        self.assertEqual(
            answer,
            {
                "status": "Accepted",
                "connectorId": 1,
                "chargingSchedule": {
                    "duration": 300,
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 32.0}],
                },
            },
        )

    def test_answers_in_the_unit_asked_for(self):
        """C10, E 3.69: 230 V, rounded down; E 3.34: more phases than there are raise nothing."""
        self.world.put(profile(((0, 11_000),), {"chargingRateUnit": "W"}))
        amps = self.world.composite(chargingRateUnit="A")
        watts = self.world.composite(chargingRateUnit="W")
        self.world.put(profile(((0, 7_400, 1),), {"chargingRateUnit": "W"}))
        one = self.world.composite(chargingRateUnit="A")

        self.assertEqual((amps, watts), ([(0, 15.9)], [(0, 11_000.0)]))
        self.assertEqual(one, [(0, 32.0)])  # 32.1 A, more than the hardware has

    def test_a_limit_for_three_phases_stays_what_it_is_on_one(self):
        """E 3.34: never scaled up."""
        self.world.config.phases = 1
        world = SmartWorld()
        world.station.smart.profiles.scan.station_phases = 1
        world.put(profile(((0, 11_000, 3),), {"chargingRateUnit": "W"}))

        self.assertEqual(world.composite(chargingRateUnit="A"), [(0, 15.9, 3)])

    def test_adds_up_for_connector_0(self):
        """C16."""
        self.world.put(profile(((0, 10),)), 1)
        self.world.put(profile(((0, 12),), chargingProfileId=2), 2)

        self.assertEqual(self.world.composite(connector_id=0), [(0, 22.0)])

    def test_counts_the_limit_of_the_site(self):
        self.world.station.set_site_limit_ma(13_500)

        self.assertEqual(self.world.composite(), [(0, 13.5)])

    def test_rejects_an_unknown_connector_without_a_schedule(self):
        """C16."""
        for connector_id, duration in ((3, 300), (-1, 300), (1, -1)):
            self.assertEqual(
                self.ask(connectorId=connector_id, duration=duration), {"status": "Rejected"}
            )

    def test_refuses_a_unit_that_does_not_exist(self):
        """E 3.24."""
        self.assertEqual(
            self.ask(connectorId=1, duration=300, chargingRateUnit="kW"),
            "PropertyConstraintViolation",
        )

    def test_leaves_the_begin_out_while_the_time_is_unknown(self):
        world = Ocpp16World({"connectors": 2})
        world.mute = ["BootNotification"]
        world.open()
        world.run_ms(500)
        answer = world.ask("GetCompositeSchedule", {"connectorId": 1, "duration": 60})

        self.assertEqual(answer["status"], "Accepted")
        self.assertFalse("scheduleStart" in answer)

    def test_a_long_schedule_comes_later_and_calls_are_taken_meanwhile(self):
        rows = [(60 * n, 6 + n % 2) for n in range(PERIODS_MAX)]
        schedule = {"startSchedule": "2013-01-01T00:00:00Z", "duration": 60 * PERIODS_MAX}
        recurring = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
        self.world.put(profile(rows, schedule, **recurring))
        first = self.world.send("GetCompositeSchedule", {"connectorId": 1, "duration": 172_800})
        second = self.world.send("ClearCache", {})
        third = self.world.send("GetCompositeSchedule", {"connectorId": 1, "duration": 60})
        self.world.run_ms(5_000)
        answers = [row for row in self.world.results if row[1] in (first, second, third)]

        self.assertEqual([row[1] for row in answers], [second, third, first])
        self.assertEqual(answers[1][2], {"status": "Rejected"})  # one at a time
        self.assertEqual(len(answers[2][2]["chargingSchedule"]["chargingSchedulePeriod"]), 48)

    def test_a_question_ends_with_its_connection(self):
        self.world.put(profile())
        self.world.send("GetCompositeSchedule", {"connectorId": 1, "duration": 60})
        self.world.channel.pump()
        self.world.ocpp.rpc.poll(self.world.time.ticks_ms())
        self.world.close()
        self.world.run_ms(1_000)
        self.world.open()
        self.world.results = []
        self.world.run_ms(1_000)

        self.assertEqual(self.world.results, [])
        self.assertEqual(self.world.composite(60), [(0, 10.0)])


class RemoteStartTest(unittest.TestCase):
    """R5."""

    def setUp(self):
        self.world = SmartWorld()
        self.world.set("AuthorizeRemoteTxRequests", "false")

    def start(self, **fields):
        payload = {"idTag": "TAG1", "chargingProfile": profile(chargingProfilePurpose="TxProfile")}
        payload.update(fields)
        return self.world.status_of("RemoteStartTransaction", **payload)

    def count(self):
        return self.world.station.smart.table.count

    def test_the_profile_is_for_the_transaction_that_begins(self):
        """TC_059."""
        self.world.controller.plug()
        self.world.run_ms(200)
        status = self.start(connectorId=1)
        self.world.run_ms(500)

        self.assertEqual(status, "Accepted")
        self.assertEqual([c.limit_ma for c in self.world.connectors], [10_000, 32_000])

    def test_it_goes_with_the_connector_that_the_station_chooses(self):
        self.world.controllers[1].plug()
        self.world.run_ms(200)
        self.assertEqual(self.start(), "Accepted")
        self.world.run_ms(500)

        self.assertEqual([c.limit_ma for c in self.world.connectors], [32_000, 10_000])

    def test_a_profile_with_the_real_id_takes_its_place(self):
        self.world.controller.plug()
        self.world.run_ms(200)
        self.start(connectorId=1)
        self.world.run_ms(500)
        later = profile(
            ((0, 12),), chargingProfileId=2, chargingProfilePurpose="TxProfile", transactionId=7
        )

        self.assertEqual(self.world.put(later), "Accepted")
        self.assertEqual((self.count(), self.world.composite()), (1, [(0, 12.0)]))

    def test_rejects_another_purpose_or_a_bad_profile(self):
        """TC_060."""
        bad = profile(((5, 10),), chargingProfilePurpose="TxProfile")
        for fields in (
            {"chargingProfile": profile()},
            {"chargingProfile": profile(chargingProfilePurpose="ChargePointMaxProfile")},
            {"chargingProfile": bad},
        ):
            fields["connectorId"] = 1
            self.assertEqual(self.start(**fields), "Rejected")
        self.assertEqual(self.start(chargingProfile={}), "OccurenceConstraintViolation")
        self.world.controller.plug()
        self.world.run_ms(500)
        self.assertEqual(self.count(), 0)
        self.assertFalse(self.world.connector.transaction.is_active)

    def test_a_start_that_cannot_be_changes_no_profile(self):
        """R1: not even the one that has the same id."""
        self.world.put(profile())
        for connector_id in (0, 3):
            self.assertEqual(self.start(connectorId=connector_id), "Rejected")
        self.world.charge()
        self.assertEqual(self.start(connectorId=1), "Rejected")
        again = SmartWorld(self.world.flash, 8)

        self.assertEqual((self.count(), self.world.composite()), (1, [(0, 10.0)]))
        self.assertEqual(again.composite(), [(0, 10.0)])

    def test_a_profile_that_replaces_one_on_flash_is_kept_first(self):
        """E 3.37."""
        self.world.put(profile())
        self.world.storage.is_broken = True
        refused = self.start(connectorId=1)
        self.world.storage.is_broken = False

        self.assertEqual((refused, self.count()), ("Rejected", 1))
        self.assertEqual(self.start(connectorId=1), "Accepted")
        self.assertEqual(SmartWorld(self.world.flash, 8).composite(), [(0, 32.0)])

    def test_starts_without_a_profile_as_ever(self):
        self.assertEqual(
            self.world.status_of("RemoteStartTransaction", idTag="T", connectorId=1), "Accepted"
        )
        self.assertEqual(self.count(), 0)

    def test_ignores_a_transaction_id_that_cannot_mean_anything(self):
        mine = profile(chargingProfilePurpose="TxProfile", transactionId=3)

        self.assertEqual(self.start(connectorId=1, chargingProfile=mine), "Accepted")


class KeysTest(unittest.TestCase):
    def value(self, world, key):
        return world.ask("GetConfiguration", {"key": [key]})["configurationKey"][0]["value"]

    def test_the_limits_are_those_of_the_table(self):
        world = SmartWorld()

        self.assertEqual(self.value(world, "ChargeProfileMaxStackLevel"), "8")
        self.assertEqual(self.value(world, "ChargingScheduleMaxPeriods"), str(PERIODS_MAX))
        self.assertEqual(self.value(world, "MaxChargingProfilesInstalled"), str(PROFILES_MAX))
        self.assertEqual(
            self.value(world, "ChargingScheduleAllowedChargingRateUnit"), "Current,Power"
        )

    def test_a_maker_cannot_preset_other_limits(self):
        presets = {
            "ChargeProfileMaxStackLevel": "99",
            "ChargingScheduleAllowedChargingRateUnit": "Power",
        }
        world = Ocpp16World(presets=presets)

        self.assertEqual(world.config.charge_profile_max_stack_level, 8)
        self.assertEqual(world.config.charging_rate_units, b"Current,Power")

    def test_the_fall_back_is_a_setting(self):
        """C5, TC_066."""
        world = SmartWorld()

        self.assertEqual(self.value(world, "TxDefaultProfileAfterTxProfile"), "true")
        self.assertEqual(world.set("TxDefaultProfileAfterTxProfile", "false"), "Accepted")
        world.run_ms(100)
        self.assertFalse(world.station.smart.profiles.scan.falls_back)

    def test_a_station_without_the_profile_does_not_know_them(self):
        world = Ocpp16World({"profiles": ["Core"]}).boot()
        answer = world.ask("GetConfiguration", {"key": ["MaxChargingProfilesInstalled"]})

        self.assertEqual(answer, {"unknownKey": ["MaxChargingProfilesInstalled"]})
        self.assertIsNone(world.station.smart)


if __name__ == "__main__":
    unittest.main()
