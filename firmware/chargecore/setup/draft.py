"""Draft: the station.json that comes out of the form, checked, each mistake told beside its field.

Called by: Desk. Starts from what the board has; secrets that are there, or were typed before, stay
when their field is left empty, and are never given out. Heap: the texts.
"""

from chargecore.setup.station_check import wrong_field

# Fields of the form, and the most bytes that each may have; pick is a network out of the list.
FIELDS = {
    "token": 32,
    "act": 8,
    "pick": 32,
    "ssid": 96,
    "password": 189,
    "open": 2,
    "url": 256,
    "id": 144,
    "key": 80,
}
# Stands for what is not there yet, or is wrong, while the rest is looked at.
_GOOD = {"csms_url": "wss://set.up/", "id": "set-up", "auth_key": "", "wifi": {"ssid": "set-up"}}
_FIELD_OF = {"csms_url": "url", "id": "id", "auth_key": "key", "wifi": "ssid"}
_NO_NETWORK = "Choose a network, or type its name."
_TEXTS = {
    "csms_url": (
        "This is no address of a server. It begins with ws:// or wss://, then the host, as in "
        "wss://csms.example.com/ocpp."
    ),
    "id": "1 to 48 characters; no colon where the station has a password.",
    "auth_key": "32 to 40 hexadecimal digits (0-9, a-f), or a text of 16 to 20 characters.",
    "wifi": "A network's name has 1 to 32 bytes.",
}
_NO_ROOT = (
    "wss:// needs the root certificate of the server on the station, and there is none. It has to "
    "be put there by cable: chargecore provision --csms-root FILE."
)
_NO_PASSWORD = "8 to 63 characters; tick the box below if the network has none."
_BOTH = "Either a password, or the box below."


def missing_field(station):
    """Return the field of a station.json that keeps the page from being of use, None: it is.

    What the page asks for may be missing or wrong; what the board is made of may not.
    """
    looked_at = dict(station)
    looked_at.update(_GOOD)
    return wrong_field(looked_at)


class Draft:
    """errors: {field of the form: text}; "" is the whole form."""

    def __init__(self, station, has_wifi):
        self._station = station
        self.has_wifi = has_wifi  # False: the board has a cable, and no network is asked for
        wifi = station.get("wifi")
        self._wifi = wifi if isinstance(wifi, dict) else {}
        self.ssid = _text(self._wifi.get("ssid"))
        password = self._wifi.get("password")
        self._password = password if isinstance(password, str) else None
        self._password_ssid = self.ssid  # the network that the password is of
        self.is_open = bool(self.ssid) and self._password is None
        self.url = _text(station.get("csms_url"))
        self.id = _text(station.get("id"))
        self._kept_key = self._key = _text(station.get("auth_key"))
        self.errors = {}
        self.known_id = self.id  # by which it was set up before, if it was

    @property
    def has_password(self):
        """Whether there is a password that an empty field keeps."""
        return self._password is not None and self._password_ssid == self.ssid

    @property
    def has_key(self):
        """Whether there is a station password that an empty field keeps."""
        return bool(self._kept_key)

    def take(self, form, networks):
        """Take {field: text} of a form. What is wrong with it stands in `errors`.

        networks: (ssid, dBm, is_open) of those that were seen.
        """
        self.errors = {}
        self.url = form.get("url", "").strip()
        self.id = form.get("id", "").strip()
        if self.has_wifi:
            self._take_network(form, networks)
        self._key = form.get("key") or self._kept_key

    def check(self):
        """Return whether a station would start with it."""
        station = self.station()
        if self.has_wifi:
            self._check_network()
        if "ssid" in self.errors or "password" in self.errors:
            station["wifi"] = _GOOD["wifi"]
        if self.url[:6].lower() == "wss://" and not station.get("csms_root_ca"):
            self.errors["url"] = _NO_ROOT
        field = wrong_field(station)
        while field in _GOOD and station[field] is not _GOOD[field]:
            self.errors[_FIELD_OF[field]] = _TEXTS[field]
            station[field] = _GOOD[field]
            field = wrong_field(station)
        if "key" not in self.errors:
            self._kept_key = self._key
        if field is not None:
            self.errors[""] = "The station refuses its field " + field + ": chargecore provision."
        return not self.errors

    def station(self):
        """Return the dict of station.json."""
        made = dict(self._station)
        made["csms_url"] = self.url
        made["id"] = self.id
        if self._key:
            made["auth_key"] = self._key
        if self.has_wifi:
            wifi = {"ssid": self.ssid}
            if "country" in self._wifi:
                wifi["country"] = self._wifi["country"]
            if not self.is_open and self.has_password:
                wifi["password"] = self._password
            made["wifi"] = wifi
        return made

    def _check_network(self):
        if not self.ssid:
            self.errors["ssid"] = _NO_NETWORK
        elif not self.is_open and "password" not in self.errors:
            length = len(self._password.encode()) if self.has_password else 0
            if not 8 <= length <= 63:
                self.errors["password"] = _NO_PASSWORD
                self._password = None

    def _take_network(self, form, networks):
        self.ssid = form.get("pick") or form.get("ssid", "")
        self.is_open = form.get("open") == "on"
        typed = form.get("password", "")
        if not typed:
            self.is_open = self.is_open or self.ssid in [row[0] for row in networks if row[2]]
        if typed and self.is_open:
            self.errors["password"] = _BOTH
        elif typed:
            self._password = typed
            self._password_ssid = self.ssid


def _text(value):
    return value if isinstance(value, str) else ""
