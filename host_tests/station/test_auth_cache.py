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
        self.cache.put(tag("card"), TAG_ACCEPTED, NO_EXPIRY, NOBODY)

        self.assertEqual(self.cache.status(tag("CARD"), 100), TAG_ACCEPTED)
        self.assertEqual(self.cache.status(tag("OTHER"), 100), TAG_UNKNOWN)

    def test_expires_at_the_date(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, 1000, NOBODY)

        self.assertEqual(self.cache.status(tag("A"), 999), TAG_ACCEPTED)
        self.assertEqual(self.cache.status(tag("A"), 1000), TAG_EXPIRED)

    def test_counts_a_dated_tag_as_expired_while_the_time_is_unknown(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, 1000, NOBODY)

        self.assertEqual(self.cache.status(tag("A"), -1), TAG_EXPIRED)

    def test_replaces_the_entry_of_the_same_tag(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, NOBODY)
        self.cache.put(tag("a"), TAG_BLOCKED, NO_EXPIRY, NOBODY)

        self.assertEqual(self.cache.status(tag("A"), 0), TAG_BLOCKED)
        self.assertEqual(self.cache.evicted, 0)

    def test_keeps_the_parent(self):
        parent = IdTag()
        self.cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, tag("FAMILY"))

        self.cache.parent_into(tag("A"), parent)
        self.assertEqual(parent.text(), "FAMILY")

        self.cache.parent_into(tag("B"), parent)
        self.assertEqual(parent.length, 0)

    def test_drops_a_refused_tag_first_when_full(self):
        self.cache.put(tag("OLD"), TAG_ACCEPTED, NO_EXPIRY, NOBODY)
        self.cache.put(tag("BAD"), TAG_BLOCKED, NO_EXPIRY, NOBODY)
        self.cache.put(tag("NEW"), TAG_ACCEPTED, NO_EXPIRY, NOBODY)

        self.cache.put(tag("MORE"), TAG_ACCEPTED, NO_EXPIRY, NOBODY)

        self.assertEqual(self.cache.status(tag("BAD"), 0), TAG_UNKNOWN)
        self.assertEqual(self.cache.status(tag("OLD"), 0), TAG_ACCEPTED)
        self.assertEqual(self.cache.evicted, 1)

    def test_drops_the_longest_unused_tag_when_all_are_accepted(self):
        for text in ("A", "B", "C"):
            self.cache.put(tag(text), TAG_ACCEPTED, NO_EXPIRY, NOBODY)
        self.cache.status(tag("A"), 0)

        self.cache.put(tag("D"), TAG_ACCEPTED, NO_EXPIRY, NOBODY)

        self.assertEqual(self.cache.status(tag("B"), 0), TAG_UNKNOWN)
        self.assertEqual(self.cache.status(tag("A"), 0), TAG_ACCEPTED)

    def test_is_empty_after_clear(self):
        self.cache.put(tag("A"), TAG_ACCEPTED, NO_EXPIRY, NOBODY)

        self.cache.clear()

        self.assertEqual(self.cache.status(tag("A"), 0), TAG_UNKNOWN)


if __name__ == "__main__":
    unittest.main()
