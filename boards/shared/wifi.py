"""make_wifi(): the WifiLink of the field `wifi` in station.json. Called by: the board, once."""

import network

from boards.shared.wifi_link import WifiLink
from chargecore.base.errors import ConfigError


def make_wifi(config, dns_servers, now_ms):
    """Return the link, with the radio on: the one time that holding Python up costs nothing.

    `wifi` is {"ssid": ..., "password": ..., "country": ...}, all texts; the last two may be left
    out. Return None without such a field: a station without network.
    Errors: ConfigError("wifi"); OSError when the radio does not answer.
    """
    wifi = config.get("wifi")
    if wifi is None:
        return None
    if not isinstance(wifi, dict) or not wifi.get("ssid"):
        raise ConfigError("wifi")
    for name in wifi:
        if not isinstance(wifi[name], str):
            raise ConfigError("wifi")
    if "country" in wifi:
        network.country(wifi["country"])
    link = WifiLink(network.WLAN(network.STA_IF), wifi, dns_servers, now_ms)
    link.poll(now_ms, True)
    return link
