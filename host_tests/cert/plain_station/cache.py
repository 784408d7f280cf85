"""AuthorizationCache: the newest idTagInfo of every tag that was judged (OCPP 1.6 §3.5.1)."""

_MOST = 100


class AuthorizationCache:
    """Kept over power cuts. Full: the oldest entry goes, one that is not valid first."""

    def __init__(self, memory, config):
        self._memory = memory
        self._config = config
        self._rows = memory.section("cache", {})

    @property
    def is_used(self):
        """Return whether AuthorizationCacheEnabled is true."""
        return self._config.flag("AuthorizationCacheEnabled")

    def find(self, tag):
        """Return the idTagInfo of a tag, None when there is none or the cache is off."""
        return self._rows.get(tag.casefold()) if self.is_used else None

    def put(self, tag, info):
        """Take what a server said of a tag."""
        if not self.is_used:
            return
        self._rows.pop(tag.casefold(), None)
        if len(self._rows) >= _MOST:
            invalid = [key for key, row in self._rows.items() if row["status"] != "Accepted"]
            del self._rows[(invalid or list(self._rows))[0]]
        self._rows[tag.casefold()] = dict(info)
        self._memory.save()

    def clear(self):
        """Forget all. Return the status of ClearCache."""
        self._rows.clear()
        self._memory.save()
        return "Accepted"
