"""CacheKeeper: keeps the authorization cache over reboot, reset and power loss (errata 3.4; A6).

Called by: Station once per pass, before a reset, and for ClearCache. storage is a VersionPair: a
cut while it writes leaves the previous image, so that only the newest tags can be lost.

When it writes. A card that the server says nothing new about costs no write, nor does the order of
use. A change is written in the next pass, but not while a contactor is closed, because a slow
erase would open it (R57), unless it has waited an hour. Whoever holds card after card to the
reader cannot wear out the flash: after _CREDITS writes there is one per _CREDIT_MS.
While AuthorizationCacheEnabled is false the cache is empty, on flash as well: what it said then
would be out of date when it is switched on again. Heap: opening a file when it writes.
"""

from micropython import const

from chargecore.base.codes import E_EMPTY, OK
from chargecore.base.events import EV_CARDS_OLD, EV_FLASH_ERROR
from chargecore.base.ticks import ticks_diff

_CREDITS = const(10)
_CREDIT_MS = const(300_000)
_PATIENCE_MS = const(3_600_000)  # longest wait for an open contactor
_RETRY_MS = const(60_000)  # pause after flash has refused


class CacheKeeper:
    """`writes` counts the images written in this boot."""

    def __init__(self, cache, storage, connectors, config, events):
        self._cache = cache
        self._storage = storage
        self._connectors = connectors
        self._config = config
        self._events = events
        self.writes = 0
        self._credits = _CREDITS  # writes that may follow at once
        self._credit_at_ms = 0  # when the last one came, or was spent with all of them there
        self._is_waiting = False  # a change is not on flash yet, since
        self._waits_since_ms = 0
        self._is_refused = False  # the last write failed, then
        self._refused_at_ms = 0
        self._load()

    def step(self, now_ms):  # HOT
        """Write what has changed, when it is time."""
        cache = self._cache
        self._earn(now_ms)
        if not self._config.authorization_cache_enabled and not cache.is_empty:
            cache.clear()
        if not cache.has_changed:
            self._is_waiting = False
            return
        if not self._is_waiting:
            self._is_waiting = True
            self._waits_since_ms = now_ms
        if self._credits and self._may_write(now_ms):
            self._credits -= 1
            self._write(now_ms)

    def clear(self):
        """Forget every tag, in both versions on flash: no cut brings one back (errata 3.23).

        Return OK or E_IO. Then it is empty in RAM only, and step() goes on trying.
        """
        self._cache.clear()
        code = self._save()
        return self._save() if code == OK else code

    def flush(self):
        """Write what has changed: the station restarts. Return OK or E_IO."""
        return self._save() if self._cache.has_changed else OK

    def _load(self):
        storage = self._storage
        length = storage.load(self._cache.image_buf)
        left = self._cache.adopt(length)
        if storage.is_old or (length < 0 and length != E_EMPTY):
            self._events.add(EV_CARDS_OLD, left)

    def _earn(self, now_ms):  # HOT
        if self._credits == _CREDITS:
            self._credit_at_ms = now_ms
        elif ticks_diff(now_ms, self._credit_at_ms) >= _CREDIT_MS:
            self._credits += 1
            self._credit_at_ms = now_ms

    def _may_write(self, now_ms):  # HOT
        if self._is_refused and ticks_diff(now_ms, self._refused_at_ms) < _RETRY_MS:
            return False
        for connector in self._connectors:
            if connector.controller.is_energised:
                return ticks_diff(now_ms, self._waits_since_ms) >= _PATIENCE_MS
        return True

    def _write(self, now_ms):
        self._is_refused = self._save() != OK
        if self._is_refused:
            self._refused_at_ms = now_ms

    def _save(self):
        cache = self._cache
        code = self._storage.save(cache.image_buf, cache.image_len)
        if code == OK:
            cache.has_changed = False
            self.writes += 1
        else:
            cache.has_changed = True
            self._events.add(EV_FLASH_ERROR, self._storage.errno)
        return code
