"""Turns the options of `chargecore sim` into the one dict that boards/host/sim_main.py reads."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

CONNECTORS_MAX = 15
RESOLV_CONF = Path("/etc/resolv.conf")

STATION_DEFAULTS = {
    "vendor": "chargecore",
    "model": "host",
    "serial": "SIM0001",
    "firmware_version": "0.1.0",
    "cable": "socket",
    "max_current": 32,
    "phases": 3,
    "meter": "simulated",
    "reader": "simulated",
    "lamp": "simulated",
}


class OptionError(Exception):
    """An option cannot be used; the text says which and why."""


def resolve(  # noqa: PLR0913  one per option
    csms, identity, station_path, config_path, connectors, state, control, secrets=(), setup=None
):
    """Return the options for sim_main.py. Errors: OptionError.

    secrets: (option, field of station.json, value) of what authenticates station and server.
    setup: HOST:PORT of the set-up page, which may tell server and identity; None: there is none.
    """
    station = dict(STATION_DEFAULTS)
    if station_path is not None:
        station.update(_read_object(station_path, "--station"))
    if csms is not None:
        station["csms_url"] = csms
    if identity is not None:
        station["id"] = identity
    for option, field, value in secrets:
        if value is not None:
            station[field] = _readable(option, value) if isinstance(value, Path) else value
    _check_station(station, setup is None)
    station["connectors"] = _connectors(station.get("connectors", 1), connectors)
    station["settings"] = _settings(config_path)
    host, port = _control("--control", control)
    page = None
    if setup is not None:
        page = dict(zip(("host", "port"), _control("--setup-page", setup)))
    return {
        "station": station,
        "setup": page,
        "state": str(_state_folder(state)),
        "dns_servers": _dns_servers(),
        "control_host": host,
        "control_port": port,
        "has_lifeline": True,
    }


def _readable(option, path):
    """Return the whole path of a file that can be read."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise OptionError(f"{option} {path}: {error.strerror}") from error
    return str(path.resolve())


def _read_object(path, option):
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(f"{option} {path}: {error.strerror}") from error
    except ValueError as error:
        raise OptionError(f"{option} {path}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise OptionError(f"{option} {path}: must hold one JSON object")
    return value


def _check_station(station, is_whole):
    for field, option in (("csms_url", "--csms"), ("id", "--id")):
        if is_whole and (not isinstance(station.get(field), str) or not station[field]):
            raise OptionError(f"{option} is needed, or '{field}' in the station file")
    if is_whole:
        _check_url(station["csms_url"])
    if station["cable"] not in ("socket", "tethered"):
        raise OptionError("'cable' in the station file: must be socket or tethered")
    if station["phases"] not in (1, 3):
        raise OptionError("'phases' in the station file: must be 1 or 3")


def _check_url(url):
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError as error:
        raise OptionError(f"--csms {url}: {error}") from error
    if parts.scheme not in ("ws", "wss") or not parts.hostname or not has_port:
        raise OptionError(f"--csms {url}: must be ws://host[:port]/path, or wss://")


def _connectors(given, wanted):
    """Return one dict per connector; a number stands for that many plain ones."""
    rows = given if isinstance(given, list) else None
    count = len(given) if rows is not None else given
    if wanted is not None:
        count = wanted
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= CONNECTORS_MAX:
        option = "--connectors" if wanted is not None else "'connectors' in the station file,"
        raise OptionError(f"{option} {count}: must be 1..{CONNECTORS_MAX}")
    if rows is not None and not all(isinstance(row, dict) for row in rows):
        raise OptionError("'connectors' in the station file: must be a list of objects")
    rows = (rows or [])[:count]
    rows = rows + [{} for _ in range(count - len(rows))]
    return [{"meter": "simulated", **row} for row in rows]


def _settings(path):
    """Return the OCPP keys of --config, each with its value as text."""
    settings = {} if path is None else _read_object(path, "--config")
    for key, value in settings.items():
        if not isinstance(value, str):
            raise OptionError(f"--config {path}: value of '{key}' must be a text")
    return settings


def _state_folder(state):
    try:
        (state / "flash").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(f"--state {state}: {error.strerror}") from error
    return state.resolve()


def _control(option, control):
    """Return host and port of a socket; port 0 becomes a free one."""
    host, _, port_text = (control or "127.0.0.1:0").rpartition(":")
    if not host or not port_text.isdigit() or int(port_text) > 65535:
        raise OptionError(f"{option} {control}: must be HOST:PORT")
    host = "127.0.0.1" if host == "localhost" else host
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port_text)))
        except OSError as error:
            raise OptionError(f"{option} {host}:{port_text}: {error.strerror}") from error
        return host, probe.getsockname()[1]


def _dns_servers():
    """Return the IPv4 name servers of this machine."""
    try:
        lines = RESOLV_CONF.read_text().splitlines()
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [row[1] for row in rows if len(row) > 1 and row[0] == "nameserver" and "." in row[1]]
