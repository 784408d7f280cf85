"""The station's own certificate: asked for, checked, shown, renewed, given up for the old one."""

import unittest

from chargecore.base.security_events import (
    SE_INVALID_STATION_CERTIFICATE,
    SE_PARAMETERS_CHANGED,
)
from chargecore.security.x509 import Certificate
from chargecore.store.keystore import KIND_PENDING, KIND_STATION
from fakes.cert_maker import (
    CLIENT_AUTH,
    SERVER_AUTH,
    UTC,
    CertMaker,
    LabKey,
    element,
    extended_usage,
    key_usage,
    name,
)
from fakes.certificate_world import CPO, SERIAL, VERIFY_MS, CertificateWorld, hex_of, leaf, root

PAST = element(UTC, b"260101000000Z")
NEXT_WEEK = element(UTC, b"261201000000Z")
CHANGED = (SE_PARAMETERS_CHANGED, b"station certificate changed")
SIGN = "SignChargePointCertificate"
DAY_MS = 86_400_000
EXTENSIONS = [key_usage(1), extended_usage(CLIENT_AUTH)]


def sub_ca(number, issuer_number=1, subject=b"Sub", **parts):
    """Return an intermediate CA."""
    maker = CertMaker(subject, b"Root", LabKey(number), LabKey(issuer_number)).as_ca(0)
    for part in parts:
        setattr(maker, part, parts[part])
    return maker.der()


class SignCertificateTest(unittest.TestCase):
    def setUp(self):
        self.use(CertificateWorld(self))

    def use(self, world):
        world.answers["SignCertificate"] = {"status": "Accepted"}
        world.config.security_profile = 3
        if not world.credentials.has_root:
            world.install(root(1))
        world.told()
        self.world = world
        self.credentials = world.credentials
        return world

    def trigger(self, message=SIGN, **more):
        return self.world.status_of("ExtendedTriggerMessage", requestedMessage=message, **more)

    def rows(self, kind):
        return self.credentials.keystore.rows(kind)

    def change(self, **parts):
        """Have a certificate made. Return its DER."""
        der = leaf(self.world.request(), **parts)
        self.assertEqual(self.world.signed(der), "Accepted")
        return der

    # ---- request ----

    def test_sends_a_request_for_a_new_key(self):
        """W6, A02.FR.02, A02.FR.03, A02.FR.13, TC_074: answer first, then the message."""
        world = self.world
        key = world.request()

        self.assertEqual(world.results[-1][2], {"status": "Accepted"})
        subject = name(SERIAL.encode(), CPO.encode())
        self.assertTrue(key.csr.find(subject) > 0)
        self.assertEqual(world.actions().count("SignCertificate"), 1)

    def test_makes_another_key_each_time(self):
        first = self.world.request()
        second = self.world.request()

        self.assertTrue(first.bits != second.bits)
        self.assertEqual(len(self.rows(KIND_PENDING)), 1)

    def test_rejects_the_trigger_while_nobody_owns_the_station(self):
        """W6: CpoName is empty."""
        self.world.set("CpoName", "")

        self.assertEqual(self.trigger(), "Rejected")
        self.world.run_ms(VERIFY_MS)
        self.assertEqual(self.world.payloads("SignCertificate"), [])

    def test_names_itself_by_its_identity_without_a_serial_number(self):
        world = self.use(CertificateWorld(self, {"serial": ""}))

        self.assertTrue(world.request().csr.find(name(b"CP01", CPO.encode())) > 0)

    def test_keeps_the_key_before_it_sends_the_request(self):
        """A power cut behind the request: the certificate that comes later still has its key."""
        der = leaf(self.world.request())

        again = self.use(CertificateWorld(self, flash=self.world.flash))

        self.assertEqual(again.signed(der), "Accepted")

    def test_forgets_the_key_when_the_server_rejects_the_request(self):
        self.world.answers["SignCertificate"] = {"status": "Rejected"}

        key = self.world.request()

        self.assertEqual(self.rows(KIND_PENDING), [])
        self.assertEqual(self.world.signed(leaf(key)), "Rejected")

    def test_forgets_the_key_when_the_server_does_not_know_the_message(self):
        self.world.answers["SignCertificate"] = ("error", "NotImplemented")

        self.world.request()

        self.assertEqual(self.rows(KIND_PENDING), [])
        self.assertEqual(len(self.world.payloads("SignCertificate")), 1)

    def test_sends_a_request_again_that_was_lost_with_its_connection(self):
        world = self.world
        world.mute = ["SignCertificate"]
        world.request()
        world.close()
        world.run_ms(500)
        world.mute = []
        world.open()
        world.run_ms(5_000)

        rows = world.payloads("SignCertificate")
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[0], rows[1])

    def test_gives_up_a_request_that_nobody_answers(self):
        world = self.world
        world.mute = ["SignCertificate", "Heartbeat"]
        world.request()
        world.run_ms(400_000)

        self.assertEqual(len(world.payloads("SignCertificate")), 3)
        self.assertEqual(self.rows(KIND_PENDING), [])

    def test_sends_a_request_while_the_boot_is_pending(self):
        """W16, A00.FR.806: factory credentials are replaced before the station is accepted."""
        world = self.world
        again = CertificateWorld(self, flash=world.flash, has_cpo=False)
        again.close()
        again.answers["BootNotification"] = {
            "status": "Pending",
            "currentTime": "2026-11-24T10:00:00Z",
            "interval": 100,
        }
        again.ocpp.boot.state = 0
        again.open()
        again.run_ms(1_000)
        if again.ocpp.boot.is_accepted:
            self.fail("still accepted")
        self.world = again
        again.config.cpo_name = CPO.encode()

        self.assertEqual(self.trigger(), "Accepted")
        again.run_ms(VERIFY_MS)
        self.assertEqual(len(again.payloads("SignCertificate")), 1)

    # ---- certificate ----

    def test_shows_a_certificate_that_was_signed_for_its_key(self):
        """W6, TC_074."""
        key = self.world.request()
        der = leaf(key)

        self.assertEqual(self.world.signed(der), "Accepted")

        self.assertEqual(self.credentials.client_chain(), [der])
        self.assertEqual(self.credentials.client_key()[-65:], key.bits)
        self.assertEqual(self.rows(KIND_PENDING), [])
        self.assertEqual(self.world.told(), [CHANGED])

    def test_reconnects_behind_the_answer_with_the_new_certificate(self):
        """W6."""
        key = self.world.request()
        before = self.world.connection.reconnects

        self.world.signed(leaf(key))

        self.assertEqual(self.world.connection.reconnects, before + 1)

    def test_does_not_reconnect_where_no_certificate_is_shown(self):
        key = self.world.request()
        self.world.config.security_profile = 2
        before = self.world.connection.reconnects

        self.assertEqual(self.world.signed(leaf(key)), "Accepted")

        self.assertEqual(self.world.connection.reconnects, before)

    def test_keeps_the_intermediates_and_leaves_the_root_out(self):
        der = leaf(self.world.request(), b"Sub", 7)
        sub = sub_ca(7)

        self.assertEqual(self.world.signed(der, sub, root(1)), "Accepted")

        self.assertEqual(self.credentials.client_chain(), [der, sub])

    def test_rejects_a_certificate_that_is_not_for_it_and_tells_why(self):
        """W5, W6, A02.FR.06, A02.FR.07, TC_077: the old certificate stays."""
        old = self.change()
        key = self.world.request()
        self.world.told()
        no_organization = element(0x30, name(SERIAL.encode())[17:])
        rows = (
            ((leaf(key, not_after=PAST, not_before=PAST),), b"expired"),
            ((leaf(LabKey(9)),), b"not for our key"),
            ((leaf(key, subject=b"SN0002"),), b"wrong name"),
            ((leaf(key, **{"subject": no_organization}),), b"wrong name"),
            ((leaf(key, b"Unknown"),), b"issuer unknown"),
            ((leaf(key, by=2),), b"signature wrong"),
            ((leaf(key, b"Sub", 7),), b"issuer unknown"),
            ((leaf(key, b"Sub", 7), sub_ca(7, 8)), b"signature wrong"),
            (
                (leaf(key, b"Sub", 7), sub_ca(7, not_after=PAST, not_before=PAST)),
                b"expired",
            ),
            ((leaf(key, b"Sub", 7), sub_ca(7, extensions=[])), b"issuer is no CA"),
            (
                (leaf(key, extensions=[extended_usage(SERVER_AUTH)]),),
                b"made for another purpose",
            ),
            ((leaf(key, serial=element(2, b"")),), b"cannot be read"),
            ((leaf(key)[:-1],), b"cannot be read"),
        )
        for ders, why in rows:
            with self.subTest(why=why):
                self.assertEqual(self.world.signed(*ders), "Rejected")
                self.assertEqual(self.world.told(), [(SE_INVALID_STATION_CERTIFICATE, why)])
                self.assertEqual(self.credentials.client_chain(), [old])
        self.assertEqual(self.world.signed(leaf(key)), "Accepted")  # its key still waits

    def test_rejects_a_chain_that_is_longer_than_it_says(self):
        """W6, CertificateSignedMaxChainSize: when it can be read at all."""
        key = self.world.request()
        most = self.world.ask("GetConfiguration", {"key": ["CertificateSignedMaxChainSize"]})
        most = int(most["configurationKey"][0]["value"])

        answer = self.world.status_of("CertificateSigned", certificateChain="x" * (most + 1))

        self.assertEqual(answer, "Rejected")
        self.assertEqual(self.world.told(), [(SE_INVALID_STATION_CERTIFICATE, b"too long")])
        self.assertEqual(self.world.signed(leaf(key)), "Accepted")

    def test_rejects_a_certificate_that_nobody_asked_for(self):
        self.assertEqual(self.world.signed(leaf(LabKey(4))), "Rejected")
        why = SE_INVALID_STATION_CERTIFICATE, b"not for our key"
        self.assertEqual(self.world.told(), [why])

    def test_accepts_the_same_certificate_twice(self):
        """The answer to the first may have been lost."""
        der = self.change()

        self.assertEqual(self.world.signed(der), "Accepted")
        self.assertEqual(len(self.rows(KIND_STATION)), 1)

    def test_rejects_while_the_time_is_not_known(self):
        key = self.world.request()
        self.world.clock.offset_s = -1

        self.assertEqual(self.world.signed(leaf(key)), "Rejected")

    def test_rejects_when_flash_refuses_and_keeps_its_key(self):
        key = self.world.request()
        pair = self.world.flash.pair("keystore")
        pair.is_broken = True

        self.assertEqual(self.world.signed(leaf(key)), "Rejected")
        pair.is_broken = False
        self.assertEqual(self.world.signed(leaf(key)), "Accepted")

    # ---- old and new ----

    def test_keeps_the_certificate_before_as_a_fallback(self):
        """W6, A02.FR.10: the third one drops the oldest."""
        first = self.change()
        self.credentials.connected()
        second = self.change()

        self.assertEqual(self.credentials.client_chain(), [second])
        self.credentials.refused()
        self.assertEqual(self.credentials.client_chain(), [first])
        third = self.change()
        self.credentials.connected()
        self.assertEqual(len(self.rows(KIND_STATION)), 2)
        self.credentials.refused()
        self.assertEqual(self.credentials.client_chain(), [first])  # it is the one that worked
        self.credentials.refused()
        self.assertEqual(self.credentials.client_chain(), [third])

    def test_goes_over_to_a_certificate_on_its_first_day(self):
        """W6, A02.FR.08, A02.FR.09."""
        old = self.change()
        new = self.change(not_before=NEXT_WEEK)
        world = self.world
        self.assertEqual(self.credentials.client_chain(), [old])
        before = world.connection.reconnects
        changed = self.credentials.changed
        world.clock.offset_s += 7 * 86_400
        world.run_ms(61_000, 1_000)

        self.assertEqual(self.credentials.client_chain(), [new])
        self.assertTrue(self.credentials.changed != changed)
        self.assertEqual(world.connection.reconnects, before + 1)

    def test_drops_the_old_certificate_after_a_month(self):
        """A02.FR.10."""
        self.change(not_before=PAST)
        self.credentials.connected()
        new = self.change(not_before=element(UTC, b"261101000000Z"))
        self.credentials.connected()
        world = self.world
        world.run_ms(61_000, 1_000)
        self.assertEqual(len(self.rows(KIND_STATION)), 2)

        world.clock.offset_s += 10 * 86_400
        world.run_ms(61_000, 1_000)

        self.assertEqual(self.credentials.client_chain(), [new])
        self.assertEqual(len(self.rows(KIND_STATION)), 1)

    def test_asks_for_the_next_certificate_a_month_before_the_end(self):
        """W6, A03.FR.02."""
        world = self.world
        self.change(not_after=element(UTC, b"270101000000Z"))
        world.take_calls()
        world.run_ms(61_000, 1_000)
        self.assertEqual(world.payloads("SignCertificate"), [])

        world.clock.offset_s += 10 * 86_400
        world.run_ms(61_000, 1_000)
        world.run_ms(VERIFY_MS)
        self.assertEqual(len(world.payloads("SignCertificate")), 1)

    def test_asks_once_for_the_next_certificate_when_the_server_has_taken_the_request(self):
        """A03, error handling: no automatic repetition, not even after a reset."""
        world = self.world
        self.change(not_after=element(UTC, b"261210000000Z"))
        world.run_ms(61_000, 1_000)
        world.run_ms(VERIFY_MS)
        again = self.use(CertificateWorld(self, flash=world.flash))
        again.run_ms(200_000, 1_000)

        self.assertEqual(len(world.payloads("SignCertificate")), 2)  # this one and the first
        self.assertEqual(again.payloads("SignCertificate"), [])

    def test_does_not_change_over_or_renew_during_a_session(self):
        """R57: flash and handshakes may hold the safety step up."""
        world = self.world
        self.change(not_after=element(UTC, b"261210000000Z"))
        self.change(not_before=NEXT_WEEK)
        world.charge()
        world.answers["Heartbeat"] = {"currentTime": "2026-12-01T10:00:00Z"}
        world.clock.offset_s += 7 * 86_400
        before = world.connection.reconnects
        world.take_calls()
        world.run_ms(200_000, 1_000)

        self.assertEqual(world.connection.reconnects, before)
        self.assertEqual(world.payloads("SignCertificate"), [])
        world.swipe()
        world.run_ms(2_000)
        self.assertFalse(world.station.is_charging())
        world.run_ms(70_000, 1_000)
        self.assertEqual(world.connection.reconnects, before + 1)

    def test_does_not_renew_without_an_owner_or_where_none_is_shown(self):
        world = self.world
        self.change(not_after=element(UTC, b"261210000000Z"))
        world.take_calls()
        world.config.security_profile = 2
        world.run_ms(100_000, 1_000)
        world.config.security_profile = 3
        world.set("CpoName", "")
        world.run_ms(100_000, 1_000)

        self.assertEqual(world.payloads("SignCertificate"), [])

    # ---- secrets ----

    def test_never_tells_a_private_key(self):
        """A02.FR.05."""
        world = self.world
        self.change()
        private = self.credentials.client_key()[7:39]
        world.ask("GetConfiguration")
        texts = [repr(world.calls), repr(world.results), repr(world.told())]

        for text in texts:
            self.assertFalse(hex_of(private) in text)
        self.assertEqual(Certificate(self.credentials.client_chain()[0]).serial, b"\x0a\x1b")

    # ---- the other triggers ----

    def test_triggers_what_both_messages_know(self):
        """W11."""
        world = self.world
        for message in ("Heartbeat", "StatusNotification", "MeterValues"):
            with self.subTest(message=message):
                world.take_calls()
                self.assertEqual(self.trigger(message), "Accepted")
                world.run_ms(500)
                self.assertTrue(message in world.actions())

    def test_tells_that_nothing_is_uploaded_or_installed(self):
        """W11, L01.FR.28: without requestId while Idle."""
        world = self.world
        for message, action in (
            ("LogStatusNotification", "LogStatusNotification"),
            ("FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
        ):
            with self.subTest(message=message):
                self.assertEqual(self.trigger(message), "Accepted")
                world.run_ms(500)
                self.assertEqual(world.payloads(action), [{"status": "Idle"}])

    def test_rejects_and_does_not_implement_as_the_trigger_message_does(self):
        """W11."""
        self.assertEqual(self.trigger("BootNotification"), "Rejected")
        self.assertEqual(self.trigger("StatusNotification", connectorId=9), "Rejected")
        self.assertEqual(self.trigger("DiagnosticsStatusNotification"), "NotImplemented")
        self.assertEqual(self.trigger("Coffee"), "NotImplemented")

    def test_triggers_for_one_connector(self):
        self.world.take_calls()

        self.trigger("StatusNotification", connectorId=1)
        self.world.run_ms(500)

        self.assertEqual(self.world.statuses(), [(1, "Available")])

    def test_works_without_the_profile_of_the_trigger_message(self):
        world = self.use(CertificateWorld(self, {"profiles": ["Core"]}))

        self.assertEqual(world.ask("TriggerMessage"), "NotSupported")
        self.assertEqual(self.trigger("Heartbeat"), "Accepted")
        world.run_ms(500)
        self.assertTrue("Heartbeat" in world.actions())


if __name__ == "__main__":
    unittest.main()
