"""StateStore: boot number and availability over reboots."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FILE_NEWER, EV_FLASH_ERROR, EV_SETTINGS_OLD
from chargecore.store.state import STATE_LEN, USER_AT, StateStore
from fakes.scratch import new_folder, read_bytes, write_bytes


def ticks_zero():
    return 0


class StateStoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = new_folder(self)
        self.events = EventLog(Clock(ticks_zero, 1), 8)

    def boot(self):
        state = StateStore(self.folder + "/state", STATE_LEN, self.events)
        state.load()
        return state

    def test_counts_boots(self):
        for boot_number in (1, 2, 3):
            self.assertEqual(self.boot().next_boot(), boot_number)

    def test_starts_again_at_one_when_sixteen_bits_are_used_up(self):
        state = self.boot()
        state.put_u16(0, 0xFFFF)
        state.save()

        self.assertEqual(self.boot().next_boot(), 1)

    def test_remembers_availability_of_each_connector_over_a_reboot(self):
        self.boot().set_operative(2, False)
        self.boot().set_operative(0, False)

        state = self.boot()

        self.assertEqual([state.is_operative(n) for n in range(4)], [False, True, False, True])
        state.set_operative(2, True)
        self.assertTrue(self.boot().is_operative(2))
        self.assertFalse(self.boot().is_operative(0))

    def test_writes_nothing_when_availability_does_not_change(self):
        state = self.boot()
        state.set_operative(1, False)
        self.folder_is_gone = StateStore(self.folder + "/gone/state", STATE_LEN, self.events)

        self.assertEqual(self.folder_is_gone.set_operative(1, True), 0)

    def test_keeps_adapter_bytes(self):
        state = self.boot()
        state.buf[USER_AT] = 77
        state.save()

        self.assertEqual(self.boot().buf[USER_AT], 77)

    def test_says_so_when_both_versions_are_damaged(self):
        self.boot().next_boot()
        write_bytes(self.folder + "/state.a", b"broken")

        state = self.boot()

        self.assertEqual(self.events.field(0, 0), EV_SETTINGS_OLD)
        self.assertEqual(state.next_boot(), 1)

    def test_has_the_state_before_when_the_last_save_was_torn_anywhere(self):
        self.boot().note_restart(4)
        self.boot().note_restart(7)
        whole = read_bytes(self.folder + "/state.b")

        for cut in range(len(whole)):
            with self.subTest(cut=cut):
                write_bytes(self.folder + "/state.b", whole[:cut])

                self.assertEqual(self.boot().restart_reason(), 4)
                self.assertEqual(self.events.field(self.events.total - 1, 0), EV_SETTINGS_OLD)
        self.assertEqual(self.events.total, len(whole))

    def test_says_so_when_flash_refuses(self):
        state = StateStore(self.folder + "/gone/state", STATE_LEN, self.events)

        state.next_boot()

        self.assertEqual(self.events.field(0, 0), EV_FLASH_ERROR)

    def test_keeps_the_reason_of_a_restart_until_it_is_cleared(self):
        state = self.boot()
        self.assertTrue(state.restart_reason() < 0)
        for reason in (0, 4, 10):
            state.note_restart(reason)
            self.assertEqual(self.boot().restart_reason(), reason)

        state.clear_restart()

        self.assertTrue(self.boot().restart_reason() < 0)

    def test_gives_bytes_of_a_newer_build_back_as_they_came(self):
        newer = StateStore(self.folder + "/state", STATE_LEN + 12, self.events)
        newer.load()
        for at in range(STATE_LEN + 12):
            newer.buf[at] = 100 + at
        newer.save()

        state = self.boot()
        boot_number = state.next_boot()

        newer.load()
        self.assertEqual(newer.u16(0), boot_number)
        self.assertEqual(bytes(newer.buf[2 : STATE_LEN + 12]), bytes(range(102, 144)))
        self.assertEqual(self.events.total, 0)

    def test_has_zeros_where_an_older_build_had_nothing(self):
        older = StateStore(self.folder + "/state", 8, self.events)
        older.buf[7] = 9
        older.save()

        state = self.boot()

        self.assertEqual(bytes(state.buf), bytes(7) + b"\x09" + bytes(len(state.buf) - 8))

    def test_says_so_when_a_newer_build_has_left_files_of_its_own(self):
        write_bytes(self.folder + "/state.b2", b"")

        self.boot()

        self.assertEqual(self.events.field(0, 0), EV_FILE_NEWER)
