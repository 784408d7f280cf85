"""What product.yaml asks: the fields of a PICS that no station tells by itself.

Fields: id, what it is, kind, an example for the template. Kinds: text, number, flag, list (of
texts), and one of several words. `choices` of lists and words are those of the OCA's forms as far
as they are public; a word that is not among them is refused.
"""

from dataclasses import dataclass

_SHORT = ("oca", "ocpp", "evse", "tls")
TEXT, NUMBER, FLAG, LIST, WORD = "text", "number", "flag", "list", "word"


@dataclass(frozen=True)
class Question:
    """One line of product.yaml. is_needed False: may be left empty."""

    id: str
    text: str
    kind: str
    example: str
    choices: tuple = ()
    is_needed: bool = True

    @property
    def label(self):
        """Return the id as words."""
        words = [word.upper() if word in _SHORT else word for word in self.id.split("_")]
        text = " ".join(words)
        return text[0].upper() + text[1:]


SECTIONS = {
    "Applicant": (
        Question("company", "who applies for the certificate", TEXT, "Example Charging Ltd"),
        Question("address", "postal address", TEXT, "1 Main Street, 12345 Town, Country"),
        Question("contact", "who answers the lab's questions", TEXT, "Jo Doe"),
        Question("email", "of the contact", TEXT, "jo@example.com"),
        Question("phone", "of the contact", TEXT, "+49 30 1234567"),
        Question(
            "oca_participant",
            "participant number at the Open Charge Alliance, empty without one",
            TEXT,
            "P-1234",
            is_needed=False,
        ),
    ),
    "Product": (
        Question("product_name", "name on the certificate", TEXT, "Wallbox One"),
        Question("hardware_version", "of what is in the lab", TEXT, "C"),
        Question(
            "family",
            "models with the same protocol stack, for a declaration later",
            LIST,
            '["Wallbox One T"]',
            is_needed=False,
        ),
        Question(
            "ocpp_errata", "edition and errata that it follows", TEXT, "1.6 edition 2, errata 4.0"
        ),
    ),
    "Device": (
        Question("current", "of the charging", WORD, "AC", ("AC", "DC")),
        Question("evse_count", "EVSEs: how many cars charge at once", NUMBER, "1"),
        Question(
            "connector_types",
            "of each connector, in the order of their ids",
            LIST,
            '["Type 2"]',
        ),
        Question("cable", "socket: it can be taken off", WORD, "socket", ("socket", "tethered")),
        Question("phases", "that it charges with", WORD, "3", ("1", "3")),
        Question("power_kw", "most that a connector gives, kW", NUMBER, "22"),
        Question(
            "readers", "RFID readers, and for which connectors; none: []", LIST, '["1: all"]'
        ),
        Question(
            "local_start",
            "how a driver starts without a server's help",
            LIST,
            "[RFID]",
            ("RFID", "button", "PIN", "none"),
        ),
        Question(
            "local_stop", "how a driver stops", LIST, "[RFID]", ("RFID", "button", "PIN", "none")
        ),
        Question("display", "has a display", FLAG, "false"),
        Question(
            "communication",
            "what it reaches its server with",
            LIST,
            '["Wi-Fi"]',
            ("Ethernet", "Wi-Fi", "2G", "3G", "4G", "5G", "PLC"),
        ),
        Question("backup_power", "can still send when mains is cut", FLAG, "false"),
        Question("fault", "a tester can provoke a fault (manual tells how)", FLAG, "true"),
        Question("lock_failure", "a tester can block the cable lock", FLAG, "true"),
    ),
    "Security": (
        Question("tls_versions", "that it offers; none: []", LIST, '["1.2"]', ("1.2", "1.3")),
        Question(
            "cipher_suites",
            "by their IANA names; none: []",
            LIST,
            "[TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]",
        ),
        Question(
            "key_types",
            "of its own keys; none: []",
            LIST,
            "[ECDSA P-256]",
        ),
        Question(
            "firmware_signatures", "that it verifies; none: []", LIST, "[ECDSA P-256, RSA-PSS]"
        ),
    ),
}
LEFT_OUT = "leave_out"


def all_questions():
    """Return every Question."""
    return [question for rows in SECTIONS.values() for question in rows]
