"""The reference server over TLS: who is let in, and what is said of those who are not."""

import socket
import ssl
import subprocess
import sys
import warnings
from base64 import b64encode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from websockets.exceptions import InvalidStatus, WebSocketException

from chargecore_tools.csms.rules import Rules, RulesError
from chargecore_tools.csms.security_options import resolve
from chargecore_tools.csms.server import Server
from chargecore_tools.csms.tls import CIPHERS, server_context
from chargecore_tools.pki import sign_csr
from fakes.ocpp_station import BOOT, OcppStation

_LIMIT_S = 10


def serve(pki, kinds=("ecdsa", "rsa"), client_ca=None, **options):
    """Return a server with good certificates of those kinds."""
    servers = [pki[f"server-{kind}"] for kind in kinds]
    context = server_context(
        [one.chain_pem for one in servers], [one.key_pem for one in servers], client_ca
    )
    return Server(ssl=context, **options)


def trust(pki, client="", roots="csms/csms-roots.pem", ciphers="", most=None):
    """Return the context of a station."""
    context = ssl.create_default_context(cafile=pki.file(roots))
    if client:
        context.load_cert_chain(pki[client].chain_pem, pki[client].key_pem)
    if ciphers:
        context.set_ciphers(ciphers)
    if most is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions, on purpose
            context.minimum_version = min(most, context.minimum_version)
            context.maximum_version = most
    return context


def wait_refusal(server):
    """Wait for the note of a refused handshake and return its fields."""

    def find():
        notes = [note for note in server.history.notes if note.kind == "refused"]
        return notes and notes[-1]

    server.history.wait(find, _LIMIT_S, "refusal")
    return find()


# ---- who is let in ----


@pytest.mark.parametrize("cipher", CIPHERS.split(":"))
def test_offers_every_suite_of_the_whitepaper(pki, cipher):
    most = ssl.TLSVersion.TLSv1_2
    with serve(pki) as server:
        with OcppStation(server.url, ssl=trust(pki, ciphers=cipher, most=most)) as station:
            assert station.boot()["status"] == "Accepted"
            tls = server.station("CP01").tls

    assert (tls.version, tls.cipher, tls.subject) == ("TLSv1.2", cipher, {})


def test_asks_for_password_inside_of_tls(pki):
    with serve(pki, password="secret", security_profile=2) as server:
        with pytest.raises(InvalidStatus) as refusal:
            OcppStation(server.url, ssl=trust(pki))
        assert refusal.value.response.status_code == 401
        with OcppStation(server.url, password="secret", ssl=trust(pki)) as station:
            assert station.boot()["status"] == "Accepted"


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_takes_the_certificate_of_a_station(pki, kind):
    with serve(pki, client_ca=pki.client_ca, security_profile=3) as server:
        with OcppStation(server.url, ssl=trust(pki, f"client-{kind}")) as station:
            assert station.boot()["status"] == "Accepted"
        note = next(note for note in server.history.notes if note.kind == "connected")

    assert note.text.endswith("client certificate CN=SIM0001 O=Lab CPO")
    assert note.fields["tls"] == "TLSv1.3"
    assert not server.history.violations()


def test_refuses_a_password_with_profile_3(pki):
    with serve(pki, client_ca=pki.client_ca, security_profile=3) as server:
        with pytest.raises(InvalidStatus) as refusal:
            OcppStation(server.url, password="x", ssl=trust(pki, "client-ecdsa"))

    assert refusal.value.response.status_code == 403
    assert "profile 3" in server.history.notes[-1].text


def test_refuses_the_certificate_of_another_operator(pki):
    with serve(pki, client_ca=pki.client_ca) as server:
        server.gate.cpo = "Lab CPO"
        with OcppStation(server.url, ssl=trust(pki, "client-ecdsa")) as station:
            station.boot()
        server.gate.cpo = "Another"
        with pytest.raises(InvalidStatus) as refusal:
            OcppStation(server.url, ssl=trust(pki, "client-ecdsa"))

    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize(
    ("client", "number", "is_right"),
    [
        ("client-ecdsa", "SIM0001", True),
        ("client-ecdsa", "SIM0002", False),
        ("client-ecdsa-wrong-serial", "SIM0001", False),
    ],
)
def test_compares_certificate_and_serial_number(pki, client, number, is_right):
    with serve(pki, client_ca=pki.client_ca) as server:
        with OcppStation(server.url, ssl=trust(pki, client)) as station:
            station.call("BootNotification", {**BOOT, "chargePointSerialNumber": number})
        found = [frame.violation for frame in server.history.violations()]

    assert bool(found) != is_right
    assert all("the certificate is for" in text for text in found)


def test_reads_a_password_that_is_no_text():
    key = bytes(range(240, 256))
    with Server(password=key) as server:
        token = b64encode(b"CP01:" + key).decode()
        with OcppStation(server.url, headers={"Authorization": f"Basic {token}"}) as station:
            assert station.boot()["status"] == "Accepted"
        for wrong in ("Basic ****", "Basic", "Bearer x", f"Basic {token[:-4]}"):
            with pytest.raises(InvalidStatus):
                OcppStation(server.url, headers={"Authorization": wrong})


def test_takes_the_key_that_a_station_has_accepted():
    order = {"key": "AuthorizationKey", "value": b"0123456789abcdef".hex()}
    with Server(password="secret") as server:
        server.gate.takes_new_keys = True
        with OcppStation(server.url, password="secret") as station:
            station.boot()
            for answer in ("Rejected", "Accepted"):
                station.answers["ChangeConfiguration"] = {"status": answer}
                server.call("CP01", "ChangeConfiguration", order)
        with pytest.raises(InvalidStatus):
            OcppStation(server.url, password="secret")
        with OcppStation(server.url, password="0123456789abcdef") as station:
            assert station.boot()["status"] == "Accepted"


# ---- who is not ----


def refused(pki, context, **options):
    """Let a station fail and return the fields of the note."""
    with serve(pki, **options) as server:
        # With TLS 1.3 the station hears of it only when it reads.
        with pytest.raises((OSError, EOFError, WebSocketException)):
            OcppStation(server.url, ssl=context)
        return wait_refusal(server).fields


@pytest.mark.parametrize(
    ("client", "why"),
    [
        ("", "peer did not return a certificate"),
        ("client-rsa-wrong-ca", "client certificate: unable to get local issuer certificate"),
        ("client-ecdsa-wrong-ca", "client certificate: unable to get local issuer certificate"),
        ("client-ecdsa-expired", "client certificate: certificate has expired"),
        ("server-ecdsa", "client certificate: unsuitable certificate purpose"),
    ],
)
def test_says_why_it_refused_a_client(pki, client, why):
    fields = refused(pki, trust(pki, client), client_ca=pki.client_ca)

    assert (fields["by"], fields["why"]) == ("server", why)
    assert fields["from"].startswith("127.0.0.1:")


def test_says_that_the_station_did_not_know_its_root(pki):
    context = trust(pki, roots="manufacturer/manufacturer-root-rsa.pem")
    fields = refused(pki, context)

    assert (fields["by"], fields["why"]) == ("station", "unknown ca")


@pytest.mark.parametrize(
    ("ciphers", "most", "why"),
    [
        ("AES128-SHA", ssl.TLSVersion.TLSv1_2, "no shared cipher"),
        ("DEFAULT@SECLEVEL=0", ssl.TLSVersion.TLSv1_1, "unsupported protocol"),
    ],
)
def test_refuses_weak_suites_and_old_versions(pki, ciphers, most, why):
    fields = refused(pki, trust(pki, ciphers=ciphers, most=most))

    assert (fields["by"], fields["why"]) == ("server", why)


@pytest.mark.parametrize(
    ("said", "by", "why"),
    [
        (b"GET /ocpp/CP01 HTTP/1.1\r\n\r\n", "server", "no TLS: ws:// where wss:// is needed"),
        (b"", "station", "hung up in the middle of the handshake"),
        (b"\x16\x03\x01", "station", "hung up in the middle of the handshake"),
    ],
)
def test_says_when_it_was_no_tls_at_all(pki, said, by, why):
    with serve(pki) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as stream:
            stream.sendall(said)
        fields = wait_refusal(server).fields

    assert (fields["by"], fields["why"]) == (by, why)


def test_stops_while_a_handshake_hangs(pki):
    server = serve(pki)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as stream:
        stream.sendall(b"\x16\x03\x01")
        with OcppStation(server.url, ssl=trust(pki)) as station:
            assert station.boot()["status"] == "Accepted"
            server.stop()
            assert station.close_code == 1001


def test_serves_what_comes_in_one_piece_with_the_end_of_the_handshake(pki):
    """TLS 1.3: the request may stand in the same segment as the client's Finished."""
    with serve(pki) as server:
        for _ in range(20):
            with OcppStation(server.url, ssl=trust(pki)) as station:
                assert station.boot()["status"] == "Accepted"
        assert not [note for note in server.history.notes if note.kind == "refused"]


# ---- certificates for stations ----


def _csr():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "SIM0001")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def test_signs_the_csr_of_a_station_and_brings_the_certificate(pki):
    rules = Rules()
    rules.sign_csr = lambda csr: sign_csr(pki, csr)

    def signed():
        return [note.text for note in server.history.notes if note.kind == "signed"]

    with Server(rules=rules) as server, OcppStation(server.url) as station:
        station.boot()
        station.answers["CertificateSigned"] = {"status": "Accepted"}
        assert station.call("SignCertificate", {"csr": _csr()})[2] == {"status": "Accepted"}
        server.history.wait(signed, _LIMIT_S, "the chain")
        assert station.call("SignCertificate", {"csr": "nonsense"})[2] == {"status": "Accepted"}
        server.history.wait(lambda: len(signed()) == 2, _LIMIT_S, "the fault")

    action, payload = station.asked[-1]
    assert action == "CertificateSigned"
    chain = x509.load_pem_x509_certificates(payload["certificateChain"].encode())
    chain[0].verify_directly_issued_by(pki["cp-sub-ecdsa"].certificate)
    assert signed()[0] == "CertificateSigned: Accepted"
    assert "no CSR" in signed()[1]


# ---- options ----


def _resolve(profile=None, password=None, key=None, certs=(), keys=(), client_ca=None, pki=None):
    return resolve(profile, password, key, list(certs), list(keys), client_ca, pki)


def test_takes_everything_from_a_pki(pki):
    made = _resolve(3, pki=pki.folder)

    assert made.context.verify_mode == ssl.CERT_REQUIRED
    assert _resolve(2, "secret", pki=pki.folder).context.verify_mode == ssl.CERT_NONE
    assert _resolve(pki=pki.folder).profile is None
    assert _resolve(1, key="00" * 16).password == bytes(16)
    assert _resolve().context is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"profile": 1}, "needs --password"),
        ({"profile": 0, "password": "x"}, "has no --password"),
        ({"profile": 2, "password": "x"}, "needs --tls-cert"),
        ({"profile": 2, "pki": True}, "needs --password"),
        ({"profile": 1, "password": "x", "pki": True}, "has no TLS"),
        ({"profile": 3, "password": "x", "pki": True}, "has no --password"),
        ({"profile": 3, "good": True}, "needs --client-ca"),
        ({"profile": 2, "password": "x", "good": True, "client_ca": True}, "has no --client-ca"),
        ({"client_ca": True}, "needs --tls-cert"),
        ({"certs": ["a"]}, "each needs the other"),
        ({"certs": ["/no/cert"], "keys": ["/no/key"]}, "No such file"),
        ({"password": "x", "key": "00" * 16}, "one of them"),
        ({"key": "00" * 15}, "32..40"),
        ({"key": "0" * 33}, "32..40"),
        ({"key": "x" * 32}, "32..40"),
        ({"key": "00 " * 12 + "0000"}, "32..40"),
        ({"pki": "/no/pki"}, "no PKI"),
    ],
)
def test_says_which_option_is_missing_or_too_much(pki, options, text):
    if options.get("pki") is True:
        options = {**options, "pki": pki.folder}
    if options.get("client_ca"):
        options = {**options, "client_ca": pki.client_ca}
    if options.pop("good", False):
        server = pki["server-rsa"]
        options = {**options, "certs": [server.chain_pem], "keys": [server.key_pem]}

    with pytest.raises(RulesError, match=text):
        _resolve(**options)


def test_says_that_a_key_is_of_another_certificate_and_no_ca_is_in_a_file(pki):
    rsa, ecdsa = pki["server-rsa"], pki["server-ecdsa"]

    with pytest.raises(RulesError, match="key"):
        server_context([rsa.chain_pem], [ecdsa.key_pem])
    with pytest.raises(RulesError, match="client-rsa.key.pem"):
        server_context([rsa.chain_pem], [rsa.key_pem], pki["client-rsa"].key_pem)


def test_serves_over_tls_from_the_command_line_and_hides_new_passwords(pki):
    command = [sys.executable, "-m", "chargecore_tools.main", "csms", "--port", "0"]
    command += ["--security-profile", "2", "--pki", pki.folder]
    with subprocess.Popen(
        command,
        env={"CHARGECORE_PASSWORD": "planted-marker-1", "PATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        banner = process.stdout.readline()
        url = banner.split()[-1].rsplit("/", 1)[0]
        options = {"password": "planted-marker-1", "ssl": trust(pki)}
        with OcppStation(url.replace("127.0.0.1", "localhost"), **options) as station:
            station.boot()
            station.answers["ChangeConfiguration"] = {"status": "Accepted"}
            secret = b"planted-marker-2".hex()
            process.stdin.write(f"set AuthorizationKey {secret}\nquit\n")
            process.stdin.flush()
            text = banner + process.communicate(timeout=_LIMIT_S)[0]

    assert process.returncode == 0
    assert url.startswith("wss://")
    assert "TLSv1.3" in text and "key=AuthorizationKey value=***" in text
    assert "planted" not in text and secret not in text
