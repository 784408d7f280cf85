"""Certificates and keys that station.json names: taken once, refused by name."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.errors import ConfigError
from chargecore.base.event_log import EventLog
from chargecore.security import pem
from chargecore.security.key_maker import KeyMaker, sec1_der
from chargecore.station.config import StationConfig
from chargecore.station.maker_files import MakerFiles
from chargecore.store.credentials import Credentials
from chargecore.store.keystore import KIND_SERVER_ROOT, Keystore
from chargecore.store.version_pair import VersionPair
from fakes.cert_maker import CertMaker, LabKey
from fakes.certificate_world import leaf, root, text_of
from fakes.clock import FakeClock
from fakes.scratch import new_folder, write_bytes


def new_key():
    """Return a private key as ECPrivateKey."""
    maker = KeyMaker(_random)
    while not maker.step():
        pass
    return sec1_der(maker.private, maker.public_key)


def _random(count):
    return bytes([7] + list(range(1, count)))


class MakerFilesTest(unittest.TestCase):
    def setUp(self):
        self.folder = new_folder(self)
        self.boot()

    def boot(self, **fields):
        """Boot with these fields of station.json."""
        clock = Clock(FakeClock().ticks_ms, 1)
        config = StationConfig()
        station = {"id": "CP01", "csms_url": "ws://example.org"}
        station.update(fields)
        config.load(station)
        pair = VersionPair(self.folder + "/keystore")
        self.store = Keystore(self.folder + "/cert", pair, EventLog(clock, 16))
        self.store.load()
        self.credentials = Credentials(self.store, clock)
        MakerFiles(config, self.store).take()

    def path(self, name, data):
        """Write a file. Return its path."""
        write_bytes(self.folder + "/" + name, data)
        return self.folder + "/" + name

    def refused(self, **fields):
        """Return the field that a boot refuses."""
        try:
            self.boot(**fields)
        except ConfigError as error:
            return error.args[0]
        return None

    def test_takes_a_root_as_text_or_as_a_file_of_either_form(self):
        for value in (
            text_of(root(2)),
            self.path("x.pem", b"Root of the lab\n" + text_of(root(2)).encode()),
            self.path("x.der", root(2)),
        ):
            with self.subTest(value=value[:30]):
                self.boot(csms_root_ca=value)
                self.assertEqual(self.credentials.roots(), [root(2)])

    def test_takes_a_root_of_the_maker(self):
        self.boot(manufacturer_root_ca=text_of(root(3)))

        self.assertEqual(self.credentials.maker_roots(), [root(3)])
        self.assertEqual(self.credentials.roots(), [])

    def test_takes_it_once_so_that_it_stays_deleted(self):
        """M04: what a server has deleted does not come back with the next boot."""
        self.boot(csms_root_ca=text_of(root(2)))
        self.store.drop(self.store.rows(KIND_SERVER_ROOT))

        self.boot(csms_root_ca=text_of(root(2)))
        self.assertEqual(self.credentials.roots(), [])
        self.boot(csms_root_ca=text_of(root(4)))
        self.assertEqual(self.credentials.roots(), [root(4)])

    def test_takes_key_and_certificates_of_the_station(self):
        key = new_key()
        chain = [leaf(LabKey(2)), root(1)]
        for field in (
            pem.encode(key, b"EC PRIVATE KEY").decode(),
            self.path("key.der", key),
            self.path("key.pem", pem.encode(key, b"EC PRIVATE KEY")),
        ):
            with self.subTest(key=field[:30]):
                self.boot(client_certificate=text_of(*chain), client_key=field)
                self.assertEqual(self.credentials.client_chain(), chain)
                self.assertEqual(self.credentials.client_key(), key)

    def test_takes_other_forms_of_a_key(self):
        for label in (b"PRIVATE KEY", b"RSA PRIVATE KEY"):
            with self.subTest(label=label):
                key = label * 20
                text = pem.encode(key, label).decode()
                self.boot(client_certificate=text_of(leaf(LabKey(2))), client_key=text)
                self.assertEqual(self.credentials.client_key(), key)

    def test_refuses_by_name_what_it_cannot_use(self):
        good = text_of(leaf(LabKey(2)))
        other = CertMaker(b"Sub", b"Root", LabKey(3)).as_ca().der()
        for field, fields in (
            ("csms_root_ca", {"csms_root_ca": "/no/such/file"}),
            ("csms_root_ca", {"csms_root_ca": ""}),
            ("csms_root_ca", {"csms_root_ca": 1}),
            ("csms_root_ca", {"csms_root_ca": self.path("empty", b"")}),
            ("csms_root_ca", {"csms_root_ca": self.path("long", b"0" * 9_000)}),
            ("csms_root_ca", {"csms_root_ca": self.path("cut", root(2)[:-1])}),
            ("csms_root_ca", {"csms_root_ca": text_of(other)}),
            ("manufacturer_root_ca", {"manufacturer_root_ca": "-----BEGIN CERTIFICATE-----"}),
            ("client_key", {"client_certificate": good}),
            ("client_key", {"client_key": good}),
            ("client_key", {"client_certificate": good, "client_key": good}),
            ("client_certificate", {"client_certificate": "/none", "client_key": good}),
        ):
            with self.subTest(field=field):
                self.assertEqual(self.refused(**fields), field)


if __name__ == "__main__":
    unittest.main()
