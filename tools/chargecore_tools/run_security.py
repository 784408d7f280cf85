"""RunSecurity: what `chargecore run` gives to server and station for a security profile.

With TLS a lab PKI is made in the folder of the run. The password is random and new each time.
"""

import json
import os
import secrets

from chargecore_tools.csms.tls import server_context
from chargecore_tools.pki import make_pki

_KEY_BYTES = 16  # AuthorizationKey, the least of whitepaper edition 3 A00.FR.205
_STATION_FILE = "run_station.json"


class RunSecurity:
    """For profile 0..3. `context` and `password` are for the server."""

    def __init__(self, profile, folder):
        self.profile = profile
        self.password = secrets.token_bytes(_KEY_BYTES) if profile in (1, 2) else None
        self.context = None
        self.settings = {}  # OCPP keys of the station
        self._folder = folder
        self._station = {}  # fields of station.json
        if profile >= 1:
            self.settings["SecurityProfile"] = str(profile)
        if self.password is not None:
            self._station["auth_key"] = self.password.hex()
        if profile >= 2:
            self._make_pki(folder / "pki")

    def _make_pki(self, folder):
        pki = make_pki(folder)
        server = pki["server-ecdsa"]
        client_ca = pki.client_ca if self.profile == 3 else None
        self.context = server_context([server.chain_pem], [server.key_pem], client_ca)
        self._station["csms_root_ca"] = str(pki["csms-root-ecdsa"].pem)
        if self.profile == 3:
            client = pki["client-ecdsa"]
            self._station["client_certificate"] = str(client.chain_pem)
            self._station["client_key"] = str(client.key_der)

    def write_station_file(self):
        """Write what the station needs, readable to its owner only; None when it needs nothing."""
        if not self._station:
            return None
        path = self._folder / _STATION_FILE
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(self._station, file)
        return path

    def text(self, server, station_id):
        """Return how the station was connected, in words; "" for profile 0."""
        if self.profile == 0:
            return ""
        tls = server.station(station_id).tls
        how = "no TLS" if tls is None else f"{tls.version} {tls.cipher}"
        return f"security profile {self.profile}, {how}"
