"""StationConfig: every value the station acts on, as plain attributes.

Called by: everyone, reading. Written by: load() at boot (station.json) and the settings table
(ocpp16/keys.py names the attribute of each key). Texts are bytes, as the wire wants them.
Heap: none after load(), but for set_text().
"""

import binascii

from micropython import const

from chargecore.base.codes import E_LENGTH, E_RANGE, OK
from chargecore.base.errors import ConfigError
from chargecore.station.measurands import (
    MASK_ALL,
    MASK_ENERGY,
    count_of,
    mask_from_list,
    supported_mask,
)

CONNECTORS_MAX = const(15)  # the connector number is a byte in records and a slot in the outbox
_AMPS_MIN = const(6)  # below this the pilot cannot offer current
_AMPS_MAX = const(80)
_SUPERVISOR_S_MAX = const(86_400)
# What this firmware can load.
PROFILES_BUILT = (
    b"Core",
    b"FirmwareManagement",
    b"LocalAuthListManagement",
    b"Reservation",
    b"SmartCharging",
    b"RemoteTrigger",
)
_ROTATIONS = (b"NotApplicable", b"Unknown", b"RST", b"RTS", b"SRT", b"STR", b"TRS", b"TSR")
_MASK_OF_LIST = {
    "sampled_list": "sampled_mask",
    "aligned_list": "aligned_mask",
    "stop_sampled_list": "stop_sampled_mask",
    "stop_aligned_list": "stop_aligned_mask",
}
_RATE_UNITS = b"Current,Power"  # A and W, both understood
PROFILE_NONE = const(0)  # security profiles of the whitepaper
PROFILE_BASIC = const(1)
PROFILE_TLS = const(2)
PROFILE_MUTUAL = const(3)
_PASSWORD_MIN = const(16)  # bytes
_PASSWORD_MAX = const(20)
_HEX_DIGITS = b"0123456789abcdefABCDEF"
_MAKERS_FILES = ("csms_root_ca", "manufacturer_root_ca", "client_certificate", "client_key")


class StationConfig:
    """The station's identity, its hardware as far as others must know it, and all settings."""

    def __init__(self):  # noqa: PLR0915  a list of attributes
        # Identity and hardware, from station.json.
        self.station_id = b""  # identity at the server
        self.csms_url = b""  # ws:// or wss://, without the identity
        self.vendor = b"chargecore"
        self.model = b"chargecore"
        self.serial = b""  # empty = not reported
        self.firmware_version = b""  # empty = not reported
        self.meter_type = b""  # empty = not reported
        self.connector_count = 1
        self.connectors = ()  # one dict per connector as station.json has them, for the board
        self.has_socket = True  # False: tethered cable, nothing to lock
        self.max_current_ma = 32_000
        self._rated_ma = 32_000  # max_current_ma but for lost settings
        self.are_settings_lost = False  # defaults are in force, and 6 A at most (F44)
        self.phases = 3
        self.wake_up = True  # a car that sleeps is woken once per session (R42)
        self.fault_pilot_f = False  # a fault under load shows -12 V for 300 ms (R41), not only X1
        self.supervisor_timeout_s = 0  # R34; 0 = a silent supervisor changes nothing
        self.supervisor_is_site = False  # True: a site controller, False: the server
        self.has_security = True  # the security whitepaper is loaded
        self.verify_csms_host = True  # the server's certificate has to name its host
        # Certificates and key that the maker gives, each as PEM or as the path of a file; or None.
        self.csms_root_ca = None
        self.manufacturer_root_ca = None
        self.client_certificate = None
        self.client_key = None
        self.frozen = ()  # attributes that the hardware fixes: their keys are read-only
        # Derived from it.
        self.supported_mask = MASK_ALL  # what the meters can give, bits of measurands.ROWS
        self.measurand_list_max = count_of(MASK_ALL)
        self.phase_rotation_max = 2  # items of connector_phase_rotation
        # Core settings.
        self.allow_offline_tx_for_unknown_id = False
        self.authorization_cache_enabled = True
        self.authorize_remote_tx_requests = True
        self.clock_aligned_data_interval_s = 0
        self.connection_timeout_s = 60
        self.connector_phase_rotation = b"0.Unknown,1.Unknown"
        self.get_configuration_max_keys = 50
        self.heartbeat_interval_s = 300
        self.local_auth_list_enabled = True
        self.local_auth_list_max_length = 1_000
        self.local_authorize_offline = True
        self.local_pre_authorize = False
        self.max_energy_on_invalid_id_wh = 0
        self.message_timeout_s = 30
        self.meter_value_sample_interval_s = 60
        self.minimum_status_duration_s = 0
        self.reserve_connector_zero = True
        self.reset_retries = 1
        self.send_local_list_max = 32
        self.stop_max_meter_values = 60
        self.stop_on_ev_side_disconnect = True
        self.stop_on_invalid_id = True
        self.profiles = b",".join(PROFILES_BUILT)
        self.transaction_message_attempts = 3
        self.transaction_message_retry_interval_s = 60
        self.unlock_on_ev_side_disconnect = True
        self.websocket_ping_interval_s = 54
        # Measurand lists: the text as it was set, and what it means.
        self.sampled_list = b"Energy.Active.Import.Register"
        self.sampled_mask = MASK_ENERGY
        self.aligned_list = b"Energy.Active.Import.Register"
        self.aligned_mask = MASK_ENERGY
        self.stop_sampled_list = b""
        self.stop_sampled_mask = 0
        self.stop_aligned_list = b""
        self.stop_aligned_mask = 0
        # Smart charging. What the table of profiles holds, and what fills the gaps of a TxProfile.
        self.charge_profile_max_stack_level = 8
        self.charging_rate_units = _RATE_UNITS
        self.charging_schedule_max_periods = 24
        self.max_charging_profiles_installed = 10
        self.tx_default_after_tx_profile = True
        self.file_protocols = b"FTP,FTPS,HTTP,HTTPS"  # of GetDiagnostics and UpdateFirmware
        # Connection settings.
        self.additional_root_certificate_check = False
        self.auth_key_hex = b""  # password for HTTP Basic as hex digits, empty = none
        self.security_profile = PROFILE_NONE
        self.sntp_host = (
            b""  # asked for the date before TLS when nobody knows it; empty: nobody is
        )
        self.certificate_chain_max = 7_500  # characters of CertificateSigned
        self.certificate_store_max = 10  # roots
        self.cpo_name = b""  # organization in a certificate request, empty: none can be made
        self.retry_back_off_wait_minimum_s = 3
        self.retry_back_off_random_range_s = 10
        self.retry_back_off_repeat_times = 5

    def has_profile(self, name):
        """Return True when the feature profile is loaded. Allocates: ask at boot."""
        return name in self.profiles.split(b",")

    def load(self, station):
        """Take station.json, already parsed. Unknown fields are ignored.

        Errors: ConfigError naming the field. Settings made over OCPP are applied after this.
        """
        self.station_id = _text(station, "id", 48, None)
        self.csms_url = _text(station, "csms_url", 512, None)
        if not (self.csms_url.startswith(b"ws://") or self.csms_url.startswith(b"wss://")):
            raise ConfigError("csms_url")
        # Lengths: B10 of the behaviour rules; the server's schema refuses longer ones.
        self.vendor = _text(station, "vendor", 20, self.vendor)
        self.model = _text(station, "model", 20, self.model)
        self.serial = _text(station, "serial", 25, self.serial)
        self.firmware_version = _text(station, "firmware_version", 50, self.firmware_version)
        self.meter_type = _text(station, "meter_type", 25, self.meter_type)
        self._load_hardware(station)
        self._load_supervisor(station.get("supervisor"))
        self.profiles = _profiles(station, self.profiles)
        self.has_security = _flag(station, "security", self.has_security)
        self.verify_csms_host = _flag(station, "verify_csms_host", self.verify_csms_host)
        for field in _MAKERS_FILES:
            setattr(self, field, _text_or_path(station, field))
        if (self.client_key is None) != (self.client_certificate is None):
            raise ConfigError("client_key")
        self.auth_key_hex = _auth_key(station)
        if self.auth_key_hex and b":" in self.station_id:
            raise ConfigError("id")
        self.security_profile = self._given_profile()
        if not self.has_security and self.security_profile < PROFILE_TLS:
            self.file_protocols = b"FTP,HTTP"  # nothing of TLS is there
        self.sntp_host = _text(station, "sntp", 253, self.sntp_host).lower()

    def _given_profile(self):
        """Return the profile that URL, password and certificate of the station file amount to."""
        if self.csms_url[:4] == b"wss:":
            is_mutual = self.client_key is not None and not self.auth_key_hex
            return PROFILE_MUTUAL if is_mutual else PROFILE_TLS
        return PROFILE_BASIC if self.auth_key_hex else PROFILE_NONE

    def set_settings_lost(self, are_lost):
        """Learn that flash gave no settings back, or that somebody has set them again."""
        self.are_settings_lost = are_lost
        self.max_current_ma = _AMPS_MIN * 1000 if are_lost else self._rated_ma

    def set_text(self, attribute, value):
        """Check a text setting and take it with what follows. Return OK, E_RANGE or E_LENGTH."""
        code = OK
        if attribute in _MASK_OF_LIST:
            return self._set_list(attribute, value)
        if attribute == "connector_phase_rotation":
            code = self._check_rotation(value)
        elif attribute == "auth_key_hex":
            code = self._check_auth_key(value)
        elif attribute == "charging_rate_units":
            code = OK if value == _RATE_UNITS else E_RANGE
        elif attribute == "profiles":
            value = loadable_profiles(value.split(b","))
            code = E_RANGE if value is None else OK
        if code == OK:
            setattr(self, attribute, value)
        return code

    def _set_list(self, attribute, value):
        mask = mask_from_list(value, 0, len(value), self.supported_mask)
        if mask < 0:
            return mask
        if mask == 0 and not attribute.startswith("stop_"):
            mask = MASK_ENERGY  # what an empty list means for MeterValues (M11 of the rules)
        setattr(self, attribute, value)
        setattr(self, _MASK_OF_LIST[attribute], mask)
        return OK

    def _check_auth_key(self, value):
        """Return OK or E_RANGE. HTTP Basic cannot carry a user name with a colon (RFC 7617 §2)."""
        return E_RANGE if b":" in self.station_id else check_auth_key(value)

    def _check_rotation(self, value):
        items = value.split(b",")
        if len(items) > self.phase_rotation_max:
            return E_LENGTH
        for item in items:
            parts = item.strip().split(b".")
            if len(parts) != 2 or parts[1] not in _ROTATIONS or not parts[0].isdigit():
                return E_RANGE
            if int(parts[0]) > self.connector_count:
                return E_RANGE
        return OK

    def set_supported(self, mask):
        """Set what the meters can give; lists with anything else are refused from now on."""
        self.supported_mask = mask
        self.measurand_list_max = count_of(mask)

    def _load_supervisor(self, fields):
        """Take {"timeout_s": 0..86400, "who": "server" or "site"}."""
        if fields is None:
            return
        if not isinstance(fields, dict):
            raise ConfigError("supervisor")
        timeout_s = fields.get("timeout_s", 0)
        self.supervisor_timeout_s = _in_range("supervisor", timeout_s, 0, _SUPERVISOR_S_MAX)
        who = fields.get("who", "server")
        if who not in ("server", "site"):
            raise ConfigError("supervisor")
        self.supervisor_is_site = who == "site"

    def _load_hardware(self, station):
        connectors = station.get("connectors", 1)
        if isinstance(connectors, list):
            self.connectors = tuple(connectors)
            if not all(isinstance(row, dict) for row in connectors):
                raise ConfigError("connectors")
            connectors = len(connectors)
        self.connector_count = _in_range("connectors", connectors, 1, CONNECTORS_MAX)
        self.phase_rotation_max = connectors + 1
        self.connector_phase_rotation = b",".join(
            [str(n).encode() + b".Unknown" for n in range(connectors + 1)]
        )
        cable = station.get("cable", "socket")
        if cable not in ("socket", "tethered"):
            raise ConfigError("cable")
        self.has_socket = cable == "socket"
        if not self.has_socket:
            # Nothing to unlock: the key is read-only then (OCPP 1.6 ed.2 ch. 9, errata 2025-04).
            self.unlock_on_ev_side_disconnect = False
            self.frozen = ("unlock_on_ev_side_disconnect",)
        max_current_a = station.get("max_current", self.max_current_ma // 1000)
        self._rated_ma = _in_range("max_current", max_current_a, _AMPS_MIN, _AMPS_MAX) * 1000
        self.max_current_ma = self._rated_ma
        self.phases = _in_range("phases", station.get("phases", 3), 1, 3)
        if self.phases == 2:
            raise ConfigError("phases")
        self.wake_up = _flag(station, "wake_up", self.wake_up)
        self.fault_pilot_f = _flag(station, "fault_pilot_f", self.fault_pilot_f)
        self.set_supported(supported_mask(self.phases, self.connectors))


def _text(station, field, max_bytes, default):
    value = station.get(field)
    if value is None:
        if default is None:
            raise ConfigError(field)
        return default
    if not isinstance(value, str):
        raise ConfigError(field)
    value = value.encode()
    if len(value) > max_bytes or (default is None and not value):
        raise ConfigError(field)
    return value


def _text_or_path(station, field):
    """Return the str as it stands there: it is looked at once, and not kept twice."""
    value = station.get(field)
    if value is not None and (not isinstance(value, str) or not value):
        raise ConfigError(field)
    return value


def _flag(station, field, default):
    value = station.get(field, default)
    if not isinstance(value, bool):
        raise ConfigError(field)
    return value


def _in_range(field, value, low, high):
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(field)
    return value


def _profiles(station, default):
    names = station.get("profiles")
    if names is None:
        return default
    profiles = None
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        profiles = loadable_profiles([name.encode() for name in names])
    if profiles is None:
        raise ConfigError("profiles")
    return profiles


def loadable_profiles(names):
    """Return the profiles as one list, in the order of OCPP; None for an unknown name."""
    names = [name.strip() for name in names]
    if b"Core" not in names or not all(name in PROFILES_BUILT for name in names):
        return None
    return b",".join([name for name in PROFILES_BUILT if name in names])


def check_auth_key(key):
    """Return OK for 16..20 bytes as hex digits, else E_RANGE (W2 of the behaviour rules)."""
    if not 32 <= len(key) <= 40 or len(key) % 2:
        return E_RANGE
    for digit in key:
        if digit not in _HEX_DIGITS:
            return E_RANGE
    return OK


def _auth_key(station):
    """Return the password as hex digits. 16 to 20 bytes are the password itself, 32 to 40 its hex.

    That is how the OCA's test tool reads its own setting.
    """
    key = _text(station, "auth_key", 40, b"")
    if _PASSWORD_MIN <= len(key) <= _PASSWORD_MAX:
        key = binascii.hexlify(key)
    if key and check_auth_key(key) != OK:
        raise ConfigError("auth_key")
    return key
