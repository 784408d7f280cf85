"""AccessPoint: the station's own Wi-Fi network, WPA2, for the time of the set-up page.

Called by: chargecore.setup.Window. Every call holds Python up: no station runs meanwhile, nothing
charges. Never: is open to everybody; a driver that does not take name and password is switched
off.
Source: MicroPython docs, network.WLAN; ports/esp32/network_wlan.c; extmod/network_cyw43.c.
Heap: what a scan finds.
"""

from micropython import const

from chargecore.net.form import is_utf8

PORT = const(80)
_FOUND_MAX = const(16)
_OPEN = const(0)  # security in what a scan finds, on both chips
_DEFAULT_IP = "192.168.4.1"  # of both chips


class AccessPoint:
    """wlan_of: network.WLAN. label: network and password, see chargecore.setup.setup_file."""

    answers_names = True  # the chip tells phones that this station is their name server
    port = PORT

    def __init__(self, wlan_of, sta_if, ap_if, label):
        self._sta = wlan_of(sta_if)
        self._ap = wlan_of(ap_if)
        self._label = label
        self.ip_text = _DEFAULT_IP
        self.hosts = (_DEFAULT_IP.encode(),)

    def open(self):
        """Start the network; return whether it is there, with its password."""
        label = self._label
        fields = {"ssid": label["network"], "key": label["password"]}
        security = getattr(self._ap, "SEC_WPA2", None)
        if security is not None:  # RP2: there is WPA2 and nothing else from the start
            fields["security"] = security
        try:
            try:
                self._ap.config(**fields)
            except OSError:  # a driver that wants to be on before; nobody listens yet
                self._ap.active(True)
                self._ap.config(**fields)
            self._ap.active(True)
            is_ours = self._ap.config("ssid") == label["network"]
            if security is not None:
                is_ours = is_ours and self._ap.config("security") == security
            self.ip_text = self._ap.ifconfig()[0]
        except (OSError, ValueError, TypeError):
            is_ours = False
        if not is_ours or self.ip_text == "0.0.0.0":
            self.close()
            return False
        self.hosts = (self.ip_text.encode(),)
        return True

    def close(self):
        """Switch the radio off."""
        for wlan in (self._ap, self._sta):
            try:
                wlan.active(False)
            except OSError:
                pass  # it is off, or nothing will help

    def scan(self):
        """Return [(ssid, dBm, is_open)], the strongest first, each name once."""
        try:
            self._sta.active(True)
            found = self._sta.scan()
        except OSError:
            return []
        best = {}
        for row in found:
            ssid, dbm, is_open = _name_of(row[0]), row[3], row[4] == _OPEN
            if ssid and (ssid not in best or best[ssid][1] < dbm):
                best[ssid] = (ssid, dbm, is_open)
        rows = sorted(best.values(), key=lambda row: -row[1])
        return rows[:_FOUND_MAX]


def _name_of(raw):
    """Return the text of a name; "" for hidden ones, and for what no page could show."""
    raw = bytearray(raw)
    if not is_utf8(raw) or not all(byte >= 32 and byte != 127 for byte in raw):
        return ""
    return bytes(raw).decode()
