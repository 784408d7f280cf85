"""Settings: the engine behind the table."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.codes import (
    E_FULL,
    E_IO,
    E_LENGTH,
    E_RANGE,
    E_READ_ONLY,
    E_REBOOT,
    E_TYPE,
    E_UNKNOWN_KEY,
    OK,
)
from chargecore.base.event_log import EventLog
from chargecore.base.events import (
    EV_FILE_NEWER,
    EV_FLASH_ERROR,
    EV_SETTINGS_LOST,
    EV_SETTINGS_OLD,
)
from chargecore.store.setting_rows import (
    REBOOT,
    RO,
    RW,
    T_BOOL,
    T_INT,
    T_TEXT,
    WO,
    SettingRows,
    pack,
)
from chargecore.store.settings import Settings
from chargecore.store.version_pair import VersionPair
from fakes.scratch import new_folder, read_bytes, write_bytes
from fakes.storage import FakeStorage

TABLE = (
    (b"Period", T_INT, 1, 100, RW, 10, "period_s"),
    (b"Enabled", T_BOOL, 0, 1, RW, True, "enabled"),
    (b"Name", T_TEXT, 0, 8, RW, b"abc", "name"),
    (b"Count", T_INT, 0, 9, RO, None, "count"),
    (b"Secret", T_TEXT, 0, 8, WO, None, "secret"),
    (b"Profile", T_INT, 0, 3, RW | REBOOT, 0, "profile"),
)


class Target:
    def __init__(self):
        self.period_s = 0
        self.enabled = False
        self.name = b""
        self.count = 4
        self.secret = b""
        self.profile = 0
        self.frozen = ()
        self.lost = []

    def set_settings_lost(self, is_lost):
        self.lost.append(is_lost)

    def set_text(self, attribute, value):
        if b"!" in value:
            return E_RANGE
        setattr(self, attribute, value)
        return OK


class Words:
    """A writer that remembers what was written."""

    def __init__(self):
        self.written = []

    def text(self, value):
        self.written.append(value)

    def int_text(self, number):
        self.written.append(number)


def ticks_zero():
    return 0


class SettingsTest(unittest.TestCase):
    def setUp(self):
        self.storage = FakeStorage()
        self.events = EventLog(Clock(ticks_zero, 1), 8)
        self.changes = []
        self.boot()

    def boot(self, table=TABLE, capacity_b=200):
        self.target = Target()
        self.settings = Settings(
            SettingRows(pack(table)), self.target, self.storage, self.events, capacity_b
        )
        self.settings.load()
        self.settings.set_on_change(self.changes.append)

    def test_starts_with_the_defaults_of_the_table(self):
        self.assertEqual(self.target.period_s, 10)
        self.assertIs(self.target.enabled, True)
        self.assertEqual(self.target.name, b"abc")
        self.assertEqual(self.target.count, 4)

    def test_finds_a_row_whatever_its_case(self):
        self.assertEqual(self.settings.find_row(b"..pERIOD..", 2, 8), 0)
        self.assertEqual(self.settings.row_of(b"SECRET"), 4)
        for key in (b"", b"Perio", b"Periods", b"Peri0d", b"\x50\x45\x52\x49\x4f\x64\x20"):
            self.assertEqual(self.settings.row_of(key), E_UNKNOWN_KEY)
        self.assertEqual(self.settings.find_row(b"Period", 0, E_LENGTH), E_UNKNOWN_KEY)

    def test_does_not_take_other_characters_for_letters_of_another_case(self):
        table = ((b"A[B", T_INT, 0, 1, RW, 0, "count"),)
        settings = Settings(SettingRows(pack(table)), Target(), self.storage, self.events)

        self.assertEqual(settings.row_of(b"a[b"), 0)
        self.assertEqual(settings.row_of(b"a{b"), E_UNKNOWN_KEY)

    def test_applies_and_tells_when_a_value_is_accepted(self):
        self.assertEqual(self.settings.set(b"period", b"100"), OK)

        self.assertEqual(self.target.period_s, 100)
        self.assertEqual(self.changes, [0])

    def test_refuses_what_is_not_a_plain_decimal_number(self):
        for text, code in (
            (b"", E_TYPE),
            (b"abc", E_TYPE),
            (b"1.0", E_TYPE),
            (b"+5", E_TYPE),
            (b" 5", E_TYPE),
            (b"5 ", E_TYPE),
            (b"05", E_TYPE),
            (b"1e1", E_TYPE),
            (b"-", E_TYPE),
            (b"0", E_RANGE),
            (b"-1", E_RANGE),
            (b"101", E_RANGE),
            (b"99999999999999999999", E_RANGE),
        ):
            with self.subTest(text=text):
                self.assertEqual(self.settings.set(b"Period", text), code)
                self.assertEqual(self.target.period_s, 10)
        self.assertEqual(self.changes, [])

    def test_takes_truth_values_in_any_case_only(self):
        for text in (b"false", b"FALSE", b"False"):
            self.target.enabled = True
            self.assertEqual(self.settings.set(b"Enabled", text), OK)
            self.assertIs(self.target.enabled, False)
        for text in (b"", b"0", b"1", b"yes", b"true"[:3], b"true ", b"falsee"):
            self.assertEqual(self.settings.set(b"Enabled", text), E_TYPE)

    def test_asks_the_target_about_texts(self):
        self.assertEqual(self.settings.set(b"Name", b"no!"), E_RANGE)
        self.assertEqual(self.settings.set(b"Name", b"123456789"), E_LENGTH)
        self.assertEqual(self.target.name, b"abc")

        self.assertEqual(self.settings.set_text(2, bytearray(b"xxnewxx"), 2, 5), OK)

        self.assertEqual(self.target.name, b"new")

    def test_refuses_a_value_that_did_not_fit_the_caller_s_buffer(self):
        self.assertEqual(self.settings.set_text(2, bytearray(8), 0, E_LENGTH), E_LENGTH)

    def test_refuses_read_only_and_unknown_rows(self):
        self.assertEqual(self.settings.set(b"Count", b"5"), E_READ_ONLY)
        self.assertEqual(self.settings.set(b"Nothing", b"5"), E_UNKNOWN_KEY)

    def test_says_reboot_when_the_row_acts_only_then(self):
        self.assertEqual(self.settings.set(b"Profile", b"2"), E_REBOOT)
        self.assertFalse(self.settings.is_readonly(5))

    def test_remembers_over_a_reboot(self):
        self.settings.set(b"Period", b"77")
        self.settings.set(b"Enabled", b"false")
        self.settings.set(b"Name", b"")
        self.settings.set(b"Secret", b"xyz")

        self.boot()

        self.assertEqual(self.target.period_s, 77)
        self.assertIs(self.target.enabled, False)
        self.assertEqual(self.target.name, b"")
        self.assertEqual(self.target.secret, b"xyz")

    def test_stores_only_what_differs_from_the_default(self):
        self.settings.set(b"Period", b"77")
        self.settings.set(b"Period", b"10")

        self.assertEqual(len(self.storage.images), 2)
        self.assertEqual(self.storage.images[-1], b"")

    def test_writes_nothing_when_the_value_is_the_same(self):
        self.assertEqual(self.settings.set(b"Period", b"10"), OK)

        self.assertEqual(self.storage.images, [])
        self.assertEqual(self.changes, [0])

    def test_keeps_the_old_value_when_flash_refuses(self):
        self.storage.is_broken = True

        self.assertEqual(self.settings.set(b"Period", b"77"), E_IO)

        self.assertEqual(self.target.period_s, 10)
        self.assertEqual(self.changes, [])
        self.assertEqual(self.events.field(0, 0), EV_FLASH_ERROR)

    def test_keeps_the_old_value_when_the_image_is_full(self):
        self.boot(TABLE, 10)
        self.assertEqual(self.settings.set(b"Name", b"123456"), OK)

        self.assertEqual(self.settings.set(b"Period", b"77"), E_FULL)

        self.assertEqual(self.target.period_s, 10)
        self.assertEqual(self.target.name, b"123456")

    def test_keeps_values_of_keys_that_this_build_does_not_have(self):
        self.settings.set(b"Period", b"77")
        self.settings.set(b"Name", b"kept")
        self.boot(TABLE[:2])
        self.settings.set(b"Enabled", b"false")

        self.boot()

        self.assertEqual(self.target.name, b"kept")
        self.assertEqual(self.target.period_s, 77)
        self.assertIs(self.target.enabled, False)

    def test_leaves_the_default_when_a_kept_value_is_not_allowed_any_more(self):
        self.settings.set(b"Period", b"77")
        narrow = ((b"Period", T_INT, 1, 50, RW, 10, "period_s"),) + TABLE[1:]

        self.boot(narrow)

        self.assertEqual(self.target.period_s, 10)

    def test_survives_any_stored_bytes(self):
        self.settings.set(b"Period", b"77")
        self.settings.set(b"Name", b"kept")
        whole = self.storage.images[-1]
        for cut in range(len(whole)):
            self.storage.images.append(whole[:cut])
            self.boot()
        for at in range(len(whole)):
            damaged = bytearray(whole)
            damaged[at] = 0xFF
            self.storage.images.append(bytes(damaged))
            self.boot()
        self.assertEqual(self.settings.set(b"Period", b"78"), OK)

    def test_presets_become_the_default(self):
        settings = Settings(SettingRows(pack(TABLE)), self.target, self.storage, self.events)

        refused = settings.force_all({"COUNT": "7", "Period": "55", "Other": "x", "Enabled": "?"})
        settings.load()

        self.assertEqual(refused, 1)
        self.assertEqual(self.target.count, 7)
        self.assertEqual(self.target.period_s, 55)
        settings.set(b"Period", b"10")
        again = Settings(SettingRows(pack(TABLE)), self.target, self.storage, self.events)
        again.force_all({"Period": "55"})
        again.load()
        self.assertEqual(self.target.period_s, 10)

    def test_makes_rows_read_only_that_the_hardware_fixes(self):
        self.target.frozen = ("enabled",)

        self.assertTrue(self.settings.is_readonly(1))
        self.assertEqual(self.settings.set(b"Enabled", b"false"), E_READ_ONLY)

    def test_moves_a_learned_number_into_the_range(self):
        self.assertEqual(self.settings.set_int(0, 5000), OK)
        self.assertEqual(self.target.period_s, 100)
        self.assertEqual(self.settings.set_int(0, 0), OK)
        self.assertEqual(self.target.period_s, 1)

    def test_renders_every_type_as_text(self):
        words = Words()
        for row in range(4):
            self.settings.render_value(words, row)

        self.assertEqual(words.written, [10, b"true", b"abc", 4])

    def test_tells_what_may_be_read(self):
        self.assertEqual(
            [self.settings.is_readable(row) for row in range(self.settings.row_count)],
            [True, True, True, True, False, True],
        )
        self.assertEqual(self.settings.name(4), b"Secret")


class SettingsOnFilesTest(unittest.TestCase):
    def setUp(self):
        self.path = new_folder(self) + "/settings"
        self.events = EventLog(Clock(ticks_zero, 1), 8)

    def boot(self):
        self.target = Target()
        self.settings = Settings(
            SettingRows(pack(TABLE)), self.target, VersionPair(self.path), self.events
        )
        self.settings.load()

    def test_returns_to_the_previous_values_when_the_last_write_was_torn_anywhere(self):
        self.boot()
        self.settings.set(b"Period", b"20")
        self.settings.set(b"Period", b"30")
        whole = read_bytes(self.path + ".b")

        for cut in range(len(whole)):
            write_bytes(self.path + ".b", whole[:cut])
            self.boot()
            self.assertEqual(self.target.period_s, 20)

        last = self.events.total - 1
        self.assertEqual(self.events.field(last, 0), EV_SETTINGS_OLD)

    def lose(self):
        """Damage all that was kept, and boot."""
        self.boot()
        self.settings.set(b"Period", b"20")
        for name in (".a", ".b"):
            write_bytes(self.path + name, b"broken")
        self.boot()

    def test_uses_the_defaults_and_tells_the_target_when_everything_is_damaged(self):  # F44
        self.lose()

        self.assertEqual(self.target.period_s, 10)
        self.assertTrue(self.settings.is_lost)
        self.assertEqual(self.target.lost, [True])
        self.assertEqual(self.events.field(self.events.total - 1, 0), EV_SETTINGS_LOST)

    def test_does_not_call_settings_lost_that_were_never_made(self):
        self.boot()

        self.assertFalse(self.settings.is_lost)
        self.assertEqual(self.target.lost, [])
        self.assertEqual(self.events.total, 0)

    def test_stays_lost_over_boots_and_whatever_the_station_learns_itself(self):
        self.lose()
        for _ in range(2):
            self.assertEqual(self.settings.set_int(0, 44), OK)
            self.assertEqual(self.target.period_s, 44)
            self.assertTrue(self.settings.is_lost)
            self.boot()

        self.assertTrue(self.settings.is_lost)

    def test_is_not_lost_any_more_when_somebody_sets_a_value_even_to_what_it_is(self):
        self.lose()
        self.assertEqual(self.settings.set(b"Period", b"1000"), E_RANGE)
        self.assertTrue(self.settings.is_lost)

        self.assertEqual(self.settings.set(b"Period", b"10"), OK)

        self.assertEqual(self.target.lost, [True, False])
        self.boot()
        self.assertFalse(self.settings.is_lost)

    def test_says_so_when_a_newer_build_has_left_files_of_its_own(self):
        write_bytes(self.path + ".a2", b"")

        self.boot()

        self.assertEqual(self.events.field(self.events.total - 1, 0), EV_FILE_NEWER)
