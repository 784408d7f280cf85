"""Orders: typed words that become one CALL to a station.

A row says how the command is typed; its function turns the words into (action, payload). Words of
a closed list may be typed in any case.
"""

import json

from ocpp.v16.enums import Action, AvailabilityType, MessageTrigger, ResetType

from chargecore_tools.csms.certificate_orders import CERTIFICATE_ORDERS
from chargecore_tools.csms.file_orders import FILE_ORDERS
from chargecore_tools.csms.order import Order, OrderError, number, word

TRIGGERS = tuple(str(word.value) for word in MessageTrigger)
RESETS = tuple(str(word.value) for word in ResetType)
AVAILABILITIES = tuple(str(word.value) for word in AvailabilityType)
ACTIONS = tuple(sorted(str(word.value) for word in Action))


def call_of(name, arguments, open_ids=()):
    """Return (action, payload) of a command. open_ids: transactions to stop when none is named.

    Errors: OrderError.
    """
    order = ORDERS[name]
    if not order.least <= len(arguments) <= order.most:
        raise OrderError(f"usage: {order.usage}")
    if name == "stop" and not arguments:
        return order.build(_only(open_ids))
    return order.build(*arguments)


def raw_call_of(text):
    """Return (action, payload) of 'ACTION [JSON]'. Errors: OrderError."""
    action, _, rest = text.strip().partition(" ")
    if not action:
        raise OrderError("usage: call ACTION [JSON]")
    try:
        return word(action, ACTIONS, "action", is_open=True), json.loads(rest or "{}")
    except ValueError as error:
        raise OrderError(f"payload: not JSON: {error}") from error


def _start(tag, connector=None):
    payload = {"idTag": tag}
    if connector is not None:
        payload["connectorId"] = number(connector, "connector")
    return "RemoteStartTransaction", payload


def _stop(transaction):
    return "RemoteStopTransaction", {"transactionId": number(transaction, "transaction")}


def _get(*keys):
    return "GetConfiguration", {"key": list(keys)} if keys else {}


def _set(key, *words):
    return "ChangeConfiguration", {"key": key, "value": " ".join(words)}


def _trigger(message, connector=None):
    payload = {"requestedMessage": word(message, TRIGGERS, "message")}
    if connector is not None:
        payload["connectorId"] = number(connector, "connector")
    return "TriggerMessage", payload


def _reset(kind="Soft"):
    return "Reset", {"type": word(kind, RESETS, "reset")}


def _unlock(connector):
    return "UnlockConnector", {"connectorId": number(connector, "connector")}


def _availability(kind, connector="0"):
    payload = {"connectorId": number(connector, "connector")}
    payload["type"] = word(kind, AVAILABILITIES, "availability")
    return "ChangeAvailability", payload


def _clear_cache():
    return "ClearCache", {}


def _data(vendor, message_id=None, *words):
    payload = {"vendorId": vendor}
    if message_id is not None:
        payload["messageId"] = message_id
    if words:
        payload["data"] = " ".join(words)
    return "DataTransfer", payload


_MANY = 1000
ORDERS = {
    "start": Order("start TAG [CONNECTOR]", "start a transaction", 1, 2, _start),
    "stop": Order("stop [TRANSACTION]", "stop a transaction; the open one", 0, 1, _stop),
    "get": Order("get [KEY...]", "read configuration keys, or all", 0, _MANY, _get),
    "set": Order("set KEY VALUE", "change a configuration key", 1, _MANY, _set),
    "trigger": Order("trigger MESSAGE [CONNECTOR]", "ask for a message", 1, 2, _trigger, TRIGGERS),
    "reset": Order("reset [Soft|Hard]", "restart the station", 0, 1, _reset, RESETS),
    "unlock": Order("unlock CONNECTOR", "unlock the cable", 1, 1, _unlock),
    "availability": Order(
        "availability Operative|Inoperative [CONNECTOR]",
        "put a connector, or with 0 all, in or out of service",
        1,
        2,
        _availability,
        AVAILABILITIES,
    ),
    "clear-cache": Order("clear-cache", "empty the authorization cache", 0, 0, _clear_cache),
    "data": Order("data VENDOR [MESSAGE_ID [DATA]]", "send a DataTransfer", 1, _MANY, _data),
    **CERTIFICATE_ORDERS,
    **FILE_ORDERS,
}


def _only(open_ids):
    if len(open_ids) != 1:
        raise OrderError(f"stop which transaction? {len(open_ids)} are open")
    return open_ids[0]
