"""SecurityProfile and AuthorizationKey: what is accepted, the reconnect, and the way back."""

import unittest

from chargecore.base.events import EV_PASSWORD, EV_PROFILE, EV_PROFILE_GIVEN_UP
from chargecore.base.security_events import (
    SE_FAILED_TO_AUTHENTICATE,
    SE_INVALID_SERVER_CERTIFICATE,
    SE_INVALID_TLS_CIPHER_SUITE,
    SE_INVALID_TLS_VERSION,
)
from chargecore.base.tls_causes import (
    TLS_CIPHER,
    TLS_CLIENT_REFUSED,
    TLS_LOST,
    TLS_UNKNOWN_CA,
    TLS_VERSION,
)
from fakes.credentials import FakeCredentials
from fakes.ocpp16_world import Ocpp16World

OLD_KEY = "the old password"
NEW_KEY = "4F43415F4F4354545F61646D696E5F74657374"
NEW_PASSWORD = b"OCA_OCTT_admin_test"
URL = "ws://csms.example:8080/ocpp"


class FakeDesk:
    """Remembers what it was told."""

    def __init__(self):
        self.reports = []

    def report(self, code, info=b""):
        self.reports.append((code, info))


class AccessCase(unittest.TestCase):
    def boot(self, station=None, presets=None, flash=None):
        """Return a booted world whose TLS has everything it could want."""
        fields = {"auth_key": OLD_KEY, "csms_url": URL}
        fields.update(station or {})
        world = Ocpp16World(fields, flash, presets=presets)
        self.credentials = FakeCredentials([b"root"], [b"leaf"], b"key")
        self.desk = FakeDesk()
        world.core.access._credentials = self.credentials
        world.core.access._desk = self.desk
        world.boot()
        self.world = world
        self.connection = world.connection
        return world

    def set(self, key, value):
        """Change a key; the reconnect that may follow is under way when this returns."""
        del self.connection.history[:]
        return self.world.set(key, value)

    def configured(self):
        """Return (is_tls, is_mutual, password) of what the connection was last told."""
        rows = [row for row in self.connection.history if row[0] == "configure"]
        return self.connection.is_tls, self.connection.is_mutual, rows[-1][3]

    def reconnects(self):
        return self.connection.names().count("reconnect_now")

    def connect(self):
        """Let the connection come back, with what is set now."""
        self.connection.connects += 1
        self.world.run_ms(100, 20)

    def fail(self, http_status=0, tls_cause=0):
        """Let an attempt fail."""
        self.connection.last_http_status = http_status
        self.connection.tls.cause = tls_cause
        self.connection.on_failure()

    def profile(self):
        return self.world.config.security_profile

    def events(self, code):
        log = self.world.events
        rows = [[log.field(n, i) for i in range(3)] for n in range(log.oldest(), log.total)]
        return [tuple(row[1:]) for row in rows if row[0] == code]


class SecurityProfileTest(AccessCase):
    def test_starts_with_what_url_and_password_amount_to(self):
        """W1."""
        wss = {"csms_url": "wss://csms.example/ocpp"}
        for station, profile, configured in (
            ({"auth_key": ""}, 0, (False, False, None)),
            ({}, 1, (False, False, OLD_KEY.encode())),
            (wss, 2, (True, False, OLD_KEY.encode())),
        ):
            with self.subTest(profile=profile):
                self.boot(station)
                self.assertEqual(self.profile(), profile)
                self.assertEqual(self.configured(), configured)

    def test_profile_3_shows_a_certificate_and_no_password(self):
        """W1."""
        self.boot(presets={"SecurityProfile": "3"})

        self.assertEqual(self.configured(), (True, True, None))

    def test_a_higher_profile_reconnects_once_the_answer_has_left(self):
        """W7."""
        self.boot()
        self.assertEqual(self.set("SecurityProfile", "2"), "Accepted")
        self.world.run_ms(200, 20)

        self.assertEqual(self.configured(), (True, False, OLD_KEY.encode()))
        self.assertEqual(self.reconnects(), 1)
        self.assertEqual(self.connection.history[0][1], URL.encode())
        self.assertEqual(self.events(EV_PROFILE), [(2, 1)])

    def test_refuses_the_same_or_a_lower_profile_and_what_is_none(self):
        """W7."""
        self.boot(presets={"SecurityProfile": "2"})
        for value in ("2", "1", "0", "4", "-1", "", "3.0", "three", "33"):
            with self.subTest(value=value):
                self.assertEqual(self.set("SecurityProfile", value), "Rejected")

        self.world.run_ms(200, 20)
        self.assertEqual((self.profile(), self.reconnects()), (2, 0))

    def test_refuses_a_profile_that_lacks_what_it_needs(self):
        """W7."""
        self.boot({"auth_key": ""})
        self.assertEqual(self.set("SecurityProfile", "1"), "Rejected")
        self.assertEqual(self.set("SecurityProfile", "2"), "Rejected")
        self.boot()
        self.credentials.has_root = False
        self.assertEqual(self.set("SecurityProfile", "2"), "Rejected")
        self.boot()
        self.credentials.has_client = False
        self.assertEqual(self.set("SecurityProfile", "3"), "Rejected")
        self.credentials.has_client = True
        self.assertEqual(self.set("SecurityProfile", "3"), "Accepted")

    def test_goes_back_after_four_failures_to_profile_and_value(self):
        """W7."""
        self.boot()
        self.set("SecurityProfile", "2")
        self.world.run_ms(200, 20)
        for _ in range(3):
            self.fail(tls_cause=TLS_UNKNOWN_CA)
        self.assertEqual((self.profile(), self.reconnects()), (2, 1))

        self.fail(tls_cause=TLS_UNKNOWN_CA)

        self.assertEqual((self.profile(), self.reconnects()), (1, 2))
        self.assertEqual(self.configured(), (False, False, OLD_KEY.encode()))
        self.assertEqual(self.events(EV_PROFILE_GIVEN_UP), [(2, 1)])

    def test_has_no_way_back_after_the_first_good_connection(self):
        """W7: also when only a server with a lower profile answers."""
        self.boot()
        self.set("SecurityProfile", "2")
        self.world.run_ms(200, 20)
        self.connect()
        for _ in range(20):
            self.fail(tls_cause=TLS_LOST)

        self.assertEqual(self.profile(), 2)
        self.assertTrue(self.connection.is_tls)

    def test_a_boot_keeps_the_profile_that_has_connected(self):
        """W7."""
        world = self.boot()
        self.set("SecurityProfile", "2")
        self.connect()
        self.boot(flash=world.flash)
        for _ in range(20):
            self.fail(tls_cause=TLS_LOST)

        self.assertEqual(self.profile(), 2)

    def test_a_power_cut_while_it_cannot_connect_still_falls_back(self):
        """W7."""
        world = self.boot()
        self.set("SecurityProfile", "2")
        station = {"auth_key": OLD_KEY, "csms_url": URL}
        self.world = Ocpp16World(station, world.flash)  # has not connected yet
        self.connection = self.world.connection
        self.assertEqual(self.profile(), 2)
        for _ in range(4):
            self.fail(tls_cause=TLS_LOST)

        self.assertEqual(self.profile(), 1)

    def test_a_power_cut_between_the_two_writes_changes_nothing(self):
        world = self.boot()
        access = world.core.access
        self.assertEqual(access.judge(access._profile_row, b"2", 0, 1), 0)
        self.world = Ocpp16World({"auth_key": OLD_KEY, "csms_url": URL}, world.flash)
        self.connection = self.world.connection
        for _ in range(5):
            self.fail(tls_cause=TLS_LOST)

        self.assertEqual(self.profile(), 1)
        self.assertEqual(self.events(EV_PROFILE_GIVEN_UP), [])

    def test_refuses_when_flash_does_not_take_the_way_back(self):
        self.boot()
        self.world.flash.pair("former").is_broken = True

        self.assertEqual(self.set("SecurityProfile", "2"), "Rejected")
        self.assertEqual(self.profile(), 1)

    def test_tells_the_credentials_of_a_connection(self):
        self.boot()
        self.connect()

        self.assertEqual(self.credentials.history[-2:], [("used_root", b""), ("connected",)])

    def test_tells_them_of_a_refused_certificate(self):
        """W6."""
        self.boot(presets={"SecurityProfile": "3"})
        self.fail(tls_cause=TLS_CLIENT_REFUSED)

        self.assertEqual(self.credentials.history[-1], ("refused",))


class AuthorizationKeyTest(AccessCase):
    def test_a_new_password_reconnects_once_the_answer_has_left(self):
        """W2, J14."""
        self.boot()
        self.assertEqual(self.set("AuthorizationKey", NEW_KEY), "Accepted")
        self.world.run_ms(200, 20)

        self.assertEqual(self.configured()[2], NEW_PASSWORD)
        self.assertEqual(self.reconnects(), 1)

    def test_keeps_the_new_password_once_it_has_worked(self):
        """W2: the old one is never used again."""
        self.boot()
        self.set("AuthorizationKey", NEW_KEY)
        self.world.run_ms(200, 20)
        self.connect()
        for _ in range(5):
            self.fail(http_status=401)

        self.assertEqual(self.configured()[2], NEW_PASSWORD)
        self.assertEqual(self.events(EV_PASSWORD), [(0, 0), (1, 0)])

    def test_goes_back_when_the_server_refuses_it_twice(self):
        """W2."""
        self.boot()
        self.set("AuthorizationKey", NEW_KEY)
        self.world.run_ms(200, 20)
        self.fail(http_status=401)
        self.assertEqual(self.configured()[2], NEW_PASSWORD)

        self.fail(http_status=401)

        self.assertEqual(self.configured()[2], OLD_KEY.encode())
        self.assertEqual(self.events(EV_PASSWORD), [(0, 0), (2, 0)])

    def test_a_server_that_is_away_is_no_reason_to_go_back(self):
        self.boot()
        self.set("AuthorizationKey", NEW_KEY)
        self.world.run_ms(200, 20)
        for _ in range(10):
            self.fail()

        self.assertEqual(self.configured()[2], NEW_PASSWORD)

    def test_a_power_cut_keeps_the_old_password_until_the_new_one_has_worked(self):
        """W2."""
        world = self.boot()
        self.set("AuthorizationKey", NEW_KEY)
        self.world = Ocpp16World({"auth_key": OLD_KEY, "csms_url": URL}, world.flash)
        self.connection = self.world.connection
        self.assertEqual(self.configured()[2], NEW_PASSWORD)
        self.fail(http_status=401)
        self.fail(http_status=401)

        self.assertEqual(self.configured()[2], OLD_KEY.encode())

    def test_refuses_what_is_no_password(self):
        """W2: shorter, longer, odd, no hex."""
        self.boot()
        for value in ("41" * 15, "41" * 21, "41" * 16 + "4", "4G" * 16, OLD_KEY, ""):
            with self.subTest(value=value):
                self.assertEqual(self.set("AuthorizationKey", value), "Rejected")

        self.world.run_ms(200, 20)
        self.assertEqual((self.reconnects(), self.events(EV_PASSWORD)), (0, []))

    def test_without_authentication_it_is_kept_for_a_higher_profile(self):
        """W7: profile 0 sends none."""
        self.boot({"auth_key": ""})
        self.assertEqual(self.set("AuthorizationKey", NEW_KEY), "Accepted")
        self.world.run_ms(200, 20)
        self.assertEqual((self.configured()[2], self.reconnects()), (None, 0))

        self.assertEqual(self.set("SecurityProfile", "1"), "Accepted")
        self.world.run_ms(200, 20)

        self.assertEqual((self.configured()[2], self.reconnects()), (NEW_PASSWORD, 1))

    def test_profile_3_does_not_use_it(self):
        self.boot(presets={"SecurityProfile": "3"})
        self.assertEqual(self.set("AuthorizationKey", NEW_KEY), "Accepted")
        self.world.run_ms(200, 20)

        self.assertEqual((self.configured()[2], self.reconnects()), (None, 0))


class ReportTest(AccessCase):
    def test_reports_each_kind_of_failure_once_until_it_connects(self):
        """W3, W4, J2."""
        self.boot(presets={"SecurityProfile": "2"})
        for cause in (TLS_UNKNOWN_CA, TLS_UNKNOWN_CA, TLS_CIPHER, TLS_VERSION, TLS_LOST):
            self.fail(tls_cause=cause)
        self.fail(http_status=401)
        self.connect()
        self.fail(http_status=401)

        codes = [code for code, _ in self.desk.reports]
        self.assertEqual(
            codes,
            [
                SE_INVALID_SERVER_CERTIFICATE,
                SE_INVALID_TLS_CIPHER_SUITE,
                SE_INVALID_TLS_VERSION,
                SE_FAILED_TO_AUTHENTICATE,
                SE_FAILED_TO_AUTHENTICATE,
            ],
        )

    def test_no_password_in_any_event_or_report(self):
        """W2."""
        self.boot()
        self.set("AuthorizationKey", NEW_KEY)
        self.fail(http_status=401)
        self.fail(http_status=401)

        texts = b" ".join([info for _, info in self.desk.reports])
        for secret in (NEW_PASSWORD, NEW_KEY.encode(), OLD_KEY.encode()):
            self.assertFalse(secret in texts)


if __name__ == "__main__":
    unittest.main()
