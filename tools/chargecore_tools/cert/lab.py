"""Lab: what a case works with: server, rig, clock, record, files, and what the station told.

One per station under test. The methods server_* are the words behind `server:` in a case.
"""

import time

from chargecore_tools.cert.desk import Desk
from chargecore_tools.cert.errors import CertError, Failed
from chargecore_tools.cert.readout import Readout
from chargecore_tools.cert.record import Record
from chargecore_tools.cert.rigs.hands import Hands
from chargecore_tools.csms.rules import Rules, RulesError
from chargecore_tools.csms.server import Server
from chargecore_tools.csms.tls import server_context
from chargecore_tools.pki import Pki, PkiError

_STATUSES_S = 5  # of the wall: those of all connectors behind a boot
_POLL_S = 0.02
_BASIC = (1, 2)  # security profiles with a password
_CONNECTORS = {  # $name: which numbers
    "all_connectors": lambda _number, _settings: True,
    "every_connector": lambda number, _settings: number > 0,
    "other_connectors": lambda number, settings: number != settings.connector,
    "other_plugs": lambda number, settings: number not in (0, settings.connector),
}


class Lab:
    """rig: one of rigs/; clock: a lab_clock; files: the file server, or None."""

    def __init__(self, settings, rig, clock, host="127.0.0.1", port=0, files=None):
        self.settings = settings
        self.clock = clock
        self.record = Record(settings.identity, clock)
        self.desk = Desk()
        self.hands = Hands(rig, self.record, settings.plug_s)
        self.files = files
        if files is not None:
            files.wait_until = self.wait_until
        self.station = Readout(settings)
        self._shown = (settings.certificate, None)  # what the server shows, and asks for
        self.is_unclean = ""  # why the station is not as it should be between two cases
        self.case_start = 0  # place in the record where the running case began
        self.rules = Rules()
        profile = settings.security_profile
        self.server = Server(
            host,
            port,
            rules=self.rules,
            wants_boot=False,
            observers=(self.record,),
            password=self._password(profile),
            security_profile=profile,
            ssl=self._tls(profile, settings.certificate, None),
        )
        self.server.clock = clock
        self.server.hooks = self.desk
        self.reset_server()

    # ---- life ----

    def start(self):
        """Listen. Return the URL for the station, without its identity."""
        self.server.start()
        return self.server.url

    def close(self):
        """End everything that is the lab's own."""
        self.hands.close()
        self.server.stop()
        self.clock.close()
        if self.files is not None:
            self.files.close()

    def wait_station(self, real_s):
        """Wait until the station is connected and has told what it is.

        A connection that breaks meanwhile is waited for again. Errors: TimeoutError, CertError.
        """
        identity = self.settings.identity
        end_s = self.real_s() + real_s
        while True:
            self.server.wait_connected(identity, max(0.1, end_s - self.real_s()))
            station = self.server.station(identity)
            self._wait_real(
                lambda now=station: now.is_booted and 0 in now.statuses, min(real_s, 10)
            )
            try:
                self.station.read(self.server, identity)
                break
            except CertError:
                if self.real_s() >= end_s:
                    raise
        if station.is_booted:  # one that was up before tells no statuses
            connectors = set(range(self.station.connectors + 1))
            self._wait_real(lambda: connectors <= set(station.statuses), _STATUSES_S)

    def _wait_real(self, has_come, real_s):
        """Wait until has_come(), that many seconds of the wall at most."""
        end_s = self.real_s() + real_s
        while not has_come() and self.real_s() < end_s:
            time.sleep(_POLL_S)

    # ---- for the case ----

    def begin_case(self, start):
        """Forget what another case wanted of the server."""
        self.case_start = start
        self.desk.clear()

    @property
    def is_connected(self):
        """Return whether the station is connected now."""
        return self.server.is_connected(self.settings.identity)

    def real_s(self):
        """Return the seconds of the wall."""
        return time.monotonic()

    def wait_s(self, duration_s):
        """Let the station's time pass."""
        end_s = self.clock.now_s() + duration_s
        while True:
            left_s = (end_s - self.clock.now_s()) / self.clock.speed
            if left_s <= 0:
                return
            time.sleep(min(max(left_s, _POLL_S), 0.5))

    def wait_until(self, has_come, within_s):
        """Wait until has_come(), that many seconds of the station at most. Return whether."""
        end_s = self.clock.now_s() + within_s
        while not has_come():
            if self.clock.now_s() >= end_s:
                return False
            time.sleep(_POLL_S)
        return True

    def call(self, action, payload, real_s=30.0, is_checked=True):
        """Send a CALL and return what it was answered. Errors: CsmsError."""
        identity = self.settings.identity
        answer = self.server.call(identity, action, payload, real_s, is_checked)
        if action == "ChangeConfiguration" and answer.get("status") in (
            "Accepted",
            "RebootRequired",
        ):
            self.station.learn(payload["key"], payload["value"])
        return answer

    def reboot(self, kind="Hard"):
        """Reset the station and wait until it is accepted again. Errors: Failed, CsmsError."""
        start = self.record.end()
        answer = self.call("Reset", {"type": kind})
        if answer.get("status") != "Accepted":
            raise Failed(f"Reset {kind}: {answer.get('status')}")
        long_s = self.settings.long_timeout_s
        if not self.wait_until(lambda: self.record.calls(start, "BootNotification"), long_s):
            raise Failed(f"no BootNotification within {long_s:g} s after Reset {kind}")
        # The statuses belong to the reboot: one that came later would be the next step's.
        self.wait_until(lambda: self._has_all_statuses(start), self.settings.message_timeout_s)

    def _has_all_statuses(self, start):
        told = self.record.calls(start, "StatusNotification")
        connectors = {entry.payload.get("connectorId") for entry in told}
        return connectors >= set(range(self.station.connectors + 1))

    # ---- names ----

    def names(self, name):
        """Return what a $name of the lab stands for, None when there is no such."""
        if name == "security_profile":
            return self.station.security_profile
        if name == "connectors":
            return self.station.connectors
        if name in _CONNECTORS:
            numbers = range(self.station.connectors + 1)
            return [number for number in numbers if _CONNECTORS[name](number, self.settings)]
        if name == "config":
            return {key: row["value"] for key, row in self.station.configuration.items()}
        if name == "station":
            return dict(self.station.boot)
        if name == "files" and self.files is not None:
            return self.files.names()
        if name == "pki":
            return lambda name: self.certificate(name).pem.read_text(encoding="ascii")
        if name == "pki_chain":
            return lambda name: self.certificate(name).chain_pem.read_text(encoding="ascii")
        return None

    @property
    def pki(self):
        """Return the lab's Pki. Errors: CertError."""
        if not self.settings.pki:
            raise CertError("this case needs certificates: `pki: FOLDER` in lab.yaml")
        try:
            return Pki(self.settings.pki)
        except PkiError as error:
            raise CertError(str(error)) from error

    def certificate(self, name):
        """Return a certificate of the PKI folder, a Sample. Errors: CertError."""
        try:
            return self.pki[name]
        except PkiError as error:
            raise CertError(str(error)) from error

    # ---- server: words ----

    def reset_server(self):
        """Let the server be as it is at the beginning of every case."""
        self.rules.set_boots([("Accepted", int(self.settings.heartbeat_s))])
        names = (self.settings.valid_tag, self.settings.valid_tag_2)
        self.rules.set_tags(dict.fromkeys(names, "Accepted"))
        self.desk.clear()
        self.server.gate.admit()
        self.server.gate.takes_new_keys = False
        self.server.gate.password = self._password(self.station.security_profile)
        if self._shown != (self.settings.certificate, None):
            self.server_restart(certificate=self.settings.certificate)
        if self.files is not None:
            self.files.reset()

    def server_stop(self):
        """Stop listening: nobody answers any more."""
        self.server.stop()

    def server_start(self, security_profile=None, certificate=None, client_ca=None):
        """Listen again, with another profile or another certificate."""
        if security_profile is not None or certificate is not None or client_ca is not None:
            now = self.station.security_profile
            profile = int(now if security_profile is None else security_profile)
            certificate = certificate or self.settings.certificate
            self.station.security_profile = profile
            self._shown = (certificate, client_ca)
            self.server.set_tls(self._tls(profile, certificate, client_ca), profile)
            self.server.gate.password = self._password(profile)
        self.server.start()

    def server_restart(self, **options):
        """Stop and start."""
        self.server.stop()
        self.server_start(**options)

    def server_drop(self):
        """Cut the connection without a word (TCP reset)."""
        self.server.drop(self.settings.identity)

    def server_close(self):
        """Close the connection with the closing handshake."""
        self.server.disconnect(self.settings.identity)

    def server_password(self, value):
        """Ask for this password from the next connection on."""
        self.server.gate.password = str(value)

    def server_follow_password(self, active=True):
        """Take an AuthorizationKey that the station accepted as its password from then on."""
        self.server.gate.takes_new_keys = bool(active)

    def server_refuse(self, status, times=1):
        """Answer the next connections with an HTTP status."""
        self.server.gate.refuse(int(status), int(times))

    def server_set_tag(self, tag, status="Accepted", parent=None):
        """Let a tag have another status, or a parent."""
        info = {"status": str(status)}
        if parent is not None:
            info["parentIdTag"] = str(parent)
        self.rules.set_tag(str(tag), info)

    def _password(self, profile):
        if profile not in _BASIC:
            return None
        text = self.settings.password
        if not text:
            raise CertError(f"security profile {profile} needs `password` in lab.yaml")
        if len(text) >= 32:  # as the OCA's tool reads it
            try:
                return bytes.fromhex(text)
            except ValueError as error:
                raise CertError("password: 32 and more characters must be hex") from error
        return text.encode()

    def _tls(self, profile, certificate, client_ca):
        if profile < 2:
            return None
        server = self.certificate(certificate)
        roots = None
        if profile == 3:
            roots = self.certificate(client_ca).pem if client_ca else self.pki.client_ca
        try:
            return server_context([server.chain_pem], [server.key_pem], roots)
        except RulesError as error:
            raise CertError(str(error)) from error
