"""ConnectionKeys: lets the keys about the connection act on it, at boot and when they change.

Called by: builder, Settings (after a change). Heap: a few short texts at boot and per change of
AuthorizationKey, else none.
"""

import binascii

from chargecore.station.config import PROFILE_BASIC, PROFILE_MUTUAL, PROFILE_TLS

_WITH_PASSWORD = (PROFILE_BASIC, PROFILE_TLS)


class ConnectionKeys:
    """A new AuthorizationKey or SecurityProfile counts from the next connection on.

    Everything else acts at once.
    """

    def __init__(self, connection, websocket, backoff, settings, config):
        self._connection = connection
        self._websocket = websocket
        self._backoff = backoff
        self._settings = settings
        self._config = config
        self._watcher = None
        self._auth_row = settings.row_of(b"AuthorizationKey")
        self._profile_row = settings.row_of(b"SecurityProfile")
        settings.set_on_change(self.changed)

    def set_watcher(self, watcher):
        """Set the SecurityProfile, which is told of a new profile or password: changed(row)."""
        self._watcher = watcher

    def apply(self):
        """Set everything. Errors: ConfigError when the station cannot connect with it."""
        self._apply_numbers()
        self._apply_address()

    def changed(self, row):
        """A setting was accepted."""
        if row == self._auth_row or row == self._profile_row:
            self._apply_address()
            if self._watcher is not None:
                self._watcher.changed(row)
        else:
            self._apply_numbers()

    def _apply_numbers(self):
        config = self._config
        backoff = self._backoff
        backoff.wait_minimum_s = config.retry_back_off_wait_minimum_s
        backoff.random_range_s = config.retry_back_off_random_range_s
        backoff.repeat_times = config.retry_back_off_repeat_times
        self._websocket.ping_interval_s = config.websocket_ping_interval_s

    def _apply_address(self):
        """Set URL, identity and password: its bytes, not the hex digits (J14, W1).

        The URL's scheme follows the profile; host, port and path stay as given.
        """
        config = self._config
        profile = config.security_profile
        password = None
        if config.auth_key_hex and profile in _WITH_PASSWORD:
            password = binascii.unhexlify(config.auth_key_hex)
        who = config.csms_url, config.station_id, password
        self._connection.configure(*who, profile >= PROFILE_TLS, profile == PROFILE_MUTUAL)
