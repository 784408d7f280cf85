"""Rules: what the server accepts: boots and idTags.

Tags file: {"TAG1": "Accepted", "TAG2": {"status": "Blocked", "parentIdTag": "P"}, "*": "Invalid"}.
`*` stands for all tags that are not named; without it they are Invalid.
"""

import json
from pathlib import Path

from ocpp.v16.enums import AuthorizationStatus, RegistrationStatus

from chargecore_tools.csms.events import iso

TAG_STATUSES = tuple(str(word.value) for word in AuthorizationStatus)
BOOT_STATUSES = tuple(str(word.value) for word in RegistrationStatus)
_INFO_FIELDS = ("status", "parentIdTag", "expiryDate")
_TAG_LEN = 20  # OCPP 1.6: CiString20Type
_ANY = "*"


class RulesError(Exception):
    """A rule cannot be used; the text says which and what is possible."""


class Rules:
    """Answers to BootNotification and to idTags. Without tags every tag is Accepted."""

    def __init__(self, boots=(("Accepted", 300),), tags=None):
        self._boots = []  # (RegistrationStatus, interval in s) of the next boots; the last stays
        self._tags = {_ANY: {"status": "Accepted"}}
        self.sign_csr = None  # makes the certificate chain of a CSR, both PEM; None: refused
        self.set_boots(boots)
        if tags is not None:
            self.set_tags(tags)

    def set_tags(self, tags):
        """Take {tag: status or idTagInfo}. Errors: RulesError."""
        if not isinstance(tags, dict):
            raise RulesError("tags: must be one JSON object {tag: status}")
        self._tags = {tag.casefold(): _info(tag, value) for tag, value in tags.items()}

    def set_tag(self, tag, value):
        """Set one tag to a status or an idTagInfo, `*` for all others. Errors: RulesError."""
        self._tags[tag.casefold()] = _info(tag, value)

    def set_boots(self, boots):
        """Set the answers to the next BootNotifications, (status, interval in s) each.

        The last one stays. Errors: RulesError.
        """
        boots = [_boot(status, interval_s) for status, interval_s in boots]
        if not boots:
            raise RulesError("boots: at least one answer is needed")
        self._boots = boots

    def boot_answer(self, now):
        """Return the payload that answers a BootNotification, and move on to the next answer."""
        status, interval_s = self._boots[0]
        if len(self._boots) > 1:
            self._boots = self._boots[1:]
        return {"status": status, "current_time": iso(now), "interval": interval_s}

    def id_tag_info(self, tag):
        """Return the idTagInfo of a tag; tags are compared without case (CiString20Type)."""
        unknown = self._tags.get(_ANY, {"status": "Invalid"})
        return dict(self._tags.get(tag.casefold(), unknown))


def read_tags(path):
    """Return the tags of a file. Errors: RulesError."""
    try:
        tags = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise RulesError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise RulesError(f"{path}: not JSON: {error}") from error
    return tags


def _boot(status, interval_s):
    known = {word.casefold(): word for word in BOOT_STATUSES}
    if str(status).casefold() not in known:
        raise RulesError(f"boot {status}: must be one of {', '.join(BOOT_STATUSES)}")
    if isinstance(interval_s, bool) or not isinstance(interval_s, int) or interval_s < 0:
        raise RulesError(f"interval {interval_s}: must be a whole number of seconds, not negative")
    return known[status.casefold()], interval_s


def _info(tag, value):
    """Return the idTagInfo of one entry, with every field checked."""
    info = {"status": value} if isinstance(value, str) else value
    if not 1 <= len(tag) <= _TAG_LEN:
        raise RulesError(f"tag '{tag}': must have 1..{_TAG_LEN} characters")
    if not isinstance(info, dict):
        raise RulesError(f"tag '{tag}': must be a status or an object with {_INFO_FIELDS}")
    for name, text in info.items():
        if name not in _INFO_FIELDS or not isinstance(text, str):
            raise RulesError(f"tag '{tag}': '{name}' must be a text, one of {_INFO_FIELDS}")
    info = {"status": "Accepted", **info}
    if info["status"] not in TAG_STATUSES:
        raise RulesError(f"tag '{tag}': status must be one of {', '.join(TAG_STATUSES)}")
    return info
