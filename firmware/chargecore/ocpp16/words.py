"""Wire words of OCPP 1.6, indexed by the station's numbers. Spelled exactly as the schemas do."""

from chargecore.base.errors import ConfigError
from chargecore.safety import faults
from chargecore.station import statuses, stop_reasons

# Index: statuses.* (OCPP 1.6 §7.7)
STATUS = (
    b"Available",
    b"Preparing",
    b"Charging",
    b"SuspendedEV",
    b"SuspendedEVSE",
    b"Finishing",
    b"Reserved",
    b"Unavailable",
    b"Faulted",
)

# Index: faults.FAULT_* (OCPP 1.6 §7.6)
ERROR_CODE = (
    b"NoError",
    b"ConnectorLockFailure",
    b"EVCommunicationError",
    b"GroundFailure",
    b"HighTemperature",
    b"InternalError",
    b"OverCurrentFailure",
    b"OverVoltage",
    b"PowerMeterFailure",
    b"PowerSwitchFailure",
    b"ReaderFailure",
    b"ResetFailure",
    b"UnderVoltage",
    b"WeakSignal",
    b"OtherError",
    b"LocalListConflict",
)

# Index: stop_reasons.STOP_* (OCPP 1.6 §7.36)
STOP_REASON = (
    b"Local",
    b"Remote",
    b"DeAuthorized",
    b"EVDisconnected",
    b"HardReset",
    b"SoftReset",
    b"PowerLoss",
    b"Reboot",
    b"EmergencyStop",
    b"UnlockCommand",
    b"Other",
)

# Index: auth_cache.TAG_* (OCPP 1.6 §7.2)
TAG_STATUS = (b"Accepted", b"Blocked", b"Expired", b"Invalid", b"ConcurrentTx")

# Index: records.CONTEXT_* (OCPP 1.6 §7.33)
CONTEXT = (
    b"Interruption.Begin",
    b"Interruption.End",
    b"Other",
    b"Sample.Clock",
    b"Sample.Periodic",
    b"Transaction.Begin",
    b"Transaction.End",
    b"Trigger",
)

if (
    len(STATUS) != statuses.FAULTED + 1
    or len(STOP_REASON) != stop_reasons.STOP_OTHER + 1
    or ERROR_CODE[faults.FAULT_LOCAL_LIST] != b"LocalListConflict"
):
    raise ConfigError("ocpp16 words")
