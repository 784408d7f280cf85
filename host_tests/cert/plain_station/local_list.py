"""LocalList: the list of tags that SendLocalList brings (OCPP 1.6 §5.15)."""

from cert.plain_station.configuration import LIST_MOST, SEND_LIST_MOST

_OFF = -1  # version of a list that is switched off


class LocalList:
    """Kept over power cuts; only send() changes it."""

    def __init__(self, memory, config):
        self._memory = memory
        self._config = config
        self._state = memory.section("local_list", {"version": 0, "rows": {}})

    @property
    def is_used(self):
        """Return whether LocalAuthListEnabled is true."""
        return self._config.flag("LocalAuthListEnabled")

    @property
    def version(self):
        """Return what GetLocalListVersion answers: 0 for an empty list, -1 when it is off."""
        if not self.is_used:
            return _OFF
        return self._state["version"] if self._state["rows"] else 0

    def find(self, tag):
        """Return the idTagInfo of a tag, None when it is not listed or the list is off."""
        return self._state["rows"].get(tag.casefold()) if self.is_used else None

    def send(self, version, kind, entries):
        """Carry out SendLocalList. Return its status."""
        if not self.is_used:
            return "NotSupported"
        if version < 1 or len(entries) > SEND_LIST_MOST:
            return "Failed"
        if kind == "Differential" and version <= self._state["version"]:
            return "VersionMismatch"
        rows = {} if kind == "Full" else dict(self._state["rows"])
        for entry in entries:
            info = entry.get("id_tag_info")
            if info is not None:
                rows[entry["id_tag"].casefold()] = dict(info)
            elif kind == "Full":
                return "Failed"  # a full list has no entries to remove
            else:
                rows.pop(entry["id_tag"].casefold(), None)
        if len(rows) > LIST_MOST:
            return "Failed"
        self._state.update(version=version, rows=rows)
        self._memory.save()
        return "Accepted"
