"""The authorization cache: expiry, parents, eviction."""

import unittest

from chargecore.station.auth_cache import (
    NO_EXPIRY,
    TAG_ACCEPTED,
    TAG_BLOCKED,
    TAG_EXPIRED,
    TAG_UNKNOWN,
    AuthCache,
)
from chargecore.station.id_tag import IdTag
from fakes.station_world import tag

NOBODY = tag("")


class TestAuthCache(unittest.TestCase):
    def setUp(self):
        self.cache = AuthCache(3)

    def test_knows_what_was_put_whatever_the_case(self):
        self.cache.put(tag("card"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)

        self.assertEqual(self.cache.status(tag("CARD"), 100), TAG_ACCEPTED)
        self.assertEqual(self.cache.status(tag("OTHER"), 100), TAG_UNKNOWN)

    def test_expires_at_the_date(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, 1000, NOBODY, 0)

        self.assertEqual(self.cache.status(tag("A"), 999), TAG_ACCEPTED)
        self.assertEqual(self.cache.status(tag("A"), 1000), TAG_EXPIRED)

    def test_counts_a_dated_tag_as_expired_while_the_time_is_unknown(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, 1000, NOBODY, 0)

        self.assertEqual(self.cache.status(tag("A"), -1), TAG_EXPIRED)

    def test_replaces_the_entry_of_the_same_tag(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
        self.cache.put(tag("a"), TAG_BLOCKED, NO_EXPIRY, NOBODY, 0)

        self.assertEqual(self.cache.status(tag("A"), 0), TAG_BLOCKED)
        self.assertEqual(self.cache.evicted, 0)

    def test_keeps_the_parent(self):
        parent = IdTag()
        self.cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, tag("FAMILY"), 0)

        self.cache.parent_into(tag("A"), parent)
        self.assertEqual(parent.text(), "FAMILY")

        self.cache.parent_into(tag("B"), parent)
        self.assertEqual(parent.length, 0)

    def test_drops_a_refused_tag_first_when_full(self):
        self.cache.put(tag("OLD"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
        self.cache.put(tag("BAD"), TAG_BLOCKED, NO_EXPIRY, NOBODY, 0)
        self.cache.put(tag("NEW"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)

        self.cache.put(tag("MORE"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)

        self.assertEqual(self.cache.status(tag("BAD"), 0), TAG_UNKNOWN)
        self.assertEqual(self.cache.status(tag("OLD"), 0), TAG_ACCEPTED)
        self.assertEqual(self.cache.evicted, 1)

    def test_drops_the_longest_unused_tag_when_all_are_accepted(self):
        for text in ("A", "B", "C"):
            self.cache.put(tag(text), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
        self.cache.status(tag("A"), 0)

        self.cache.put(tag("D"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)

        self.assertEqual(self.cache.status(tag("B"), 0), TAG_UNKNOWN)
        self.assertEqual(self.cache.status(tag("A"), 0), TAG_ACCEPTED)

    def test_drops_an_expired_tag_before_a_valid_one_when_full(self):
        self.cache.put(tag("OLD"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
        self.cache.put(tag("DATED"), TAG_ACCEPTED, 500, NOBODY, 0)
        self.cache.put(tag("NEW"), TAG_ACCEPTED, 900, NOBODY, 0)

        self.cache.put(tag("MORE"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 600)

        self.assertEqual(self.cache.status(tag("DATED"), 0), TAG_UNKNOWN)
        self.assertEqual(self.cache.status(tag("OLD"), 0), TAG_ACCEPTED)

    def test_drops_the_longest_unused_of_several_refused_tags(self):
        for text in ("A", "B", "C"):
            self.cache.put(tag(text), TAG_BLOCKED, NO_EXPIRY, NOBODY, 0)
        self.cache.put(tag("A"), TAG_BLOCKED, NO_EXPIRY, NOBODY, 0)

        self.cache.put(tag("D"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)

        self.assertEqual(self.cache.status(tag("B"), 0), TAG_UNKNOWN)
        self.assertEqual(self.cache.status(tag("A"), 0), TAG_BLOCKED)

    def test_keeps_the_order_of_use_over_many_rounds(self):
        for number in range(300):
            self.cache.put(tag("T%d" % number), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
            self.cache.status(tag("T%d" % (number - 1)), 0)

        known = [n for n in range(300) if self.cache.find(tag("T%d" % n)) >= 0]
        self.assertEqual(known, [297, 298, 299])

    def test_holds_an_entry_of_the_longest_texts_and_the_latest_date(self):
        parent = IdTag()
        self.cache.put(tag("A" * 20), TAG_ACCEPTED, (1 << 30) - 1, tag("P" * 20), 0)

        self.cache.parent_into(tag("a" * 20), parent)

        self.assertEqual(parent.text(), "P" * 20)
        self.assertEqual(self.cache.status(tag("A" * 20), (1 << 30) - 2), TAG_ACCEPTED)
        self.assertEqual(self.cache.status(tag("A" * 20), (1 << 30) - 1), TAG_EXPIRED)

    def test_has_not_changed_when_the_server_says_the_same_again(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, 500, tag("P"), 0)
        self.cache.has_changed = False

        self.cache.put(tag("a"), TAG_ACCEPTED, 500, tag("P"), 0)
        self.cache.status(tag("A"), 0)
        self.assertFalse(self.cache.has_changed)

        for status, expiry_s, parent in (
            (TAG_BLOCKED, 500, "P"),
            (TAG_BLOCKED, 501, "P"),
            (TAG_BLOCKED, 501, "Q"),
            (TAG_BLOCKED, 501, ""),
        ):
            self.cache.has_changed = False
            self.cache.put(tag("A"), status, expiry_s, tag(parent), 0)
            self.assertTrue(self.cache.has_changed)

    def test_is_the_same_after_its_image_was_adopted(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, 500, tag("P"), 0)
        self.cache.put(tag("B"), TAG_BLOCKED, NO_EXPIRY, NOBODY, 0)
        other = AuthCache(3)
        length = self.cache.image_len
        other.image_buf[:length] = self.cache.image_buf[:length]
        parent = IdTag()

        self.assertEqual(other.adopt(length), 2)

        other.parent_into(tag("a"), parent)
        self.assertEqual(parent.text(), "P")
        self.assertEqual(other.status(tag("A"), 499), TAG_ACCEPTED)
        self.assertEqual(other.status(tag("A"), 500), TAG_EXPIRED)
        self.assertEqual(other.status(tag("B"), 0), TAG_BLOCKED)

    def test_drops_entries_of_an_image_that_make_no_sense(self):
        for at, value in ((40, 21), (41, 21), (42, 9), (40, 0)):
            cache = AuthCache(3)
            cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
            cache.put(tag("B"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
            cache.image_buf[4 + at] = value

            self.assertEqual(cache.adopt(cache.image_len), 1)

            self.assertEqual(cache.status(tag("A"), 0), TAG_UNKNOWN)
            self.assertEqual(cache.status(tag("B"), 0), TAG_ACCEPTED)

    def test_is_empty_when_the_image_has_another_layout(self):
        for at, value in ((0, 2), (1, 40)):
            cache = AuthCache(3)
            cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
            cache.image_buf[at] = value

            self.assertEqual(cache.adopt(cache.image_len), 0)

            self.assertTrue(cache.is_empty)
            cache.put(tag("B"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)
            self.assertEqual(cache.adopt(cache.image_len), 1)

    def test_is_empty_after_clear(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, NOBODY, 0)

        self.cache.clear()

        self.assertEqual(self.cache.status(tag("A"), 0), TAG_UNKNOWN)


if __name__ == "__main__":
    unittest.main()
