"""Outbox: what the station has to say. Transaction messages are kept and go in order.

Notices (statuses, heartbeats, what was triggered) are about now: they end with the connection.
Source: OCPP 1.6 §3.7; errata 3.18 for the transaction whose start the server never took.
"""

import uuid

NO_ID = -1  # transactionId when StartTransaction was given up


class Outbox:
    """`changed` is called after each new item."""

    def __init__(self, memory, config, time):
        self._memory = memory
        self._config = config
        self._time = time
        self._kept = memory.section("outbox", [])
        self._ids = memory.section("transaction_ids", {})  # own number -> the server's
        self._notices = []
        self._place = max((row["place"] for row in self._kept), default=0)
        self.changed = lambda: None
        self.given_up = 0

    # ---- filling ----

    def keep(self, action, payload, own_number=None):
        """Add a transaction message. own_number: the transaction whose id is put in when sent."""
        self._kept.append(self._item(action, payload, own=own_number, is_kept=True))
        self._memory.save()
        self.changed()

    def notice(self, action, payload, is_triggered=False):
        """Add a message about this moment. Return its item."""
        item = self._item(action, payload, is_triggered=is_triggered)
        self._notices.append(item)
        self.changed()
        return item

    def _item(self, action, payload, own=None, is_kept=False, is_triggered=False):
        self._place += 1
        return {
            "id": str(uuid.uuid4()),
            "place": self._place,
            "action": action,
            "payload": payload,
            "own": own,
            "is_kept": is_kept,
            "is_triggered": is_triggered,
            "attempts": 0,
            "due_s": 0.0,
        }

    # ---- emptying ----

    def next_item(self, is_accepted):
        """Return the next message that may go now, None when there is none.

        Before the server has accepted the station only what it triggered may go.
        """
        if not is_accepted:
            return next((row for row in self._notices if row["is_triggered"]), None)
        ready = self._notices[:1]
        if self._kept and self._kept[0]["due_s"] <= self._time.elapsed_s:
            ready.append(self._kept[0])
        return self._filled(min(ready, key=lambda row: row["place"])) if ready else None

    def _filled(self, item):
        if item["own"] is not None and item["action"] != "StartTransaction":
            item["payload"]["transaction_id"] = self._ids.get(str(item["own"]), NO_ID)
        return item

    def done(self, item, transaction_id=None):
        """Remove a message that was answered; transaction_id: what StartTransaction got."""
        if item["action"] == "StartTransaction":
            self._ids[str(item["own"])] = transaction_id
        elif item["action"] == "StopTransaction":
            self._ids.pop(str(item["own"]), None)
        self._remove(item)

    def failed(self, item):
        """Count a failure. The message comes again later, until all attempts are used up."""
        item["attempts"] += 1
        if not item["is_kept"]:
            self._remove(item)
        elif item["attempts"] >= self._config.number("TransactionMessageAttempts"):
            self.given_up += 1
            self._remove(item)
        else:
            item["due_s"] = self._time.elapsed_s + self.retry_s(item["attempts"])
            self._memory.save()

    def retry_s(self, attempts):
        """Return how long to wait after that many transmissions."""
        return self._config.number("TransactionMessageRetryInterval") * attempts

    def _remove(self, item):
        rows = self._kept if item["is_kept"] else self._notices
        if item in rows:
            rows.remove(item)
        self._memory.save()

    def drop_notices(self):
        """Forget what was about a moment that is over."""
        self._notices.clear()

    # ---- looking ----

    def id_of(self, own_number):
        """Return the server's id of a transaction, None while it is unknown."""
        return self._ids.get(str(own_number))

    def pending(self):
        """Return how many transaction messages wait."""
        return len(self._kept)

    @property
    def is_empty(self):
        """Return whether nothing waits."""
        return not self._kept and not self._notices
