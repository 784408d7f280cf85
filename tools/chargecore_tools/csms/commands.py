"""Commands: carries out typed lines: orders to a station, and what concerns the server itself.

@CP02 reset hard     only this command goes to CP02; `use CP02` chooses it for all that follow
"""

import json
import shlex
import time

from chargecore_tools.csms.errors import CsmsError
from chargecore_tools.csms.event_text import payload_text
from chargecore_tools.csms.orders import ORDERS, OrderError, call_of, raw_call_of
from chargecore_tools.csms.rules import BOOT_STATUSES, TAG_STATUSES, RulesError

_WAIT_S = 30.0
_KEY_ROWS = "configurationKey"


class Quit(Exception):
    """The user wants to end."""


class Commands:
    """Runs lines against a Server; say(text) prints. Errors of run(): OrderError, Quit."""

    def __init__(self, server, say, timeout_s=30.0):
        self._server = server
        self._say = say
        self._timeout_s = timeout_s
        self._chosen = None  # station id
        self._places = {}  # station id -> first of its CALLs that `wait` has not seen
        self.table = {
            # name: (function of the text behind it, usage, text)
            "call": (self._call, "call ACTION [JSON]", "send any CALL that fits its schema"),
            "call!": (self._call_unchecked, "call! ACTION [JSON]", "send any CALL, right or not"),
            "send": (self._send, "send TEXT", "send a text as it is"),
            "stations": (self._stations, "stations", "list the stations"),
            "use": (self._use, "use STATION", "choose the station for what follows"),
            "ledger": (self._ledger, "ledger", "list the transactions with their energy"),
            "boot": (self._boot, "boot STATUS [INTERVAL]", "answer the next boots with this"),
            "tag": (self._tag, "tag TAG STATUS [PARENT]", "set what a tag is; * = all others"),
            "close": (self._close, "close [CODE]", "close the connection properly"),
            "drop": (self._drop, "drop", "cut the connection without a word"),
            "wait": (self._wait, "wait ACTION [SECONDS]", "wait for the next such call"),
            "sleep": (self._sleep, "sleep SECONDS", "do nothing for a while"),
            "help": (self._help, "help [COMMAND]", "show the commands"),
            "quit": (self._quit, "quit", "end the server"),
        }

    def run(self, line):
        """Carry out one line; empty lines and # comments do nothing."""
        line = line.strip()
        if not line or line.startswith("#"):
            return
        former = self._chosen
        if line.startswith("@"):
            self._chosen, _, line = line[1:].partition(" ")
        try:
            self._run(line.strip())
        except (CsmsError, RulesError) as error:
            raise OrderError(str(error)) from error
        except TimeoutError as error:
            raise OrderError(str(error)) from error
        finally:
            if former != self._chosen and not line.startswith("use"):
                self._chosen = former

    def station_ids(self):
        """Return the ids of the stations that are connected."""
        return [s.station_id for s in self._server.stations() if s.is_connected]

    def _run(self, line):
        name, _, rest = line.partition(" ")
        if name in self.table:
            self.table[name][0](rest.strip())
        elif name in ORDERS:
            station_id = self._station_id()
            open_ids = [row.transaction_id for row in self._server.ledger.open(station_id)]
            self._ask(station_id, *call_of(name, _split(rest), open_ids))
        else:
            raise OrderError(f"'{name}': no such command, try help")

    def _ask(self, station_id, action, payload, is_checked=True):
        answer = self._server.call(station_id, action, payload, self._timeout_s, is_checked)
        if not isinstance(answer.get(_KEY_ROWS), list):
            self._say(f"{station_id}: {payload_text(answer) or 'done'}")
            return
        for row in answer[_KEY_ROWS]:
            access = " (read-only)" if row["readonly"] else ""
            self._say(f"{station_id}: {row['key']} = {row.get('value', '')}{access}")
        for key in answer.get("unknownKey", ()):
            self._say(f"{station_id}: {key} is unknown")

    def _station_id(self):
        """Return the chosen station, or the only one there is. Errors: OrderError."""
        if self._chosen is not None:
            return self._chosen
        ids = self.station_ids()
        if len(ids) != 1:
            which = f"which one? use {' | '.join(ids)}" if ids else "none is connected"
            raise OrderError(f"station: {which}")
        return ids[0]

    # ---- the server's own ----

    def _call(self, rest):
        self._ask(self._station_id(), *raw_call_of(rest))

    def _call_unchecked(self, rest):
        self._ask(self._station_id(), *raw_call_of(rest), is_checked=False)

    def _send(self, rest):
        self._server.send_text(self._station_id(), rest)

    def _stations(self, _rest):
        for station in self._server.stations():
            words = [station.station_id, "connected" if station.is_connected else "gone"]
            words.append(f"boot {station.registration or 'not seen'}")
            for number, status in sorted(station.statuses.items()):
                words.append(f"{number}:{status['status']}")
            self._say("  ".join(words))
        if not self._server.stations():
            self._say("no station yet")

    def _use(self, rest):
        station_id = _one(rest, "use STATION")
        self._server.station(station_id)
        self._chosen = station_id

    def _ledger(self, _rest):
        rows = list(self._server.ledger.transactions)
        for row in rows:
            state = "open" if row.is_open else f"closed: {row.reason}"
            self._say(
                f"{row.transaction_id}  {row.station_id} connector {row.connector_id}  "
                f"{row.id_tag}  {row.energy_wh} Wh  {state}"
            )
        self._say(f"{len(rows)} transactions, {self._server.ledger.energy_wh()} Wh")

    def _boot(self, rest):
        words = _counted(rest, 1, 2, f"boot {'|'.join(BOOT_STATUSES)} [INTERVAL]")
        interval_s = _whole(words[1]) if len(words) > 1 else 300
        self._server.rules.set_boots([(words[0], interval_s)])

    def _tag(self, rest):
        words = _counted(rest, 2, 3, f"tag TAG {'|'.join(TAG_STATUSES)} [PARENT]")
        known = {word.casefold(): word for word in TAG_STATUSES}
        info = {"status": known.get(words[1].casefold(), words[1])}
        if len(words) > 2:
            info["parentIdTag"] = words[2]
        self._server.rules.set_tag(words[0], info)

    def _close(self, rest):
        code = _whole(rest) if rest else 1000
        if code not in (1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)):
            raise OrderError(f"code {code}: not one a server may send")
        self._server.disconnect(self._station_id(), code)

    def _drop(self, _rest):
        self._server.drop(self._station_id())

    def _wait(self, rest):
        words = _counted(rest, 1, 2, "wait ACTION [SECONDS]")
        limit_s = _seconds(words[1]) if len(words) > 1 else _WAIT_S
        deadline_s = time.monotonic() + limit_s
        self._server.history.wait(
            lambda: self._chosen or len(self.station_ids()) == 1, limit_s, "a station"
        )
        station_id = self._station_id()
        place, call = self._server.history.wait_call(
            station_id,
            words[0],
            self._places.get(station_id, 0),
            max(deadline_s - time.monotonic(), 0),
        )
        self._places[station_id] = place + 1
        self._say(f"{station_id}: {call.action} {json.dumps(call.payload)}")

    def _sleep(self, rest):
        time.sleep(_seconds(_one(rest, "sleep SECONDS")))

    def _help(self, rest):
        rows = {name: (order.usage, order.text) for name, order in ORDERS.items()}
        rows.update({name: (row[1], row[2]) for name, row in self.table.items()})
        if rest and rest not in rows:
            raise OrderError(f"'{rest}': no such command")
        for name, (usage, text) in rows.items():
            if rest in ("", name):
                self._say(f"  {usage:<48}{text}")

    def _quit(self, _rest):
        raise Quit


def _split(text):
    try:
        return shlex.split(text)
    except ValueError as error:
        raise OrderError(f"quotes: {error}") from error


def _counted(text, least, most, usage):
    words = _split(text)
    if not least <= len(words) <= most:
        raise OrderError(f"usage: {usage}")
    return words


def _one(text, usage):
    return _counted(text, 1, 1, usage)[0]


def _whole(text):
    if not text.isdigit():
        raise OrderError(f"'{text}': must be a whole number")
    return int(text)


def _seconds(text):
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86_400:
        raise OrderError(f"'{text}': must be seconds, 0..86400")
    return value
