"""OCTT 1.6 cases about profiles and passwords: TC_073, TC_083 to TC_087.

Source: public test case document 2024-04, draft 2025-06 for the second half of TC_083. Real
firmware in the VM, real TLS.
"""

import pytest
from octt import TAG
from secure import KEY, secure

from chargecore_tools.csms.tls import server_context

_NEW_KEY = "4F43415F4F4354545F61646D696E5F74657374"  # the tool's: OCA_OCTT_admin_test
_RECONNECT_S = 40  # real time: a few tries with their waits
_LONG_S = 120  # simulated: what the tool calls the long operation timeout
_KINDS = ("rsa", "ecdsa")


def _station(pki, kind="ecdsa", **more):
    """Return a station that could do every profile."""
    own = pki["client-ecdsa"]
    return {
        "serial": pki.serial,
        "auth_key": KEY.decode(),
        "csms_root_ca": str(pki[f"csms-root-{kind}"].pem),
        "client_certificate": str(own.chain_pem),
        "client_key": str(own.key_der),
        **more,
    }


def _context(pki, kind="ecdsa", client_ca=None):
    sample = pki[f"server-{kind}"]
    return server_context([sample.chain_pem], [sample.key_pem], client_ca)


def _basic(bench_factory, pki, **station):
    """Return a bench in profile 1."""
    server = {"password": KEY, "security_profile": 1}
    return bench_factory(server=server, station=_station(pki, **station)).booted()


def _restart(bench, tls, profile):
    """Let the server come back with another profile, on the same port."""
    bench.server.stop()
    bench.server.set_tls(tls, profile)
    bench.server.start()


def _connections(bench):
    return [note for note in bench.server.history.notes if note.kind == "connected"]


def _refusals(bench):
    return [note for note in bench.server.history.notes if note.kind == "refused"]


def _raise_to(bench, profile):
    answer = bench.call("ChangeConfiguration", key="SecurityProfile", value=str(profile))
    return answer["status"]


def test_tc_073_update_charge_point_password(bench_factory, pki):
    """W2, J14: and back again, as the newer draft wants it."""
    bench = _basic(bench_factory, pki)
    bench.server.gate.takes_new_keys = True

    for count, value in ((2, _NEW_KEY), (3, KEY.hex())):
        answer = bench.call("ChangeConfiguration", key="AuthorizationKey", value=value)
        assert answer["status"] == "Accepted"
        bench.wait_connections(count, _RECONNECT_S)

    assert _refusals(bench) == []  # an old password would have been
    assert bench.config_value("SecurityProfile") == "1"


def test_a_password_change_keeps_the_session_and_its_messages(bench_factory, pki):
    """W2: queues stay."""
    bench = _basic(bench_factory, pki)
    bench.server.gate.takes_new_keys = True
    start = bench.charging()

    answer = bench.call("ChangeConfiguration", key="AuthorizationKey", value=_NEW_KEY)
    bench.swipe(TAG)
    bench.wait_connections(2, _RECONNECT_S)
    stop = bench.stopped(transactionId=start.answer["transactionId"])

    assert answer["status"] == "Accepted"
    assert stop["idTag"] == TAG
    bench.unplug()
    bench.expect_status(1, "Available")


def test_goes_back_to_the_old_password_when_the_server_never_takes_the_new_one(bench_factory, pki):
    """W2."""
    bench = _basic(bench_factory, pki)

    answer = bench.call("ChangeConfiguration", key="AuthorizationKey", value=_NEW_KEY)
    bench.wait_connections(2, _RECONNECT_S)

    assert answer["status"] == "Accepted"
    assert len(_refusals(bench)) == 2
    bench.wait_event("new password: 2")


@pytest.mark.parametrize("kind", _KINDS)
def test_tc_083_upgrade_security_profile_from_1_to_2(bench_factory, pki, kind):
    """W7: and afterwards a server with profile 1 is nobody's, even if it alone answers."""
    bench = _basic(bench_factory, pki, kind=kind)

    assert _raise_to(bench, 2) == "Accepted"
    _restart(bench, _context(pki, kind), 2)
    bench.wait_connections(2, _RECONNECT_S)
    assert bench.config_value("SecurityProfile") == "2"

    _restart(bench, None, 1)
    bench.quiet("Heartbeat", _LONG_S)
    assert len(_connections(bench)) == 2

    _restart(bench, _context(pki, kind), 2)
    bench.wait_connections(3, _RECONNECT_S)
    assert bench.config_value("SecurityProfile") == "2"


def test_tc_083_upgrade_security_profile_from_2_to_3(bench_factory, pki):
    """W7."""
    options = secure(pki, 2)
    bench = bench_factory(server=options["server"], station=_station(pki)).booted()

    assert _raise_to(bench, 3) == "Accepted"
    bench.server.gate.password = None
    _restart(bench, _context(pki, client_ca=pki.client_ca), 3)
    bench.wait_connections(2, _RECONNECT_S)

    assert bench.config_value("SecurityProfile") == "3"
    assert bench.server.station("CP01").tls.subject["commonName"] == pki.serial


def test_a_raised_profile_outlives_a_power_cut(bench_factory, pki):
    """W7: the station file still says ws."""
    bench = _basic(bench_factory, pki)
    assert _raise_to(bench, 2) == "Accepted"
    _restart(bench, _context(pki), 2)
    bench.wait_connections(2, _RECONNECT_S)
    bench.settled()

    bench.ctl("power_cycle")
    bench.expect("BootNotification", _RECONNECT_S)

    assert bench.server.station("CP01").tls is not None
    bench.statuses_after_boot(2)


def test_falls_back_when_the_higher_profile_does_not_connect(bench_factory, pki):
    """W7: to the profile before, and to its value."""
    bench = _basic(bench_factory, pki)

    assert _raise_to(bench, 2) == "Accepted"  # and nobody there speaks TLS
    bench.wait_connections(2, _RECONNECT_S)

    assert bench.config_value("SecurityProfile") == "1"
    bench.wait_event("security profile 2 does not connect; back to 1")


def test_refuses_a_profile_without_what_it_needs(bench_factory, pki):
    """W7."""
    station = _station(pki)
    for field in ("csms_root_ca", "client_certificate", "client_key"):
        del station[field]
    bench = bench_factory(server={"password": KEY}, station=station).booted()

    assert [_raise_to(bench, profile) for profile in (2, 3)] == ["Rejected", "Rejected"]
    assert len(_connections(bench)) == 1


@pytest.mark.parametrize("profile", [2, 3])
def test_tc_084_downgrade_security_profile(bench_factory, pki, profile):
    """W7: the connection is as it was."""
    bench = bench_factory(**secure(pki, profile)).booted()

    assert _raise_to(bench, profile - 1) == "Rejected"

    assert bench.config_value("SecurityProfile") == str(profile)
    assert len(_connections(bench)) == 1


def _reset(bench):
    assert bench.call("Reset", type="Hard")["status"] == "Accepted"
    bench.expect("BootNotification", _RECONNECT_S)
    bench.expect_statuses({0: "Available", 1: "Available"})


def test_tc_085_basic_authentication(bench_factory, pki):
    """W1, J14: the server compares user and password byte by byte."""
    bench = _basic(bench_factory, pki)

    _reset(bench)

    assert _refusals(bench) == []


def test_is_refused_with_a_wrong_password_and_reports_it(bench_factory, pki):
    """J2: it tries on."""
    server = {"password": b"another password", "security_profile": 1}
    bench = bench_factory(server=server, station=_station(pki))
    bench.wait_event("server refused the WebSocket upgrade with HTTP 401", _RECONNECT_S)
    bench.wait_event("security event 2", _RECONNECT_S)

    bench.server.gate.password = KEY
    bench.expect("BootNotification", _RECONNECT_S)

    bench.statuses_after_boot(2)


@pytest.mark.parametrize("kind", _KINDS)
def test_tc_086_server_side_certificate(bench_factory, pki, kind):
    """W3, W4."""
    bench = bench_factory(**secure(pki, 2, kind)).booted()

    _reset(bench)

    facts = bench.server.station("CP01").tls
    assert (facts.version, facts.subject) == ("TLSv1.2", {})
    assert "GCM" in facts.cipher


def test_tc_087_client_side_certificate(bench_factory, pki):
    """W1, W5."""
    bench = bench_factory(**secure(pki, 3)).booted()

    _reset(bench)

    facts = bench.server.station("CP01").tls
    assert facts.subject["commonName"] == pki.serial
    assert facts.subject["organizationName"] == pki.cpo


def test_joins_no_server_that_it_cannot_trust(bench_factory, pki):
    """W4: the event names the reason, and is told to the right server later."""
    options = secure(pki, 2)
    bad = pki["server-ecdsa-expired"]
    options["server"]["ssl"] = server_context([bad.chain_pem], [bad.key_pem])
    bench = bench_factory(**options)
    bench.wait_event("TLS: server certificate, or one above it, has expired", _RECONNECT_S)
    assert _connections(bench) == []

    _restart(bench, _context(pki), 2)
    bench.expect("BootNotification", _RECONNECT_S)

    bench.statuses_after_boot(2)
    calls = []
    while "InvalidCentralSystemCertificate" not in [call.payload.get("type") for call in calls]:
        calls.append(bench.expect("SecurityEventNotification", _RECONNECT_S))


def test_a_contactor_stays_closed_and_watched_while_tls_reconnects(bench_factory, pki):
    """The safety step runs between the operations of a handshake."""
    bench = bench_factory(**secure(pki, 3)).booted()
    start = bench.charging()

    for count in (2, 3):
        bench.server.drop("CP01")
        bench.wait_connections(count, _RECONNECT_S)

    status = bench.ctl("status")
    assert status["connectors"][0]["contactor"] == "closed"
    assert status["station"]["safety"]["late_steps"] == 0
    bench.swipe(TAG)
    bench.stopped(transactionId=start.answer["transactionId"])
    bench.unplug()
    bench.expect_status(1, "Available")
