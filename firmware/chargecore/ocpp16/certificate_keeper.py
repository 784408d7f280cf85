"""CertificateKeeper: what certificates need unasked: renewal, change-over, clearing up.

Called by: Ocpp16 (poll). Heap: none but while something changes on flash.
Source: OCPP 1.6 security whitepaper ed.3, A02.FR.08-10, A03, M05.FR.12; W6, W8 of the behaviour
rules.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.ticks import ticks_diff
from chargecore.store.keystore import FLAG_ASKED, KIND_SERVER_ROOT, KIND_STATION

_LOOK_MS = const(60_000)
_MONTH_S = const(2_592_000)  # 30 days
_DAY_S = const(86_400)
_PROFILE_CERTIFICATE = const(3)  # security profile in which a client certificate is shown


class CertificateKeeper:
    """In the form of a profile (builder.py); it answers nothing and sends nothing.

    Flash and handshakes may take their time, and nobody waits for it here: not during a session.
    """

    def __init__(self, credentials, sign, connection, station, config, clock):
        self._credentials = credentials
        self._sign = sign
        self._connection = connection
        self._station = station
        self._config = config
        self._clock = clock
        self._looked_at_ms = clock.ticks_ms()
        self._shown_row = credentials.station_row()
        self._asked_at_s = -_DAY_S  # uptime of the latest renewal
        self.actions = ()
        self.sources = ()

    def poll(self, now_ms):  # HOT
        """Act on a connection that has opened, on a new certificate, and once a minute on time."""
        credentials = self._credentials
        self._sign.poll(now_ms)
        if credentials.has_connected and not self._station.is_charging():
            credentials.has_connected = False
            self._settle()
        if credentials.is_reconnect_due:
            credentials.is_reconnect_due = False
            self._shown_row = credentials.station_row()
            self._reconnect()
        if ticks_diff(now_ms, self._looked_at_ms) >= _LOOK_MS:
            self._looked_at_ms = now_ms
            if not self._station.is_charging():
                self._look(self._clock.wall_s())

    def dropped(self):  # HOT
        """The connection is gone: nothing was owed."""

    def _settle(self):
        """The newest root works: the one before has had its time (M05.FR.12)."""
        credentials = self._credentials
        keystore = credentials.keystore
        rows = keystore.rows(KIND_SERVER_ROOT)
        if not self._config.additional_root_certificate_check or len(rows) < 2:
            return
        if credentials.used_row == rows[0]:
            keystore.drop(rows[1:])

    def _look(self, now_s):
        if now_s == WALL_UNKNOWN or self._config.security_profile != _PROFILE_CERTIFICATE:
            return
        row = self._credentials.station_row()
        if row < 0:
            return
        if row != self._shown_row:  # its first day has come, or that of the one before is over
            self._shown_row = row
            self._credentials.renew()
            self._reconnect()
        keystore = self._credentials.keystore
        self._clear_up(row, now_s)
        if keystore.not_after_s(row) - now_s < _MONTH_S and not keystore.has_flag(row, FLAG_ASKED):
            self._renew()

    def _clear_up(self, row, now_s):
        """Drop certificates that the one in use has replaced a month ago (A02.FR.10)."""
        keystore = self._credentials.keystore
        begins_s = keystore.not_before_s(row)
        if row == self._credentials.working_row and now_s - begins_s > _MONTH_S:
            rows = keystore.rows(KIND_STATION)
            keystore.drop([other for other in rows if keystore.not_before_s(other) < begins_s])

    def _renew(self):
        """Ask for the next certificate, once: what a server does not take is for its operator."""
        uptime_s = self._clock.uptime_s
        if self._sign.is_possible and uptime_s - self._asked_at_s >= _DAY_S:
            self._asked_at_s = uptime_s
            self._sign.request()

    def _reconnect(self):
        if self._config.security_profile == _PROFILE_CERTIFICATE:
            self._connection.reconnect_now()
