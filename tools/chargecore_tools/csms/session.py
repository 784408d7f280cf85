"""Session: one connection of one station: what comes in, what is answered, what is asked.

Made by the server for each connection, lives in its event loop.
"""

import asyncio
import contextlib
import logging
import re
import uuid

from ocpp.exceptions import InternalError, OCPPError
from ocpp.messages import Call, CallError, CallResult
from websockets.exceptions import ConnectionClosed

from chargecore_tools.csms import checker
from chargecore_tools.csms.answers import Answers
from chargecore_tools.csms.errors import (
    CsmsError,
    NoAnswerError,
    NotConnectedError,
    RefusedError,
    WrongAnswerError,
    WrongCallError,
)
from chargecore_tools.csms.events import CALL, ERROR, GARBAGE, RESULT, Frame, Note
from chargecore_tools.csms.message import parse
from chargecore_tools.pki import PkiError

# What goes wrong is in the events; the library's own log would repeat it.
_ANSWER_S = 60.0  # a station checks a chain while it goes on charging
_CALL_ID = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]+)"')
_LOGGER = logging.getLogger("chargecore.csms")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False


class Session(Answers):
    """Serves one websocket until it closes. `site` is the server."""

    def __init__(self, station, websocket, site):
        rules, ledger, clock = site.rules, site.ledger, site.clock
        super().__init__(station.station_id, websocket, rules, ledger, clock, _LOGGER)
        self.station = station
        self._site = site
        self._unanswered = {}  # message id -> [(Frame, Hook)] of CALLs being answered
        self._asked = {}  # message id -> (Frame, future) of our CALLs in flight
        self._asked_before = {}  # message id -> action of our CALLs that are over
        self._tasks = set()  # answers that are late on purpose
        self._asking = asyncio.Lock()  # OCPP-J 1.6 §4.1.1: one CALL at a time

    async def serve(self):
        """Take messages until the connection ends. Errors: websockets' ConnectionClosed."""
        try:
            while True:
                await self.route_message(await self._connection.recv())
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            for _frame, future in self._asked.values():
                if not future.done():
                    future.set_exception(NotConnectedError(f"{self.id} went away"))
                    future.exception()  # seen: whoever asked may have given up by now

    async def route_message(self, raw_msg):
        """Take one message of the station."""
        is_text = isinstance(raw_msg, str)
        text = raw_msg if is_text else raw_msg.decode("utf-8", "backslashreplace")
        message = parse(text)
        frame = Frame(self.id, True, message.kind, "", message.message_id, message.payload, text)
        if not is_text:
            frame.kind, message.fault = GARBAGE, "a binary frame"
        if frame.kind == CALL:
            frame.action = message.action if isinstance(message.action, str) else ""
            await self._take_call(frame, message.action)
        elif frame.kind == GARBAGE:
            frame.violation = message.fault
            self._site.tell(frame)
        else:
            self._take_answer(frame)

    # ---- CALLs of the station ----

    async def _take_call(self, frame, action):
        fault = checker.fault_of_call(frame.message_id, action, frame.payload)
        fault = fault or self.station.fault_of_gate(action, self._site.wants_boot)
        if fault is not None:
            frame.violation = checker.text_of(fault)
            self._site.tell(frame)
            await self._send_error(frame, fault.code, frame.violation)
            return
        frame.violation = self._fault_of_said(frame.message_id, action, frame.payload)
        hook = self._site.hooks.take(self.id, action, frame.payload)
        # A network may double a CALL: each of the two is answered.
        self._unanswered.setdefault(frame.message_id, []).append((frame, hook))
        self._site.tell(frame)
        if hook.delay_s:
            self._later(self._answer_late(frame, hook))
        else:
            await self._answer(frame, hook)

    def _fault_of_said(self, message_id, action, payload):
        """Return what is wrong with a CALL that fits its schema, "" when nothing is.

        The very same message again is as right as it was the first time: after a power cut a
        station cannot know what of it arrived.
        """
        if self.station.has_said(message_id, action, payload):
            return ""
        return (
            self.station.fault_of_id(message_id, action, payload)
            or self.station.fault_of_certificate(action, payload)
            or self._site.ledger.fault_of(self.id, action, payload)
        )

    def _later(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_late(self, frame, hook):
        frame.is_settled = True
        self._note("delayed", f"the answer to {frame.action} comes in {hook.delay_s:g} s")
        await asyncio.sleep(hook.delay_s)
        await self._answer(frame, hook)

    async def _answer(self, frame, hook):
        if hook.text is not None:
            self._pop_unanswered(frame.message_id)
            frame.is_settled = True
            await self.send_text(hook.text.replace("{id}", str(frame.message_id)))
        elif hook.error is not None:
            self._pop_unanswered(frame.message_id)
            await self._send_error(frame, *hook.error)
        else:
            try:
                await self._handle_call(Call(frame.message_id, frame.action, frame.payload))
            except OCPPError as error:  # what the rules made is no valid answer
                self._pop_unanswered(frame.message_id)
                await self._send_error(frame, InternalError.code, checker.text_of(error))
            if frame.action == "SignCertificate" and self._rules.sign_csr is not None:
                self._later(self._bring_certificate(frame))

    async def _bring_certificate(self, frame):
        """Sign the CSR that a station sent and bring it the certificate, as an operator does."""
        if frame.answer is None or frame.answer.payload.get("status") != "Accepted":
            return
        try:
            chain = self._rules.sign_csr(frame.payload["csr"])
            payload = {"certificateChain": chain.decode()}
            answer = await self.ask("CertificateSigned", payload, _ANSWER_S)
            self._note("signed", f"CertificateSigned: {answer['status']}")
        except (CsmsError, PkiError) as error:
            self._note("signed", f"no certificate for this CSR: {error}")

    def _pop_unanswered(self, message_id):
        """Return (Frame, Hook) of the oldest CALL with that id which is being answered."""
        rows = self._unanswered[message_id]
        row = rows.pop(0)
        if not rows:
            del self._unanswered[message_id]
        return row

    async def _send(self, message):
        """Send what the `ocpp` package made to answer a CALL."""
        said = parse(message)
        call, hook = self._pop_unanswered(said.message_id)
        if said.kind == RESULT:
            if hook.changes is not None:
                hook.payload = hook.changes(said.payload)
            if hook.payload is not None:
                said.payload = hook.payload
                message = CallResult(said.message_id, said.payload).to_json()
            self.station.take_answered(call, said.payload)
            self._site.ledger.take(self.id, call.action, call.payload, said.payload)
        if hook.is_withheld:
            call.is_settled = True
            self._note("withheld", f"no answer to {call.action}")
            return
        await self._send_answer(call, said.kind, said.payload, message)

    async def _send_error(self, call, code, description="", details=None):
        # OCPP-J 1.6 §4.2.3: the description has at most 255 characters.
        text = CallError(call.message_id, code, description[:255], details or {}).to_json()
        payload = {"code": code, "description": description[:255], "details": details or {}}
        await self._send_answer(call, ERROR, payload, text)

    async def _send_answer(self, call, kind, payload, text):
        answer = Frame(self.id, False, kind, call.action, call.message_id, payload, text)
        call.answer = answer
        call.is_settled = True
        self._site.tell(answer)
        # A station that closes has sent more before it did; the end comes up where that is read.
        with contextlib.suppress(ConnectionClosed):
            await self._connection.send(text)

    # ---- CALLs of the server ----

    async def ask(self, action, payload, timeout_s, is_checked=True):
        """Send a CALL and return the payload that answers it. Errors: CsmsError.

        is_checked False sends what does not fit the schema, too.
        """
        message_id = str(uuid.uuid4())
        fault = checker.fault_of_order(message_id, action, payload) if is_checked else None
        if fault is not None:
            raise WrongCallError(checker.text_of(fault))
        text = Call(message_id, action, payload).to_json()
        async with self._asking:
            frame = Frame(self.id, False, CALL, action, message_id, payload, text)
            future = asyncio.get_running_loop().create_future()
            self._asked[message_id] = (frame, future)
            self._site.tell(frame)
            try:
                await self._connection.send(text)
                return await asyncio.wait_for(future, timeout_s)
            except asyncio.TimeoutError:
                raise NoAnswerError(f"{action}: no answer within {timeout_s:g} s") from None
            finally:
                frame.is_settled = True
                self._asked.pop(message_id, None)
                self._asked_before[message_id] = action

    def _take_answer(self, frame):
        call, future = self._asked.get(frame.message_id, (None, None))
        if call is None or future.done():
            self._take_stray(frame, "" if call is None else call.action)
            return
        frame.action = call.action
        call.answer = frame
        outcome = self._outcome(frame)
        if isinstance(outcome, WrongAnswerError):
            frame.violation = str(outcome)
        self._site.tell(frame)
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            self.station.take_asked(call.action, call.payload, outcome)
            self._site.gate.take_asked(self.id, call.action, call.payload, outcome)
            future.set_result(outcome)

    def _outcome(self, frame):
        """Return the payload of an answer, or the exception that it amounts to."""
        if frame.kind == ERROR:
            fault = checker.fault_of_error(frame.payload)
            return WrongAnswerError(fault) if fault else RefusedError(**frame.payload)
        fault = checker.fault_of_result(frame.message_id, frame.action, frame.payload)
        return WrongAnswerError(checker.text_of(fault)) if fault is not None else frame.payload

    def _take_stray(self, frame, action):
        """Take an answer nobody waits for: late, doubled, or to nothing that was asked."""
        frame.action = action or self._asked_before.get(frame.message_id, "")
        if not frame.action:
            frame.violation = "answers nothing that was asked"
        self._site.tell(frame)
        if frame.action:
            self._note("late", f"the answer to {frame.action} came late")

    # ---- raw ----

    async def send_text(self, text):
        """Send a text as it is."""
        message = parse(text)
        action = message.action if isinstance(message.action, str) else ""
        found = _CALL_ID.match(text)  # of a CALL that is broken behind its id, too
        message_id = found[1] if found else message.message_id
        self._site.tell(
            Frame(self.id, False, message.kind, action, message_id, message.payload, text)
        )
        if found:
            self._asked_before[message_id] = action or "a broken CALL"
        await self._connection.send(text)

    async def close(self, code, reason):
        """Close the connection with the closing handshake."""
        await self._connection.close(code, reason)

    def close_soon(self, code, reason):
        """Close the connection; do not wait for the other side."""
        self._later(self.close(code, reason))

    def drop(self):
        """Cut the connection without a word (TCP reset)."""
        self._connection.transport.abort()

    def _note(self, kind, text):
        self._site.tell(Note(self.id, kind, text))
