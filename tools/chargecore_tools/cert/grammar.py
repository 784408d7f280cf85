"""Which words a case may use, and what may stand beside each. docs/cert_cases.md explains them.

The kinds: text, word (no spaces), number (or a $name), value (anything), matcher, map, list,
steps, conditions, flag.
"""

PROFILES = (
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "Reservation",
    "SmartCharging",
    "RemoteTrigger",
    "Security",
    "AdvancedSecurity",
)

CASE = {
    "id": "word",
    "title": "text",
    "profile": PROFILES,
    "source": "text",
    "note": "text",
    "when": "conditions",
    "names": "map",
    "allow": "steps",
    "before": "steps",
    "steps": "steps",
    "after": "steps",
    "cannot": "text",
}
CASE_NEEDS = ("id", "title", "profile", "source")
STATE = {"state": "word", "title": "text", "names": "map", "steps": "steps"}
STATE_NEEDS = ("state", "title", "steps")

_EVERY = {"note": "text", "when": "conditions"}
_EXPECT = {
    "with": "matcher",
    "answer": "map",
    "answer_error": "word",
    "answer_after_s": "number",
    "no_answer": "flag",
    "within_s": "number",
    "after": "word",
    "gap_s": "number or range",
    "every_s": "number or range",
    "times": "number or range",
    "for_each": "one field",
    "before_answer": "flag",
    "save": "word",
}
STEPS = {  # word: (kind of what stands beside it, other fields, which of them are needed)
    "do": ("word", None, ()),  # the fields are those of the act: ACTS
    "call": (
        "word",
        {
            "payload": "map",
            "answer": "matcher",
            "error": "word or list",
            "within_s": "number",
            "unchecked": "flag",
            "for_each": "one field",
            "save": "word",
        },
        (),
    ),
    "send": ("text", {}, ()),
    "expect": ("word", _EXPECT, ()),
    "any_order": ("steps", {}, ()),
    "optional": ("steps", {"within_s": "number"}, ()),
    "repeat": ("number", {"steps": "steps"}, ("steps",)),
    "quiet": ("word or list", {"for_s": "number", "with": "matcher"}, ("for_s",)),
    "wait_s": ("number", {}, ()),
    "configure": ("map", {}, ()),
    "reach": ("word", {"using": "map"}, ()),
    "server": ("word", None, ()),
    "files": ("word", None, ()),
    "make": ("word", None, ("save",)),
    "check": ("word", None, ()),
    "verify": ("value", {"is": "matcher"}, ("is",)),
    "note": ("text", {}, ()),
}
OPEN_FIELDS = ("make", "check")  # their fields are looked up in the registry
ALWAYS = _EVERY

ACTS = {  # act: its fields; every act may have `connector`, the tested one when left out
    "plug": {"amps": "number", "phases": "number"},
    "unplug": {},
    "swipe": {"tag": "value"},
    "fault": {"kind": "word"},
    "heal": {"kind": "word"},
    "jam_lock": {},
    "free_lock": {},
    "car_draws": {"amps": "number"},
    "car_state": {"state": "word"},
    "power_cycle": {},
    "cut_power": {},
    "restore_power": {},
    "cut_network": {},
    "restore_network": {},
    "ask": {"text": "text"},
}
ACT_NEEDS = {
    "swipe": ("tag",),
    "fault": ("kind",),
    "heal": ("kind",),
    "car_draws": ("amps",),
    "car_state": ("state",),
    "ask": ("text",),
}
SERVER = {  # what the central system itself does
    "stop": {},
    "start": {"security_profile": "number", "certificate": "word", "client_ca": "word"},
    "restart": {"security_profile": "number", "certificate": "word", "client_ca": "word"},
    "drop": {},
    "close": {},
    "password": {"value": "value"},
    "follow_password": {"active": "value"},
    "refuse": {"status": "number", "times": "number"},
    "set_tag": {"tag": "value", "status": "value", "parent": "value"},
}
SERVER_NEEDS = {"refuse": ("status",), "set_tag": ("tag",), "password": ("value",)}
FILES = {  # the file server of the runner
    "offer": {"name": "word", "what": "value"},
    "received": {"within_s": "number", "name": "value"},
    "refuse": {"active": "value"},
}
FILES_NEEDS = {"offer": ("name", "what")}

PSEUDO = ("connection", "disconnection", "refusal")  # `expect` and `quiet` know these, too
ANY_TIME = ("Heartbeat", "MeterValues", "SecurityEventNotification")
MATCHERS = (
    "is",
    "one_of",
    "not",
    "at_least",
    "at_most",
    "between",
    "about",
    "by",
    "near",
    "within_s",
    "present",
    "absent",
    "or_absent",
    "contains",
    "each",
    "length",
    "matches",
)
