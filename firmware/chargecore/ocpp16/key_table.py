"""table_of(): the rows of the settings: Core, and every profile that is loaded. For main.py.

A profile's keys stand in a file of their own, keys_<profile>.py, which is only imported with it: a
key of a profile that is not loaded is unknown (G3 of the behaviour rules). What was set for it
stays on flash meanwhile. Heap: one tuple of rows.
"""

from chargecore.ocpp16.keys import TABLE


def table_of(config, presets):
    """Return the rows in alphabetical order, for config.profiles.

    presets: {key: text} of the maker, or None; their SupportedFeatureProfiles is taken here,
    before there are rows that could be preset.
    """
    profiles = (presets or {}).get("SupportedFeatureProfiles")
    if profiles is not None:
        config.set_text("profiles", profiles.encode())
    rows = TABLE
    if config.has_profile(b"FirmwareManagement"):
        from chargecore.ocpp16.keys_firmware import TABLE as FIRMWARE

        rows += FIRMWARE
    if config.has_profile(b"LocalAuthListManagement"):
        from chargecore.ocpp16.keys_local_list import TABLE as LOCAL_LIST

        rows += LOCAL_LIST
    if config.has_profile(b"Reservation"):
        from chargecore.ocpp16.keys_reservation import TABLE as RESERVATION

        rows += RESERVATION
    if config.has_profile(b"SmartCharging"):
        from chargecore.ocpp16.keys_smart_charging import TABLE as SMART_CHARGING

        rows += SMART_CHARGING
    if config.has_security:
        from chargecore.ocpp16.keys_security import TABLE as SECURITY

        rows += SECURITY
    return rows if rows is TABLE else tuple(sorted(rows, key=_lower_key))


def _lower_key(row):
    return row[0].lower()
