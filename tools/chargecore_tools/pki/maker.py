"""make_pki(): makes a lab PKI in a folder."""

import datetime
import hashlib

from cryptography.hazmat.primitives.serialization import Encoding

from chargecore_tools.pki import certificates, plan
from chargecore_tools.pki.checks import check_options
from chargecore_tools.pki.files import README, Files
from chargecore_tools.pki.keys import der_of, make_key, pem_of
from chargecore_tools.pki.pki import FORMAT, Pki
from chargecore_tools.pki.readme import readme
from chargecore_tools.pki.signing import SCHEMES, signature_of

HOSTS = ("localhost", "127.0.0.1")
SERIAL = "SIM0001"  # the serial number of `chargecore sim`
CPO = "Lab CPO"
DAYS = 365
_WRONG_HOST = "wrong.example"


def make_pki(folder, serial=SERIAL, cpo=CPO, hosts=HOSTS, days=DAYS, force=False):
    """Make the PKI and return it. Takes some seconds: RSA keys. Errors: PkiError.

    days is how long certificates of servers, stations and signers are valid; CAs ten years more.
    """
    check_options(serial, cpo, hosts, days)
    files = Files(folder, force)
    work = _Work(files, serial, cpo, tuple(hosts), days)
    for row in plan.rows():
        work.make(row)
    work.write_bundles()
    work.write_sample_firmware()
    return work.finish()


class _Work:
    """What is made so far."""

    def __init__(self, files, serial, cpo, hosts, days):
        self._files = files
        self._options = {"serial": serial, "cpo": cpo, "hosts": list(hosts), "days": days}
        self._hosts = hosts
        self._now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self._keys = {}  # name -> private key
        self._made = {}  # name -> certificate
        self._rows = {}  # name -> Row
        self._names = []  # files, in the order in which they were made

    def make(self, row):
        """Make one certificate with its files."""
        key = self._keys.get(row.key) or make_key(row.key)
        issuer = (self._made.get(row.issuer), self._keys.get(row.issuer, key))
        hosts = (_WRONG_HOST,) if row.common_name == _WRONG_HOST else self._hosts
        period = certificates.period_of(row, self._now, self._options["days"])
        certificate = certificates.build(
            row, self._subject(row), key.public_key(), period, issuer, hosts
        )
        self._keys[row.name], self._made[row.name], self._rows[row.name] = key, certificate, row
        stem = f"{row.folder}/{row.name}"
        self._write(f"{stem}.pem", _pem(certificate))
        self._write(f"{stem}.der", certificate.public_bytes(Encoding.DER))
        if not row.is_authority:
            chain = [self._made[name] for name in self._chain(row)]
            self._write(f"{stem}.chain.pem", b"".join(map(_pem, chain)))
        self._write(f"{stem}.key.pem", pem_of(key), is_private=True)
        self._write(f"{stem}.key.der", der_of(key), is_private=True)

    def _subject(self, row):
        title = {plan.SERVER: self._hosts[0], plan.CLIENT: self._options["serial"]}
        common_name = row.common_name or title.get(row.kind, f"Lab {row.name}")
        return certificates.name_of(common_name, self._options["cpo"])

    def _chain(self, row):
        """Return the names that its chain file holds: itself and its intermediates."""
        names = [row.name]
        while row.has_intermediates and self._rows[row.issuer].kind == plan.SUB:
            row = self._rows[row.issuer]
            names.append(row.name)
        return names

    def write_bundles(self):
        """Write the roots that belong together, and the CRLs."""
        for folder, file, prefixes in (
            (plan.CSMS, "csms-roots", ("csms-root",)),
            (plan.CHARGE_POINT, "client-ca", ("csms-root", "cp-root")),
        ):
            names = [f"{prefix}-{kind}" for prefix in prefixes for kind in plan.ALGORITHMS]
            roots = [self._made[name] for name in names]
            self._write(f"{folder}/{file}.pem", b"".join(map(_pem, roots)))
        for kind in plan.ALGORITHMS:
            name = f"csms-intermediate-{kind}"
            revoked = [
                self._made[row.name]
                for row in self._rows.values()
                if row.is_revoked and row.issuer == name
            ]
            issuer = self._made[name], self._keys[name]
            crl = certificates.build_crl(revoked, issuer, self._now, self._options["days"])
            for ending, encoding in ((".pem", Encoding.PEM), (".der", Encoding.DER)):
                self._write(f"{plan.CSMS}/{name}.crl{ending}", crl.public_bytes(encoding))

    def write_sample_firmware(self):
        """Write a file that stands for an image, and what signs it, rightly and wrongly."""
        seed = b"chargecore sample firmware"
        data = b"".join(hashlib.sha256(seed + bytes((i,))).digest() for i in range(128))
        stem = f"{plan.MANUFACTURER}/sample-firmware"
        self._write(f"{stem}.bin", data)
        for scheme in SCHEMES:
            key = self._keys[f"firmware-signing-{SCHEMES[scheme]}"]
            self._write(f"{stem}.{scheme}.sig.b64", signature_of(data, key, scheme))
            self._write(f"{stem}.{scheme}.bad.sig.b64", signature_of(data[1:], key, scheme))

    def finish(self):
        """Write README and index and return the Pki."""
        rows = [
            {
                "name": row.name,
                "folder": row.folder,
                "kind": row.kind,
                "issuer": row.issuer,
                "what": row.what,
                "notBefore": self._made[row.name].not_valid_before_utc.isoformat(),
                "notAfter": self._made[row.name].not_valid_after_utc.isoformat(),
            }
            for row in self._rows.values()
        ]
        facts = {"format": FORMAT, "made": self._now.isoformat(), **self._options}
        self._write(README, readme(facts, self._rows.values()).encode())
        self._files.write_index({**facts, "certificates": rows, "files": sorted(self._names)})
        return Pki(self._files.folder)

    def _write(self, name, data, is_private=False):
        self._files.write(name, data, is_private)
        self._names.append(name)


def _pem(certificate):
    return certificate.public_bytes(Encoding.PEM)
