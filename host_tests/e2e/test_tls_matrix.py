"""Every handshake a station may be offered, by real servers, with the real firmware on the VM.

All cases run in one VM process, before the first test; each test looks at what came of its own.
"""

import json
import subprocess
from pathlib import Path

import pytest
from tls_servers import OpensslServer, PythonServer

from chargecore.base.events import (
    EV_CONNECTED,
    EV_HTTP_REFUSED,
    EV_TLS_CIPHER,
    EV_TLS_CLIENT_REFUSED,
    EV_TLS_EXPIRED,
    EV_TLS_NO_ROOT,
    EV_TLS_NOT_ASKED,
    EV_TLS_NOT_YET_VALID,
    EV_TLS_OWN_FILES,
    EV_TLS_UNKNOWN_CA,
    EV_TLS_VERSION,
    EV_TLS_WEAK,
    EV_TLS_WRONG_NAME,
)
from chargecore_tools.sim_process import micropython

_FOLDER = Path(__file__).resolve().parent
_FIRMWARE = _FOLDER.parents[1] / "firmware"
_LIMIT_S = 120
_SERVERS = (PythonServer, OpensslServer)
_KINDS = ("rsa", "ecdsa")
_GOOD = 0  # it has to connect
# situation: event of profile 2, event of profile 3
_EXPECTED = {
    "good": (_GOOD, _GOOD),
    "expired": (EV_TLS_EXPIRED, EV_TLS_EXPIRED),
    "expired-ca": (EV_TLS_EXPIRED, EV_TLS_EXPIRED),
    "not-yet-valid": (EV_TLS_NOT_YET_VALID, EV_TLS_NOT_YET_VALID),
    "wrong-name": (EV_TLS_WRONG_NAME, EV_TLS_WRONG_NAME),
    "unknown-ca": (EV_TLS_UNKNOWN_CA, EV_TLS_UNKNOWN_CA),
    "no-intermediate": (EV_TLS_UNKNOWN_CA, EV_TLS_UNKNOWN_CA),
    "client-usage": (EV_TLS_WEAK, EV_TLS_WEAK),
    "old": (EV_TLS_VERSION, EV_TLS_VERSION),  # TLS 1.1 and nothing newer
    "weak": (EV_TLS_CIPHER, EV_TLS_CIPHER),  # CBC suites only
    "not-asked": (_GOOD, EV_TLS_NOT_ASKED),
    "wrong-client-ca": (EV_TLS_CLIENT_REFUSED, EV_TLS_CLIENT_REFUSED),
}
_FLAWS = ("old", "weak")
_SAMPLES = ("expired", "expired-ca", "not-yet-valid", "wrong-name", "no-intermediate")
_SAMPLES += ("client-usage",)
_CASES = [
    (server, profile, kind, situation)
    for server in _SERVERS
    for profile in (2, 3)
    for kind in _KINDS
    for situation in _EXPECTED
]
# OCPP's suites and what else the station offers, each as the only one of a server.
_SUITES = (
    ("ecdsa", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("ecdsa", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("rsa", "AES128-GCM-SHA256"),
    ("rsa", "AES256-GCM-SHA384"),
    ("rsa", "ECDHE-RSA-AES128-GCM-SHA256"),
    ("rsa", "ECDHE-RSA-AES256-GCM-SHA384"),
)


def _name(server, profile, kind, situation):
    return f"{server.__name__} profile {profile} {kind} {situation}"


class Matrix:
    """Servers, cases, and what the VM has said of each."""

    def __init__(self, pki, folder):
        self._pki = pki
        self._folder = folder
        self._servers = {}
        self._cases = []
        self.results = {}

    def serve(self, kind, situation="good", client_ca=None, server=PythonServer, flaw=""):
        """Return a server for that; the same one for all who want it."""
        flaw = flaw or (situation if situation in _FLAWS else "")
        wanted = (kind, situation, client_ca, server, flaw)
        if wanted not in self._servers:
            bad = situation if situation in _SAMPLES else ""
            sample = self._pki[f"server-{kind}-{bad}" if bad else f"server-{kind}"]
            files = sample.chain_pem, sample.key_pem
            self._servers[wanted] = server(*files, client_ca, flaw)
        return self._servers[wanted]

    def add(self, name, server, kind, profile, roots=None, **more):
        """Add a case: a station that tries that server once."""
        roots = [f"csms-root-{kind}"] if roots is None else roots
        case = {"name": name, "port": server.port, "is_mutual": profile == 3, **more}
        case["roots"] = [str(self._pki[root].der) for root in roots]
        if profile == 3:
            client, sub = self._pki[f"client-{kind}"], self._pki[f"cp-sub-{kind}"]
            case.setdefault("chain", [str(client.der), str(sub.der)])
            case.setdefault("key", str(client.key_der))
        self._cases.append(case)

    def add_row(self, server, profile, kind, situation):
        """Add a case of the table."""
        client_ca = None
        if situation == "wrong-client-ca":
            client_ca = self._pki["other-root-rsa"].pem
        elif profile == 3 and situation != "not-asked":
            client_ca = self._pki.client_ca
        place = self.serve(kind, situation, client_ca, server)
        roots = [f"other-root-{kind}"] if situation == "unknown-ca" else None
        self.add(_name(server, profile, kind, situation), place, kind, profile, roots)

    def run(self):
        """Let the VM try all of them."""
        path = self._folder / "cases.json"
        path.write_text(json.dumps(self._cases))
        command = [micropython(), "-X", "heapsize=2m", str(_FOLDER / "tls_vm_client.py")]
        done = subprocess.run(
            [*command, str(_FIRMWARE), str(path)], capture_output=True, text=True, timeout=_LIMIT_S
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for line in done.stdout.splitlines():
            result = json.loads(line)
            self.results[result["name"]] = result

    def close(self):
        """End all servers."""
        for server in self._servers.values():
            server.close()


@pytest.fixture(scope="module")
def matrix(pki, tmp_path_factory):
    """All cases of this file, tried."""
    made = Matrix(pki, tmp_path_factory.mktemp("tls"))
    try:
        for case in _CASES:
            made.add_row(*case)
        for kind, suite in _SUITES:
            made.add(suite, made.serve(kind, flaw=suite), kind, 2)
        both = ["csms-root-rsa", "other-root-ecdsa", "csms-root-ecdsa"]
        made.add("several roots", made.serve("ecdsa"), "ecdsa", 2, both)
        made.add("no root", made.serve("ecdsa"), "ecdsa", 2, [])
        made.add("no key", made.serve("ecdsa"), "ecdsa", 3, key=str(pki["client-ecdsa"].der))
        made.add("no chain", made.serve("ecdsa"), "ecdsa", 3, chain=[])
        strict = made.serve("ecdsa", client_ca=pki.client_ca)
        key = str(pki["client-ecdsa-wrong-ca"].key_der)
        chain = [str(pki["client-ecdsa-wrong-ca"].der)]
        made.add("foreign certificate", strict, "ecdsa", 3, chain=chain, key=key)
        wrong_name = made.serve("rsa", "wrong-name")
        made.add("any name", wrong_name, "rsa", 2, verify_host=False)
        made.add("any name again", made.serve("ecdsa"), "ecdsa", 2, verify_host=False)
        for bad in ("expired", "no-intermediate"):
            place = made.serve("ecdsa", bad)
            made.add("any name, " + bad, place, "ecdsa", 2, verify_host=False)
        stranger = made.serve("ecdsa", "wrong-name")
        made.add("any name, unknown", stranger, "ecdsa", 2, ["csms-root-rsa"], verify_host=False)
        made.run()
        yield made
    finally:
        made.close()


def _tls_events(result):
    return [code for code in result["events"] if 150 < code < 170]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: _name(*case))
def test_connects_only_where_it_must(matrix, case):
    """W3, W4, W7: one event for each refusal, and no other."""
    server, profile, _kind, situation = case
    expected = _EXPECTED[situation][profile - 2]

    result = matrix.results[_name(*case)]

    good = EV_CONNECTED if server is PythonServer else EV_HTTP_REFUSED
    assert _tls_events(result) == ([] if expected == _GOOD else [expected]), result
    assert (good in result["events"]) == (expected == _GOOD), result


@pytest.mark.parametrize("kind", _KINDS)
def test_profile_2_sends_the_password_and_no_certificate(matrix, kind):
    """W1, J14."""
    for request, _suite, subject in matrix.serve(kind).seen:
        assert subject == {}
        if b"127.0.0.1" not in request:
            assert b"\r\nAuthorization: Basic " in request


@pytest.mark.parametrize("kind", _KINDS)
def test_profile_3_shows_a_certificate_with_the_serial_number(matrix, pki, kind):
    """W1, W5: TC_087."""
    seen = matrix.serve(kind, client_ca=pki.client_ca).seen

    assert seen
    for _request, _suite, subject in seen:
        assert subject["commonName"] == pki.serial
        assert subject["organizationName"] == pki.cpo


@pytest.mark.parametrize("suite", [suite for _kind, suite in _SUITES])
def test_offers_both_suites_of_both_pairs(matrix, suite):
    """W3: TC_086; ECDHE-RSA for servers with today's default settings."""
    assert EV_CONNECTED in matrix.results[suite]["events"]


@pytest.mark.parametrize("name", ["several roots", "any name", "any name again"])
def test_connects_with_other_settings(matrix, name):
    """verify_csms_host false: the name alone does not matter."""
    result = matrix.results[name]

    assert EV_CONNECTED in result["events"], result
    assert _tls_events(result) == []


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("no root", EV_TLS_NO_ROOT),
        ("no key", EV_TLS_OWN_FILES),
        ("no chain", EV_TLS_OWN_FILES),
        ("foreign certificate", EV_TLS_CLIENT_REFUSED),
        ("any name, expired", EV_TLS_EXPIRED),
        ("any name, no-intermediate", EV_TLS_UNKNOWN_CA),
        ("any name, unknown", EV_TLS_UNKNOWN_CA),
    ],
)
def test_refuses_with_other_settings(matrix, name, event):
    result = matrix.results[name]

    assert _tls_events(result) == [event], result
    assert EV_CONNECTED not in result["events"]


def test_the_safety_step_runs_in_every_handshake(matrix):
    for result in matrix.results.values():
        if EV_CONNECTED in result["events"]:
            assert result["ticks"] >= 20, result
