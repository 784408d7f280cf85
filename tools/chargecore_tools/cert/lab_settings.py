"""LabSettings: lab.yaml: what must be told about the station, the tags and the waits.

All seconds are the station's own: a simulator that runs 20 times as fast makes them shorter.
"""

import copy
import os
from pathlib import Path

from chargecore_tools.cert.conditions import FEATURES
from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.marked_yaml import Mapping, read

PASSWORD_VARIABLE = "CHARGECORE_AUTHORIZATION_KEY"  # as `chargecore sim` has it
SETTINGS = {  # name: (default, kind, what it is)
    "identity": ("CP01", "text", "identity of the station: last part of its URL"),
    "connector": (1, "whole", "connector that the cases use"),
    "valid_tag": ("TAG1", "text", "idTag that the server accepts"),
    "valid_tag_2": ("TAG2", "text", "another one that it accepts"),
    "invalid_tag": ("NOBODY", "text", "idTag that it does not know"),
    "parent_tag": ("FAMILY", "text", "parentIdTag of both valid ones, where a case needs it"),
    "heartbeat_s": (30, "seconds", "heartbeat interval that BootNotification answers"),
    "connection_timeout_s": (30, "seconds", "ConnectionTimeOut in the cases about it"),
    "meter_interval_s": (15, "seconds", "interval of meter values; a divisor of 60"),
    "transaction_s": (30, "seconds", "how long a case watches or charges"),
    "reservation_s": (60, "seconds", "when a reservation expires"),
    "retry_interval_s": (20, "seconds", "interval of BootNotification while it is rejected"),
    "schedule_s": (300, "seconds", "duration of composite schedules"),
    "charging_rate_unit": ("A", "text", "A or W"),
    "number_phases": (3, "whole", "numberPhases in charging profiles"),
    "stack_level": (0, "whole", "stackLevel in charging profiles"),
    "message_timeout_s": (70, "seconds", "how long a message may take"),
    "long_timeout_s": (450, "seconds", "the same with a reboot or a firmware update in it"),
    "time_deviation_s": (4, "seconds", "by how much an interval or a timestamp may be off"),
    "quiet_s": (10, "seconds", "how long a case watches that nothing comes"),
    "plug_s": (0, "seconds", "pause behind each act of the rig, for its relays"),
    "security_profile": (0, "whole", "security profile that the station is set to, 0..3"),
    "password": (
        "",
        "secret",
        "AuthorizationKey: 16..20 characters or 32..40 hex; or $CHARGECORE_AUTHORIZATION_KEY",
    ),
    "pki": ("", "text", "folder that `chargecore pki` made"),
    "cpo_name": ("", "text", "O of the station's certificate"),
    "certificate": ("server-ecdsa", "text", "server certificate out of that folder"),
    "socket": (True, "flag", "true: a socket; false: the cable is fixed"),
    "local_authorization": (True, "flag", "a driver can identify at the station"),
    "reboot_closes": (True, "flag", "a reset ends the connection"),
    "firmware_good": ("", "text", "file of a firmware that installs"),
    "firmware_broken": ("", "text", "file of one that does not install"),
    "firmware_signature": ("", "text", "file with the signature of the good one, base64"),
    "key_type": ("ecdsa", "key", "ecdsa or rsa: certificates of the PKI that the cases use"),
    "file_protocol": ("ftp", "protocol", "ftp or http: how the station fetches and brings files"),
    "file_host": (
        "",
        "text",
        "address of this machine for the station's downloads; the listener's",
    ),
    "speed": (1.0, "factor", "seconds of the station in one second of the wall"),
}


class LabSettings:
    """The settings, by attribute or get(). Errors: CertError: file, line, what is allowed."""

    def __init__(self, path=None, **given):
        self._values = {name: row[0] for name, row in SETTINGS.items()}
        self.told = set()  # names of those that are not as they stand in SETTINGS
        self.features = {}  # what lab.yaml says of them
        self.ignore = []  # actions of the station that no case judges
        self._values["password"] = os.environ.get(PASSWORD_VARIABLE, "")
        if path is not None:
            self._read(Path(path))
        for name, value in given.items():
            if value is not None:
                self._set(name, value, f"--{name.replace('_', '-')}")

    def __getattr__(self, name):
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(name) from None

    def get(self, name):
        """Return a setting, None when there is none of that name."""
        return self._values.get(name)

    def set(self, name, value, where="a setting of the runner"):
        """Set one. Errors: CertError."""
        self._set(name, value, where)

    def with_profile(self, security_profile):
        """Return the same settings for a station that is set to another security profile."""
        other = copy.copy(self)
        other._values = {**self._values, "security_profile": security_profile}
        return other

    def public(self):
        """Return all settings but the secrets."""
        shown = {n: v for n, v in self._values.items() if SETTINGS[n][1] != "secret"}
        return {**shown, "features": dict(self.features), "ignore": list(self.ignore)}

    def _read(self, path):
        data = read(path)
        if not isinstance(data, Mapping):
            raise CertError(f"{path}: must be a map of settings")
        for name, value in data.items():
            where = f"{path}:{data.lines[name]}"
            if name == "features":
                self._read_features(value, where)
            elif name == "ignore":
                if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
                    raise CertError(f"{where}: 'ignore' must be a list of actions")
                self.ignore = list(value)
            else:
                self._set(name, value, where)

    def _read_features(self, value, where):
        if not isinstance(value, Mapping):
            raise CertError(f"{where}: 'features' must be a map of true and false")
        for name, is_so in value.items():
            if name not in FEATURES or not isinstance(is_so, bool):
                known = ", ".join(FEATURES)
                raise CertError(f"{where}: feature '{name}': true or false for one of {known}")
            self.features[name] = is_so

    def _set(self, name, value, where):
        if name not in SETTINGS:
            raise CertError(f"{where}: '{name}' is no setting: {', '.join(SETTINGS)}")
        kind = SETTINGS[name][1]
        is_right, text = _KINDS[kind]
        if kind in ("text", "secret") and not isinstance(value, bool) and value is not None:
            value = str(value)
        if not is_right(value):
            raise CertError(f"{where}: '{name}' must be {text}")
        self._values[name] = value
        self.told.add(name)


def sample():
    """Return a lab.yaml with every setting, its default and what it is."""
    lines = [
        "# Settings of `chargecore cert run --settings lab.yaml`; what is left out is as here.",
        "",
    ]
    for name, (default, _kind, text) in SETTINGS.items():
        lines.append(f"{name}: {_yaml(default)}  # {text}")
    lines += [
        "",
        "# Calls of this station that no case judges, such as [DataTransfer].",
        "ignore: []",
    ]
    lines += ["", "# What cannot be read from the configuration keys.", "features:"]
    for name, (text, default) in FEATURES.items():
        if default is not None and name not in SETTINGS:
            lines.append(f"  {name}: {_yaml(default)}  # {text}")
    return "\n".join(lines) + "\n"


def _yaml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_KINDS = {
    "text": (lambda v: isinstance(v, str), "a text"),
    "key": (lambda v: v in ("ecdsa", "rsa"), "ecdsa or rsa"),
    "protocol": (lambda v: v in ("ftp", "http"), "ftp or http"),
    "secret": (lambda v: isinstance(v, str), "a text"),
    "flag": (lambda v: isinstance(v, bool), "true or false"),
    "whole": (lambda v: _is_number(v) and isinstance(v, int) and v >= 0, "a whole number"),
    "seconds": (lambda v: _is_number(v) and v >= 0, "a number of seconds"),
    "factor": (lambda v: _is_number(v) and 0.01 <= v <= 200, "0.01..200"),
}
