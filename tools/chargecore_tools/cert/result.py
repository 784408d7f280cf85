"""Result: how one case ended."""

import json
from dataclasses import dataclass, field

PASS, FAIL, INCONCLUSIVE = "pass", "fail", "inconclusive"
NOT_APPLICABLE, ERROR = "not_applicable", "error"
VERDICTS = (PASS, FAIL, INCONCLUSIVE, NOT_APPLICABLE, ERROR)


@dataclass
class Result:
    """One case: verdict, reason in a sentence, the rule, the step, and the frames."""

    case: object
    verdict: str
    reason: str = ""
    rule: str = ""
    step: str = None
    took_s: float = 0.0
    attempt: int = 1
    security_profile: int = None  # that the station was set to when the case began
    frames: list = field(default_factory=list)

    def as_dict(self):
        """Return it as it stands in report.json."""
        return {
            "case": self.case.id,
            "title": self.case.title,
            "profile": self.case.profile,
            "own": self.case.own,
            "when": list(self.case.when),
            "verdict": self.verdict,
            "reason": self.reason,
            "rule": self.rule,
            "step": self.step,
            "took_s": round(self.took_s, 1),
            "attempt": self.attempt,
            "security_profile": self.security_profile,
            "frames": self.frames,
        }


def frames_of(entries):
    """Return record entries as they stand in report.json; times count from the first.

    An answer to something that was asked before the first is left out.
    """
    asked = {entry.frame.message_id for entry in entries if entry.kind in ("call", "garbage")}
    entries = [
        entry
        for entry in entries
        if entry.kind not in ("result", "error") or entry.frame.message_id in asked
    ]
    began_s = entries[0].at_s if entries else 0.0
    return [
        {
            "at_s": round(entry.at_s - began_s, 3),
            "from": entry.sender,
            "text": _public(entry),
            "note": entry.violation or entry.note,
        }
        for entry in entries
    ]


def _public(entry):
    """Return the text of an entry; a report leaves the house, the station's password does not."""
    payload = entry.payload if isinstance(entry.payload, dict) else {}
    if entry.kind != "call" or str(payload.get("key")).casefold() != "authorizationkey":
        return entry.text
    call = [2, entry.frame.message_id, entry.action, {**payload, "value": "(not shown)"}]
    return json.dumps(call, separators=(",", ":"))
