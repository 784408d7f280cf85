"""DataTransfer in both directions."""

import unittest

from chargecore.base.codes import E_BUSY, E_LENGTH, OK
from chargecore.ocpp16.data_transfer import (
    TRANSFER_ANSWERED,
    TRANSFER_FAILED,
    TRANSFER_NONE,
    TRANSFER_WAITING,
)
from fakes.ocpp16_world import Ocpp16World


class DataTransferTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World().boot()
        self.transfer = self.world.ocpp.data_transfer

    def test_knows_no_vendor(self):
        """G5, TC_062: and says nothing else."""
        for payload in (
            {"vendorId": "X"},
            {"vendorId": "X", "messageId": "m", "data": "d" * 1000},
            {"vendorId": ""},
        ):
            with self.subTest(payload=payload):
                answer = self.world.ask("DataTransfer", payload)
                self.assertEqual(answer, {"status": "UnknownVendorId"})

    def test_asks_the_server_and_keeps_its_answer(self):
        self.world.answers["DataTransfer"] = {"status": "Accepted", "data": "gr\u00fcn"}
        first = self.transfer.state
        code = self.transfer.start(b"V", b"M", b'{"a":1}')
        waiting = self.transfer.state
        self.world.run_ms(500)

        self.assertEqual((first, code, waiting), (TRANSFER_NONE, OK, TRANSFER_WAITING))
        self.assertEqual(
            self.world.payloads("DataTransfer"),
            [{"vendorId": "V", "messageId": "M", "data": '{"a":1}'}],
        )
        self.assertEqual(self.transfer.state, TRANSFER_ANSWERED)
        self.assertEqual(self.transfer.status_word, b"Accepted")
        data = bytes(self.transfer.data_buf[: self.transfer.data_len])
        self.assertEqual(data.decode(), "gr\u00fcn")

    def test_leaves_out_what_is_empty(self):
        self.transfer.start(b"V", b"", b"")
        self.world.run_ms(500)

        self.assertEqual(self.world.payloads("DataTransfer"), [{"vendorId": "V"}])

    def test_writes_data_longer_than_the_window(self):
        self.transfer.start(b"V", b"", b"x" * 2000)
        self.world.run_ms(500)

        self.assertEqual(len(self.world.payloads("DataTransfer")[0]["data"]), 2000)

    def test_refuses_a_second_one_while_the_first_waits(self):
        self.transfer.start(b"V", b"", b"")

        self.assertEqual(self.transfer.start(b"W", b"", b""), E_BUSY)

    def test_refuses_texts_that_the_schema_refuses(self):
        for vendor, message_id in ((b"", b""), (b"v" * 256, b""), (b"V", b"m" * 51)):
            with self.subTest(vendor=vendor):
                self.assertEqual(self.transfer.start(vendor, message_id, b""), E_LENGTH)

    def test_fails_when_there_is_no_valid_answer(self):
        for answer in (("error", "NotSupported"), {}, {"status": "Maybe"}, {"status": 1}):
            with self.subTest(answer=answer):
                self.world.answers["DataTransfer"] = answer
                self.transfer.start(b"V", b"", b"")
                self.world.run_ms(500)
                self.assertEqual(self.transfer.state, TRANSFER_FAILED)

    def test_forgets_the_answer_before(self):
        self.world.answers["DataTransfer"] = {"status": "Accepted", "data": "old"}
        self.transfer.start(b"V", b"", b"")
        self.world.run_ms(500)
        seen = []
        for answer in ({"status": "Rejected"}, ("error", "GenericError")):
            self.world.answers["DataTransfer"] = answer
            self.transfer.start(b"V", b"", b"")
            self.world.run_ms(500)
            seen.append((self.transfer.status_word, self.transfer.data_len))
            self.world.answers["DataTransfer"] = {"status": "Accepted", "data": "old"}
            self.transfer.start(b"V", b"", b"")
            self.world.run_ms(500)

        self.assertEqual(seen, [(b"Rejected", 0), (b"", 0)])

    def test_drops_data_that_is_too_long_and_keeps_the_status(self):
        self.world.answers["DataTransfer"] = {"status": "Accepted", "data": "x" * 600}
        self.transfer.start(b"V", b"", b"")
        self.world.run_ms(500)

        self.assertEqual(self.transfer.state, TRANSFER_ANSWERED)
        self.assertEqual(self.transfer.data_len, 0)

    def test_waits_until_the_boot_is_accepted(self):
        """B1."""
        world = Ocpp16World()
        transfer = world.ocpp.data_transfer
        transfer.start(b"V", b"", b"")
        world.run_ms(1000)
        before = transfer.state
        world.boot()

        self.assertEqual((before, transfer.state), (TRANSFER_WAITING, TRANSFER_ANSWERED))

    def test_fails_when_the_connection_breaks(self):
        self.world.mute.append("DataTransfer")
        self.transfer.start(b"V", b"", b"")
        self.world.run_ms(500)
        self.world.close()

        self.assertEqual(self.transfer.state, TRANSFER_FAILED)
