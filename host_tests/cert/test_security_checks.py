"""Named checks and makers of the security cases, on the lab PKI of the tests."""

from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pki_files import kept_pki

from chargecore_tools.cert.checks import CHECKS
from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.makers import MAKERS
from chargecore_tools.csms.tls import TlsFacts

_PAIR = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384")


@pytest.fixture(scope="module")
def pki():
    return kept_pki()


@pytest.fixture
def lab(pki, tmp_path):
    settings = SimpleNamespace(
        identity="CP01",
        key_type="ecdsa",
        cpo_name=pki.cpo,
        password="sixteen letters.",
        firmware_signature="",
    )
    gate = SimpleNamespace(shown={"CP01": b"CP01:sixteen letters."})
    station = SimpleNamespace(tls=None)
    return SimpleNamespace(
        settings=settings,
        pki=pki,
        certificate=lambda name: pki[name],
        station=SimpleNamespace(security_profile=3, boot={"chargePointSerialNumber": pki.serial}),
        server=SimpleNamespace(gate=gate, station=lambda _identity: station),
        files=SimpleNamespace(path=lambda name: tmp_path / name),
        connection=station,
    )


def _csr(owner, name, key=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    parts = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ]
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(parts))
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def test_takes_a_csr_and_signs_it(lab, pki):
    csr = _csr(pki.cpo, pki.serial)

    CHECKS["csr"].run(lab, csr=csr)

    chain = MAKERS["signed_chain"].run(lab, csr=csr, ca="cp-sub-{key}")
    made = x509.load_pem_x509_certificate(chain.encode())
    assert made.issuer == pki["cp-sub-ecdsa"].certificate.subject


def test_says_what_is_wrong_with_a_csr(lab, pki):
    short = rsa.generate_private_key(65537, 1024)
    for csr, what in (
        ("no PEM", "no PEM"),
        (_csr("Somebody", pki.serial), "O is 'Somebody'"),
        (_csr(pki.cpo, "another"), "CN is 'another'"),
        (_csr(pki.cpo, pki.serial, short), "1024 bits"),
    ):
        with pytest.raises(Failed, match=what):
            CHECKS["csr"].run(lab, csr=csr)
    with pytest.raises(Failed, match="csr"):
        MAKERS["signed_chain"].run(lab, csr="no PEM", ca="cp-sub-{key}")


def _facts(pki, **more):
    shown = pki["client-ecdsa"].certificate
    subject = {"organizationName": pki.cpo, "commonName": pki.serial}
    row = {"version": "TLSv1.2", "cipher": _PAIR[0], "subject": subject, "offered": _PAIR}
    return TlsFacts(**{**row, "der": shown.public_bytes(Encoding.DER), **more})


def test_takes_a_connection_over_tls_with_the_new_certificate(lab, pki):
    lab.connection.tls = _facts(pki)

    CHECKS["tls_connection"].run(lab, chain=pki["client-ecdsa"].chain_pem.read_text())


def test_says_what_is_wrong_with_a_connection(lab, pki):
    other = pki["client-rsa"].chain_pem.read_text()
    for facts, chain, what in (
        (None, None, "no TLS"),
        (_facts(pki, version="TLSv1.1"), None, "TLSv1.1"),
        (_facts(pki, offered=_PAIR[:1]), None, "no pair"),
        (_facts(pki, der=b""), None, "no certificate"),
        (_facts(pki, subject={"commonName": pki.serial}), None, "O is ''"),
        (_facts(pki), other, "another certificate"),
    ):
        lab.connection.tls = facts
        with pytest.raises(Failed, match=what):
            CHECKS["tls_connection"].run(lab, chain=chain)


def test_judges_user_and_length_of_the_password(lab):
    check = CHECKS["basic_authentication"]
    check.run(lab)

    for shown, what in (
        (b"", "without"),
        (b"cp01:sixteen letters.", "user"),
        (b"CP01:x", "bytes"),
    ):
        lab.server.gate.shown["CP01"] = shown
        with pytest.raises(Failed, match=what):
            check.run(lab)


def test_finds_an_installed_certificate_whatever_the_case_of_its_digits(lab):
    row = MAKERS["certificate_hash"].run(lab, name="other-root-{key}")
    large = {key: value.upper() for key, value in row.items()}
    large["serialNumber"] = "00" + large["serialNumber"]
    check = CHECKS["installed_certificate"]

    check.run(lab, answer={"certificateHashData": [large]}, name="other-root-{key}")
    check.run(lab, answer={}, name="other-root-{key}", is_there=False)


def test_says_which_hash_of_an_installed_certificate_differs(lab):
    row = MAKERS["certificate_hash"].run(lab, name="other-root-{key}")
    wrong = {**row, "issuerKeyHash": "0" * 64}
    check = CHECKS["installed_certificate"]

    with pytest.raises(Failed, match="issuerKeyHash differs"):
        check.run(lab, answer={"certificateHashData": [wrong]}, name="other-root-{key}")
    with pytest.raises(Failed, match="is in the list"):
        answer = {"certificateHashData": [row]}
        check.run(lab, answer=answer, name="other-root-{key}", is_there=False)
    with pytest.raises(Failed, match="SHA1"):
        answer = {"certificateHashData": [{**row, "hashAlgorithm": "SHA1"}]}
        check.run(lab, answer=answer, name="other-root-{key}")


def test_signs_a_firmware_and_another_file_when_it_has_to_be_wrong(lab):
    lab.files.path("firmware.bin").write_bytes(b"data")
    make = MAKERS["firmware_signature"].run

    assert make(lab, file="firmware.bin") != make(lab, file="firmware.bin", is_wrong=True)
    lab.settings.firmware_signature = str(lab.files.path("signature"))
    lab.files.path("signature").write_text("c2lnbmVk\n")
    assert make(lab, file="firmware.bin") == "c2lnbmVk"


def test_gives_the_password_as_the_key_wants_it(lab):
    make = MAKERS["authorization_key"].run

    assert make(lab) == b"sixteen letters.".hex().upper()
    lab.settings.password = "AB" * 20
    assert make(lab) == "AB" * 20


def test_gives_certificates_of_the_kind_that_the_lab_uses(lab, pki):
    lab.settings.key_type = "rsa"

    text = MAKERS["certificate"].run(lab, name="firmware-signing-{key}", is_chain=True)

    assert text == pki["firmware-signing-rsa"].chain_pem.read_text()
