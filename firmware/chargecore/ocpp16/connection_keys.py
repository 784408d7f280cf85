"""ConnectionKeys: lets the keys about the connection act on it, at boot and when they change.

Called by: builder, Settings (after a change). Heap: a few short texts at boot and per change of
AuthorizationKey, else none.
"""

import binascii


class ConnectionKeys:
    """A new AuthorizationKey is used from the next connection on, everything else at once."""

    def __init__(self, connection, websocket, backoff, settings, config):
        self._connection = connection
        self._websocket = websocket
        self._backoff = backoff
        self._settings = settings
        self._config = config
        self._auth_row = settings.row_of(b"AuthorizationKey")
        settings.set_on_change(self.changed)

    def apply(self):
        """Set everything. Errors: ConfigError when the station cannot connect with it."""
        self._apply_numbers()
        self._apply_address()

    def changed(self, row):
        """A setting was accepted."""
        if row == self._auth_row:
            self._apply_address()
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
        """Set URL, identity and password: its bytes, not the hex digits (J14)."""
        config = self._config
        password = binascii.unhexlify(config.auth_key_hex) if config.auth_key_hex else None
        self._connection.configure(config.csms_url, config.station_id, password)
