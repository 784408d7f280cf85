"""Keys of the Local Auth List Management profile. Called by: key_table; see keys.py for the form.

Source: OCPP 1.6 ed.2 ch. 9. Heap: the packed table, in an image none.
"""

from micropython import const

from chargecore.store.setting_rows import RO, RW, T_BOOL, T_INT, pack

# 11 tokens of 400, and up to 170 bytes of the 6,144 that the receive buffer holds, for each.
ENTRIES_MAX = const(32)

TABLE = (
    # - | LocalAuthListCtrlr.Enabled | Cards on the local list are judged by it; false: it is kept
    # but not used, GetLocalListVersion says -1, SendLocalList NotSupported.
    (b"LocalAuthListEnabled", T_BOOL, 0, 1, RW, True, "local_auth_list_enabled"),
    # entries | LocalAuthListCtrlr.Entries | An update that makes the list longer has Failed.
    (b"LocalAuthListMaxLength", T_INT, 1, 2_000, RO, 1_000, "local_auth_list_max_length"),
    # entries | LocalAuthListCtrlr.ItemsPerMessage | A SendLocalList with more is refused.
    (b"SendLocalListMaxLength", T_INT, 1, ENTRIES_MAX, RO, ENTRIES_MAX, "send_local_list_max"),
)
PACKED = pack(TABLE)
