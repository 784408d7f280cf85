"""`chargecore pki`: every chain of the lab PKI, judged by `cryptography` and by openssl."""

import base64
import datetime
import ipaddress
import re
import shutil
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from chargecore_tools.pki import Pki, PkiError, make_pki, sign_csr, sign_firmware
from chargecore_tools.pki.plan import ALGORITHMS, CLIENT, SERVER, SIGNER, rows

_NOW = datetime.datetime.now(datetime.timezone.utc)
_OPENSSL = shutil.which("openssl")
ROWS = {row.name: row for row in rows()}

# What openssl says of a server's certificate and its chain, given the root: "" = all is well.
SERVER_FAULTS = {
    "": "",
    "-expired": "certificate has expired",
    "-not-yet-valid": "certificate is not yet valid",
    "-wrong-name": "hostname mismatch",
    "-wrong-ca": "unable to get local issuer certificate",
    "-revoked": "certificate revoked",
    "-no-intermediate": "unable to get local issuer certificate",
    "-expired-ca": "certificate has expired",
    "-client-usage": "certificate purpose",
    "-weak-key": "key too weak",
    "-cn-only": "",
}
CLIENT_FAULTS = {
    "": "",
    "-wrong-ca": "unable to get local issuer certificate",
    "-expired": "certificate has expired",
    "-wrong-serial": "",
    "-apart": "",
}


def _names(subject, oid):
    return [attribute.value for attribute in subject.get_attributes_for_oid(oid)]


def _leaf_and_rest(sample):
    chain = [x509.load_der_x509_certificate(der) for der in sample.chain_der]
    return chain[0], chain[1:]


# ---- the plan ----


def test_makes_what_a_certificate_needs_before_it():
    seen = set()
    for row in rows():
        assert row.name not in seen
        assert not row.issuer or row.issuer in seen
        assert row.key in (*ALGORITHMS, "rsa-1024") or row.key in seen
        seen.add(row.name)


def test_every_certificate_is_signed_by_the_one_that_the_plan_names(pki):
    for sample in pki:
        issuer = pki[sample.issuer or sample.name]
        sample.certificate.verify_directly_issued_by(issuer.certificate)


def test_every_certificate_is_valid_when_its_name_says_so(pki):
    for sample in pki:
        made = sample.certificate
        is_good = made.not_valid_before_utc < _NOW < made.not_valid_after_utc
        assert is_good == (ROWS[sample.name].validity == "good"), sample.name


def test_every_certificate_has_its_key(pki):
    for sample in pki:
        public = sample.certificate.public_key()
        assert sample.key.public_key() == public
        assert load_der_private_key(sample.key_der.read_bytes(), None).public_key() == public
        is_ecdsa = isinstance(public, ec.EllipticCurvePublicKey)
        assert is_ecdsa == ("ecdsa" in sample.name)
        assert public.key_size == (256 if is_ecdsa else 1024 if "weak" in sample.name else 2048)


def test_a_bad_sample_has_the_key_of_the_good_one(pki):
    for name in ("server-rsa", "server-ecdsa", "client-ecdsa", "firmware-signing-rsa"):
        good = pki[name].certificate.public_key()
        same = [s for s in pki if s.name.startswith(name) and s.kind == pki[name].kind]
        assert all(s.certificate.public_key() == good for s in same if "weak" not in s.name)
        assert len(same) > 3


# ---- judged by cryptography ----


@pytest.mark.parametrize("kind", ALGORITHMS)
@pytest.mark.parametrize("fault", sorted(SERVER_FAULTS.keys() - {"-revoked", "-weak-key"}))
def test_cryptography_takes_only_the_good_server(pki, kind, fault):
    leaf, rest = _leaf_and_rest(pki[f"server-{kind}{fault}"])
    builder = PolicyBuilder().store(Store([pki[f"csms-root-{kind}"].certificate])).time(_NOW)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]

    for name in names:
        verifier = builder.build_server_verifier(name)
        if fault:
            with pytest.raises(VerificationError):
                verifier.verify(leaf, rest)
        else:
            assert len(verifier.verify(leaf, rest)) == 3


@pytest.mark.parametrize("kind", ALGORITHMS)
def test_crl_lists_the_revoked_server_alone(pki, kind):
    crl = x509.load_der_x509_crl(pki.crl(kind).read_bytes())

    assert crl.is_signature_valid(pki[f"csms-intermediate-{kind}"].certificate.public_key())
    serial = pki[f"server-{kind}-revoked"].certificate.serial_number
    assert [revoked.serial_number for revoked in crl] == [serial]


@pytest.mark.parametrize("kind", ALGORITHMS)
def test_client_names_station_and_operator(pki, kind):
    subject = pki[f"client-{kind}"].certificate.subject

    assert _names(subject, NameOID.COMMON_NAME) == [pki.serial] == ["SIM0001"]
    assert _names(subject, NameOID.ORGANIZATION_NAME) == [pki.cpo] == ["Lab CPO"]


def test_only_the_sample_of_pss_is_signed_with_pss(pki):
    for sample in pki:
        parameters = sample.certificate.signature_algorithm_parameters
        assert isinstance(parameters, padding.PSS) == (sample.name == "server-rsa-pss")


# ---- judged by openssl, where there is one ----


def _openssl_says(sample, root, purpose, *more):
    """Return what `openssl verify` says of the chain of a sample."""
    command = [_OPENSSL, "verify", "-no-CAfile", "-no-CApath", "-no-CAstore", "-auth_level", "2"]
    command += ["-purpose", purpose, "-trusted", root, "-untrusted", sample.chain_pem, *more]
    said = subprocess.run([*command, sample.pem], capture_output=True, text=True)
    assert (said.returncode == 0) == said.stdout.endswith(": OK\n")
    return "" if said.returncode == 0 else said.stderr


def test_openssl_agrees_on_every_server(pki):
    for kind in ALGORITHMS if _OPENSSL else ():
        root = pki[f"csms-root-{kind}"].pem
        crl = pki.file(f"csms/csms-intermediate-{kind}.crl.pem")
        for fault, text in SERVER_FAULTS.items():
            if f"server-{kind}{fault}" in ROWS:
                more = ["-verify_hostname", "localhost"]
                more += ["-crl_check", "-CRLfile", crl] if fault in ("", "-revoked") else []
                sample = pki[f"server-{kind}{fault}"]
                said = _openssl_says(sample, root, "sslserver", *more)
                assert text in said and bool(said) == bool(text), sample.name


def test_openssl_agrees_on_the_next_root_and_on_pss(pki):
    for kind in ALGORITHMS if _OPENSSL else ():
        server, root = pki[f"server-{kind}-next"], pki[f"csms-root-{kind}-next"]
        assert _openssl_says(server, root.pem, "sslserver", "-partial_chain") == ""
        old = pki[f"csms-root-{kind}"].pem
        assert _openssl_says(server, old, "sslserver", "-untrusted", root.pem) == ""
    if _OPENSSL:
        assert _openssl_says(pki["server-rsa-pss"], pki["csms-root-rsa"].pem, "sslserver") == ""


def test_openssl_agrees_on_every_client(pki):
    for kind in ALGORITHMS if _OPENSSL else ():
        for fault, text in CLIENT_FAULTS.items():
            sample = pki[f"client-{kind}{fault}"]
            said = _openssl_says(sample, pki.client_ca, "sslclient")
            assert text in said and bool(said) == bool(text), sample.name


def test_good_clients_end_in_the_roots_of_the_server(pki):
    """A02.FR.06: servers and stations of an operator are one hierarchy."""
    for kind in ALGORITHMS:
        chain = [x509.load_der_x509_certificate(der) for der in pki[f"client-{kind}"].chain_der]
        chain[0].verify_directly_issued_by(chain[1])
        chain[1].verify_directly_issued_by(pki[f"csms-root-{kind}"].certificate)


def test_openssl_agrees_on_every_signer(pki):
    faults = {
        "": "",
        "-expired": "certificate has expired",
        "-not-yet-valid": "certificate is not yet valid",
        "-wrong-ca": "unable to get local issuer certificate",
    }
    for kind in ALGORITHMS if _OPENSSL else ():
        for fault, text in faults.items():
            sample = pki[f"firmware-signing-{kind}{fault}"]
            said = _openssl_says(sample, pki[f"manufacturer-root-{kind}"].pem, "any")
            assert text in said and bool(said) == bool(text), sample.name


def test_signers_are_for_code_but_for_one(pki):
    for sample in pki:
        if sample.kind == SIGNER:
            usage = sample.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
            is_for_code = ExtendedKeyUsageOID.CODE_SIGNING in usage.value
            assert is_for_code != sample.name.endswith("-not-for-code")


# ---- files ----


def test_index_lists_the_files_that_are_there(pki):
    paths = [p.relative_to(pki.folder).as_posix() for p in pki.folder.rglob("*") if p.is_file()]

    assert sorted(paths) == sorted([*pki.facts["files"], "index.json"])


def test_only_the_owner_can_read_private_keys(pki):
    keys = list(pki.folder.rglob("*.key.*"))

    assert len(keys) == 2 * len(ROWS)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in keys)


def test_der_and_pem_hold_the_same(pki):
    for sample in pki:
        assert sample.certificate.public_bytes(Encoding.DER) == sample.der.read_bytes()
        if sample.kind in (SERVER, CLIENT, SIGNER):
            assert sample.chain_der[0] == sample.der.read_bytes()


def test_intermediates_follow_the_certificate_in_its_chain(pki):
    assert len(pki["server-rsa"].chain_der) == 2
    assert pki["server-rsa"].chain_der[1] == pki["csms-intermediate-rsa"].der.read_bytes()
    assert len(pki["server-rsa-no-intermediate"].chain_der) == 1
    assert len(pki["client-ecdsa"].chain_der) == 2


def test_readme_names_every_certificate_and_no_file_that_is_missing(pki):
    text = pki.file("README.md").read_text()

    assert all(f"`{name}`" in text for name in ROWS)
    for path in re.findall(r"\b(?:csms|csms-bad|charge-point|manufacturer)/[\w.-]*\w", text):
        is_there = pki.file(path).exists() or pki.file(f"{path}.pem").exists()
        assert is_there or list(pki.folder.glob(f"{path}*")), path


def test_makes_the_same_files_with_other_keys_each_time(pki, tmp_path):
    other = make_pki(tmp_path / "lab", serial="CC-7", cpo="Other", hosts=("csms.lab", "::1"))

    assert other.facts["files"] == pki.facts["files"]
    assert other["server-rsa"].key.public_key() != pki["server-rsa"].key.public_key()
    made = other["server-ecdsa"].certificate
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["csms.lab"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("::1")]
    assert _names(other["client-rsa"].certificate.subject, NameOID.COMMON_NAME) == ["CC-7"]


def test_has_no_certificate_of_another_name(pki):
    with pytest.raises(PkiError, match="no-such"):
        pki["no-such"]


def test_a_folder_without_an_index_is_no_pki(tmp_path):
    for content in (None, "{", "[]", '{"format": 0}'):
        if content is not None:
            (tmp_path / "index.json").write_text(content)
        with pytest.raises(PkiError):
            Pki(tmp_path)


# ---- what a lab does with it ----


def _csr(key, *, organization="Lab CPO", common_name="SIM0001"):
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    return request.public_bytes(Encoding.PEM)


@pytest.mark.parametrize("ca", ["cp-sub-rsa", "cp-sub-ecdsa", "cp-root-ecdsa"])
def test_signs_the_csr_of_a_station(pki, ca):
    key = ec.generate_private_key(ec.SECP256R1())

    chain = x509.load_pem_x509_certificates(sign_csr(pki, _csr(key), ca))

    chain[0].verify_directly_issued_by(pki[ca].certificate)
    assert chain[0].public_key() == key.public_key()
    assert _names(chain[0].subject, NameOID.COMMON_NAME) == ["SIM0001"]
    assert len(chain) == (1 if "root" in ca else 2)


def test_refuses_a_csr_that_is_damaged(pki):
    good = _csr(ec.generate_private_key(ec.SECP256R1()))
    lines = good.splitlines()
    der = bytearray(base64.b64decode(b"".join(lines[1:-1])))
    der[-1] ^= 1
    request = x509.load_der_x509_csr(bytes(der))

    for bad in (b"", b"text", good[:-40], request.public_bytes(Encoding.PEM)):
        with pytest.raises(PkiError):
            sign_csr(pki, bad)


def _verify(public, signature, data, scheme):
    raw = base64.b64decode(signature, validate=True)
    if scheme == "ecdsa":
        return public.verify(raw, data, ec.ECDSA(SHA256()))
    used = padding.PKCS1v15()
    if scheme == "rsa-pss":
        used = padding.PSS(padding.MGF1(SHA256()), 32)
    return public.verify(raw, data, used, SHA256())


@pytest.mark.parametrize("scheme", ["rsa-pss", "rsa-pkcs1", "ecdsa"])
def test_signatures_of_the_sample_firmware_are_right_and_wrong(pki, scheme):
    stem = f"manufacturer/sample-firmware.{scheme}"
    data = pki.file("manufacturer/sample-firmware.bin").read_bytes()
    signer = pki["firmware-signing-ecdsa" if scheme == "ecdsa" else "firmware-signing-rsa"]
    public = signer.certificate.public_key()

    _verify(public, pki.file(f"{stem}.sig.b64").read_bytes(), data, scheme)
    _verify(public, sign_firmware(pki, data, scheme), data, scheme)
    with pytest.raises(InvalidSignature):
        _verify(public, pki.file(f"{stem}.bad.sig.b64").read_bytes(), data, scheme)


def test_refuses_a_scheme_that_the_key_does_not_have(pki):
    with pytest.raises(PkiError):
        sign_firmware(pki, b"x", "md5")
    with pytest.raises(PkiError):
        sign_firmware(pki, b"x", "ecdsa", "firmware-signing-rsa")
    assert isinstance(pki["firmware-signing-rsa"].key, rsa.RSAPrivateKey)
