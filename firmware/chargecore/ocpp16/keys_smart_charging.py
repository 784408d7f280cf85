"""Keys of the Smart Charging profile. Called by: key_table; see keys.py for the form.

ConnectorSwitch3to1PhaseSupported is left out: absent means that the feature is (G3 of the rules).
The limits are what the table of profiles holds, so their rows have one value only.
Source: OCPP 1.6 ed.2 ch. 9. Heap: the packed table, in an image none.
"""

from chargecore.store.setting_rows import RO, RW, T_BOOL, T_INT, T_TEXT, pack

TABLE = (
    # - | SmartChargingCtrlr.ProfileStackLevel | A charging profile with a higher stackLevel is
    # refused.
    (b"ChargeProfileMaxStackLevel", T_INT, 8, 8, RO, 8, "charge_profile_max_stack_level"),
    # - | SmartChargingCtrlr.RateUnit | Units of limits: Current is A per phase, Power is W in all.
    (
        b"ChargingScheduleAllowedChargingRateUnit",
        T_TEXT,
        0,
        20,
        RO,
        b"Current,Power",
        "charging_rate_units",
    ),
    # periods | SmartChargingCtrlr.PeriodsPerSchedule | A charging profile with more is refused.
    (b"ChargingScheduleMaxPeriods", T_INT, 24, 24, RO, 24, "charging_schedule_max_periods"),
    # profiles | SmartChargingCtrlr.Entries[ChargingProfiles] | One more that replaces none is
    # refused.
    (b"MaxChargingProfilesInstalled", T_INT, 10, 10, RO, 10, "max_charging_profiles_installed"),
    # - | - | Where a TxProfile has no limit, behind its duration for instance, TxDefaultProfile
    # applies; false: no limit but ChargePointMaxProfile.
    (
        b"TxDefaultProfileAfterTxProfile",
        T_BOOL,
        0,
        1,
        RW,
        True,
        "tx_default_after_tx_profile",
    ),
)
PACKED = pack(TABLE)
