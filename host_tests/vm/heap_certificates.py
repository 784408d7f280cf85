"""Certificate messages with the heap locked: passes in which nothing happens, and the triggers."""

import unittest

from heap_ocpp16 import World

from heap import locked

COVERS = (
    "chargecore.ocpp16.certificate_keeper.CertificateKeeper.poll",
    "chargecore.ocpp16.certificate_keeper.CertificateKeeper.dropped",
    "chargecore.ocpp16.certificates.Certificates.poll",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger.handle",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger.render_answer",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger.poll_call",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger._tell",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger.render_status",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger.answered",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger.poll",
    "chargecore.ocpp16.extended_trigger.ExtendedTrigger.dropped",
    "chargecore.ocpp16.sign_certificate.SignCertificate.poll",
    "chargecore.ocpp16.sign_certificate.SignCertificate.poll_call",
    "chargecore.ocpp16.sign_certificate.SignCertificate.render",
)

CALLS = (
    b'[2,"22","ExtendedTriggerMessage",{"requestedMessage":"Heartbeat"}]',
    b'[2,"23","ExtendedTriggerMessage",{"requestedMessage":"LogStatusNotification"}]',
    b'[2,"24","ExtendedTriggerMessage",{"requestedMessage":"FirmwareStatusNotification"}]',
    b'[2,"25","ExtendedTriggerMessage",{"requestedMessage":"SignChargePointCertificate"}]',
    b'[2,"26","ExtendedTriggerMessage",{"requestedMessage":"Coffee"}]',
)


class TestHeapOfCertificates(unittest.TestCase):
    def setUp(self):
        self.world = World(has_security=True)
        self.world.run_all(60)

    def part(self, name):
        """Return the first of the profiles that has an attribute of that name."""
        return [row for row in self.world.ocpp._profiles if hasattr(row, name)][0]

    def test_triggers_and_passes(self):
        world = self.world
        replies = world.channel.replies
        with locked():
            for text in CALLS:
                world.channel.feed(text)
                world.run_all(12)
            world.ocpp.closed()

        self.assertEqual(world.channel.replies - replies, len(CALLS))

    def test_request_for_a_certificate(self):
        sign = self.part("_sign")._sign
        sign._tries = 3
        sign._csr = b"-----BEGIN CERTIFICATE REQUEST-----\n" * 12
        answers = self.world.ocpp.rpc.answers
        with locked():
            for _ in range(2):
                self.world.ocpp.poll(self.world.step())
            is_waiting = sign._is_waiting
            self.world.ocpp.closed()

        self.assertTrue(is_waiting)
        self.assertEqual(self.world.ocpp.rpc.answers, answers)


if __name__ == "__main__":
    unittest.main()
