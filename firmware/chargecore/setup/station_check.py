"""wrong_field(): would a station start with this station.json? One answer for all who write it.

Called by: the set-up page before it saves, `chargecore provision` (in the VM of the PC) before it
sends. Looks at fields, not at wires, and not into certificates. Heap: a StationConfig meanwhile.
"""

from micropython import const

from chargecore.base.errors import ConfigError
from chargecore.meters import models as meters
from chargecore.net.url import Url
from chargecore.station.config import StationConfig

_NAMES = {"url": "csms_url", "identity": "id"}  # as station.json has them
_READERS = (None, "simulated", "pn532", "mfrc522", "wiegand")
_SSID_MAX_B = const(32)
_PASSWORD_MIN_B = const(8)  # of WPA
_PASSWORD_MAX_B = const(63)
_BUS_NAMES = ("irq", "readinto", "read_uv", "read_u16", "cs_pin", "spi", "d0_pin", "readfrom_into")


def wrong_field(station):
    """Return the name of a field that a station would refuse, None when it takes all of them.

    station: dict of station.json, whose connectors are a list already (boards/shared does that).
    """
    config = StationConfig()
    try:
        config.load(station)
        Url(config.csms_url, config.station_id)
        _check_meter(station["connectors"][0], config.phases)
        if station.get("reader") not in _READERS:
            raise ConfigError("reader")
        _check_wifi(station.get("wifi"))
    except ConfigError as error:
        return _NAMES.get(error.args[0], error.args[0])
    return None


def _check_wifi(wifi):
    """What boards/shared/wifi.py takes, and what WPA is able to."""
    if wifi is None:
        return
    if not isinstance(wifi, dict):
        raise ConfigError("wifi")
    for name in wifi:
        if not isinstance(wifi[name], str):
            raise ConfigError("wifi")
    length = len(wifi.get("password", "*" * _PASSWORD_MIN_B).encode())
    if not 1 <= len(wifi.get("ssid", "").encode()) <= _SSID_MAX_B:
        raise ConfigError("wifi")
    if not _PASSWORD_MIN_B <= length <= _PASSWORD_MAX_B:
        raise ConfigError("wifi")


def _check_meter(row, phases):
    try:
        meters.make(row, _Bus(), None, phases)
    except (TypeError, AttributeError, LookupError, ValueError):
        return  # it got past the fields, to wires that are not here


class _Bus:
    """Whatever a driver wants to be wired to."""

    def __getattr__(self, name):
        if name in _BUS_NAMES:
            return self
        raise AttributeError(name)
