"""Keys of the Security profile. Called by: key_table; see keys.py for the form.

AuthorizationKey is one of Core's, since it counts without the rest. Security is no feature profile
of OCPP 1.6: station.json says whether it is loaded (`security`).
Source: OCPP 1.6 security whitepaper ed.3 ch. 7. Heap: the packed table, in an image none.
"""

from micropython import const

from chargecore.store.setting_rows import RO, RW, T_BOOL, T_INT, T_TEXT, pack

_CHAIN_MAX = const(7_500)  # what the receive buffer takes, line ends escaped
_ROOTS_MAX = const(10)  # of store.keystore

TABLE = (
    # - | SecurityCtrlr.AdditionalRootCertificateCheck | One CentralSystemRootCertificate and a
    # fallback at most; a new one must be signed by the one before, which goes when it has worked.
    (
        b"AdditionalRootCertificateCheck",
        T_BOOL,
        0,
        1,
        RO,
        False,
        "additional_root_certificate_check",
    ),
    # characters | SecurityCtrlr.MaxCertificateChainSize | A longer chain in CertificateSigned is
    # rejected.
    (
        b"CertificateSignedMaxChainSize",
        T_INT,
        1_000,
        _CHAIN_MAX,
        RO,
        _CHAIN_MAX,
        "certificate_chain_max",
    ),
    # certificates | - | Roots that fit; InstallCertificate is rejected beyond it.
    (b"CertificateStoreMaxLength", T_INT, 1, _ROOTS_MAX, RO, _ROOTS_MAX, "certificate_store_max"),
    # - | SecurityCtrlr.OrganizationName | Organization in the request for a certificate of this
    # station; empty: none is made.
    (b"CpoName", T_TEXT, 0, 64, RW, b"", "cpo_name"),
    # - | SecurityCtrlr.SecurityProfile | Only raised over OCPP, and only with what the new profile
    # needs; connects with it at once, and goes back when that fails (docs/security.md).
    (b"SecurityProfile", T_INT, 0, 3, RW, None, "security_profile"),
)
PACKED = pack(TABLE)
