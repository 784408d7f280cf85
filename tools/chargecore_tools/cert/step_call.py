"""The words `call`, `send`, `configure` and `server`: what the central system does."""

from chargecore_tools.cert.errors import Failed, Inconclusive
from chargecore_tools.cert.matcher import text_of
from chargecore_tools.cert.record import SERVER
from chargecore_tools.cert.scope import Saved
from chargecore_tools.csms.errors import (
    NoAnswerError,
    NotConnectedError,
    RefusedError,
    WrongAnswerError,
    WrongCallError,
)

_REAL_MIN_S = 10  # a simulator that runs fast still needs real time to answer
_WITHOUT_EFFECT = frozenset(
    (
        "GetConfiguration",
        "GetLocalListVersion",
        "GetCompositeSchedule",
        "GetInstalledCertificateIds",
    )
)


class CallSteps:
    """run: the CaseRun."""

    def __init__(self, run):
        self._run = run
        self.words = {
            "call": self._call,
            "send": self._send,
            "configure": self._configure,
            "server": self._server,
        }

    def _call(self, step):
        if "for_each" not in step.fields:
            self._call_with(step, {})
            return
        ((name, values),) = step.get("for_each").items()
        for value in self._run.scope.resolve(values):
            self._call_with(step, {name: value})
        self._run.listener.asked(0, 0, "")  # what the first caused may come before the last answer

    def _call_with(self, step, bound):
        payload = {**self._run.scope.resolve(step.get("payload", {})), **bound}
        if step.value == "ChangeConfiguration" and payload.get("value") is not None:
            payload["value"] = text_of(payload["value"])
        within_s = self._run.number(step.get("within_s", self._run.lab.settings.message_timeout_s))
        answer, code = self.ask(step.value, payload, within_s, not step.get("unchecked", False))
        if code is not None:
            self._judge_code(step, code)
        else:
            self._judge_answer(step, answer)
        self._save(step, answer)

    def ask(self, action, payload, within_s, is_checked=True):
        """Send a CALL. Return (payload, None), or (None, code) of a CALLERROR.

        Errors: Failed when no right answer comes.
        """
        lab, listener = self._run.lab, self._run.listener
        listener.acted()
        start = lab.record.end()
        real_s = max(_REAL_MIN_S, within_s / lab.clock.speed)
        answer = code = None
        try:
            answer = lab.call(action, payload, real_s, is_checked)
        except RefusedError as error:
            code = error.code
        except NoAnswerError as error:
            raise Failed(f"{action} was not answered within {within_s:g} s", "answer") from error
        except NotConnectedError as error:
            raise Failed(f"no connection for {action}, or none any more", "connection") from error
        except WrongAnswerError as error:
            raise Failed(f"the answer to {action}: {error}", "schema") from error
        except WrongCallError:
            raise
        self._note_places(start, action)
        return answer, code

    def _note_places(self, start, action):
        """Tell the listener where CALL and answer stand in the record."""
        call_idx = answer_idx = 0
        message_id = None
        for entry in self._run.lab.record.since(start):
            if entry.sender == SERVER and entry.kind == "call" and entry.action == action:
                call_idx, message_id = entry.idx, entry.frame.message_id
            elif message_id is not None and entry.kind in ("result", "error"):
                if entry.sender != SERVER and entry.frame.message_id == message_id:
                    answer_idx = entry.idx
        if action not in _WITHOUT_EFFECT:
            self._run.listener.asked(call_idx, answer_idx, action)

    def _judge_code(self, step, code):
        allowed = step.get("error")
        if allowed is None:
            raise Failed(f"{step.value} was answered with CALLERROR {code}", "answer")
        allowed = allowed if isinstance(allowed, list) else [allowed]
        if "any" not in allowed and code not in allowed:
            words = " or ".join(allowed)
            raise Failed(f"{step.value}: CALLERROR {code}, {words} is right", "answer")

    def _judge_answer(self, step, answer):
        if "error" in step.fields and "answer" not in step.fields:
            allowed = step.get("error")
            raise Failed(f"{step.value} was answered, CALLERROR {allowed} is right", "answer")
        if "answer" in step.fields:
            misfit = self._run.matcher().misfit(step.get("answer"), answer)
            if misfit:
                raise Failed(f"answer to {step.value}: {misfit}", "answer")

    def _save(self, step, answer):
        if "save" in step.fields:
            lab = self._run.lab
            at_s, wall = lab.clock.now_s(), lab.clock.now()
            entry = lab.record.last_answer(step.value)
            if answer is not None and entry is not None:  # when it came, not when it is looked at
                at_s, wall = entry.at_s, entry.wall
            self._run.scope.save(step.get("save"), Saved(answer, at_s, wall))

    def _send(self, step):
        self._run.listener.acted()
        self._run.lab.server.send_text(
            self._run.lab.settings.identity, self._run.scope.resolve(step.value)
        )

    # ---- configuration ----

    def _configure(self, step):
        needs_reboot = False
        for name, value in step.value.items():
            key, is_optional = name.rstrip("?"), name.endswith("?")
            row = self._run.lab.station.configuration.get(key)
            value = text_of(self._run.scope.resolve(value))
            if (is_optional and row is None) or (row is not None and row["value"] == value):
                continue
            needs_reboot |= self._set(key, value, is_optional)
        if needs_reboot:
            self._run.lab.reboot()

    def _set(self, key, value, is_optional):
        """Set one key. Return whether it counts after a reboot only."""
        answer, code = self.ask(
            "ChangeConfiguration",
            {"key": key, "value": value},
            self._run.lab.settings.message_timeout_s,
        )
        status = code or answer["status"]
        if status in ("Accepted", "RebootRequired") or is_optional:
            return status == "RebootRequired"
        raise Inconclusive(f"key {key} cannot be set to '{value}': {status}")

    # ---- server ----

    def _server(self, step):
        self._run.listener.acted()
        fields = {
            name: self._run.scope.resolve(value)
            for name, value in step.fields.items()
            if name not in ("save", "note", "when")
        }
        try:
            getattr(self._run.lab, "server_" + step.value)(**fields)
        except NotConnectedError as error:
            raise Failed(f"server {step.value}: {error}", "connection") from error
        self._save(step, None)
