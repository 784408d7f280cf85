"""The keystore: what is installed, in which order, and what is left of it after trouble."""

import os
import unittest

from chargecore.base.clock import Clock
from chargecore.base.codes import E_FULL, E_IO, E_MISSING, OK
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FLASH_ERROR, EV_KEYSTORE_LOST
from chargecore.store.credentials import Credentials
from chargecore.store.keystore import (
    FLAG_ASKED,
    KIND_MAKER_ROOT,
    KIND_NONE,
    KIND_PENDING,
    KIND_SERVER_ROOT,
    KIND_STATION,
    LABEL_LEN,
    ROWS,
    Keystore,
    label_of,
    pack,
    unpack,
)
from chargecore.store.version_pair import VersionPair
from fakes.clock import FakeClock
from fakes.scratch import new_folder, read_bytes, write_bytes

SERIAL = b"1ff"
LABEL = label_of(b"n" * 64, b"k" * 64, SERIAL)
YEAR_S = 31_536_000
LONG_AGO_S = -(1 << 30)
NEVER_S = (1 << 30) - 1


class KeystoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = new_folder(self)
        self.clock = Clock(FakeClock().ticks_ms, 1)
        self.open()

    def open(self):
        """Boot: everything that is only in RAM is gone."""
        self.events = EventLog(self.clock, 16)
        self.store = Keystore(
            self.folder + "/cert", VersionPair(self.folder + "/keystore"), self.events
        )
        self.store.load()
        return self.store

    def root(self, der, kind=KIND_SERVER_ROOT, drops=()):
        return self.store.put(kind, der, LABEL, LONG_AGO_S, NEVER_S, drops)

    def codes(self):
        return [self.events.field(i, 0) for i in range(self.events.total)]

    def files(self):
        return sorted([name for name in os.listdir(self.folder) if name.startswith("cert")])

    def credentials(self):
        return Credentials(self.store, self.clock)

    # ---- keeping ----

    def test_is_empty_on_new_flash_and_tells_nothing(self):
        self.assertEqual(self.store.rows(KIND_SERVER_ROOT), [])
        self.assertEqual(self.store.count_of_roots(), 0)
        self.assertEqual(self.codes(), [])

    def test_has_what_was_put_after_a_boot(self):
        row = self.store.put(KIND_SERVER_ROOT, b"A" * 900, LABEL, -5, YEAR_S)

        self.open()

        self.assertEqual(self.store.rows(KIND_SERVER_ROOT), [row])
        self.assertEqual(self.store.read(row), b"A" * 900)
        self.assertEqual(self.store.label(row), LABEL)
        self.assertEqual(len(LABEL), LABEL_LEN)
        self.assertEqual(self.store.not_before_s(row), -5)
        self.assertEqual(self.store.not_after_s(row), YEAR_S)

    def test_keeps_the_widest_times(self):
        row = self.root(b"A")

        self.open()

        self.assertEqual(self.store.not_before_s(row), LONG_AGO_S)
        self.assertEqual(self.store.not_after_s(row), NEVER_S)

    def test_lists_the_newest_first_and_each_kind_for_itself(self):
        first = self.root(b"A")
        maker = self.root(b"M", KIND_MAKER_ROOT)
        second = self.root(b"B")
        self.store.drop((first,))
        third = self.root(b"C")  # where the first was

        self.assertEqual(third, first)
        self.assertEqual(self.store.rows(KIND_SERVER_ROOT), [third, second])
        self.assertEqual(self.store.rows(KIND_MAKER_ROOT), [maker])
        self.assertEqual(self.store.count_of_roots(), 3)

    def test_finds_a_row_by_its_contents(self):
        self.root(b"AA")
        row = self.root(b"AB")

        self.assertEqual(self.store.find(KIND_SERVER_ROOT, b"AB"), row)
        self.assertEqual(self.store.find(KIND_SERVER_ROOT, b"ABC"), E_MISSING)
        self.assertEqual(self.store.find(KIND_MAKER_ROOT, b"AB"), E_MISSING)

    def test_drops_and_adds_with_one_stroke(self):
        old = self.root(b"A")

        new = self.root(b"B", drops=(old,))
        self.open()

        self.assertEqual(self.store.rows(KIND_SERVER_ROOT), [new])
        self.assertEqual(self.files(), ["cert{:02d}".format(new)])

    def test_keeps_flags_and_marks_of_presets(self):
        row = self.store.put(KIND_STATION, b"S", b"", 0, 1)

        self.store.set_flag(row, FLAG_ASKED)
        self.store.set_preset(2, b"\x01\x02\x03\xff")
        self.open()

        self.assertTrue(self.store.has_flag(row, FLAG_ASKED))
        self.assertEqual(self.store.preset(2), b"\x01\x02\x03\xff")
        self.assertEqual(self.store.preset(1), b"\0\0\0\0")

    def test_counts_changes(self):
        before = self.store.changes
        self.root(b"A")

        self.assertEqual(self.store.changes, before + 1)

    # ---- trouble ----

    def test_refuses_when_all_files_are_used(self):
        while self.root(b"A") >= 0:
            pass
        rows = len(self.store.rows(KIND_SERVER_ROOT))

        self.assertEqual(self.root(b"B"), E_FULL)
        self.assertEqual(len(self.store.rows(KIND_SERVER_ROOT)), rows)

    def test_changes_nothing_when_flash_refuses(self):
        kept = self.root(b"A")
        changes = self.store.changes
        os.rename(self.folder + "/keystore.a", self.folder + "/kept")
        os.mkdir(self.folder + "/keystore.b")  # the next version cannot be written
        os.rename(self.folder + "/kept", self.folder + "/keystore.a")

        code = self.root(b"B", drops=(kept,))

        os.rmdir(self.folder + "/keystore.b")
        self.assertEqual(code, E_IO)
        self.assertEqual(self.store.rows(KIND_SERVER_ROOT), [kept])
        self.assertEqual(self.store.read(kept), b"A")
        self.assertEqual(self.store.changes, changes)
        self.assertEqual(self.files(), ["cert{:02d}".format(kept)])
        self.assertTrue(EV_FLASH_ERROR in self.codes())
        self.open()
        self.assertEqual(self.store.rows(KIND_SERVER_ROOT), [kept])

    def test_removes_at_boot_what_no_index_names(self):
        row = self.root(b"A")
        write_bytes(self.folder + "/cert05", b"half a key")

        self.open()

        self.assertEqual(self.files(), ["cert{:02d}".format(row)])

    def test_does_not_give_out_what_flash_has_changed(self):
        row = self.root(b"A" * 100)
        path = self.folder + "/cert{:02d}".format(row)
        data = bytearray(read_bytes(path))
        data[50] ^= 1
        write_bytes(path, data)

        self.assertIs(self.store.read(row), None)
        self.assertEqual(self.store.label(row), LABEL)
        self.assertEqual(self.codes(), [EV_KEYSTORE_LOST])
        self.assertEqual(self.credentials().roots(), [])

    def test_does_not_give_out_a_label_that_flash_has_changed(self):
        row = self.root(b"A" * 100)
        path = self.folder + "/cert{:02d}".format(row)
        write_bytes(path, read_bytes(path)[:-3])

        self.assertIs(self.store.label(row), None)
        self.assertEqual(self.store.read(row), b"A" * 100)

    def test_uses_the_index_before_when_the_newest_is_damaged(self):
        first = self.root(b"A")
        self.root(b"B")
        write_bytes(self.folder + "/keystore.b", b"torn")

        self.open()

        self.assertEqual(self.store.rows(KIND_SERVER_ROOT), [first])
        self.assertEqual(self.codes(), [EV_KEYSTORE_LOST])

    def test_is_empty_and_tells_it_when_both_indexes_are_damaged(self):
        self.root(b"A")
        self.root(b"B")
        write_bytes(self.folder + "/keystore.a", b"torn")
        write_bytes(self.folder + "/keystore.b", b"torn")

        self.open()

        self.assertEqual(self.store.count_of_roots(), 0)
        self.assertEqual(self.codes(), [EV_KEYSTORE_LOST])
        self.assertEqual([self.store.kind(row) for row in range(ROWS)], [KIND_NONE] * ROWS)

    def test_a_missing_file_is_none(self):
        row = self.root(b"A")
        os.remove(self.folder + "/cert{:02d}".format(row))

        self.assertIs(self.store.read(row), None)
        self.assertIs(self.store.label(row), None)

    # ---- credentials ----

    def station(self, text, not_before_s, drops=()):
        data = pack(b"key of " + text, [b"leaf of " + text, b"ca"])
        return self.store.put(KIND_STATION, data, b"", not_before_s, NEVER_S, drops)

    def test_packs_and_unpacks_a_key_and_its_chain(self):
        self.assertEqual(unpack(pack(b"k" * 300, [b"l", b""])), [b"k" * 300, b"l", b""])

    def test_has_nothing_to_show_or_trust_at_first(self):
        credentials = self.credentials()

        self.assertEqual((credentials.roots(), credentials.client_chain()), ([], []))
        self.assertIs(credentials.client_key(), None)
        self.assertFalse(credentials.has_root or credentials.has_client)

    def test_trusts_the_roots_of_servers_only(self):
        self.root(b"A")
        self.root(b"M", KIND_MAKER_ROOT)
        self.root(b"B")
        credentials = self.credentials()

        self.assertEqual(credentials.roots(), [b"B", b"A"])
        self.assertEqual(credentials.maker_roots(), [b"M"])
        self.assertTrue(credentials.has_root)

    def test_never_shows_a_pending_key(self):
        self.store.put(KIND_PENDING, b"secret", b"", 0, 0)

        self.assertIs(self.credentials().client_key(), None)
        self.assertEqual(self.credentials().client_chain(), [])

    def test_shows_the_certificate_whose_validity_began_last(self):
        self.station(b"new", 2_000)
        self.station(b"old", 1_000)
        self.clock.set_wall(3_000, 0, 1)

        self.assertEqual(self.credentials().client_chain(), [b"leaf of new", b"ca"])
        self.assertEqual(self.credentials().client_key(), b"key of new")

    def test_shows_a_certificate_from_the_second_it_is_valid(self):
        self.station(b"old", 1_000)
        self.station(b"new", 5_000)
        credentials = self.credentials()
        self.clock.set_wall(4_999, 0, 1)

        self.assertEqual(credentials.client_key(), b"key of old")
        self.clock.set_wall(5_000, 0, 1)
        self.assertEqual(credentials.client_key(), b"key of new")

    def test_shows_the_newest_while_the_time_is_not_known(self):
        self.station(b"old", 1_000)
        self.station(b"new", 5_000)

        self.assertEqual(self.credentials().client_key(), b"key of new")

    def test_tries_the_other_certificate_when_a_server_refuses_one_and_comes_back_to_it(self):
        self.station(b"old", 1_000)
        self.station(b"new", 2_000)
        self.clock.set_wall(9_000, 0, 1)
        credentials = self.credentials()
        changed = credentials.changed

        credentials.refused()
        self.assertEqual(credentials.client_key(), b"key of old")
        self.assertTrue(credentials.changed != changed)
        credentials.refused()
        self.assertEqual(credentials.client_key(), b"key of new")
        credentials.refused()
        credentials.connected()
        self.assertEqual(credentials.client_key(), b"key of new")

    def test_shows_the_only_certificate_again_when_it_was_refused(self):
        self.station(b"one", 1_000)
        credentials = self.credentials()

        credentials.refused()

        self.assertEqual(credentials.client_key(), b"key of one")

    def test_knows_the_root_that_secures_the_connection(self):
        row = self.root(b"A")
        credentials = self.credentials()

        credentials.used_root(b"A")
        self.assertEqual(credentials.used_row, row)
        credentials.used_root(b"")
        self.assertEqual(credentials.used_row, E_MISSING)

    def test_changes_with_every_install_and_delete(self):
        credentials = self.credentials()
        seen = [credentials.changed]
        row = self.root(b"A")
        seen.append(credentials.changed)
        self.assertEqual(self.store.drop((row,)), OK)
        seen.append(credentials.changed)

        self.assertEqual(len(set(seen)), 3)


if __name__ == "__main__":
    unittest.main()
