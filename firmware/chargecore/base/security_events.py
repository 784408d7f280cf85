"""Security events: the closed list of the security whitepaper, by number (never reused).

Called by: station.SecurityDesk and everyone who reports to it. A number is kept on flash and
stands for the name that the server hears. Source: OCPP 1.6 security whitepaper ed.3 ch. 8; W14 of
the behaviour rules. Heap: the tables at import.
"""

from micropython import const

SE_FIRMWARE_UPDATED = const(1)
SE_FAILED_TO_AUTHENTICATE = const(2)  # the server refused our password
SE_SERVER_FAILED_TO_AUTHENTICATE = const(3)
SE_SETTING_SYSTEM_TIME = const(4)
SE_STARTUP = const(5)
SE_RESET = const(6)
SE_LOG_CLEARED = const(7)
SE_PARAMETERS_CHANGED = const(8)
SE_MEMORY_EXHAUSTION = const(9)
SE_INVALID_MESSAGES = const(10)
SE_REPLAY_ATTACKS = const(11)
SE_TAMPER = const(12)
SE_INVALID_FIRMWARE_SIGNATURE = const(13)
SE_INVALID_SIGNING_CERTIFICATE = const(14)
SE_INVALID_SERVER_CERTIFICATE = const(15)
SE_INVALID_STATION_CERTIFICATE = const(16)
SE_INVALID_TLS_VERSION = const(17)
SE_INVALID_TLS_CIPHER_SUITE = const(18)

INFO_MAX = const(255)  # bytes of techInfo
COUNT_MAX = const(0xFFFF)  # equal events that one entry stands for

# Told to the server: the critical ones, and those whose telling a rule or a lab case orders
# (L01.FR.02, L01.FR.03, TC_077, TC_078).
_SENT = (
    1 << SE_FIRMWARE_UPDATED
    | 1 << SE_SETTING_SYSTEM_TIME
    | 1 << SE_STARTUP
    | 1 << SE_RESET
    | 1 << SE_LOG_CLEARED
    | 1 << SE_MEMORY_EXHAUSTION
    | 1 << SE_TAMPER
    | 1 << SE_INVALID_FIRMWARE_SIGNATURE
    | 1 << SE_INVALID_SIGNING_CERTIFICATE
    | 1 << SE_INVALID_SERVER_CERTIFICATE
    | 1 << SE_INVALID_STATION_CERTIFICATE
)

# Each rejected certificate and each bad signature is an event of its own for the server.
_EACH = (
    1 << SE_INVALID_FIRMWARE_SIGNATURE
    | 1 << SE_INVALID_SIGNING_CERTIFICATE
    | 1 << SE_INVALID_SERVER_CERTIFICATE
    | 1 << SE_INVALID_STATION_CERTIFICATE
)

# By number; 0 is none.
NAMES = (
    b"",
    b"FirmwareUpdated",
    b"FailedToAuthenticationAtCentralSystem",
    b"CentralSystemFailedToAuthentication",
    b"SettingSystemTime",
    b"StartupOfTheDevice",
    b"ResetOrReboot",
    b"SecurityLogWasCleared",
    b"ReconfigurationOfSecurityParameters",
    b"MemoryExhaustion",
    b"InvalidMessages",
    b"AttemptedReplayAttacks",
    b"TamperDetectionActivated",
    b"InvalidFirmwareSignature",
    b"InvalidFirmwareSigningCertificate",
    b"InvalidCentralSystemCertificate",
    b"InvalidChargePointCertificate",
    b"InvalidTLSVersion",
    b"InvalidTLSCipherSuite",
)


def is_sent(code):  # HOT
    """Return whether the server is told of such an event."""
    return bool(_SENT >> code & 1)


def is_each_told(code):
    """Return whether the server is told of each such event, even of equal ones in a row."""
    return bool(_EACH >> code & 1)
