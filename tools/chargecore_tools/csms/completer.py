"""CommandCompleter: completion in the prompt: commands, words of closed lists, keys, stations."""

from prompt_toolkit.completion import Completer, Completion

from chargecore_tools.csms.events import RESULT
from chargecore_tools.csms.orders import ACTIONS, ORDERS, TRIGGERS
from chargecore_tools.csms.rules import BOOT_STATUSES, TAG_STATUSES


class CommandCompleter(Completer):
    """Knows the keys that stations have reported and the tags they have sent."""

    def __init__(self, server, commands):
        self._server = server
        self._commands = commands

    def get_completions(self, document, complete_event):
        """Yield what the word before the cursor can become."""
        words = document.text_before_cursor.split(" ")
        if words[0].startswith("@") and len(words) > 1:
            words = words[1:]
        for candidate, meaning in self._candidates(words):
            if candidate.casefold().startswith(words[-1].casefold()):
                yield Completion(candidate, -len(words[-1]), display_meta=meaning)

    def _candidates(self, words):
        if len(words) == 1:
            return self._first(words[0])
        name, place = words[0], len(words) - 1
        if name in ("get", "set") and (name == "get" or place == 1):
            return [(key, "key") for key in self._keys()]
        if name == "start" and place == 1:
            return [(tag, "seen before") for tag in self._tags()]
        if name == "stop":
            rows = self._server.ledger.open()
            return [(str(row.transaction_id), f"{row.energy_wh} Wh") for row in rows]
        return [(word, "") for word in self._fixed(name, place)]

    def _first(self, word):
        if word.startswith("@"):
            return [(f"@{name}", "station") for name in self._commands.station_ids()]
        own = [(name, row[2]) for name, row in self._commands.table.items()]
        return [(name, order.text) for name, order in ORDERS.items()] + own

    def _fixed(self, name, place):
        if name in ORDERS:
            return ORDERS[name].words if place == 1 else ()
        if place != 1:
            return TAG_STATUSES if name == "tag" and place == 2 else ()
        return {
            "call": ACTIONS,
            "call!": ACTIONS,
            "wait": TRIGGERS
            + ("Authorize", "SecurityEventNotification", "SignCertificate")
            + ("StartTransaction", "StopTransaction"),
            "boot": BOOT_STATUSES,
            "use": [station.station_id for station in self._server.stations()],
            "help": [*ORDERS, *self._commands.table],
        }.get(name, ())

    def _keys(self):
        keys = []
        for frame in list(self._server.history.frames):
            if frame.is_from_station and (frame.kind, frame.action) == (
                RESULT,
                "GetConfiguration",
            ):
                keys += [row["key"] for row in frame.payload.get("configurationKey", ())]
        return sorted(set(keys))

    def _tags(self):
        return sorted({row.id_tag for row in self._server.ledger.transactions})
