"""Keys of the Reservation profile. Called by: key_table; see keys.py for the form.

Source: OCPP 1.6 ed.2 ch. 9. Heap: the packed table, in an image none.
"""

from chargecore.store.setting_rows import RO, T_BOOL, pack

TABLE = (
    # - | ReservationCtrlr.NonEvseSpecific | A reservation may leave the connector open
    # (connectorId 0): one is kept free then; false: it is Rejected.
    (b"ReserveConnectorZeroSupported", T_BOOL, 0, 1, RO, True, "reserve_connector_zero"),
)
PACKED = pack(TABLE)
