"""Readout: what the station says of itself: boot, configuration, profiles, connectors."""

from chargecore_tools.cert.conditions import FEATURES
from chargecore_tools.cert.errors import CertError
from chargecore_tools.csms.errors import CsmsError, WrongAnswerError
from chargecore_tools.csms.events import RESULT

_ANSWER_S = 60


class Readout:
    """Filled by read(); `configuration` follows every ChangeConfiguration that is accepted."""

    def __init__(self, settings):
        self.settings = settings
        self.security_profile = settings.security_profile  # what the server asks for now
        self.boot = {}
        self.configuration = {}  # key: {"value", "readonly"}
        self.baseline = {}  # the same when the run began
        self.profiles = ()
        self.connectors = 1
        self.features = {}

    def read(self, server, identity):
        """Read everything from a station that is connected. Errors: CertError."""
        try:
            answer = server.call(identity, "GetConfiguration", {}, _ANSWER_S)
        except WrongAnswerError:  # a case will say so; here it is read as far as it can be
            answer = _last_answer(server, identity)
        except CsmsError as error:
            raise CertError(f"GetConfiguration: {error}") from error
        for row in answer.get("configurationKey", ()):
            if isinstance(row, dict) and isinstance(row.get("key"), str):
                value, is_readonly = row.get("value") or "", bool(row.get("readonly"))
                self.configuration[row["key"]] = {"value": str(value), "readonly": is_readonly}
        self.baseline = {key: dict(row) for key, row in self.configuration.items()}
        self.boot = dict(server.station(identity).boot)
        words = self._value("SupportedFeatureProfiles", "Core").split(",")
        self.profiles = tuple(word.strip() for word in words if word.strip())
        count = self._value("NumberOfConnectors", "1")
        self.connectors = int(count) if count.isdigit() else 1
        self.features = self._features()

    def learn(self, key, value):
        """Take a value that the station accepted."""
        row = self.configuration.setdefault(key, {"value": "", "readonly": False})
        row["value"] = value

    def number(self, name):
        """Return a key's value now, or a setting; None when there is no such."""
        if name in self.configuration:
            return self.configuration[name]["value"]
        return self.security_profile if name == "security_profile" else self.settings.get(name)

    def changed(self):
        """Return {key: value of the beginning} of what is not as it was."""
        return {
            key: row["value"]
            for key, row in self.baseline.items()
            if not row["readonly"] and self.configuration[key]["value"] != row["value"]
        }

    def _value(self, key, default):
        return self.configuration.get(key, {}).get("value", default)

    def _features(self):
        settings = self.settings
        found = {name: row[1] for name, row in FEATURES.items()}
        found["socket"] = settings.socket
        found["tethered"] = not settings.socket
        found["local_authorization"] = settings.local_authorization
        found["lock_failure"] = settings.socket and found["lock_failure"]
        found.update(settings.features)
        return found


def _last_answer(server, identity):
    """Return the newest answer to GetConfiguration, whatever is wrong with it."""
    for frame in reversed(server.history.frames):
        is_it = frame.kind == RESULT and frame.action == "GetConfiguration"
        if is_it and frame.is_from_station and frame.station_id == identity:
            return frame.payload if isinstance(frame.payload, dict) else {}
    return {}
