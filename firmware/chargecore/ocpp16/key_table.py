"""rows_of(): the rows of the settings: Core, and every profile that is loaded. For main.py.

A profile's keys stand in a file of their own, keys_<profile>.py, which is only imported with it: a
key of a profile that is not loaded is unknown (G3 of the behaviour rules). What was set for it
stays on flash meanwhile. Heap: SettingRows; the files are unloaded again.
"""

from chargecore.base.modules import unload
from chargecore.store.setting_rows import SettingRows

_FILES = """keys keys_firmware keys_local_list keys_reservation keys_smart_charging
keys_security"""


def rows_of(config, presets):
    """Return the SettingRows for config.profiles.

    presets: {key: text} of the maker, or None; their SupportedFeatureProfiles is taken here,
    before there are rows that could be preset.
    """
    profiles = (presets or {}).get("SupportedFeatureProfiles")
    if profiles is not None:
        config.set_text("profiles", profiles.encode())
    from chargecore.ocpp16.keys import PACKED

    tables = [PACKED]
    if config.has_profile(b"FirmwareManagement"):
        from chargecore.ocpp16.keys_firmware import PACKED as FIRMWARE

        tables.append(FIRMWARE)
    if config.has_profile(b"LocalAuthListManagement"):
        from chargecore.ocpp16.keys_local_list import PACKED as LOCAL_LIST

        tables.append(LOCAL_LIST)
    if config.has_profile(b"Reservation"):
        from chargecore.ocpp16.keys_reservation import PACKED as RESERVATION

        tables.append(RESERVATION)
    if config.has_profile(b"SmartCharging"):
        from chargecore.ocpp16.keys_smart_charging import PACKED as SMART_CHARGING

        tables.append(SMART_CHARGING)
    if config.has_security:
        from chargecore.ocpp16.keys_security import PACKED as SECURITY

        tables.append(SECURITY)
    unload(["chargecore.ocpp16." + name for name in _FILES.split()])
    return SettingRows(*tables)
