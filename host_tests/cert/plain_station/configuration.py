"""Configuration: the OCPP keys of this station, their rules, and their values in the memory."""

from cert.plain_station.measurands import MEASURANDS

PROFILES = "Core,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
STACK_LEVEL_MOST = 8
PERIODS_MOST = 24
PROFILES_MOST = 10
LIST_MOST = 100
SEND_LIST_MOST = 20
_ROTATIONS = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")


def _number(least, most):
    def check(text):
        if not text.lstrip("-").isdigit() or not text.isascii() or not least <= int(text) <= most:
            return None
        return str(int(text))

    return check


def _flag(text):
    return text.lower() if text.lower() in ("true", "false") else None


def _measurands(text):
    words = [word.strip() for word in text.split(",")] if text.strip() else []
    return ",".join(words) if all(word in MEASURANDS for word in words) else None


def _rotation(text):
    for item in text.split(",") if text else []:
        number, _, word = item.strip().partition(".")
        if not number.isdigit() or word not in _ROTATIONS:
            return None
    return text


_DAY_S = 86_400
# key: (default, check of a new value that returns it tidied, None for wrong; None = read-only)
_TABLE = {
    "AllowOfflineTxForUnknownId": ("false", _flag),
    "AuthorizationCacheEnabled": ("true", _flag),
    "AuthorizeRemoteTxRequests": ("true", _flag),
    "ClockAlignedDataInterval": ("0", _number(0, _DAY_S)),
    "ConnectionTimeOut": ("60", _number(1, _DAY_S)),
    "ConnectorPhaseRotation": ("0.Unknown,1.Unknown", _rotation),
    "GetConfigurationMaxKeys": ("50", None),
    "HeartbeatInterval": ("300", _number(1, _DAY_S)),
    "LocalAuthorizeOffline": ("true", _flag),
    "LocalPreAuthorize": ("false", _flag),
    "MaxEnergyOnInvalidId": ("0", _number(0, 100_000)),
    "MessageTimeout": ("30", _number(1, 600)),
    "MeterValuesAlignedData": ("Energy.Active.Import.Register", _measurands),
    "MeterValuesSampledData": ("Energy.Active.Import.Register", _measurands),
    "MeterValueSampleInterval": ("60", _number(0, _DAY_S)),
    "MinimumStatusDuration": ("0", _number(0, 3_600)),
    "NumberOfConnectors": ("1", None),
    "ResetRetries": ("1", _number(0, 10)),
    "StopTransactionOnEVSideDisconnect": ("true", _flag),
    "StopTransactionOnInvalidId": ("true", _flag),
    "StopTxnAlignedData": ("", _measurands),
    "StopTxnSampledData": ("", _measurands),
    "SupportedFeatureProfiles": (PROFILES, None),
    "TransactionMessageAttempts": ("3", _number(1, 100)),
    "TransactionMessageRetryInterval": ("60", _number(1, _DAY_S)),
    "UnlockConnectorOnEVSideDisconnect": ("true", _flag),
    "WebSocketPingInterval": ("54", _number(0, _DAY_S)),
    "LocalAuthListEnabled": ("true", _flag),
    "LocalAuthListMaxLength": (str(LIST_MOST), None),
    "SendLocalListMaxLength": (str(SEND_LIST_MOST), None),
    "ReserveConnectorZeroSupported": ("false", None),
    "ChargeProfileMaxStackLevel": (str(STACK_LEVEL_MOST), None),
    "ChargingScheduleAllowedChargingRateUnit": ("Current,Power", None),
    "ChargingScheduleMaxPeriods": (str(PERIODS_MOST), None),
    "MaxChargingProfilesInstalled": (str(PROFILES_MOST), None),
}
_OF_PROFILE = {  # keys that come with a profile
    "LocalAuthListManagement": (
        "LocalAuthListEnabled",
        "LocalAuthListMaxLength",
        "SendLocalListMaxLength",
    ),
    "Reservation": ("ReserveConnectorZeroSupported",),
    "SmartCharging": (
        "ChargeProfileMaxStackLevel",
        "ChargingScheduleAllowedChargingRateUnit",
        "ChargingScheduleMaxPeriods",
        "MaxChargingProfilesInstalled",
    ),
}
_NAMES = {name.casefold(): name for name in _TABLE}  # CiString50Type


class Configuration:
    """Values by key. A changed value acts at once: everybody reads it where it is needed."""

    def __init__(self, memory, build):
        self._memory = memory
        self._values = memory.section("configuration", {})
        self._fixed = {
            "NumberOfConnectors": str(build.connectors),
            "SupportedFeatureProfiles": build.profiles,
            "ReserveConnectorZeroSupported": "true" if build.reserves_zero else "false",
        }
        if build.is_tethered:  # errata 2025-04
            self._fixed["UnlockConnectorOnEVSideDisconnect"] = "false"
        without = [
            key
            for profile, keys in _OF_PROFILE.items()
            for key in keys
            if not self.has_profile(profile)
        ]
        self._names = {key: name for key, name in _NAMES.items() if name not in without}

    def text(self, key):
        """Return the value of a known key."""
        return self._fixed.get(key) or self._values.get(key, _TABLE[key][0])

    def number(self, key):
        """Return the value of a numeric key."""
        return int(self.text(key))

    def flag(self, key):
        """Return the value of a boolean key."""
        return self.text(key) == "true"

    def has_profile(self, profile):
        """Return whether the station has a feature profile."""
        return profile in self.text("SupportedFeatureProfiles").split(",")

    def measurands(self, key):
        """Return the list of a measurand key."""
        return [word for word in self.text(key).split(",") if word]

    def change(self, key, value):
        """Carry out ChangeConfiguration. Return its status."""
        name = self._names.get(key.casefold())
        if name is None:
            return "NotSupported"
        check = None if self._is_readonly(name) else _TABLE[name][1]
        tidy = None if check is None else check(value)
        if tidy is None:
            return "Rejected"
        self.put(name, tidy)
        return "Accepted"

    def put(self, key, value):
        """Store a value that is right."""
        self._values[key] = value
        self._memory.save()

    def report(self, keys):
        """Return (rows of GetConfiguration, unknown keys); no keys stand for all."""
        here = self._names
        known = [here[key.casefold()] for key in keys if key.casefold() in here]
        unknown = [key for key in keys if key.casefold() not in here]
        names = known if keys else list(here.values())
        rows = [
            {"key": name, "readonly": self._is_readonly(name), "value": self.text(name)}
            for name in names
        ]
        return rows, unknown

    def _is_readonly(self, name):
        return name in self._fixed or _TABLE[name][1] is None
