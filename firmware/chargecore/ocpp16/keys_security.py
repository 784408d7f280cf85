"""Keys of the Security profile. Called by: key_table; see keys.py for the form.

AuthorizationKey is one of Core's, since it counts without the rest. Security is no feature profile
of OCPP 1.6: station.json says whether it is loaded (`security`).
Source: OCPP 1.6 security whitepaper ed.3 ch. 7. Heap: the packed table, in an image none.
"""

from chargecore.store.setting_rows import RW, T_INT, pack

TABLE = (
    # - | SecurityCtrlr.SecurityProfile | Only raised over OCPP, and only with what the new profile
    # needs; connects with it at once, and goes back when that fails (docs/security.md).
    (b"SecurityProfile", T_INT, 0, 3, RW, None, "security_profile"),
)
PACKED = pack(TABLE)
