"""A key that is declared acts: for every key of the table, what changes when it is changed."""

import unittest

from chargecore.ocpp16.keys import TABLE
from fakes.ocpp16_world import Ocpp16World

LIST = "Energy.Active.Import.Register,Voltage.L1"


class KeyEffectsTest(unittest.TestCase):
    """The test of key X is check_X; each compares a station with the key against one without."""

    def world(self, settings, station=None):
        """Return a booted world with these settings made over OCPP."""
        world = Ocpp16World(station).boot()
        for key in settings:
            self.assertEqual(world.set(key, settings[key]), "Accepted")
        world.take_calls()
        return world

    def test_every_key_has_a_check_and_passes_it(self):
        for row in TABLE:
            with self.subTest(key=row[0]):
                getattr(self, "check_" + row[0].decode())()

    # ---- authorization ----

    def check_AllowOfflineTxForUnknownId(self):
        for value in ("true", "false"):
            world = self.world({"AllowOfflineTxForUnknownId": value})
            world.close()
            world.swipe("NEW")
            self.assertEqual(world.connector.pending.length == 3, value == "true")

    def check_AuthorizationCacheEnabled(self):
        for value in ("true", "false"):
            world = self.world({"LocalPreAuthorize": "true", "AuthorizationCacheEnabled": value})
            for _ in range(3):
                world.swipe()
            self.assertEqual(len(world.payloads("Authorize")), 1 if value == "true" else 2)

    def check_AuthorizeRemoteTxRequests(self):
        for value in ("true", "false"):
            world = self.world({"AuthorizeRemoteTxRequests": value})
            world.status_of("RemoteStartTransaction", connectorId=1, idTag="T")
            self.assertEqual(len(world.payloads("Authorize")), 1 if value == "true" else 0)

    def check_LocalAuthorizeOffline(self):
        for value in ("true", "false"):
            world = self.world({"LocalAuthorizeOffline": value})
            world.swipe()
            world.swipe()
            world.close()
            world.swipe()
            self.assertEqual(world.connector.pending.length == 4, value == "true")

    def check_LocalPreAuthorize(self):
        for value in ("true", "false"):
            world = self.world({"LocalPreAuthorize": value})
            for _ in range(3):
                world.swipe()
            self.assertEqual(len(world.payloads("Authorize")), 1 if value == "true" else 2)

    def check_MaxEnergyOnInvalidId(self):
        for value, is_charging in (("0", False), ("100", True)):
            world = self.world({"MaxEnergyOnInvalidId": value})
            world.answers["StartTransaction"] = {
                "idTagInfo": {"status": "Invalid"},
                "transactionId": 7,
            }
            world.charge()
            world.run_ms(1000)
            self.assertEqual(world.connector.transaction.is_active, is_charging)
            world.meter.import_wh += 100
            world.run_ms(1000)
            self.assertEqual(world.payloads("StopTransaction")[0]["reason"], "DeAuthorized")

    def check_StopTransactionOnInvalidId(self):
        for value in ("true", "false"):
            world = self.world({"StopTransactionOnInvalidId": value})
            world.answers["StartTransaction"] = {
                "idTagInfo": {"status": "Invalid"},
                "transactionId": 7,
            }
            world.charge()
            world.run_ms(1000)
            self.assertEqual(len(world.payloads("StopTransaction")), 1 if value == "true" else 0)
            self.assertFalse(world.controller.is_allowed)

    # ---- connection ----

    def check_AuthorizationKey(self):
        world = self.world({"AuthorizationKey": "41" * 16}, {"auth_key": "0123456789abcdef"})
        configured = [row for row in world.connection.history if row[0] == "configure"]
        self.assertEqual(configured[-1][3], b"A" * 16)

    def check_HeartbeatInterval(self):
        world = self.world({"HeartbeatInterval": "2"})
        world.run_ms(10_000, 100)
        self.assertTrue(4 <= len(world.payloads("Heartbeat")) <= 5)

    def check_MessageTimeout(self):
        for value, attempts in (("2", 2), ("10", 1)):
            world = self.world({"MessageTimeout": value, "TransactionMessageRetryInterval": "1"})
            world.mute.append("StartTransaction")
            world.charge()
            world.run_ms(5000)
            self.assertEqual(len(world.payloads("StartTransaction")), attempts)

    def check_RetryBackOffWaitMinimum(self):
        world = self.world({"RetryBackOffWaitMinimum": "100", "RetryBackOffRandomRange": "0"})
        self.assertEqual(world.backoff.next_wait_ms(), 100_000)

    def check_RetryBackOffRandomRange(self):
        world = self.world({"RetryBackOffRandomRange": "0"})
        self.assertEqual(world.backoff.next_wait_ms(), 3000)

    def check_RetryBackOffRepeatTimes(self):
        world = self.world({"RetryBackOffRepeatTimes": "1", "RetryBackOffRandomRange": "0"})
        waits = [world.backoff.next_wait_ms() for _ in range(3)]
        self.assertEqual(waits, [3000, 6000, 6000])

    def check_WebSocketPingInterval(self):
        self.assertEqual(self.world({}).channel.ping_interval_s, 54)
        self.assertEqual(self.world({"WebSocketPingInterval": "9"}).channel.ping_interval_s, 9)

    # ---- session ----

    def check_ConnectionTimeOut(self):
        world = self.world({"ConnectionTimeOut": "3"})
        world.swipe()
        world.run_ms(2000)
        before = world.connector.pending.length
        world.run_ms(2000)
        self.assertEqual((before, world.connector.pending.length), (4, 0))

    def check_MinimumStatusDuration(self):
        world = self.world({"MinimumStatusDuration": "3"})
        world.controller.plug()
        world.run_ms(2000)
        before = world.statuses()
        world.run_ms(2000)
        self.assertEqual((before, world.statuses()), ([], [(1, "Preparing")]))

    def check_StopTransactionOnEVSideDisconnect(self):
        for value in ("true", "false"):
            world = self.world({"StopTransactionOnEVSideDisconnect": value})
            world.charge()
            world.controller.unplug()
            world.run_ms(1000)
            self.assertEqual(len(world.payloads("StopTransaction")), 1 if value == "true" else 0)

    def check_UnlockConnectorOnEVSideDisconnect(self):
        for value in ("true", "false"):
            world = self.world({"UnlockConnectorOnEVSideDisconnect": value})
            world.charge()
            world.controller.history.clear()
            world.controller.unplug()
            world.run_ms(1000)
            self.assertEqual(("lock", False) in world.controller.history, value == "true")

    def check_ResetRetries(self):
        for value, wait_ms in (("0", 31_000), ("2", 91_000)):
            world = self.world({"ResetRetries": value})
            world.charge()
            world.is_welded = True
            world.status_of("Reset", type="Soft")
            world.run_ms(wait_ms - 2000, 500)
            before = world.station.reset_kind
            world.run_ms(2000, 500)
            self.assertTrue(before)
            self.assertEqual(world.station.reset_kind, 0)
            self.assertEqual(world.payloads("StatusNotification")[-1]["errorCode"], "ResetFailure")

    # ---- queue ----

    def check_TransactionMessageAttempts(self):
        for attempts in (1, 4):
            world = self.world(
                {
                    "TransactionMessageAttempts": str(attempts),
                    "TransactionMessageRetryInterval": "1",
                }
            )
            world.answers["StartTransaction"] = ("error", "InternalError")
            world.charge()
            world.run_ms(20_000, 100)
            self.assertEqual(len(world.payloads("StartTransaction")), attempts)

    def check_TransactionMessageRetryInterval(self):
        world = self.world({"TransactionMessageRetryInterval": "5"})
        world.answers["StartTransaction"] = ("error", "InternalError")
        world.charge()
        counts = []
        for run_ms in (3500, 1500, 9000, 2000):
            world.run_ms(run_ms)
            counts.append(len(world.payloads("StartTransaction")))
        self.assertEqual(counts, [1, 2, 2, 3])

    # ---- metering ----

    def check_ClockAlignedDataInterval(self):
        world = self.world({"ClockAlignedDataInterval": "10"})
        world.run_ms(30_000, 100)
        self.assertEqual(len(world.payloads("MeterValues")), 3)

    def check_MeterValueSampleInterval(self):
        for value, count in (("0", 0), ("3", 3)):
            world = self.world({"MeterValueSampleInterval": value})
            world.charge()
            world.run_ms(10_000, 100)
            self.assertEqual(len(world.payloads("MeterValues")), count)

    def quantities(self, world):
        """Return how many values each MeterValues carries."""
        counts = set()
        for payload in world.payloads("MeterValues"):
            counts.add(len(payload["meterValue"][0]["sampledValue"]))
        return counts

    def check_MeterValuesSampledData(self):
        for value in (LIST, ""):
            world = self.world({"MeterValuesSampledData": value, "MeterValueSampleInterval": "3"})
            world.charge()
            world.run_ms(5000)
            self.assertEqual(self.quantities(world), {2 if value else 1})

    def check_MeterValuesAlignedData(self):
        world = self.world({"MeterValuesAlignedData": LIST, "ClockAlignedDataInterval": "10"})
        world.run_ms(15_000, 100)
        self.assertEqual(self.quantities(world), {2})

    def data_of_stop(self, settings):
        """Return transactionData of a session of some seconds."""
        world = self.world(dict(settings))
        world.charge()
        world.run_ms(25_000, 100)
        world.swipe()
        world.run_ms(2000)
        return world.payloads("StopTransaction")[0].get("transactionData", [])

    def check_StopTxnSampledData(self):
        rows = self.data_of_stop({"StopTxnSampledData": LIST, "MeterValueSampleInterval": "10"})
        self.assertEqual([len(row["sampledValue"]) for row in rows], [2, 2, 2, 2])
        self.assertEqual(self.data_of_stop({"StopTxnSampledData": ""}), [])

    def check_StopTxnAlignedData(self):
        rows = self.data_of_stop(
            {
                "StopTxnAlignedData": LIST,
                "ClockAlignedDataInterval": "10",
                "MeterValueSampleInterval": "0",
            }
        )
        contexts = [row["sampledValue"][0]["context"] for row in rows]
        self.assertEqual(contexts.count("Sample.Clock"), len(contexts) - 2)
        self.assertTrue(len(contexts) >= 4)

    def check_StopTransactionMaxMeterValues(self):
        world = Ocpp16World(presets={"StopTransactionMaxMeterValues": "3"}).boot()
        world.set("StopTxnSampledData", "Energy.Active.Import.Register")
        world.set("MeterValueSampleInterval", "1")
        world.charge()
        world.run_ms(10_000, 100)
        world.swipe()
        world.run_ms(2000)
        self.assertEqual(len(world.payloads("StopTransaction")[0]["transactionData"]), 3)

    def check_list_limit(self, limit_key, key):
        """The limit is what the meter can give; a longer list is refused."""
        world = self.world({}, {"phases": 1})
        row = world.ask("GetConfiguration", {"key": [limit_key]})["configurationKey"][0]
        at_limit = ",".join(["Energy.Active.Import.Register"] * int(row["value"]))
        self.assertEqual(world.set(key, at_limit), "Accepted")
        self.assertEqual(world.set(key, at_limit + ",Voltage"), "Rejected")

    def check_MeterValuesSampledDataMaxLength(self):
        self.check_list_limit("MeterValuesSampledDataMaxLength", "MeterValuesSampledData")

    def check_MeterValuesAlignedDataMaxLength(self):
        self.check_list_limit("MeterValuesAlignedDataMaxLength", "MeterValuesAlignedData")

    def check_StopTxnSampledDataMaxLength(self):
        self.check_list_limit("StopTxnSampledDataMaxLength", "StopTxnSampledData")

    def check_StopTxnAlignedDataMaxLength(self):
        self.check_list_limit("StopTxnAlignedDataMaxLength", "StopTxnAlignedData")

    # ---- what the station is ----

    def check_ConnectorPhaseRotation(self):
        world = self.world({"ConnectorPhaseRotation": "0.RST,1.STR"})
        row = world.ask("GetConfiguration", {"key": ["ConnectorPhaseRotation"]})
        self.assertEqual(row["configurationKey"][0]["value"], "0.RST,1.STR")
        self.assertEqual(world.set("ConnectorPhaseRotation", "1.ABC"), "Rejected")

    def check_ConnectorPhaseRotationMaxLength(self):
        world = self.world({}, {"connectors": 2})
        self.assertEqual(world.set("ConnectorPhaseRotation", "0.RST,1.RST,2.RST"), "Accepted")
        self.assertEqual(world.set("ConnectorPhaseRotation", "0.RST" + ",1.RST" * 3), "Rejected")

    def check_GetConfigurationMaxKeys(self):
        world = Ocpp16World(presets={"GetConfigurationMaxKeys": "2"}).boot()
        answer = world.ask("GetConfiguration", {"key": ["a", "b"]})
        self.assertEqual(answer, {"unknownKey": ["a", "b"]})
        answer = world.ask("GetConfiguration", {"key": ["a", "b", "c"]})
        self.assertEqual(answer, "OccurenceConstraintViolation")

    def check_NumberOfConnectors(self):
        for count in (1, 3):
            world = self.world({}, {"connectors": count})
            world.status_of("TriggerMessage", requestedMessage="StatusNotification")
            world.run_ms(1000)
            self.assertEqual(len(world.statuses()), count + 1)
            status = world.status_of("UnlockConnector", connectorId=count + 1)
            self.assertEqual(status, "NotSupported")

    def check_SupportedFeatureProfiles(self):
        for text, answer in (("Core", "NotSupported"), ("Core,RemoteTrigger", "Accepted")):
            world = Ocpp16World(presets={"SupportedFeatureProfiles": text}).boot()
            status = world.status_of("TriggerMessage", requestedMessage="Heartbeat")
            self.assertEqual(status, answer)
