"""Where to connect, as whom, and the keys that act on the connection."""

import unittest

from fakes.ocpp16_world import Ocpp16World

OLD_KEY = "the old password"
KEY = "4f43415f4f4354545f61646d696e5f74657374"


class ConnectionKeysTest(unittest.TestCase):
    def test_configures_the_connection_at_boot(self):
        """J1, J14: the identity as it is, the bytes of the key, not its digits."""
        plain = Ocpp16World()
        secret = Ocpp16World({"auth_key": KEY})

        self.assertEqual(
            plain.connection.history, [("configure", b"ws://example.org/ocpp", b"CP01", None)]
        )
        self.assertEqual(secret.connection.history[0][3], b"OCA_OCTT_admin_test")

    def test_uses_a_new_password_from_the_next_connection_on(self):
        """Without the whitepaper the open connection stays; it: test_security_profile."""
        world = Ocpp16World({"auth_key": OLD_KEY, "security": False}).boot()
        self.assertEqual(world.set("AuthorizationKey", KEY), "Accepted")

        self.assertEqual(world.connection.history[-1][3], b"OCA_OCTT_admin_test")
        self.assertFalse("drop" in world.connection.names())

    def test_applies_the_settings_that_were_kept(self):
        station = {"auth_key": OLD_KEY}
        world = Ocpp16World(station).boot()
        world.set("WebSocketPingInterval", "17")
        world.set("AuthorizationKey", KEY)
        again = Ocpp16World(station, flash=world.flash, boot_number=8)

        self.assertEqual(again.channel.ping_interval_s, 17)
        self.assertEqual(again.connection.history[0][3], b"OCA_OCTT_admin_test")
