"""Keys: the one table of every OCPP 1.6 configuration key of the Core profile.

Called by: key_table, which adds those of the profiles that are loaded (keys_<profile>.py), and
tools/chargecore_tools/gen_settings.py. store.settings does all the rest.
A key that is declared acts. The comment above a row is part of the table and makes
docs/settings.md: `unit | OCPP 2.0.1 component.variable | where it acts`. A text would cost heap.
Source: OCPP 1.6 ed.2 ch. 9, errata v4.0, errata 2025-04, security whitepaper ed.3 ch. 7.
Heap: the packed table, in an image none.
"""

from micropython import const

from chargecore.store.setting_rows import RO, RW, T_BOOL, T_INT, T_TEXT, WO, pack

# Everything that becomes a deadline stays below the reach of the ticks, 6.2 days.
_DAY_S = const(86_400)
_LIST_MAX = const(500)  # CiString500Type
_ENERGY = b"Energy.Active.Import.Register"

# key, type, lowest, highest (of a text: longest), access, default (None: as the hardware is),
# attribute
TABLE = (
    # - | AuthCtrlr.OfflineTxForUnknownIdEnabled | Offline, a card that neither list nor
    # cache knows may charge.
    (b"AllowOfflineTxForUnknownId", T_BOOL, 0, 1, RW, False, "allow_offline_tx_for_unknown_id"),
    # - | AuthCacheCtrlr.Enabled | The authorization cache is filled and used; false empties it.
    (b"AuthorizationCacheEnabled", T_BOOL, 0, 1, RW, True, "authorization_cache_enabled"),
    # - | SecurityCtrlr.BasicAuthPassword | Password for HTTP Basic as 32 to 40 hex digits,
    # used from the next connection on; never reported.
    (b"AuthorizationKey", T_TEXT, 32, 40, WO, None, "auth_key_hex"),
    # - | AuthCtrlr.AuthorizeRemoteStart | A remote start is authorized like a local one
    # before it starts.
    (b"AuthorizeRemoteTxRequests", T_BOOL, 0, 1, RW, True, "authorize_remote_tx_requests"),
    # s | AlignedDataCtrlr.Interval | Interval of clock-aligned MeterValues, counted from
    # midnight UTC; 0 = none.
    (b"ClockAlignedDataInterval", T_INT, 0, _DAY_S, RW, 0, "clock_aligned_data_interval_s"),
    # s | TxCtrlr.EVConnectionTimeOut | A pending start is dropped that long after Preparing
    # began without cable or card.
    (b"ConnectionTimeOut", T_INT, 1, _DAY_S, RW, 60, "connection_timeout_s"),
    # - | ChargingStation.PhaseRotation | How each connector is wired to the grid; kept for
    # the server, which balances phases with it.
    (b"ConnectorPhaseRotation", T_TEXT, 0, _LIST_MAX, RW, None, "connector_phase_rotation"),
    # items | - | Longer lists for ConnectorPhaseRotation are refused.
    (b"ConnectorPhaseRotationMaxLength", T_INT, 2, 16, RO, None, "phase_rotation_max"),
    # keys | DeviceDataCtrlr.ItemsPerMessage[GetVariables] | A GetConfiguration that names
    # more keys is refused.
    (b"GetConfigurationMaxKeys", T_INT, 1, 200, RO, 50, "get_configuration_max_keys"),
    # s | OCPPCommCtrlr.HeartbeatInterval | Period of Heartbeat; an accepted BootNotification
    # overwrites it.
    (b"HeartbeatInterval", T_INT, 1, 6 * _DAY_S, RW, 300, "heartbeat_interval_s"),
    # - | AuthCtrlr.LocalAuthorizeOffline | Offline, a card that list or cache holds as valid
    # may charge.
    (b"LocalAuthorizeOffline", T_BOOL, 0, 1, RW, True, "local_authorize_offline"),
    # - | AuthCtrlr.LocalPreAuthorize | Online, a card that list or cache holds as valid
    # starts without asking.
    (b"LocalPreAuthorize", T_BOOL, 0, 1, RW, False, "local_pre_authorize"),
    # Wh | TxCtrlr.MaxEnergyOnInvalidId | Energy still delivered after StartTransaction was
    # answered with a refusal.
    (b"MaxEnergyOnInvalidId", T_INT, 0, 1_000_000, RW, 0, "max_energy_on_invalid_id_wh"),
    # s | OCPPCommCtrlr.MessageTimeout[Default] | A call without an answer for that long
    # counts as failed.
    (b"MessageTimeout", T_INT, 1, 3600, RW, 30, "message_timeout_s"),
    # - | AlignedDataCtrlr.Measurands | What clock-aligned MeterValues carry; empty means the
    # import register.
    (b"MeterValuesAlignedData", T_TEXT, 0, _LIST_MAX, RW, _ENERGY, "aligned_list"),
    # items | - | Longer lists for MeterValuesAlignedData are refused.
    (b"MeterValuesAlignedDataMaxLength", T_INT, 1, 30, RO, None, "measurand_list_max"),
    # s | SampledDataCtrlr.TxUpdatedInterval | Period of MeterValues, counted from the start
    # of the transaction; 0 = none.
    (b"MeterValueSampleInterval", T_INT, 0, _DAY_S, RW, 60, "meter_value_sample_interval_s"),
    # - | SampledDataCtrlr.TxUpdatedMeasurands | What periodic and triggered MeterValues
    # carry; empty means the import register.
    (b"MeterValuesSampledData", T_TEXT, 0, _LIST_MAX, RW, _ENERGY, "sampled_list"),
    # items | - | Longer lists for MeterValuesSampledData are refused.
    (b"MeterValuesSampledDataMaxLength", T_INT, 1, 30, RO, None, "measurand_list_max"),
    # s | ChargingStation.MinimumStatusDuration | A status is reported only when it has
    # lasted that long.
    (b"MinimumStatusDuration", T_INT, 0, _DAY_S, RW, 0, "minimum_status_duration_s"),
    # - | - | The connectors that status, start and availability calls may name.
    (b"NumberOfConnectors", T_INT, 1, 15, RO, None, "connector_count"),
    # times | OCPPCommCtrlr.ResetRetries | A reset that could not end every session in time is
    # tried again that often; then a soft reset is reported as failed, a hard one carried out.
    (b"ResetRetries", T_INT, 0, 10, RW, 1, "reset_retries"),
    # s | OCPPCommCtrlr.RetryBackOffRandomRange | Upper end of the random part of every wait
    # before a reconnect.
    (b"RetryBackOffRandomRange", T_INT, 0, 600, RW, 10, "retry_back_off_random_range_s"),
    # times | OCPPCommCtrlr.RetryBackOffRepeatTimes | The wait before a reconnect doubles
    # that often, then stays.
    (b"RetryBackOffRepeatTimes", T_INT, 0, 8, RW, 5, "retry_back_off_repeat_times"),
    # s | OCPPCommCtrlr.RetryBackOffWaitMinimum | First wait before a reconnect.
    (b"RetryBackOffWaitMinimum", T_INT, 1, 600, RW, 3, "retry_back_off_wait_minimum_s"),
    # values | - | A StopTransaction carries that many meter values at most; values in the
    # middle are left out beyond it.
    (b"StopTransactionMaxMeterValues", T_INT, 2, 100, RO, 60, "stop_max_meter_values"),
    # - | TxCtrlr.StopTxOnEVSideDisconnect | Pulling the plug at the car ends the
    # transaction; false leaves it suspended.
    (b"StopTransactionOnEVSideDisconnect", T_BOOL, 0, 1, RW, True, "stop_on_ev_side_disconnect"),
    # - | TxCtrlr.StopTxOnInvalidId | A refused StartTransaction ends the transaction; false
    # only stops the energy.
    (b"StopTransactionOnInvalidId", T_BOOL, 0, 1, RW, True, "stop_on_invalid_id"),
    # - | AlignedDataCtrlr.TxEndedMeasurands | Clock-aligned values collected for
    # StopTransaction; empty = none.
    (b"StopTxnAlignedData", T_TEXT, 0, _LIST_MAX, RW, b"", "stop_aligned_list"),
    # items | - | Longer lists for StopTxnAlignedData are refused.
    (b"StopTxnAlignedDataMaxLength", T_INT, 1, 30, RO, None, "measurand_list_max"),
    # - | SampledDataCtrlr.TxEndedMeasurands | Periodic values collected for StopTransaction;
    # empty = none.
    (b"StopTxnSampledData", T_TEXT, 0, _LIST_MAX, RW, b"", "stop_sampled_list"),
    # items | - | Longer lists for StopTxnSampledData are refused.
    (b"StopTxnSampledDataMaxLength", T_INT, 1, 30, RO, None, "measurand_list_max"),
    # - | - | Feature profiles that are loaded; calls of the others are answered NotSupported.
    (b"SupportedFeatureProfiles", T_TEXT, 4, _LIST_MAX, RO, None, "profiles"),
    # times | OCPPCommCtrlr.MessageAttempts[TransactionEvent] | Tries of a transaction
    # message that the server fails to process.
    (b"TransactionMessageAttempts", T_INT, 1, 100, RW, 3, "transaction_message_attempts"),
    # s | OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent] | Wait before such a retry,
    # times the number of tries made.
    (
        b"TransactionMessageRetryInterval",
        T_INT,
        0,
        3600,
        RW,
        60,
        "transaction_message_retry_interval_s",
    ),
    # - | OCPPCommCtrlr.UnlockOnEVSideDisconnect | Pulling the plug at the car unlocks the
    # cable; read-only and false with a tethered cable.
    (b"UnlockConnectorOnEVSideDisconnect", T_BOOL, 0, 1, RW, None, "unlock_on_ev_side_disconnect"),
    # s | OCPPCommCtrlr.WebSocketPingInterval | Period of WebSocket pings, at once on the
    # open connection; 0 = none.
    (b"WebSocketPingInterval", T_INT, 0, _DAY_S, RW, 54, "websocket_ping_interval_s"),
)
PACKED = pack(TABLE)
