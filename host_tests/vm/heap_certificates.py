"""Certificate messages with the heap locked: passes in which nothing happens, and the triggers.

And what answers leave behind: nothing, whatever a certificate looks like.
"""

import gc
import sys
import unittest

from heap_ocpp16 import World

from fakes.certificate_world import CertificateWorld, leaf, root
from fakes.core_world import Flash
from fakes.scratch import new_folder
from fakes.storage import FakeStorage
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

# CPython counts for the whole process, threads of other tests included: it says nothing here.
_NOISE_B = 100 if sys.implementation.name == "micropython" else 1 << 30


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


class OneImage(FakeStorage):
    """Keeps the newest image only."""

    def save(self, buf, length):
        self.images.clear()
        return FakeStorage.save(self, buf, length)


class LeanFlash(Flash):
    """A Flash without memories."""

    def pair(self, name):
        if name not in self.pairs:
            self.pairs[name] = OneImage()
        return self.pairs[name]


class TestWhatCertificatesLeave(unittest.TestCase):
    """Damaged at any byte, in any way: refused or not, the heap is as before."""

    def setUp(self):
        self.world = CertificateWorld(self, flash=LeanFlash(new_folder(self)))
        self.world.answers["SignCertificate"] = {"status": "Accepted"}
        self.seed = 1

    def random(self, limit):
        """Return a number below limit, the same ones each time."""
        self.seed = (self.seed * 75 + 74) % 65_537
        return self.seed % limit

    def damaged(self, der):
        """Return a certificate with one thing wrong."""
        data = bytearray(der)
        at = self.random(len(data))
        kind = self.random(3)
        if kind == 0:
            data[at] ^= 1 << self.random(8)
        elif kind == 1:
            data[at] = self.random(256)
        else:
            data = data[:at]
        return bytes(data)

    def forget(self):
        """Forget what the test itself remembers."""
        world = self.world
        world.results.clear()
        world.calls.clear()
        world.told()
        for hashes in world.installed() or ():
            world.delete(hashes)
        world.results.clear()
        world.security_events.clear()
        gc.collect()

    def left_b(self, function, times):
        """Return the bytes that calls leave behind, the first not counted."""
        function()
        self.forget()
        before_b = gc.mem_alloc()
        for _ in range(times):
            function()
            self.forget()
        return gc.mem_alloc() - before_b

    def test_roots_leave_nothing_behind(self):
        good = root(2)

        def install():
            answer = self.world.install(self.damaged(good))
            self.assertIn(answer, ("Accepted", "Rejected"))

        self.assertLessEqual(self.left_b(install, 60), _NOISE_B)

    def test_certificates_of_the_station_leave_nothing_behind(self):
        key = self.world.request()

        def sign():
            self.assertEqual(self.world.signed(self.damaged(leaf(key))), "Rejected")

        self.assertLessEqual(self.left_b(sign, 30), _NOISE_B)

    def test_a_root_and_a_request_leave_no_module_loaded(self):
        def come_and_go():
            self.assertEqual(self.world.install(root(2)), "Accepted")
            self.world.request()

        self.assertLessEqual(self.left_b(come_and_go, 5), _NOISE_B)
        for start in ("chargecore.security", "chargecore.ocpp16.install"):
            self.assertEqual([name for name in sys.modules if name.startswith(start)], [])


if __name__ == "__main__":
    unittest.main()
