"""Customer: comes to one connector again and again: plug, card, charge, an end of some kind, gone.

Called with the status of the connector at each look; what it does next follows from that alone,
so that cuts, refusals and faults at any moment leave it able to go on. A card is used once.
"""

import random

from chargecore_tools.sim_client import SimRefused

AWAY = "away"
PLUGGED = "plugged"  # the car is there, no session yet
CHARGING = "charging"
ENDING = "ending"  # the end was ordered
LEAVING = "leaving"  # unplugged; waits until the connector is Available

_AWAY_S = (1, 15)
_CHARGE_S = (5, 90)
_PATIENCE_S = 25  # until the card is held to the reader again
_GIVE_UP_S = 120  # without a session
_END_S = 60  # until a session ends that was told to; then the plug is pulled
_RELEASE_S = 10  # until the lock is asked to open with the card
_BLOCKED_PERMILLE = 30  # cards that the server does not accept
_CARD_FIRST_PERMILLE = 150  # held to the reader before the plug
_REMOTE_PERMILLE = 200  # sessions that the server starts

CARD = "card"
REMOTE = "remote stop"
UNPLUG = "unplug"
RCD = "rcd"
_WAYS_OUT = {
    CARD: 34,
    REMOTE: 14,
    UNPLUG: 26,
    RCD: 7,
    "OtherError": 7,
    "GroundFailure": 4,
    "estop": 4,
    "diode_short": 4,
}


class Customer:
    """`desk` is what it acts through: do(cmd, **fields), remote_start, remote_stop, new_card."""

    def __init__(self, connector, desk, seed):
        self.connector = connector
        self.state = AWAY
        self._desk = desk
        self._rng = random.Random(f"customer {seed} {connector}")
        self._card = ""
        self._is_blocked = False
        self._way_out = CARD
        self._broken = ""  # the fault that has to be repaired
        self._since_ms = 0  # when the state began
        self._until_ms = 0  # when it goes on by itself
        self._asked_ms = 0  # when the card was used last
        self._steps = {
            AWAY: self._away,
            PLUGGED: self._plugged,
            CHARGING: self._charging,
            ENDING: self._ending,
            LEAVING: self._leaving,
        }

    @property
    def is_away(self):
        """Return whether the connector is free."""
        return self.state == AWAY

    def look(self, row, now_ms, is_open):
        """Act on the status of the connector. is_open False: nobody comes any more."""
        if self.state == AWAY and not is_open:
            return
        self._steps[self.state](row, now_ms)

    def power_cut(self, now_ms):
        """The station lost its supply, and after that no car is there."""
        self._broken = ""  # the simulated faults are gone with the process, too
        if self.state != AWAY:
            self._go(LEAVING, now_ms)

    def _go(self, state, now_ms):
        self.state = state
        self._since_ms = now_ms

    def _waited_s(self, now_ms):
        return (now_ms - self._since_ms) / 1000

    # ---- one step per state ----

    def _away(self, row, now_ms):
        if now_ms < self._until_ms or row["status"] != "Available":
            return
        self._way_out = self._rng.choices(list(_WAYS_OUT), list(_WAYS_OUT.values()))[0]
        amps = self._rng.randint(6, 32)
        self._asked_ms = now_ms - (_PATIENCE_S - 2) * 1000  # the card comes 2 s after the plug
        if self._rng.randrange(1000) < _CARD_FIRST_PERMILLE:
            self._asked_ms = now_ms
            self._ask()
        self._desk.do("plug", connector=self.connector, auto=True, amps=amps)
        self._go(PLUGGED, now_ms)

    def _plugged(self, row, now_ms):
        if row["id_tag"] is not None:
            self._until_ms = now_ms + self._rng.randint(*_CHARGE_S) * 1000
            self._go(CHARGING, now_ms)
        elif self._waited_s(now_ms) > _GIVE_UP_S:
            self._leave(now_ms)
        elif now_ms - self._asked_ms > _PATIENCE_S * 1000 and row["status"] == "Preparing":
            self._asked_ms = now_ms
            self._ask()

    def _ask(self):
        self._is_blocked = self._rng.randrange(1000) < _BLOCKED_PERMILLE
        self._card = self._desk.new_card(self._is_blocked)
        if self._rng.randrange(1000) < _REMOTE_PERMILLE:
            self._desk.remote_start(self.connector, self._card)
        else:
            self._swipe(self._card)

    def _swipe(self, card):
        try:
            self._desk.do("swipe", id_tag=card, connector=self.connector)
        except SimRefused:
            pass  # the reader is in use, or the station restarts: another time

    def _charging(self, row, now_ms):
        if row["id_tag"] is None:
            self._leave(now_ms)
        elif now_ms >= self._until_ms:
            self._end(row)
            self._go(ENDING, now_ms)

    def _end(self, row):
        way_out = self._way_out
        if way_out == CARD:
            self._swipe(row["id_tag"])
        elif way_out == REMOTE:
            self._desk.remote_stop(row["transaction_id"])
        elif way_out != UNPLUG:
            self._broken = way_out
            self._set_broken(True)

    def _set_broken(self, is_active):
        if self._broken == RCD:
            self._desk.do("rcd", connector=self.connector, trip=is_active)
        else:
            self._desk.do("fault", connector=self.connector, kind=self._broken, active=is_active)

    def _ending(self, row, now_ms):
        is_over = row["id_tag"] is None
        if is_over or self._way_out == UNPLUG or self._waited_s(now_ms) > _END_S:
            self._leave(now_ms)

    def _leave(self, now_ms):
        """Pull the plug; what was out of order is repaired."""
        self._desk.do("unplug", connector=self.connector)
        if self._broken:
            self._set_broken(False)
            self._broken = ""
        self._asked_ms = now_ms
        self._go(LEAVING, now_ms)

    def _leaving(self, row, now_ms):
        if row["status"] == "Available":
            self._until_ms = now_ms + self._rng.randint(*_AWAY_S) * 1000
            self._go(AWAY, now_ms)
        elif self._is_blocked and now_ms - self._asked_ms > _RELEASE_S * 1000:
            # The cable stays locked until the refused card is shown again (T6).
            if row["status"] == "Finishing":
                self._asked_ms = now_ms
                self._swipe(self._card)
