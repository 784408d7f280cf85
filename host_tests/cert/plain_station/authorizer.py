"""Authorizer: may this tag charge? List before cache before server (OCPP 1.6 §3.5)."""

from dataclasses import dataclass

from cert.plain_station.errors import LinkError
from cert.plain_station.timebase import instant


@dataclass(frozen=True)
class Verdict:
    """What is known of a tag. parent is "" when there is none."""

    is_accepted: bool
    parent: str = ""


class Authorizer:
    """Asks the server over `link` where list and cache do not decide."""

    def __init__(self, config, cache, local_list, time, link):
        self._config = config
        self._cache = cache
        self._list = local_list
        self._time = time
        self._link = link

    async def decide(self, tag):
        """Return the Verdict on a tag that was presented, or that a remote start brings."""
        if self._link.is_accepted:
            if self._config.flag("LocalPreAuthorize") and self.is_known_valid(tag):
                return Verdict(True, self.known_parent(tag))
            try:
                return await self.ask(tag)
            except LinkError:
                pass  # decided as if there were no connection
        return self._decide_offline(tag)

    async def ask(self, tag):
        """Ask the server. Errors: LinkError."""
        answer = await self._link.ask("Authorize", {"id_tag": tag})
        info = answer["id_tag_info"]
        self.learn(tag, info)
        return Verdict(info["status"] == "Accepted", info.get("parent_id_tag", ""))

    def learn(self, tag, info):
        """Put a server's judgement into the cache; what is listed does not go there."""
        if info is not None and self._list.find(tag) is None:
            self._cache.put(tag, info)

    def known(self, tag):
        """Return the idTagInfo in list or cache, None when neither has one."""
        return self._list.find(tag) or self._cache.find(tag)

    def known_parent(self, tag):
        """Return the parent in list or cache, "" when none is known."""
        return (self.known(tag) or {}).get("parent_id_tag", "")

    def is_known_valid(self, tag):
        """Return whether list or cache has the tag as accepted and not expired."""
        info = self.known(tag)
        if info is None or info["status"] != "Accepted":
            return False
        expiry, now = info.get("expiry_date"), self._time.wall()
        return expiry is None or now is None or instant(expiry) > now

    def _decide_offline(self, tag):
        if not self._time.is_known:  # never accepted by any server so far
            return Verdict(False)
        if self.known(tag) is None:
            return Verdict(self._config.flag("AllowOfflineTxForUnknownId"))
        is_right = self._config.flag("LocalAuthorizeOffline") and self.is_known_valid(tag)
        return Verdict(is_right, self.known_parent(tag))
