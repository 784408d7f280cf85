"""Any bytes where a certificate, key or signature is expected: a CertError at most, and an end.

Time is bounded by counting: every element of DER is stepped over once or a few times, so that the
steps grow with the length and not faster.
"""

from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chargecore.security import pem
from chargecore.security.cert_error import CertError
from chargecore.security.cert_hash import hash_data
from chargecore.security.chain import CA, CLIENT_AUTH, CODE_SIGNING, ChainCheck
from chargecore.security.csr import CsrMaker
from chargecore.security.der import ANY_TAG, DerReader
from chargecore.security.p256_key import P256Key
from chargecore.security.rsa_key import rsa_key
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_OTHER, SCHEME_PKCS1, SCHEME_PSS
from chargecore.security.signer import Signer
from chargecore.security.verifier import SignatureCheck
from chargecore.security.whys import text_of
from chargecore.security.x509 import Certificate
from fakes.cert_maker import (
    CertMaker,
    LabKey,
    basic_constraints,
    extended_usage,
    extension,
    key_usage,
)
from fakes.rsa_lab import LabRsaKey
from fakes.step_through import run_steps

_EC, _RSA = LabKey(2), LabRsaKey()
_DIGEST = bytes(range(32))


def _full(maker):
    maker.extensions = [
        basic_constraints(True, 1),
        key_usage(0x61),
        extended_usage(b"\x2b\x06\x01\x05\x05\x07\x03\x02"),
        extension(14, b"\x04\x02ab", False),
    ]
    return maker.der()


_SAMPLES = (
    _full(CertMaker()),
    _full(CertMaker(b"Root", b"Root", _EC, _EC)),
    _full(CertMaker(b"Root", b"Root", _RSA, _RSA)),
    CertMaker().der(),
)
_SIGNATURES = (_EC.sign(_DIGEST), _RSA.sign(_DIGEST), _RSA.sign_pss(_DIGEST))
_BYTES = st.binary(max_size=300)
_PIECES = st.binary(max_size=4) | st.sampled_from((b"\x30\x80", b"\x82\xff\xff", b"\x84"))


@st.composite
def _bent(draw, samples):
    """One of the samples with some bytes changed, left out or put in."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        count = draw(st.integers(0, 4))
        data[at : at + count] = draw(_PIECES)
    if draw(st.booleans()):
        del data[draw(st.integers(0, len(data))) :]
    return bytes(data)


def _error_of(act, *arguments):
    """Return what act raises. Errors: whatever is no CertError."""
    try:
        act(*arguments)
    except CertError as error:
        assert text_of(error.why) != b"unknown"
        return error
    return None


class _Counted:
    """Counts the elements that are stepped over."""

    def __init__(self):
        self.count = 0
        self._skip = DerReader.skip

    def __enter__(self):
        def skip(reader, tag):
            self.count += 1
            self._skip(reader, tag)

        self._patch = mock.patch.object(DerReader, "skip", skip)
        self._patch.start()
        return self

    def __exit__(self, *error):
        self._patch.stop()


@settings(max_examples=600)
@given(_bent(_SAMPLES) | _BYTES)
@example(b"\x30" * 4096)
@example(b"\x30\x80" * 2048)
@example(b"\x30\x82\x0f\xfc" + b"\x31\x00" * 2046)
def test_any_bytes_are_a_certificate_or_refused(data):
    with _Counted() as counted:
        error = _error_of(Certificate, data)

    assert counted.count <= len(data) + 10
    if error is None:
        found = Certificate(data)
        assert found.der == data
        assert 0 < found.tbs_start < found.tbs_end < len(data)
        assert [len(part) for part in hash_data(found)[:2]] == [64, 64]


@settings(max_examples=300)
@given(_BYTES, st.lists(st.sampled_from("pstubox"), max_size=20))
def test_any_bytes_are_der_or_refused(data, calls):
    readers = [DerReader(data, 0, len(data))]

    def act(reader, call):
        if call == "p":
            assert -1 <= reader.peek() <= 255
        elif call == "o":
            readers.append(reader.open(ANY_TAG))
        elif call == "s":
            reader.skip(ANY_TAG)
        elif call == "t":
            reader.take_whole(ANY_TAG)
        elif call == "u":
            reader.take_unsigned(32)
        elif call == "b":
            reader.take_bits()
        else:
            reader.take_oid()

    for call in calls:
        reader = readers[-1]
        before = reader.at
        if _error_of(act, reader, call) is None and call not in "p":
            assert before < reader.at <= reader.end <= len(data)
            assert reader.start <= reader.at


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            (
                b"-----BEGIN CERTIFICATE-----",
                b"-----END CERTIFICATE-----",
                b"-----BEGIN ",
                b"-----",
                b"\n",
                b"MIIB",
                b"AA==",
                b"=",
                b" ",
            )
        )
        | st.binary(max_size=8),
        max_size=20,
    )
)
def test_any_text_is_pem_or_refused(pieces):
    text = b"".join(pieces)

    if _error_of(pem.blocks, text) is None:
        assert 1 <= len(pem.blocks(text)) <= 4
        again = b"".join(pem.encode(der, b"CERTIFICATE") for der in pem.blocks(text))
        assert pem.blocks(again) == pem.blocks(text)


@settings(max_examples=200)
@given(
    _bent(_SIGNATURES) | _BYTES,
    st.sampled_from((_DIGEST, b"", _DIGEST[:20])) | st.binary(max_size=40),
    st.sampled_from((None, SCHEME_OTHER, SCHEME_PKCS1, SCHEME_PSS, SCHEME_ECDSA, 9)),
    st.integers(-1, 300),
)
def test_any_signature_comes_to_a_verdict(signature, digest, scheme, salt_len):
    for key, good in ((P256Key(_EC.bits), _SIGNATURES[:1]), (_RSA.public_key, _SIGNATURES[1:])):
        verdict = run_steps(SignatureCheck(key, digest, signature, scheme, salt_len), 200)

        assert verdict in (1, -1)
        if verdict == 1:
            assert digest == _DIGEST and (signature in good or key.bits != 2048)


_CERTIFICATES = [Certificate(der) for der in _SAMPLES]


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(_CERTIFICATES), max_size=9),
    st.lists(st.sampled_from(_CERTIFICATES), max_size=3),
    st.integers(-5, 1 << 30),
    st.sampled_from((CLIENT_AUTH, CODE_SIGNING, CA)),
)
def test_any_chain_comes_to_an_end(chain, roots, now_s, purpose):
    check = ChainCheck(chain, roots, now_s, purpose)

    _error_of(run_steps, check, 5_000)


@settings(max_examples=100)
@given(st.binary(max_size=140), st.binary(max_size=140))
def test_any_name_is_asked_for_or_refused(organization, common_name):
    signer = Signer((2).to_bytes(32, "big"), P256Key(_EC.bits))

    _error_of(CsrMaker, signer, organization, common_name)


@settings(max_examples=200)
@given(_bent((_EC.bits, _RSA.key_bits)) | _BYTES)
def test_any_bytes_are_a_key_or_refused(data):
    _error_of(P256Key, data)
    _error_of(rsa_key, data)
