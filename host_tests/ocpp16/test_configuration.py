"""GetConfiguration and ChangeConfiguration."""

import unittest

from chargecore.base.events import EV_SETTING_CHANGED
from chargecore.ocpp16.key_table import rows_of
from fakes.ocpp16_world import Ocpp16World

KEY = b"0123456789abcdef" * 2


class GetTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World().boot()

    def readable(self):
        rows = rows_of(self.world.config, None)
        names = [rows.name(row).decode() for row in range(rows.count)]
        return sorted([name for name in names if name != "AuthorizationKey"])

    def get(self, *keys):
        return self.world.ask("GetConfiguration", {"key": list(keys)})

    def test_reports_every_key_when_none_is_named(self):
        """G1, TC_019."""
        readable = self.readable()
        for payload in ({}, {"key": []}):
            with self.subTest(payload=payload):
                answer = self.world.ask("GetConfiguration", payload)
                names = sorted([row["key"] for row in answer["configurationKey"]])
                self.assertEqual(names, readable)
                self.assertFalse("unknownKey" in answer)

    def test_marks_what_the_server_cannot_change(self):
        """G3."""
        rows = self.get("NumberOfConnectors", "HeartbeatInterval")["configurationKey"]

        self.assertEqual(
            [(row["key"], row["readonly"], row["value"]) for row in rows],
            [("NumberOfConnectors", True, "1"), ("HeartbeatInterval", False, "300")],
        )

    def test_finds_keys_in_any_case_and_spells_them_right(self):
        """G1."""
        answer = self.get("heartbeatinterval")

        self.assertEqual(answer["configurationKey"][0]["key"], "HeartbeatInterval")

    def test_lists_unknown_keys_apart(self):
        """G1: empty lists are left out."""
        mixed = self.get("HeartbeatInterval", 'No\u00e9"', "AlsoNot")
        none = self.get("Nope")

        self.assertEqual(len(mixed["configurationKey"]), 1)
        self.assertEqual(mixed["unknownKey"], ['No\u00e9"', "AlsoNot"])
        self.assertEqual(none, {"unknownKey": ["Nope"]})

    def test_never_reports_the_password(self):
        """G1, W2: asked for by name it is unknown."""
        self.world.set("AuthorizationKey", KEY.decode())
        answer = self.get("AuthorizationKey")
        everything = self.world.ask("GetConfiguration")

        self.assertEqual(answer, {"unknownKey": ["AuthorizationKey"]})
        self.assertFalse(KEY.decode() in str(everything))

    def test_takes_as_many_keys_as_it_says(self):
        """G1, TC_019."""
        names = self.readable()[:50]
        at_limit = self.get(*names, *["x"] * (50 - len(names)))
        beyond = self.get(*["x"] * 51)

        self.assertEqual(len(at_limit["configurationKey"]), len(names))
        self.assertEqual(beyond, "OccurenceConstraintViolation")


class ChangeTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World().boot()

    def value(self, key):
        answer = self.world.ask("GetConfiguration", {"key": [key]})
        return answer["configurationKey"][0]["value"]

    def test_accepts_shows_and_keeps_a_new_value(self):
        """G2, TC_021: over a power cut, too."""
        self.assertEqual(self.world.set("MeterValueSampleInterval", "15"), "Accepted")

        again = Ocpp16World(flash=self.world.flash, boot_number=8)
        self.assertEqual(self.value("MeterValueSampleInterval"), "15")
        self.assertEqual(again.config.meter_value_sample_interval_s, 15)
        self.assertIn(EV_SETTING_CHANGED, self.world.event_codes())

    def test_answers_not_supported_to_an_unknown_key(self):
        """G2, TC_040_1."""
        for key in ("Testing", "", "HeartbeatInterva", "HeartbeatInterval "):
            with self.subTest(key=key):
                self.assertEqual(self.world.set(key, "true"), "NotSupported")

    def test_rejects_what_it_cannot_take_and_keeps_the_old_value(self):
        """G2, M12, TC_040_2."""
        rows = (
            ("MeterValueSampleInterval", "-1"),
            ("MeterValueSampleInterval", ""),
            ("MeterValueSampleInterval", "1.5"),
            ("MeterValueSampleInterval", "99999999999999999999"),
            ("WebSocketPingInterval", "-1"),
            ("LocalPreAuthorize", "1"),
            ("LocalPreAuthorize", "yes"),
            ("NumberOfConnectors", "2"),
            ("SupportedFeatureProfiles", "Core"),
            ("MeterValuesSampledData", "Energy.Active.Import.Register,Moon.Phase"),
            ("MeterValuesSampledData", "SoC"),
            ("StopTxnSampledData", "Energy.Active.Export.Register"),
            ("ConnectorPhaseRotation", "1.RST,2.RST,3.RST"),
            ("ConnectorPhaseRotation", "1.XYZ"),
            ("ConnectorPhaseRotation", "\u00e9"),
            ("AuthorizationKey", "short"),
            ("AuthorizationKey", "g" * 32),
            ("AuthorizationKey", "0" * 33),
            ("AuthorizationKey", "0" * 42),
        )
        for key, value in rows:
            with self.subTest(key=key, value=value):
                before = self.world.settings.value(self.world.settings.row_of(key.encode()))
                self.assertEqual(self.world.set(key, value), "Rejected")
                after = self.world.settings.value(self.world.settings.row_of(key.encode()))
                self.assertEqual(before, after)

    def test_takes_truth_values_in_any_case(self):
        """G2."""
        for text, value in (("TRUE", "true"), ("False", "false"), ("true", "true")):
            self.assertEqual(self.world.set("LocalPreAuthorize", text), "Accepted")
            self.assertEqual(self.value("LocalPreAuthorize"), value)

    def test_learns_the_server_which_measurands_there_are(self):
        """One measurand after the other, as a server in the wild asks."""
        accepted = []
        for word in (
            "Current.Export",
            "Current.Import",
            "Current.Offered",
            "Energy.Active.Export.Register",
            "Energy.Active.Import.Register",
            "Frequency",
            "Power.Active.Import",
            "Power.Factor",
            "Power.Offered",
            "RPM",
            "SoC",
            "Temperature",
            "Voltage",
        ):
            if self.world.set("MeterValuesSampledData", word) == "Accepted":
                accepted.append(word)

        self.assertEqual(len(accepted), 9)
        self.assertFalse("SoC" in accepted)

    def test_rejects_when_flash_does_not_keep_it(self):
        self.world.flash.settings.is_broken = True

        self.assertEqual(self.world.set("MeterValueSampleInterval", "15"), "Rejected")
        self.assertEqual(self.value("MeterValueSampleInterval"), "60")

    def test_refuses_a_password_when_the_identity_has_a_colon(self):
        """HTTP Basic cannot carry it: the station would never connect again."""
        self.world = Ocpp16World({"id": "CP:01"}).boot()

        self.assertEqual(self.world.set("AuthorizationKey", KEY.decode()), "Rejected")
