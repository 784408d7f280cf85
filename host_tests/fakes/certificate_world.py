"""CertificateWorld: a station with roots, keys and requests, and a CA in the test's hand."""

import binascii

from chargecore.security import pem
from fakes.cert_maker import CLIENT_AUTH, CertMaker, LabKey, extended_usage, key_usage
from fakes.core_world import Flash
from fakes.ocpp16_world import Ocpp16World
from fakes.scratch import new_folder

CPO = "Example Grid"
SERIAL = "SN0001"
_NAME = b"SN0001"
SERVER_ROOT = "CentralSystemRootCertificate"
MAKER_ROOT = "ManufacturerRootCertificate"
VERIFY_MS = 20_000  # a check of two signatures, 16 steps per pass
_DIGITAL_SIGNATURE = 1


def text_of(*ders):
    """Return certificates as PEM text."""
    return b"".join([pem.encode(der, b"CERTIFICATE") for der in ders]).decode()


def root(number, name=b"Root", **parts):
    """Return the DER of a self-signed root whose key has that private number."""
    key = LabKey(number)
    return made(CertMaker(name, name, key, key).as_ca(), parts)


def made(maker, parts):
    """Return the DER of a CertMaker with some parts replaced."""
    for part in parts:
        setattr(maker, part, parts[part])
    return maker.der()


class RequestedKey:
    """The public key in a CSR; nobody here has the private one."""

    def __init__(self, csr_text):
        self.csr = pem.blocks(csr_text.encode(), b"CERTIFICATE REQUEST")[0]
        at = self.csr.find(b"\x03\x42\x00\x04")
        self.bits = self.csr[at + 3 : at + 68]
        self.info = LabKey(1).info[:-65] + self.bits


def leaf(key, issuer=b"Root", by=1, subject=_NAME, **parts):
    """Return the DER of a station's certificate."""
    maker = CertMaker(subject, issuer, key, LabKey(by))
    maker.extensions = [key_usage(_DIGITAL_SIGNATURE), extended_usage(CLIENT_AUTH)]
    return made(maker, parts)


class FakeDesk:
    """A SecurityDesk that remembers."""

    def __init__(self):
        self.reports = []

    def report(self, code, info=b""):
        """Take an event."""
        self.reports.append((code, bytes(info)))


class CertificateWorld(Ocpp16World):
    """`case` removes the folder of the flash. has_cpo: CpoName is set."""

    def __init__(self, case, station=None, flash=None, presets=None, has_cpo=True):
        fields = {"serial": SERIAL}
        fields.update(station or {})
        if flash is None:
            flash = Flash(new_folder(case))
        super().__init__(fields, flash, 7, presets)
        self.core.security = FakeDesk()
        self.credentials = self.core.credentials
        self.boot()
        if has_cpo:
            self.set("CpoName", CPO)

    def install(self, der, kind=SERVER_ROOT):
        """Send InstallCertificate. Return its status."""
        return self.install_text(text_of(der), kind)

    def install_text(self, text, kind=SERVER_ROOT):
        """Send InstallCertificate with any text."""
        payload = {"certificateType": kind, "certificate": text}
        answer = self.ask("InstallCertificate", payload, VERIFY_MS)
        return answer["status"] if isinstance(answer, dict) else answer

    def installed(self, kind=SERVER_ROOT):
        """Return the hashes that the station lists, None for NotFound."""
        answer = self.ask("GetInstalledCertificateIds", {"certificateType": kind})
        return answer.get("certificateHashData")

    def delete(self, hashes):
        """Send DeleteCertificate. Return its status."""
        return self.status_of("DeleteCertificate", certificateHashData=hashes)

    def request(self):
        """Have the station make a key. Return its RequestedKey, None when it sends no request."""
        before = len(self.payloads("SignCertificate"))
        self.status_of("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
        self.run_ms(VERIFY_MS)
        found = self.payloads("SignCertificate")[before:]
        return RequestedKey(found[0]["csr"]) if found else None

    def signed(self, *ders):
        """Send CertificateSigned. Return its status."""
        answer = self.ask("CertificateSigned", {"certificateChain": text_of(*ders)}, VERIFY_MS)
        return answer["status"] if isinstance(answer, dict) else answer

    def told(self):
        """Return (code, info) of the security events since the last time."""
        reports, self.core.security.reports = self.core.security.reports, []
        return reports


def hex_of(data):
    """Return bytes as lower case hex text."""
    return binascii.hexlify(data).decode()
