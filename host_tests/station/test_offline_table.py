"""Who may charge: every cell of link x purpose x cache x keys, on the real Authorizer.

The table below is written from the rules of ocpp16-behaviour.md (sources: OCPP 1.6 §3.5, §4.1,
§4.2.1, §9.1), not from the code. The first row that fits a cell counts.
"""

import unittest

from chargecore.station.auth_cache import (
    NO_EXPIRY,
    TAG_ACCEPTED,
    TAG_BLOCKED,
    TAG_CONCURRENT_TX,
    TAG_EXPIRED,
    TAG_INVALID,
    TAG_UNKNOWN,
)
from chargecore.station.auth_question import (
    PURPOSE_REMOTE_START,
    PURPOSE_START,
    PURPOSE_STOP,
    Q_ASKING,
    Q_FREE,
)
from chargecore.station.authorizer import WAY_CACHE, WAY_OFFLINE_CACHE, WAY_OFFLINE_UNKNOWN
from fakes.station_world import WALL_S, StationWorld, tag

ONLINE = "online"
OFFLINE = "offline"
NEVER = "no server has ever accepted the station"
LINKS = (ONLINE, OFFLINE, NEVER)

START = (PURPOSE_START, PURPOSE_REMOTE_START)
STOP = (PURPOSE_STOP,)  # of a session with a known parent
PURPOSES = START + STOP

OUTDATED = 99  # cached as Accepted, its expiryDate has passed
REFUSED = (TAG_BLOCKED, TAG_EXPIRED, TAG_INVALID, TAG_CONCURRENT_TX, OUTDATED)
STATES = (TAG_UNKNOWN, TAG_ACCEPTED) + REFUSED

ANY = None
ASK = "ask the server"
NO = "refuse"

# link, purposes, cache on, cached as, LocalPreAuthorize, LocalAuthorizeOffline,
# AllowOfflineTxForUnknownId, what follows (ASK, NO, or the WAY_ by which it is granted), rule
TABLE = (
    (NEVER, PURPOSES, ANY, STATES, ANY, ANY, ANY, NO, "B11: no charging"),
    (ONLINE, PURPOSES, ANY, STATES, False, ANY, ANY, ASK, "A3: the server decides"),
    (ONLINE, PURPOSES, False, STATES, ANY, ANY, ANY, ASK, "A1: no cache, no list"),
    (ONLINE, PURPOSES, True, (TAG_ACCEPTED,), True, ANY, ANY, WAY_CACHE, "A2: starts at once"),
    (ONLINE, PURPOSES, True, STATES, True, ANY, ANY, ASK, "A2: it may have changed"),
    (OFFLINE, PURPOSES, True, REFUSED, ANY, ANY, ANY, NO, "A4: refuse even then"),
    (OFFLINE, PURPOSES, True, (TAG_ACCEPTED,), ANY, True, ANY, WAY_OFFLINE_CACHE, "A4: valid"),
    # From here on nothing vouches for the tag: not cached, no cache, or it must not be used.
    (OFFLINE, STOP, ANY, STATES, ANY, ANY, ANY, NO, "T11, A8: its parent is not known"),
    (OFFLINE, START, ANY, STATES, ANY, ANY, True, WAY_OFFLINE_UNKNOWN, "A4: unknown, allowed"),
    (OFFLINE, START, ANY, STATES, ANY, ANY, False, NO, "A4: unknown, not allowed"),
)

_BOTH = (False, True)


def expected(link, purpose, cell):
    """Return (what follows, number of the row). cell: cache on, state, three keys."""
    for number in range(len(TABLE)):
        row = TABLE[number]
        if row[0] != link or purpose not in row[1] or cell[1] not in row[3]:
            continue
        if row[2] not in (ANY, cell[0]):
            continue
        if all([row[4 + i] in (ANY, cell[2 + i]) for i in range(3)]):
            return row[7], number
    raise ValueError("no row fits")


def cells():
    """Return every (cache on, cached as, pre-authorize, authorize offline, unknown ids)."""
    return [
        (cache_on, state, pre, offline, unknown)
        for cache_on in _BOTH
        for state in STATES
        for pre in _BOTH
        for offline in _BOTH
        for unknown in _BOTH
    ]


class OfflineTableTest(unittest.TestCase):
    def setUp(self):
        self.world = StationWorld()
        self.authorizer = self.world.authorizer
        self.answer = None
        self.authorizer.set_handler(self.note)

    def note(self, question, status, way):
        self.answer = (status, way)

    def arrange(self, link, cell):
        world = self.world
        config = world.config
        config.authorization_cache_enabled = cell[0]
        config.local_pre_authorize = cell[2]
        config.local_authorize_offline = cell[3]
        config.allow_offline_tx_for_unknown_id = cell[4]
        world.link.is_online = link == ONLINE
        world.link.is_known = link != NEVER
        world.cache.clear()
        if cell[1] == OUTDATED:
            world.cache.put(tag("A"), TAG_ACCEPTED, WALL_S - 1, tag(""), WALL_S)
        elif cell[1] != TAG_UNKNOWN:
            world.cache.put(tag("A"), cell[1], NO_EXPIRY, tag(""), WALL_S)

    def ask(self, purpose):
        """Return what the authorizer makes of tag A; the question is left open for ASK."""
        self.answer = None
        self.authorizer.questions[0].state = Q_FREE
        self.authorizer.ask(1, tag("a"), purpose)
        return self.verdict()

    def verdict(self):
        if self.answer is None:
            return ASK
        return self.answer[1] if self.answer[0] == TAG_ACCEPTED else NO

    def test_decides_every_cell_as_the_rules_say(self):
        used = set()
        for link in LINKS:
            for purpose in PURPOSES:
                for cell in cells():
                    self.arrange(link, cell)
                    wanted, number = expected(link, purpose, cell)
                    used.add(number)
                    self.assertEqual(
                        (link, purpose, cell, self.ask(purpose)), (link, purpose, cell, wanted)
                    )
        self.assertEqual(sorted(used), list(range(len(TABLE))))

    def test_decides_as_if_offline_when_the_server_does_not_answer(self):
        for purpose in PURPOSES:
            for cell in cells():
                self.arrange(ONLINE, cell)
                if self.ask(purpose) != ASK:
                    continue
                question = self.authorizer.next_question()
                question.state = Q_ASKING

                self.authorizer.unanswered(question)

                wanted = expected(OFFLINE, purpose, cell)[0]
                self.assertEqual((purpose, cell, self.verdict()), (purpose, cell, wanted))

    def test_says_why_it_refuses_a_tag_that_the_cache_knows(self):
        for state in REFUSED:
            self.arrange(OFFLINE, (True, state, False, True, True))

            self.ask(PURPOSE_START)

            self.assertEqual(self.answer[0], TAG_EXPIRED if state == OUTDATED else state)


if __name__ == "__main__":
    unittest.main()
