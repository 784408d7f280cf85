"""What is in a lab PKI: one row per certificate, in the order in which they are made.

A sample that is bad is bad in one thing only: it has the key of the good one wherever the key is
not the fault. Names never change once published: scripts of labs are written against them.
"""

from dataclasses import dataclass

# ---- what a certificate is for ----
ROOT = "root"
SUB = "sub"
SERVER = "server"
CLIENT = "client"
SIGNER = "signer"

# ---- when it is valid ----
GOOD = "good"
EXPIRED = "expired"
FUTURE = "future"

RSA = "rsa"
ECDSA = "ecdsa"
WEAK = "rsa-1024"
ALGORITHMS = (RSA, ECDSA)

CSMS = "csms"
BAD_SERVERS = "csms-bad"
CHARGE_POINT = "charge-point"
MANUFACTURER = "manufacturer"


@dataclass(frozen=True)
class Row:
    """One certificate. `name` is the stem of its files in `folder`."""

    folder: str
    name: str
    kind: str
    key: str  # an algorithm, or the name of the row whose key it has
    issuer: str  # name of a row; "" signs itself
    what: str  # for the README
    validity: str = GOOD
    is_ca: bool = True  # of roots: False leaves basicConstraints at CA:FALSE
    is_pss: bool = False  # signed with RSA-PSS instead of PKCS #1 v1.5
    common_name: str = ""  # "" = as the kind has it: host, serial or a title
    usage: str = ""  # extended key usage, "" = as the kind has it
    has_intermediates: bool = True  # whether its chain file holds more than itself
    has_names: bool = True  # of servers: whether it has a subjectAltName
    is_revoked: bool = False

    @property
    def is_authority(self):
        """Return whether others are signed with it."""
        return self.kind in (ROOT, SUB)


def _csms(kind):
    root, sub, server = f"csms-root-{kind}", f"csms-intermediate-{kind}", f"server-{kind}"
    return (
        Row(CSMS, root, ROOT, kind, "", "root of the central system: install it on the station"),
        Row(CSMS, sub, SUB, kind, root, "intermediate CA: sent by the server, not installed"),
        Row(CSMS, server, SERVER, kind, sub, "the server's own certificate: good"),
        Row(
            CSMS,
            f"{server}-cn-only",
            SERVER,
            server,
            sub,
            "good as the whitepaper has it: the host name stands in CN alone (A00.FR.511)",
            has_names=False,
        ),
        Row(
            CSMS,
            f"csms-root-{kind}-next",
            ROOT,
            kind,
            root,
            "the next root, signed by the present one: AdditionalRootCertificateCheck takes it",
        ),
        Row(
            CSMS,
            f"server-{kind}-next",
            SERVER,
            server,
            f"csms-root-{kind}-next",
            "server certificate below the next root",
        ),
    )


def _bad_servers(kind):
    server, sub = f"server-{kind}", f"csms-intermediate-{kind}"
    other = f"other-root-{kind}"

    def bad(fault, what, issuer=sub, **more):
        name = f"{server}-{fault}"
        return Row(BAD_SERVERS, name, SERVER, server, issuer, what, **more)

    return (
        Row(BAD_SERVERS, other, ROOT, kind, "", "root that the station does not know"),
        Row(
            BAD_SERVERS,
            f"csms-root-{kind}-expired",
            ROOT,
            f"csms-root-{kind}",
            "",
            "expired root: InstallCertificate rejects it",
            validity=EXPIRED,
        ),
        Row(
            BAD_SERVERS,
            f"csms-root-{kind}-not-ca",
            ROOT,
            f"csms-root-{kind}",
            "",
            "signs itself, but is no CA (CA:FALSE): InstallCertificate rejects it",
            is_ca=False,
        ),
        Row(
            BAD_SERVERS,
            f"csms-intermediate-{kind}-expired",
            SUB,
            sub,
            f"csms-root-{kind}",
            "expired intermediate CA",
            validity=EXPIRED,
        ),
        bad("expired", "expired", validity=EXPIRED),
        bad("not-yet-valid", "valid only from next month on", validity=FUTURE),
        bad("wrong-name", "for another host", common_name="wrong.example"),
        bad("wrong-ca", "signed by a root that the station does not know", other),
        bad("revoked", "revoked: listed in the CRL of the intermediate", is_revoked=True),
        bad("no-intermediate", "good, but sent without it", has_intermediates=False),
        bad("expired-ca", "good, below an expired intermediate", f"{sub}-expired"),
        bad("client-usage", "for clients only (extendedKeyUsage)", usage=CLIENT),
    )


_WEAK = Row(
    BAD_SERVERS,
    "server-rsa-weak-key",
    SERVER,
    WEAK,
    "csms-intermediate-rsa",
    "key of 1024 bits only",
)
_PSS = Row(
    CSMS,
    "server-rsa-pss",
    SERVER,
    "server-rsa",
    "csms-intermediate-rsa",
    "good, signed with RSA-PSS: many a TLS library of a charger does not read that",
    is_pss=True,
)


def _charge_point(kind):
    root, sub, client = f"cp-root-{kind}", f"cp-sub-{kind}", f"client-{kind}"
    other = f"cp-other-root-{kind}"

    def bad(fault, what, issuer=sub, **more):
        return Row(CHARGE_POINT, f"{client}-{fault}", CLIENT, client, issuer, what, **more)

    return (
        # Servers and stations of an operator are one hierarchy: A00 2.6.2, A02.FR.06.
        Row(
            CHARGE_POINT,
            sub,
            SUB,
            kind,
            f"csms-root-{kind}",
            "CA of the operator that signs the CSRs of stations",
        ),
        Row(CHARGE_POINT, client, CLIENT, kind, sub, "the station's certificate: good"),
        Row(
            CHARGE_POINT,
            root,
            ROOT,
            kind,
            "",
            "root of a CA for stations outside of the operator's hierarchy: the server knows it; "
            "a station takes no certificate below it unless it is installed",
        ),
        bad("apart", "signed by that root: good for the server", root),
        Row(CHARGE_POINT, other, ROOT, kind, "", "root that the server does not know"),
        bad("wrong-ca", "signed by a root that the server does not know", other),
        bad("expired", "expired", validity=EXPIRED),
        bad(
            "wrong-serial",
            "for a station with another serial number",
            common_name="ANOTHER-STATION",
        ),
    )


def _manufacturer(kind):
    root, sub = f"manufacturer-root-{kind}", f"manufacturer-sub-{kind}"
    signer, other = f"firmware-signing-{kind}", f"other-manufacturer-root-{kind}"

    def bad(fault, what, issuer=sub, **more):
        return Row(MANUFACTURER, f"{signer}-{fault}", SIGNER, signer, issuer, what, **more)

    return (
        Row(MANUFACTURER, root, ROOT, kind, "", "the maker's root: install it on the station"),
        Row(MANUFACTURER, sub, SUB, kind, root, "the maker's CA for signers of firmware"),
        Row(MANUFACTURER, signer, SIGNER, kind, sub, "signs firmware: good"),
        Row(MANUFACTURER, other, ROOT, kind, "", "root that the station does not know"),
        bad("expired", "expired", validity=EXPIRED),
        bad("not-yet-valid", "valid only from next month on", validity=FUTURE),
        bad("not-for-code", "for servers, not for code (extendedKeyUsage)", usage=SERVER),
        bad("wrong-ca", "signed by a root that the station does not know", other),
    )


def rows():
    """Return every row; an issuer and the owner of a key stand before those that need them."""
    made = []
    for family in (_csms, _bad_servers, _charge_point, _manufacturer):
        for kind in ALGORITHMS:
            made += family(kind)
    return (*made, _PSS, _WEAK)
