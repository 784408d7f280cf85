"""The settings table of OCPP 1.6: complete, consistent, and every row behaves as declared."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.codes import E_READ_ONLY, OK
from chargecore.base.event_log import EventLog
from chargecore.ocpp16.keys import PACKED, TABLE
from chargecore.station.config import StationConfig
from chargecore.store.setting_rows import RO, RW, T_BOOL, T_INT, T_TEXT, WO, SettingRows
from chargecore.store.settings import Settings, key_id
from fakes.storage import FakeStorage

# OCPP 1.6 ed.2 ch. 9: the required keys of the Core profile.
REQUIRED = (
    b"AuthorizeRemoteTxRequests",
    b"ClockAlignedDataInterval",
    b"ConnectionTimeOut",
    b"ConnectorPhaseRotation",
    b"GetConfigurationMaxKeys",
    b"HeartbeatInterval",
    b"LocalAuthorizeOffline",
    b"LocalPreAuthorize",
    b"MeterValuesAlignedData",
    b"MeterValuesSampledData",
    b"MeterValueSampleInterval",
    b"NumberOfConnectors",
    b"ResetRetries",
    b"StopTransactionOnEVSideDisconnect",
    b"StopTransactionOnInvalidId",
    b"StopTxnAlignedData",
    b"StopTxnSampledData",
    b"SupportedFeatureProfiles",
    b"TransactionMessageAttempts",
    b"TransactionMessageRetryInterval",
    b"UnlockConnectorOnEVSideDisconnect",
)
READ_ONLY = (
    b"ConnectorPhaseRotationMaxLength",
    b"GetConfigurationMaxKeys",
    b"MeterValuesAlignedDataMaxLength",
    b"MeterValuesSampledDataMaxLength",
    b"NumberOfConnectors",
    b"StopTransactionMaxMeterValues",
    b"StopTxnAlignedDataMaxLength",
    b"StopTxnSampledDataMaxLength",
    b"SupportedFeatureProfiles",
)


def ticks_zero():
    return 0


class KeysTest(unittest.TestCase):
    def setUp(self):
        self.config = StationConfig()
        self.storage = FakeStorage()
        self.events = EventLog(Clock(ticks_zero, 1), 8)
        self.settings = Settings(SettingRows(PACKED), self.config, self.storage, self.events)

    def test_has_every_required_key_of_the_core_profile(self):
        keys = [row[0] for row in TABLE]
        for key in REQUIRED:
            self.assertIn(key, keys)

    def test_marks_exactly_the_fixed_keys_read_only(self):
        read_only = [row[0] for row in TABLE if row[4] == RO]
        self.assertEqual(sorted(read_only), sorted(READ_ONLY))

    def test_declares_each_key_once_in_alphabetical_order(self):
        keys = [row[0].lower() for row in TABLE]
        self.assertEqual(keys, sorted(keys))
        self.assertEqual(len(set(keys)), len(keys))
        self.assertEqual(len({key_id(row[0]) for row in TABLE}), len(keys))

    def test_starts_with_the_same_defaults_as_the_station(self):
        fresh = StationConfig()
        for key, kind, low, high, access, default, attribute in TABLE:
            with self.subTest(key=key):
                value = getattr(fresh, attribute)
                if default is not None:
                    self.assertEqual(value, default)
                    self.assertEqual(type(value), type(default))
                self.assertIn(kind, (T_BOOL, T_INT, T_TEXT))
                self.assertIn(access, (RO, RW, WO))
                if kind == T_INT:
                    self.assertTrue(low <= value <= high)
                    self.assertLessEqual(high, 0x3FFFFFFF)

    def test_takes_both_ends_of_every_range_and_nothing_beyond(self):
        settings = self.settings
        for row in range(len(TABLE)):
            key, kind, low, high, access = TABLE[row][:5]
            if kind != T_INT or access == RO:
                continue
            with self.subTest(key=key):
                for number in (low, high):
                    self.assertEqual(settings.set(key, str(number).encode()), OK)
                    self.assertEqual(settings.value(row), number)
                for number in (low - 1, high + 1):
                    self.assertLessEqual(settings.set(key, str(number).encode()), -1)
                    self.assertEqual(settings.value(row), high)

    def test_takes_both_truth_values_of_every_switch(self):
        for row in range(len(TABLE)):
            if TABLE[row][1] == T_BOOL:
                for text, value in ((b"true", True), (b"FALSE", False), (b"True", True)):
                    self.assertEqual(self.settings.set(TABLE[row][0], text), OK)
                    self.assertIs(self.settings.value(row), value)
                self.assertLessEqual(self.settings.set(TABLE[row][0], b"1"), -1)

    def test_keeps_all_values_at_once_when_none_is_the_default(self):
        for row in range(len(TABLE)):
            key, kind, low, high, access, default = TABLE[row][:6]
            if access == RO:
                continue
            if kind == T_BOOL:
                text = b"false" if self.settings.value(row) else b"true"
            elif kind == T_INT:
                text = str(low if self.settings.value(row) != low else high).encode()
            elif access == WO:
                text = b"0123456789abcdef" * 2
            elif key == b"ConnectorPhaseRotation":
                text = b"0.RST,1.RST"
            else:
                text = (
                    b"Energy.Active.Import.Register,Power.Active.Import,Power.Offered,Voltage,"
                    b"Current.Import,Current.Offered,Frequency,Power.Factor,Temperature"
                )
            self.assertEqual(self.settings.set(key, text), OK)

        config = StationConfig()
        settings = Settings(SettingRows(PACKED), config, self.storage, self.events)
        settings.load()
        for row in range(len(TABLE)):
            self.assertEqual(settings.value(row), self.settings.value(row))

    def test_refuses_unlock_setting_when_the_cable_is_tethered(self):
        config = StationConfig()
        config.load({"id": "CP", "csms_url": "ws://x", "cable": "tethered"})
        settings = Settings(SettingRows(PACKED), config, self.storage, self.events)
        row = settings.row_of(b"UnlockConnectorOnEVSideDisconnect")

        self.assertTrue(settings.is_readonly(row))
        self.assertEqual(settings.set(settings.name(row), b"true"), E_READ_ONLY)
        self.assertIs(settings.value(row), False)

    def test_never_reports_the_password(self):
        row = self.settings.row_of(b"AuthorizationKey")

        self.assertFalse(self.settings.is_readable(row))
        self.assertFalse(self.settings.is_readonly(row))
