"""functions_of(): what the configuration keys say of optional functions, for the PICS."""

_KEYS = (  # key, what it stands for; the value and whether a server may write it are shown
    ("AuthorizationCacheEnabled", "authorization cache"),
    ("AllowOfflineTxForUnknownId", "starts for unknown cards while offline"),
    ("LocalAuthorizeOffline", "starts for known cards while offline"),
    ("LocalPreAuthorize", "starts for known cards without asking"),
    ("AuthorizeRemoteTxRequests", "authorizes a remote start like a local one"),
    ("StopTransactionOnInvalidId", "ends a transaction whose card is refused"),
    ("MaxEnergyOnInvalidId", "energy that is left then, Wh"),
    ("StopTransactionOnEVSideDisconnect", "ends a transaction when the car is unplugged"),
    ("UnlockConnectorOnEVSideDisconnect", "unlocks the cable then"),
    ("MinimumStatusDuration", "least time of a status, s"),
    ("ReserveConnectorZeroSupported", "reservations without a connector"),
    ("LocalAuthListMaxLength", "entries of the local list"),
    ("SendLocalListMaxLength", "entries of one update of it"),
    ("ChargingScheduleAllowedChargingRateUnit", "units of charging schedules"),
    ("ChargeProfileMaxStackLevel", "highest stack level"),
    ("ChargingScheduleMaxPeriods", "periods of a charging schedule"),
    ("MaxChargingProfilesInstalled", "charging profiles at a time"),
    ("ConnectorSwitch3to1PhaseSupported", "switches between three phases and one"),
    ("MeterValuesSampledData", "measurands of sampled values, as set"),
    ("MeterValuesAlignedData", "measurands of clock-aligned values, as set"),
    ("SupportedFileTransferProtocols", "file transfers"),
    ("GetConfigurationMaxKeys", "keys of one GetConfiguration"),
    ("SecurityProfile", "security profile"),
    ("AdditionalRootCertificateCheck", "checks a new root with the old one"),
    ("CertificateSignedMaxChainSize", "longest certificate chain, characters"),
    ("CertificateStoreMaxLength", "root certificates that it keeps"),
    ("CpoName", "name of the operator in certificate requests"),
)


def functions_of(configuration):
    """Return [{"key", "title", "value", "access"}]; value None: the station has no such key."""
    rows = []
    for key, title in _KEYS:
        entry = configuration.get(key)
        access = "" if entry is None else "read" if entry["readonly"] else "read, write"
        value = None if entry is None else entry["value"] or ""
        rows.append({"key": key, "title": title, "value": value, "access": access})
    return rows
