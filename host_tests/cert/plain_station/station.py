"""Station: the software of the charge point, made anew by each boot from what the memory keeps."""

import asyncio
import base64

from cert.plain_station.authorizer import Authorizer
from cert.plain_station.cache import AuthorizationCache
from cert.plain_station.configuration import Configuration
from cert.plain_station.connector import Connector
from cert.plain_station.faults import WHOLE_STATION
from cert.plain_station.link import Link
from cert.plain_station.local_list import LocalList
from cert.plain_station.metering import Metering
from cert.plain_station.outbox import Outbox
from cert.plain_station.profiles import ChargingProfiles
from cert.plain_station.remote_desk import RemoteDesk
from cert.plain_station.reservations import Reservations
from cert.plain_station.status_board import State, StatusBoard
from cert.plain_station.swipe_desk import SwipeDesk

_PASS_REAL_S = 0.02
_DRAIN_S = 10  # a reset waits that long for what has to be sent first
VENDOR, MODEL, SERIAL, VERSION = "plain", "station", "PLAIN001", "1.0.0"


class Station:
    """Runs until it is cancelled, or ends by itself for a reset. site: what it stands on."""

    def __init__(self, site, identity, url):
        self._site = site
        self.identity = identity
        self.time = site.time
        self.memory = site.memory
        self.config = Configuration(site.memory, site.build)
        self.cache = AuthorizationCache(site.memory, self.config)
        self.local_list = LocalList(site.memory, self.config)
        self.outbox = Outbox(site.memory, self.config, site.time)
        self.board = StatusBoard(self.config, self.outbox, site.time)
        self.metering = Metering(self.config, self.outbox, site.time)
        self.reservations = Reservations(site.memory, site.time)
        self.profiles = ChargingProfiles(site.memory, site.time)
        self.link = Link(self, url, site.build.password)
        self.authorizer = Authorizer(
            self.config, self.cache, self.local_list, site.time, self.link
        )
        self.connectors = [Connector(outlet, self) for outlet in site.outlets]
        self.desk = SwipeDesk(self.connectors, self.config, self.authorizer, self.reservations)
        self.remote = RemoteDesk(self)
        self.outbox.changed = self.link.wake
        self.reservations.is_last_free = self._is_last_free
        self._use = site.memory.section("availability", {})
        self._heartbeat_s = None  # simulated second of the next one
        self._ended = asyncio.Event()
        self._tasks = set()  # cards that the server is asked about
        self.booted_s = site.time.elapsed_s

    async def run(self):
        """Work until a reset ends it."""
        for connector in self.connectors:
            connector.recover()
        tasks = [asyncio.create_task(work) for work in (self.link.run(), self._passes())]
        ending = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait((*tasks, ending), return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in (*tasks, ending, *self._tasks):
                task.cancel()
            self.link.cut()

    async def _passes(self):
        while True:
            self.step()
            await asyncio.sleep(_PASS_REAL_S)

    def step(self):
        """One pass: all connectors, what is due, what has to be told."""
        faults = [row.faults.items() for row in self._site.outlets]
        whole = {kind: code for rows in faults for kind, code in rows if kind in WHOLE_STATION}
        whole.update(self._site.station_faults)
        for connector in self.connectors:
            connector.fault_kinds = whole
            connector.step()
        pairs = [(row.outlet, row.transaction) for row in self.connectors]
        self.metering.step(self.time.elapsed_s, pairs, self.link.is_accepted)
        self.look()
        self._beat()

    def look(self):
        """Tell what has changed."""
        states = {0: self.own_state()}
        states.update((row.number, row.state()) for row in self.connectors)
        self.board.step(states, self.link.is_accepted)

    def own_state(self):
        """Return the State of connector 0."""
        whole = self.connectors[0].fault_kinds
        if whole:
            return State("Faulted", next(iter(whole.values())))
        return State("Available" if self._use.get("0", True) else "Unavailable")

    def _beat(self):
        if not self.link.is_accepted or self._heartbeat_s is None:
            return
        late_s = self.time.elapsed_s - self._heartbeat_s
        if late_s >= 0:
            interval_s = self.config.number("HeartbeatInterval")
            self._heartbeat_s += (late_s // interval_s + 1) * interval_s
            self.outbox.notice("Heartbeat", {})

    # ---- what the link tells ----

    @property
    def has_network(self):
        """Return whether the cable to the network is in."""
        return self._site.has_network

    def boot_payload(self):
        """Return what BootNotification says."""
        return {
            "charge_point_vendor": VENDOR,
            "charge_point_model": MODEL,
            "charge_point_serial_number": SERIAL,
            "firmware_version": VERSION,
        }

    def basic_header(self, password):
        """Return the header of HTTP Basic authentication."""
        token = base64.b64encode(f"{self.identity}:{password}".encode()).decode()
        return {"Authorization": f"Basic {token}"}

    def booted(self, answer):
        """Act on the answer to a BootNotification."""
        self.time.set_wall(answer["current_time"])
        if answer["status"] == "Accepted" and answer["interval"] > 0:
            self.config.put("HeartbeatInterval", str(answer["interval"]))
        self._heartbeat_s = self.time.elapsed_s + self.config.number("HeartbeatInterval")

    def connection_lost(self):
        """Forget what was about a moment that is over."""
        self.outbox.drop_notices()
        self.board.connection_lost()

    def answered(self, item, answer):
        """Act on the server's answer to a message of the outbox."""
        action, info = item["action"], answer.get("id_tag_info")
        self.outbox.done(item, answer.get("transaction_id"))
        if action == "StatusNotification":
            self.board.delivered(item)
        elif action == "Heartbeat":
            self.time.set_wall(answer["current_time"])
        elif action in ("StartTransaction", "StopTransaction") and info is not None:
            if item["payload"].get("id_tag"):
                self.authorizer.learn(item["payload"]["id_tag"], info)
            if action == "StartTransaction" and info["status"] != "Accepted":
                self._refuse(item["own"])
            elif action == "StartTransaction":
                self._learn_parent(item["own"], info.get("parent_id_tag", ""))

    def outgoing(self, text, _action):
        """Return the texts that leave for a message of an action: the message itself."""
        return [text]

    def _refuse(self, own_number):
        for connector in self.connectors:
            transaction = connector.transaction
            if transaction is not None and transaction.number == own_number:
                connector.refuse()

    def _learn_parent(self, own_number, parent):
        for connector in self.connectors:
            transaction = connector.transaction
            if transaction is not None and transaction.number == own_number:
                transaction.parent = transaction.parent or parent

    # ---- what the server wants ----

    def connector(self, number):
        """Return a connector, None for 0 and for one that is not there."""
        return next((row for row in self.connectors if row.number == number), None)

    def has_number(self, number, _message):
        """Return whether a trigger can mean that connector."""
        return number is None or 0 <= number <= len(self.connectors)

    def change_availability(self, number, is_operative):
        """Carry out ChangeAvailability. Return its status."""
        if number == 0:
            self._use["0"] = is_operative
            rows = self.connectors
        else:
            rows = [row for row in self.connectors if row.number == number]
        answers = [row.set_operative(is_operative) for row in rows]
        if not answers:
            return "Rejected"
        return "Scheduled" if "Scheduled" in answers else "Accepted"

    def _is_last_free(self, number):
        """Return whether a connector is the only one that anybody could begin to use."""
        free = [row.number for row in self.connectors if row.is_free]
        return free == [number]

    def unlock(self, connector):
        """Carry out UnlockConnector once it was answered."""
        if connector.transaction is not None:
            connector.stop("UnlockCommand")
        connector.free_cable()
        self.look()

    def send_triggered(self, wanted, number):
        """Send a message that TriggerMessage asked for; no number stands for all connectors."""
        numbers = range(len(self.connectors) + 1) if number is None else [number]
        if wanted == "StatusNotification":
            for one in numbers:
                self.board.tell(one, is_triggered=True)
        elif wanted == "MeterValues":
            for one in numbers:
                self._send_values(one)
        elif wanted == "Heartbeat":
            self.outbox.notice("Heartbeat", {}, True)
        else:
            self.outbox.notice(wanted, {"status": "Idle"}, True)

    def _send_values(self, number):
        connector = self.connector(number)
        if connector is None:
            return  # there is no main meter
        row = self.metering.values(
            connector.outlet, "MeterValuesSampledData", "Trigger", self.time.elapsed_s
        )
        payload = {"connector_id": number, "meter_value": [row]}
        if connector.transaction is not None:
            payload["transaction_id"] = self.outbox.id_of(connector.transaction.number)
        self.outbox.notice("MeterValues", payload, True)

    def present(self, tag, number):
        """Show a card to the reader."""
        task = asyncio.get_running_loop().create_task(self.desk.take(tag, number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def reset(self, kind):
        """End all transactions, send what waits, and end (OCPP 1.6 §5.14)."""
        await self.close_sessions(f"{kind}Reset")
        await self.link.close()
        self._ended.set()

    async def close_sessions(self, reason):
        """End all transactions and send what waits, as far as there is time."""
        for connector in self.connectors:
            connector.drop_permit()
            if connector.transaction is not None:
                connector.stop(reason)
        self.look()
        end_s = self.time.elapsed_s + _DRAIN_S
        while not self.outbox.is_empty and self.time.elapsed_s < end_s:
            await asyncio.sleep(_PASS_REAL_S)
