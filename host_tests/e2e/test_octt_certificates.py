"""OCTT 1.6 cases about certificates, TC_074 to TC_078. Source: public test case document 2024-04.

Real firmware in the VM, real TLS. The station makes keys of P-256 only, so that the two runs of
TC_074 differ in the server's certificate and in the CA that signs: RSA and ECDSA.
"""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder
from cryptography.x509.oid import NameOID
from octt import TAG
from secure import secure

from chargecore_tools.csms.certificate_orders import hash_data
from chargecore_tools.pki import sign_csr

KINDS = ("rsa", "ecdsa")
SERVER_ROOT = "CentralSystemRootCertificate"
MAKER_ROOT = "ManufacturerRootCertificate"
_AT_START = ("StartupOfTheDevice", "SettingSystemTime")
_PASSED_OVER = ("Heartbeat", "MeterValues")
PATIENCE_S = 40  # real time for keys and signatures, on a machine that is busy
_NOISE_B = 4_000  # 16 security events wait for their turn on flash; one module would be more


def _hashes(sample):
    """Return certificateHashData as `cryptography` computes it for OCSP."""
    certificate = sample.certificate
    made = OCSPRequestBuilder().add_certificate(certificate, certificate, SHA256()).build()
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": made.issuer_name_hash.hex(),
        "issuerKeyHash": made.issuer_key_hash.hex(),
        "serialNumber": f"{made.serial_number:x}",
    }


def _install(bench, sample, kind=SERVER_ROOT):
    text = sample.pem.read_text()
    answer = bench.call("InstallCertificate", PATIENCE_S, certificateType=kind, certificate=text)
    return answer["status"]


def _listed(bench, kind=SERVER_ROOT):
    answer = bench.call("GetInstalledCertificateIds", certificateType=kind)
    assert (answer["status"] == "Accepted") == ("certificateHashData" in answer)
    return answer.get("certificateHashData", [])


def _delete(bench, hashes):
    return bench.call("DeleteCertificate", certificateHashData=hashes)["status"]


def _expect_event(bench, kind):
    """Wait for a security event; those of the start may come before it."""
    call = bench.expect("SecurityEventNotification")
    while call["type"] in _AT_START:
        call = bench.expect("SecurityEventNotification")
    assert call["type"] == kind, call.text


def _request(bench):
    """Ask for a CSR. Return it as PEM text."""
    message = "SignChargePointCertificate"
    answer = bench.call("ExtendedTriggerMessage", requestedMessage=message)
    assert answer == {"status": "Accepted"}
    skips = (*_PASSED_OVER, "SecurityEventNotification")
    call = bench.next_call(PATIENCE_S, skips)
    assert call.action == "SignCertificate", call.text
    return call["csr"]


def _signed(bench, chain):
    text = chain if isinstance(chain, str) else chain.decode()
    return bench.call("CertificateSigned", PATIENCE_S, certificateChain=text)["status"]


def _mutual(bench_factory, pki, kind, **options):
    bench = bench_factory(**secure(pki, 3, kind, **options)).booted()
    bench.server.hooks.replace("SignCertificate", {"status": "Accepted"}, times=9)
    bench.config(CpoName=pki.cpo)
    return bench


def _shown(bench):
    """Return the serial number of the certificate that the station has shown last."""
    return bench.server.station("CP01").tls.serial_number


@pytest.mark.parametrize("kind", KINDS)
def test_tc_074_update_charge_point_certificate(bench_factory, pki, kind):
    """W5, W6: a new key, and the next connection shows the certificate for it."""
    bench = _mutual(bench_factory, pki, kind)

    csr = x509.load_pem_x509_csr(_request(bench).encode())
    chain = sign_csr(pki, csr.public_bytes(Encoding.PEM), f"cp-sub-{kind}")
    assert _signed(bench, chain) == "Accepted"
    bench.wait_connections(2)

    subject = {part.oid: part.value for part in csr.subject}
    assert csr.is_signature_valid
    assert subject == {NameOID.ORGANIZATION_NAME: pki.cpo, NameOID.COMMON_NAME: pki.serial}
    assert csr.public_key().curve.name == "secp256r1"
    made = x509.load_pem_x509_certificate(chain)
    assert _shown(bench) == made.serial_number
    bench.session()


@pytest.mark.parametrize("kind", KINDS)
def test_tc_075_1_install_a_manufacturer_root(bench_factory, pki, kind):
    """W8, W9."""
    bench = bench_factory(**secure(pki, 2, kind)).booted()
    root = pki[f"manufacturer-root-{kind}"]

    assert _listed(bench, MAKER_ROOT) == []
    assert _install(bench, root, MAKER_ROOT) == "Accepted"

    assert _listed(bench, MAKER_ROOT) == [_hashes(root)] == [hash_data(root.certificate)]


@pytest.mark.parametrize("kind", KINDS)
def test_tc_075_2_install_a_central_system_root(bench_factory, pki, kind):
    """W8, W9: beside the one that the station came with."""
    bench = bench_factory(**secure(pki, 2, kind)).booted()
    present, root = pki[f"csms-root-{kind}"], pki[f"other-root-{kind}"]

    assert _listed(bench) == [_hashes(present)]
    assert _install(bench, root) == "Accepted"

    assert _listed(bench) == [_hashes(root), _hashes(present)]


@pytest.mark.parametrize("kind", KINDS)
def test_tc_075_2_only_a_root_that_the_present_one_has_signed(bench_factory, pki, kind):
    """W8: AdditionalRootCertificateCheck, and the old root goes once the new one has worked."""
    settings = {"AdditionalRootCertificateCheck": "true"}
    options = secure(pki, 2, kind, **settings)
    bench = bench_factory(**options).booted()

    assert _install(bench, pki[f"other-root-{kind}"]) == "Rejected"
    _expect_event(bench, "InvalidCentralSystemCertificate")
    assert _install(bench, pki[f"csms-root-{kind}-next"]) == "Accepted"
    assert len(_listed(bench)) == 2
    next_server = pki[f"server-{kind}-next"]
    options["server"]["ssl"].load_cert_chain(next_server.chain_pem, next_server.key_pem)
    bench.server.drop("CP01")
    bench.wait_connections(2)

    assert len(_listed(bench)) == 1


def test_tc_076_delete_a_certificate(bench_factory, pki):
    """W10: every one but the root that secures the connection."""
    bench = bench_factory(**secure(pki, 2)).booted()
    present, root = pki["csms-root-ecdsa"], pki["csms-root-rsa"]
    assert _install(bench, root) == "Accepted"

    assert _delete(bench, _hashes(present)) == "Failed"
    assert _delete(bench, _hashes(pki["other-root-rsa"])) == "NotFound"
    assert _delete(bench, _hashes(root)) == "Accepted"
    assert _delete(bench, _hashes(root)) == "NotFound"

    assert _listed(bench) == [_hashes(present)]


def test_tc_076_delete_the_last_certificate_of_a_type(bench_factory, pki):
    bench = bench_factory(**secure(pki, 2)).booted()
    root = pki["manufacturer-root-rsa"]
    assert _install(bench, root, MAKER_ROOT) == "Accepted"

    assert _delete(bench, _hashes(root)) == "Accepted"

    assert _listed(bench, MAKER_ROOT) == []


@pytest.mark.parametrize("kind", KINDS)
def test_tc_077_invalid_charge_point_certificate(bench_factory, pki, kind):
    """W5, W6: Rejected, told, and the old certificate stays."""
    bench = _mutual(bench_factory, pki, kind)
    before = _shown(bench)
    csr = _request(bench)

    for name in (f"client-{kind}-wrong-ca", f"client-{kind}-expired", f"client-{kind}-apart"):
        assert _signed(bench, pki[name].chain_pem.read_text()) == "Rejected"
        _expect_event(bench, "InvalidChargePointCertificate")
    assert _signed(bench, sign_csr(pki, csr, f"manufacturer-sub-{kind}")) == "Rejected"
    _expect_event(bench, "InvalidChargePointCertificate")
    bench.server.drop("CP01")
    bench.wait_connections(2)

    assert _shown(bench) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["expired", "not-ca"])
def test_tc_078_invalid_central_system_certificate(bench_factory, pki, kind, fault):
    """W8: Rejected, told, and the trust store is as it was."""
    bench = bench_factory(**secure(pki, 2, kind)).booted()
    before = _listed(bench)

    assert _install(bench, pki[f"csms-root-{kind}-{fault}"]) == "Rejected"
    _expect_event(bench, "InvalidCentralSystemCertificate")

    assert _listed(bench) == before


def test_a_certificate_that_no_server_takes_gives_way_to_the_one_before(bench_factory, pki):
    """W6: the new certificate does not get through."""
    bench = _mutual(bench_factory, pki, "ecdsa", client_ca=pki["csms-root-ecdsa"].pem)
    before = _shown(bench)
    chain = sign_csr(pki, _request(bench), "cp-sub-rsa")
    assert _install(bench, pki["csms-root-rsa"]) == "Accepted"

    assert _signed(bench, chain) == "Accepted"
    bench.wait_connections(2, PATIENCE_S)

    assert _shown(bench) == before


def test_roots_and_keys_outlive_a_power_cut(bench_factory, pki):
    """A charge goes on over TLS with what the flash holds; the files of the maker are gone."""
    bench = _mutual(bench_factory, pki, "ecdsa")
    assert _signed(bench, sign_csr(pki, _request(bench))) == "Accepted"
    bench.wait_connections(2)
    shown = _shown(bench)

    bench.sim.kill()
    bench.sim.start()
    bench.booted()

    assert _shown(bench) == shown
    assert _listed(bench) == [_hashes(pki["csms-root-ecdsa"])]
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.swipe(TAG)
    bench.expect("Authorize", idTag=TAG)


@pytest.mark.parametrize("profile", [2, 3])
def test_messages_about_certificates_give_their_heap_back(bench_factory, pki, profile):
    """What checks them is loaded for one answer."""
    bench = bench_factory(**secure(pki, profile)).booted()
    bench.server.hooks.replace("SignCertificate", {"status": "Rejected"}, times=9)
    bench.config(CpoName=pki.cpo)

    def round_trip():
        assert _install(bench, pki["csms-root-rsa"]) == "Accepted"
        assert len(_listed(bench)) == 2
        assert _delete(bench, _hashes(pki["csms-root-rsa"])) == "Accepted"
        _request(bench)
        assert _signed(bench, pki["client-rsa"].chain_pem.read_text()) == "Rejected"
        bench.settled()
        return bench.ctl("status", collect=True)["station"]["heap_free_b"]

    round_trip()
    before_b = round_trip()
    free_b = [round_trip() for _ in range(4)]

    # One of them may have been measured before the last answer had left.
    assert max(free_b[-2:]) > before_b - _NOISE_B, (before_b, free_b)
