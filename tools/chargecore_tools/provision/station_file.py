"""station.json: what was on the board, what the options change, and the files it names."""

import hashlib
import json
from pathlib import Path

from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.provision.secrets import private_file

PATH = "/station.json"
CERTS = "/certs"
FILES = ("csms_root_ca", "manufacturer_root_ca", "client_certificate", "client_key")
_SECRET_FILES = ("client_key",)
_SSID_MAX_B = 32
_PASSWORD_B = range(8, 64)  # of WPA


def begin(old, station_path):
    """Return the dict to start from: a file, else what is on the board, else nothing."""
    if station_path is not None:
        try:
            found = json.loads(Path(station_path).read_text(encoding="utf-8"))
        except OSError as error:
            raise DeviceError(f"{station_path}: {error.strerror}", status=EXIT_USAGE) from None
        except ValueError as error:
            raise DeviceError(f"{station_path}: not JSON: {error}", "", EXIT_USAGE) from None
    else:
        found = _parsed(old)
    if not isinstance(found, dict):
        raise DeviceError("station.json must hold one object", status=EXIT_USAGE)
    return found


def _parsed(old):
    try:
        return json.loads(old) if old else {}
    except ValueError:
        return {}  # what is broken on the board is no help


def change(station, fields, meter, meter_address):
    """Put options into station. fields: {name: value or None}."""
    for name, value in fields.items():
        if value is not None:
            station[name] = value
    rows = station.get("connectors")
    row = dict(rows[0]) if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    if meter is not None:
        row = {"meter": meter}
    if meter_address is not None:
        row["meter_address"] = meter_address
    if not isinstance(rows, list) or meter is not None or meter_address is not None:
        station["connectors"] = [row]


def set_wifi(station, ssid, country, password):
    """Put the Wi-Fi into station; password None leaves the one that is there."""
    wifi = dict(station.get("wifi") or {})
    if ssid is not None:
        if not 1 <= len(ssid.encode()) <= _SSID_MAX_B:
            raise DeviceError("--wifi-ssid: 1..32 bytes", status=EXIT_USAGE)
        wifi = {"ssid": ssid, **({"country": wifi["country"]} if "country" in wifi else {})}
    if country is not None:
        wifi["country"] = country
    if password:
        if len(password.encode()) not in _PASSWORD_B:
            raise DeviceError("the Wi-Fi password: 8..63 bytes", status=EXIT_USAGE)
        wifi["password"] = password
    if wifi:
        station["wifi"] = wifi


def take_files(station, paths):
    """Let station name certificates and key by paths on the board. Return {path: bytes}.

    The name has a hash in it: the file that an older station.json names stays as long as that.
    """
    files = {}
    for name, path in paths.items():
        if path is None:
            continue
        data = private_file(path) if name in _SECRET_FILES else _read(path)
        suffix = "pem" if data.startswith(b"-----BEGIN") else "der"
        digest = hashlib.sha256(data).hexdigest()[:8]
        station[name] = f"{CERTS}/{name}-{digest}.{suffix}"
        files[station[name]] = data
    return files


def named_files(station):
    """Return the paths on the board that station names."""
    values = [station.get(name) for name in FILES]
    return [v for v in values if isinstance(v, str) and v.startswith(CERTS + "/")]


def _read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeviceError(f"{path}: {error.strerror}", status=EXIT_USAGE) from None
