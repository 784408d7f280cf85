"""StationConfig: station.json in, ConfigError naming the field when it cannot be used."""

import unittest

from chargecore.base.codes import E_LENGTH, E_RANGE, OK
from chargecore.base.errors import ConfigError
from chargecore.station.config import StationConfig
from chargecore.station.measurands import MASK_ENERGY, mask_from_list

MINIMAL = {"id": "CP01", "csms_url": "ws://127.0.0.1:9000/ocpp"}


def loaded(**fields):
    config = StationConfig()
    station = dict(MINIMAL)
    station.update(fields)
    config.load(station)
    return config


class LoadTest(unittest.TestCase):
    def test_needs_only_identity_and_server(self):
        config = loaded()

        self.assertEqual(config.station_id, b"CP01")
        self.assertEqual(config.csms_url, b"ws://127.0.0.1:9000/ocpp")
        self.assertEqual(config.connector_count, 1)
        self.assertTrue(config.has_socket)
        self.assertEqual(config.max_current_ma, 32_000)
        self.assertEqual(config.phases, 3)
        self.assertEqual((config.wake_up, config.fault_pilot_f), (True, False))
        self.assertTrue(config.has_security)

    def test_takes_every_field(self):
        config = loaded(
            vendor="V",
            model="M",
            serial="S",
            firmware_version="1.2.3",
            meter_type="EM24",
            connectors=[{"meter": "a"}, {"meter": "b"}],
            cable="tethered",
            max_current=16,
            phases=1,
            wake_up=False,
            fault_pilot_f=True,
            security=False,
            auth_key="00112233445566778899aabbccddeeff",
            profiles=["Core"],
            something_else=3,
        )

        self.assertEqual((config.vendor, config.model, config.serial), (b"V", b"M", b"S"))
        self.assertEqual((config.firmware_version, config.meter_type), (b"1.2.3", b"EM24"))
        self.assertEqual(config.connector_count, 2)
        self.assertEqual(config.connectors[1]["meter"], "b")
        self.assertEqual(config.connector_phase_rotation, b"0.Unknown,1.Unknown,2.Unknown")
        self.assertEqual(config.phase_rotation_max, 3)
        self.assertFalse(config.has_socket)
        self.assertFalse(config.unlock_on_ev_side_disconnect)
        self.assertEqual(config.max_current_ma, 16_000)
        self.assertEqual(config.phases, 1)
        self.assertEqual((config.wake_up, config.fault_pilot_f), (False, True))
        self.assertFalse(config.has_security)
        self.assertEqual(config.measurand_list_max, 10)
        self.assertTrue(config.has_profile(b"Core"))
        self.assertFalse(config.has_profile(b"RemoteTrigger"))

    def test_allows_the_least_current_while_its_settings_are_lost(self):  # F44
        config = StationConfig()
        config.load({"id": "CP", "csms_url": "ws://h", "max_current": 16})
        config.set_settings_lost(True)
        self.assertEqual(config.max_current_ma, 6_000)

        config.set_settings_lost(False)

        self.assertEqual(config.max_current_ma, 16_000)

    def test_names_the_field_when_it_cannot_be_used(self):
        for field, values in (
            ("id", (None, "", 5, "x" * 49)),
            ("csms_url", (None, "", "http://x", 1)),
            ("vendor", ("x" * 21, 3)),
            ("model", ("x" * 21,)),
            ("serial", ("x" * 26,)),
            ("firmware_version", ("x" * 51,)),
            ("connectors", (0, 16, "2", [], True, [5], [None])),
            ("cable", ("none", 1)),
            ("max_current", (5, 81, "32", True)),
            ("phases", (2, 0, "3", True, 3.0)),
            ("wake_up", (0, 1, "yes", None)),
            ("security", (0, 1, "yes", None)),
            ("fault_pilot_f", (0, 1, "no", [])),
            ("auth_key", ("00", "zz" * 16, "0" * 33, "0" * 42)),
            ("profiles", ("Core", [], ["RemoteTrigger"], ["Core", "Nonsense"], ["Core", 5])),
            ("supervisor", (60, "server", [], {"timeout_s": -1}, {"timeout_s": 86_401})),
            ("supervisor", ({"timeout_s": "60"}, {"timeout_s": 60, "who": "me"}, {"who": 1})),
        ):
            for value in values:
                with self.subTest(field=field, value=value):
                    try:
                        loaded(**{field: value})
                    except ConfigError as error:
                        self.assertEqual(str(error), field)
                    else:
                        self.assertTrue(False, "accepted")

    def test_watches_a_supervisor_when_told(self):
        config = loaded()
        self.assertEqual((config.supervisor_timeout_s, config.supervisor_is_site), (0, False))
        for fields, expected in (
            ({}, (0, False)),
            ({"timeout_s": 300}, (300, False)),
            ({"timeout_s": 300, "who": "server"}, (300, False)),
            ({"timeout_s": 30, "who": "site"}, (30, True)),
        ):
            config = loaded(supervisor=fields)
            found = (config.supervisor_timeout_s, config.supervisor_is_site)
            self.assertEqual(found, expected)

    def test_puts_the_profiles_into_the_order_of_ocpp(self):
        config = loaded(profiles=["FirmwareManagement", "Core", "RemoteTrigger"])

        self.assertEqual(config.profiles, b"Core,FirmwareManagement,RemoteTrigger")

    def test_adds_no_attribute_after_init(self):
        names = sorted(n for n in dir(StationConfig()) if n[0] != "_")

        self.assertEqual(sorted(n for n in dir(loaded()) if n[0] != "_"), names)


class TextsTest(unittest.TestCase):
    def setUp(self):
        self.config = loaded(connectors=2)

    def test_sets_list_and_mask_together(self):
        text = b"Voltage,Current.Import.L1"

        self.assertEqual(self.config.set_text("sampled_list", text), OK)

        self.assertEqual(self.config.sampled_list, text)
        expected = mask_from_list(text, 0, len(text), self.config.supported_mask)
        self.assertEqual(self.config.sampled_mask, expected)

    def test_changes_nothing_when_one_entry_is_not_supported(self):
        self.assertEqual(self.config.set_text("aligned_list", b"Voltage,SoC"), E_RANGE)

        self.assertEqual(self.config.aligned_list, b"Energy.Active.Import.Register")
        self.assertEqual(self.config.aligned_mask, MASK_ENERGY)

    def test_reads_an_empty_list_as_the_register_for_meter_values_only(self):
        for name in ("sampled", "aligned"):
            self.assertEqual(self.config.set_text(name + "_list", b""), OK)
            self.assertEqual(getattr(self.config, name + "_mask"), MASK_ENERGY)
        for name in ("stop_sampled", "stop_aligned"):
            self.config.set_text(name + "_list", b"Voltage")
            self.assertEqual(self.config.set_text(name + "_list", b""), OK)
            self.assertEqual(getattr(self.config, name + "_mask"), 0)

    def test_takes_the_password_as_text_or_as_hex_digits(self):
        """J14: by its length, as the lab's tool reads its own setting."""
        for key, digits in (
            ("the old password", b"746865206f6c642070617373776f7264"),
            ("0123456789abcdef", b"30313233343536373839616263646566"),
            ("a" * 20, b"61" * 20),
            ("\u00e4" * 8, b"c3a4" * 8),
            ("0123456789abcdef" * 2, b"0123456789abcdef" * 2),
            ("aF" * 20, b"aF" * 20),
        ):
            with self.subTest(key=key):
                self.assertEqual(loaded(auth_key=key).auth_key_hex, digits)

    def test_knows_the_profile_of_url_and_password(self):
        """W1."""
        tls = {"csms_url": "wss://csms/ocpp"}
        own = {"client_certificate": "c.der", "client_key": "k.der"}
        for fields, profile in (
            ({}, 0),
            ({"auth_key": "a" * 16}, 1),
            (dict(tls), 2),
            (dict(tls, auth_key="a" * 16), 2),
            (dict(tls, **own), 3),
            (dict(own), 0),
        ):
            with self.subTest(fields=fields):
                self.assertEqual(loaded(**fields).security_profile, profile)

    def test_moves_files_through_tls_where_there_is_tls(self):
        for fields, protocols in (
            ({}, b"FTP,FTPS,HTTP,HTTPS"),
            ({"security": False}, b"FTP,HTTP"),
            ({"security": False, "csms_url": "wss://csms/ocpp"}, b"FTP,FTPS,HTTP,HTTPS"),
        ):
            with self.subTest(fields=fields):
                self.assertEqual(loaded(**fields).file_protocols, protocols)

    def test_checks_phase_rotation(self):
        for text in (b"0.RST,1.RTS,2.NotApplicable", b"1.SRT", b"1.STR, 2.TRS", b"2.TSR"):
            self.assertEqual(self.config.set_text("connector_phase_rotation", text), OK)
            self.assertEqual(self.config.connector_phase_rotation, text)
        for text in (b"", b"RST", b"1.rst", b"3.RST", b"1.RST,", b"x.RST", b"-1.RST", b"1.RST.2"):
            with self.subTest(text=text):
                self.assertEqual(self.config.set_text("connector_phase_rotation", text), E_RANGE)
        four = b"0.RST,1.RST,2.RST,2.RST"
        self.assertEqual(self.config.set_text("connector_phase_rotation", four), E_LENGTH)

    def test_checks_the_password(self):
        for length in (32, 34, 38, 40):
            self.assertEqual(self.config.set_text("auth_key_hex", b"aF" * (length // 2)), OK)
        for key in (b"", b"a" * 30, b"a" * 33, b"a" * 42, b"g" * 32, b" " * 32):
            self.assertEqual(self.config.set_text("auth_key_hex", key), E_RANGE)

    def test_refuses_a_password_when_the_identity_has_a_colon(self):
        """HTTP Basic cannot carry such a user name."""
        config = loaded(id="CP:1")

        self.assertEqual(config.set_text("auth_key_hex", b"aF" * 16), E_RANGE)
        with self.assertRaises(ConfigError):
            loaded(id="CP:1", auth_key="aF" * 16)

    def test_obeys_preset_profiles(self):
        self.assertEqual(self.config.set_text("profiles", b"Core, FirmwareManagement"), OK)
        self.assertEqual(self.config.profiles, b"Core,FirmwareManagement")
        self.assertEqual(self.config.set_text("profiles", b"RemoteTrigger"), E_RANGE)
        self.assertEqual(self.config.set_text("profiles", b"Core,Security"), E_RANGE)
