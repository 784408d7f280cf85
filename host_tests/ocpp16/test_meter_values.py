"""MeterValues and transactionData: what, when, and how it is written."""

import unittest
from array import array

from chargecore.wire.iso_time import parse_time
from fakes.ocpp16_world import Ocpp16World


def seconds(text):
    """Return a timestamp in seconds since 2024."""
    return parse_time(text.encode(), 0, len(text), array("i", [0] * 7))


class MeterValuesTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()

    def rows(self):
        """Return (connectorId, transactionId, timestamp, sampledValue) of every meter value."""
        result = []
        for payload in self.world.payloads("MeterValues"):
            for value in payload["meterValue"]:
                result.append(
                    (
                        payload["connectorId"],
                        payload.get("transactionId"),
                        seconds(value["timestamp"]),
                        value["sampledValue"],
                    )
                )
        return result

    def test_samples_at_the_interval_from_the_start(self):
        """M1, M2, M10, TC_070, E 3.15, E 3.16."""
        self.world.set("MeterValueSampleInterval", "15")
        self.world.charge()
        start_s = seconds(self.world.payloads("StartTransaction")[0]["timestamp"])
        self.world.run_ms(61_000, 100)

        rows = self.rows()
        times = [row[2] for row in rows]
        self.assertEqual(len(rows), 4)
        self.assertEqual([b - a for a, b in zip(times, times[1:])], [15, 15, 15])
        self.assertTrue(14 <= times[0] - start_s <= 16)
        self.assertEqual({row[:2] for row in rows}, {(1, 7)})

    def test_samples_on_the_clock_also_without_a_transaction(self):
        """M1, M2, TC_071: every connector at multiples of the interval since midnight."""
        self.world.set("MeterValueSampleInterval", "0")
        self.world.set("ClockAlignedDataInterval", "20")
        self.world.charge()
        self.world.run_ms(61_000, 100)

        rows = self.rows()
        self.assertEqual([row[2] % 20 for row in rows], [0] * len(rows))
        self.assertEqual([row[0] for row in rows], [1, 2] * 3)
        self.assertEqual({row[1] for row in rows if row[0] == 1}, {7})
        self.assertEqual({row[1] for row in rows if row[0] == 2}, {None})
        self.assertEqual({row[3][0]["context"] for row in rows}, {"Sample.Clock"})

    def test_writes_every_quantity_of_the_meter(self):
        """M3, M5, M6, M7, M8, E 3.86, JE 2.1: texts, with context, measurand, phase and unit."""
        world = self.world
        world.meter.current_ma = [16_000, 15_990, 5]
        world.meter.power_w = [3680, 3677, 1]
        world.meter.temperature_dc = -55
        world.meter.power_factor_permille = 987
        world.set("MeterValueSampleInterval", "2")
        world.set(
            "MeterValuesSampledData",
            "Energy.Active.Import.Register,Power.Active.Import,Power.Offered,Current.Import,"
            "Current.Offered,Voltage,Frequency,Power.Factor,Temperature",
        )
        world.charge()
        world.run_ms(3000)

        values = []
        for row in self.rows()[0][3]:
            self.assertEqual(row["context"], "Sample.Periodic")
            values.append((row["measurand"], row.get("phase"), row["value"], row.get("unit")))
        self.assertEqual(
            values,
            [
                ("Energy.Active.Import.Register", None, "1000", "Wh"),
                ("Power.Active.Import", None, "7358", "W"),
                ("Power.Active.Import", "L1", "3680", "W"),
                ("Power.Active.Import", "L2", "3677", "W"),
                ("Power.Active.Import", "L3", "1", "W"),
                ("Power.Offered", None, "22080", "W"),
                ("Current.Import", "L1", "16.00", "A"),
                ("Current.Import", "L2", "15.99", "A"),
                ("Current.Import", "L3", "0.01", "A"),
                ("Current.Offered", None, "32.00", "A"),
                ("Voltage", "L1-N", "230.0", "V"),
                ("Voltage", "L2-N", "230.0", "V"),
                ("Voltage", "L3-N", "230.0", "V"),
                ("Frequency", None, "50.00", None),
                ("Power.Factor", None, "0.987", None),
                ("Temperature", None, "-5.5", "Celcius"),
            ],
        )

    def test_leaves_out_what_the_meter_does_not_know(self):
        """Unknown is not zero."""
        self.world.meter.frequency_chz = None
        self.world.set("MeterValueSampleInterval", "2")
        self.world.set("MeterValuesSampledData", "Frequency,Voltage.L1")
        self.world.charge()
        self.world.run_ms(3000)

        self.assertEqual([row["measurand"] for row in self.rows()[0][3]], ["Voltage"])

    def test_delivers_what_was_sampled_offline(self):
        """M14, TC_036: at the times of then, in order, none missing."""
        world = self.world
        world.set("MeterValueSampleInterval", "10")
        world.charge()
        world.close()
        world.run_ms(45_000, 100)
        world.open()
        world.run_ms(10_000, 100)

        times = [row[2] for row in self.rows()]
        self.assertEqual([b - a for a, b in zip(times, times[1:])], [10] * (len(times) - 1))
        self.assertTrue(len(times) >= 5)

    def test_puts_no_data_into_a_stop_that_nobody_asked_for(self):
        """M13."""
        self.world.charge()
        self.world.swipe(connector=1)
        self.world.run_ms(1000)

        self.assertFalse("transactionData" in self.world.payloads("StopTransaction")[0])

    def test_puts_begin_end_and_samples_into_the_stop(self):
        """M13, M4, E 3.14, E 4.25: without sending them as MeterValues of their own."""
        world = self.world
        world.set("StopTxnSampledData", "Energy.Active.Import.Register,Voltage.L1")
        world.set("MeterValueSampleInterval", "5")
        world.charge()
        world.meter.import_wh = 1111
        world.run_ms(12_000, 100)
        world.meter.import_wh = 1200
        world.swipe(connector=1)
        world.run_ms(1000)

        data = world.payloads("StopTransaction")[0]["transactionData"]
        contexts = [row["sampledValue"][0]["context"] for row in data]
        self.assertEqual(
            contexts,
            ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"],
        )
        values = [row["sampledValue"][0]["value"] for row in data]
        self.assertEqual(values, ["1000", "1111", "1111", "1200"])
        self.assertEqual([len(row["sampledValue"]) for row in data], [2, 2, 2, 2])
        self.assertEqual(len(world.payloads("MeterValues")), 2)

    def test_puts_clock_aligned_values_into_the_stop(self):
        """M13."""
        world = self.world
        world.set("StopTxnAlignedData", "Energy.Active.Import.Register")
        world.set("ClockAlignedDataInterval", "10")
        world.set("MeterValueSampleInterval", "0")
        world.charge()
        world.run_ms(21_000, 100)
        world.swipe(connector=1)
        world.run_ms(1000)

        data = world.payloads("StopTransaction")[0]["transactionData"]
        contexts = [row["sampledValue"][0]["context"] for row in data]
        self.assertEqual(contexts[1:-1], ["Sample.Clock"] * (len(contexts) - 2))
        self.assertTrue(len(contexts) >= 4)

    def test_thins_out_the_middle_of_a_long_session(self):
        """M13, E 3.91: StopTransactionMaxMeterValues; begin and end stay."""
        world = self.world
        world.set("StopTxnSampledData", "Energy.Active.Import.Register")
        world.set("MeterValueSampleInterval", "1")
        world.config.stop_max_meter_values = 5
        world.charge()
        world.run_ms(20_000, 100)
        world.swipe(connector=1)
        world.run_ms(3000)

        data = world.payloads("StopTransaction")[0]["transactionData"]
        contexts = [row["sampledValue"][0]["context"] for row in data]
        self.assertEqual(len(contexts), 5)
        self.assertEqual((contexts[0], contexts[-1]), ("Transaction.Begin", "Transaction.End"))
