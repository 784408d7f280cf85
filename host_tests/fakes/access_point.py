"""FakeAccessPoint: network.WLAN(AP_IF), as the two chips have it.

Called by: fakes.chip. An ESP32 knows SEC_WPA2, is open until it is told a key, and takes names and
keys only while it is on; an RP2 has WPA2 and a well-known key from the start, and takes them only
while it is off.
Source: ports/esp32/network_wlan.c; extmod/network_cyw43.c; ports/rp2/main.c.
"""

_RP2_KEY = "picoW123"


class FakeAccessPoint:
    """`calls` in order; `forgets` lets it keep its own name, as a driver that is broken."""

    def __init__(self, is_esp32):
        self._is_esp32 = is_esp32
        if is_esp32:
            self.SEC_WPA2 = 3
        self.fields = {"ssid": "factory", "key": "" if is_esp32 else _RP2_KEY, "security": 0}
        self.is_on = False
        self.forgets = False
        self.failing = ()
        self.calls = []
        self.address = ("127.0.0.1", "255.255.255.0", "127.0.0.1", "127.0.0.1")
        self._aired = dict(self.fields)

    def active(self, is_on):
        self._call("active")
        if is_on and not self.is_on:
            self._aired = dict(self.fields)
        self.is_on = is_on

    def config(self, *asked, **fields):
        self._call("config")
        if asked:
            return self._aired[asked[0]]
        if not 8 <= len(fields["key"]) <= 63:
            raise ValueError("key")
        if self._is_esp32 and not self.is_on:
            raise OSError("Wifi Not Started")
        if not self._is_esp32 and "security" in fields:
            raise ValueError("unknown config param")
        if not self.forgets:
            self.fields.update(fields)
        if self._is_esp32:
            self._aired = dict(self.fields)

    def ifconfig(self):
        return self.address

    @property
    def key_in_the_air(self):
        """Return the key that lets somebody in now."""
        return self._aired["key"]

    def _call(self, name):
        self.calls.append(name)
        if name in self.failing:
            raise OSError(5)
