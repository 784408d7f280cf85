"""Wire: one connection as the `ocpp` package sees it: CALLs out, CALLs of the server in.

The package swaps NotImplemented and NotSupported and has codes of 2.0.1; both are put right.
"""

import asyncio
import json
import logging

from ocpp.charge_point import remove_nones, serialize_as_dict
from ocpp.exceptions import (
    FormationViolationError,
    FormatViolationError,
    NotImplementedError,
    NotSupportedError,
    OCPPError,
    PropertyConstraintViolationError,
)
from ocpp.messages import MessageType, unpack
from ocpp.v16 import ChargePoint, call
from ocpp.v16.enums import Action

from cert.plain_station.calls_availability import AvailabilityCalls
from cert.plain_station.calls_core import CoreCalls
from cert.plain_station.calls_list import ListCalls
from cert.plain_station.calls_remote import RemoteCalls
from cert.plain_station.calls_reservation import ReservationCalls
from cert.plain_station.calls_smart import SmartCalls
from cert.plain_station.calls_trigger import TriggerCalls
from cert.plain_station.errors import NoAnswerError, NotOnlineError, RefusedError

_PROFILES = {  # ReserveNow is answered without its profile, too (OCPP 1.6 §5.13)
    "SendLocalList": "LocalAuthListManagement",
    "GetLocalListVersion": "LocalAuthListManagement",
    "CancelReservation": "Reservation",
    "SetChargingProfile": "SmartCharging",
    "ClearChargingProfile": "SmartCharging",
    "GetCompositeSchedule": "SmartCharging",
    "TriggerMessage": "RemoteTrigger",
}
_KNOWN = frozenset(str(action.value) for action in Action)
_ANSWER_REAL_S = 1.0  # least time for an answer, however fast the simulated time runs
_LOGGER = logging.getLogger("cert.plain_station")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False


class Wire(
    CoreCalls,
    AvailabilityCalls,
    RemoteCalls,
    TriggerCalls,
    ListCalls,
    ReservationCalls,
    SmartCalls,
    ChargePoint,
):
    """`station` answers; what an answer leads to happens after it was sent."""

    def __init__(self, station, websocket):
        super().__init__(station.identity, websocket, logger=_LOGGER)
        self.station = station
        self.is_gone = asyncio.Event()
        self._then = []  # what follows the answer that is being made
        self._answering = ""  # action of the CALL that is being answered
        self._tasks = set()

    # ---- out ----

    async def ask(self, action, payload, message_id=None):
        """Send a CALL and return the payload that answers it. Errors: LinkError."""
        station = self.station
        wait_s = station.config.number("MessageTimeout") / station.time.speed
        self._response_timeout = max(wait_s, _ANSWER_REAL_S)
        asking = asyncio.create_task(
            self.call(getattr(call, action)(**payload), suppress=False, unique_id=message_id)
        )
        gone = asyncio.create_task(self.is_gone.wait())
        try:
            await asyncio.wait((asking, gone), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise NotOnlineError(action)
            return remove_nones(serialize_as_dict(asking.result()))
        except asyncio.TimeoutError as error:
            raise NoAnswerError(action) from error
        except OCPPError as error:
            raise RefusedError(f"{action}: {error.code}") from error
        except (OSError, TypeError) as error:  # no connection; fields that no answer has
            raise NotOnlineError(action) from error
        finally:
            asking.cancel()
            gone.cancel()

    def cut(self):
        """Break the connection without a word."""
        self._connection.transport.abort()

    async def close(self):
        """Close the connection with the closing handshake."""
        await self._connection.close()

    async def _send(self, message):
        is_call = message.startswith("[2")
        action = json.loads(message)[2] if is_call else self._answering
        for text in self.station.outgoing(message, action):
            await super()._send(text)

    # ---- in ----

    def then(self, act):
        """Call act() once the answer that is being made has been sent; a coroutine is started."""
        self._then.append(act)

    async def route_message(self, raw_msg):
        """Take one message. A station that was Rejected listens to no CALL (OCPP 1.6 §4.2)."""
        if not isinstance(raw_msg, str):
            return
        is_deaf = self.station.link.registration == "Rejected"
        try:
            is_call = unpack(raw_msg).message_type_id == MessageType.Call
        except (OCPPError, TypeError, ValueError):
            return
        if not (is_call and is_deaf):
            await super().route_message(raw_msg)

    async def _handle_call(self, msg):
        self._then = []
        self._answering = msg.action
        try:
            if msg.action not in _KNOWN:
                raise unknown_action(msg.action)
            profile = _PROFILES.get(msg.action, "Core")
            if msg.action not in self.route_map or not self.station.config.has_profile(profile):
                raise unsupported_action(msg.action)
            await super()._handle_call(msg)
        except FormatViolationError as error:
            raise _strict(error) from error
        for act in self._then:
            begun = act()
            if asyncio.iscoroutine(begun):
                task = asyncio.create_task(begun)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)


def _strict(error):
    """Return the error that OCPP-J 1.6 §4.2.3 has for one that only 2.0.1 knows."""
    cause = error.details.get("cause", "") if isinstance(error.details, dict) else ""
    kind = (
        PropertyConstraintViolationError if "is not one of" in cause else FormationViolationError
    )
    return kind(details={"cause": cause.splitlines()[0] if cause else ""})


def unknown_action(action):
    """Return the error for an action that OCPP 1.6 does not have."""
    return NotImplementedError(details={"cause": f"{action} is no action of OCPP 1.6"})


def unsupported_action(action):
    """Return the error for an action of a profile that the station does not have."""
    return NotSupportedError(details={"cause": f"{action} is not supported by this station"})
