"""Smart charging with the heap locked: every message, limits in force, a session from end to end.

The storage keeps nothing: what a real one needs is the opening of a file, see VersionPair.
"""

import unittest

from heap_ocpp16 import World

from heap import growth, locked

COVERS = (
    "chargecore.ocpp16.requests.Requests.try_start",
    "chargecore.ocpp16.smart_charging.SmartCharging._tx_of",
    "chargecore.ocpp16.smart_charging.SmartCharging._fill",
    "chargecore.ocpp16.smart_charging.SmartCharging._read_profile",
    "chargecore.ocpp16.smart_charging.SmartCharging.ask",
    "chargecore.ocpp16.smart_charging.SmartCharging.poll",
    "chargecore.ocpp16.smart_charging.SmartCharging.render_composite",
    "chargecore.ocpp16.smart_charging.SmartCharging._write_period",
    "chargecore.ocpp16.smart_charging._start_s",
    "chargecore.station.charging_profiles.ChargingProfiles.has_started",
    "chargecore.station.smart_limits.SmartLimits.limit_ma",
    "chargecore.station.smart_limits.SmartLimits.step",
    "chargecore.station.smart_limits.SmartLimits._follow",
    "chargecore.station.smart_limits.SmartLimits._came_to_nothing",
    "chargecore.station.smart_limits.SmartLimits.await_start",
    "chargecore.wire.iso_time.before_2024_s",
)

_SET = b'[2,"1","SetChargingProfile",{"connectorId":%d,"csChargingProfiles":%s}]'
_PROFILE = (
    b'{"chargingProfileId":%d,"stackLevel":%d,"chargingProfilePurpose":"%s",'
    b'"chargingProfileKind":"%s","recurrencyKind":"Daily","validFrom":"2013-01-01T00:00:00Z",'
    b'"chargingSchedule":{"duration":36000,"startSchedule":"%s","chargingRateUnit":"%s",'
    b'"chargingSchedulePeriod":[{"startPeriod":0,"limit":%d.5,"numberPhases":3},'
    b'{"startPeriod":600,"limit":9}]}}'
)


def _profile(number, level, purpose, kind, start, unit, limit):
    return _PROFILE % (number, level, purpose, kind, start, unit, limit)


_OLD = b"1999-01-01T06:00:00Z"
_MAX = _profile(1, 0, b"ChargePointMaxProfile", b"Absolute", b"2026-11-25T05:00:00Z", b"A", 40)
_DEFAULT = _profile(2, 0, b"TxDefaultProfile", b"Recurring", _OLD, b"A", 10)
_IN_W = _profile(3, 1, b"TxDefaultProfile", b"Recurring", _OLD, b"W", 9000)
_OF_TX = _profile(4, 0, b"TxProfile", b"Relative", _OLD, b"A", 8)
_BAD = _profile(5, 9, b"TxDefaultProfile", b"Relative", _OLD, b"A", 8)
_START = b'[2,"2","RemoteStartTransaction",{"connectorId":2,"idTag":"T","chargingProfile":%s}]'
CALLS = (
    _SET % (0, _MAX),
    _SET % (0, _DEFAULT),
    _SET % (1, _IN_W),
    _SET % (1, _OF_TX),
    _SET % (1, _BAD),
    _SET % (7, _DEFAULT),
    _START % _OF_TX,
    _START % _DEFAULT,
    b'[2,"3","GetCompositeSchedule",{"connectorId":1,"duration":7200}]',
    b'[2,"4","GetCompositeSchedule",{"connectorId":1,"duration":7200,"chargingRateUnit":"W"}]',
    b'[2,"5","GetCompositeSchedule",{"connectorId":0,"duration":86400}]',
    b'[2,"6","GetCompositeSchedule",{"connectorId":9,"duration":60}]',
    b'[2,"7","ClearChargingProfile",{"id":3}]',
    b'[2,"8","ClearChargingProfile",{"chargingProfilePurpose":"ChargePointMaxProfile"}]',
    b'[2,"9","ClearChargingProfile",{}]',
    b'[2,"10","ClearChargingProfile",{}]',
)


class TestHeapOfSmartCharging(unittest.TestCase):
    def setUp(self):
        self.world = World("/no-such-folder", b"Core,SmartCharging")
        self.config = self.world.config
        self.channel = self.world.channel
        self.text = _START % _OF_TX
        self.offer_ma = 0
        self.world.run_all(20)

    def serve_all(self):
        """Take every call of the server."""
        for text in CALLS:
            self.channel.feed(text)
            self.world.run_all(20)

    def charge(self):
        """Run a session whose TxProfile came with the remote start."""
        world = self.world
        controller = world.controllers[1]
        self.channel.feed(self.text)
        world.run_all(10)
        controller.is_plugged = True
        world.run_all(10)
        controller.charge()
        world.run_all(60)
        self.offer_ma = controller.offered_ma
        world.connectors[1].stop(1, None)
        world.run_all(10)
        controller.unplug()
        world.run_all(40)

    def test_calls_of_the_server(self):
        before = self.channel.replies
        with locked():
            self.serve_all()

        self.assertEqual(self.channel.replies - before, len(CALLS))

    def test_a_session_with_a_profile_and_the_setting_changed(self):
        self.config.authorize_remote_tx_requests = False
        with locked():
            self.charge()
            self.config.tx_default_after_tx_profile = False
            self.charge()

        self.assertEqual(self.offer_ma, 8_500)
        self.assertEqual(self.world.station.smart.table.count, 0)

    def test_leaves_nothing_behind(self):
        self.assertEqual(growth(self.serve_all, 5), 0)
