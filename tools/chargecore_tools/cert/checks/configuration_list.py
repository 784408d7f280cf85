"""The whole list of configuration keys: those of OCPP 1.6, and whether they are writable."""

from chargecore_tools.cert.errors import Failed

_RW, _R, _ANY = False, True, None
REQUIRED = {  # profile: key: readonly; source: OCPP 1.6 §9, as TC_019_CS compares it
    "Core": {
        "AuthorizeRemoteTxRequests": _ANY,
        "ClockAlignedDataInterval": _RW,
        "ConnectionTimeOut": _RW,
        "ConnectorPhaseRotation": _RW,
        "GetConfigurationMaxKeys": _R,
        "HeartbeatInterval": _RW,
        "LocalAuthorizeOffline": _RW,
        "LocalPreAuthorize": _RW,
        "MeterValuesAlignedData": _RW,
        "MeterValuesSampledData": _RW,
        "MeterValueSampleInterval": _RW,
        "NumberOfConnectors": _R,
        "ResetRetries": _RW,
        "StopTransactionOnInvalidId": _RW,
        "StopTxnAlignedData": _RW,
        "StopTxnSampledData": _RW,
        "SupportedFeatureProfiles": _R,
        "TransactionMessageAttempts": _RW,
        "TransactionMessageRetryInterval": _RW,
        "UnlockConnectorOnEVSideDisconnect": _ANY,
    },
    "LocalAuthListManagement": {
        "LocalAuthListEnabled": _RW,
        "LocalAuthListMaxLength": _R,
        "SendLocalListMaxLength": _R,
    },
    "SmartCharging": {
        "ChargeProfileMaxStackLevel": _R,
        "ChargingScheduleAllowedChargingRateUnit": _R,
        "ChargingScheduleMaxPeriods": _R,
        "MaxChargingProfilesInstalled": _R,
    },
}


class ConfigurationList:
    """Every required key of each declared profile is there, once, with the right `readonly`."""

    name = "configuration_list"
    fields = ("answer",)

    @staticmethod
    def run(lab, answer):
        """Judge the payload of a GetConfiguration.conf."""
        listed = answer.get("configurationKey", [])
        rows = {row["key"]: row for row in listed}
        if len(rows) != len(listed):
            raise Failed("a configuration key is listed twice")
        for profile, keys in REQUIRED.items():
            if profile not in lab.station.profiles:
                continue
            for key, readonly in keys.items():
                if key not in rows:
                    raise Failed(f"key {key} of profile {profile} is missing", "OCPP 1.6 §9")
                if readonly is not None and rows[key]["readonly"] != readonly:
                    word = "readonly" if readonly else "writable"
                    raise Failed(f"key {key} must be {word}", "OCPP 1.6 §9")
