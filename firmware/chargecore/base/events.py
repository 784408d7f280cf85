"""The closed list of events: number (never reused), text. `{a}` and `{b}` are the event's numbers.

The name of an event says what happened; the text says it to a person.
"""

from micropython import const

EV_BOOT = const(1)
EV_STEP_FAILED = const(2)
EV_STEP_OVERRUN = const(3)
EV_CLOCK_SET = const(4)
EV_RESET_REQUESTED = const(5)

EV_CONTACTOR_CLOSED = const(20)
EV_CONTACTOR_OPENED = const(21)
EV_FAULT = const(22)
EV_FAULT_CLEARED = const(23)
EV_PILOT_STATE = const(24)
EV_LOCK_FAILED = const(25)
EV_PILOT_PULSE = const(26)
EV_SAFETY_LATE = const(27)
EV_SELF_TEST = const(28)
EV_WAKE_UP = const(29)

EV_TX_STARTED = const(40)
EV_TX_STOPPED = const(41)
EV_AUTHORIZED = const(42)
EV_REFUSED = const(43)
EV_CONNECTION_TIMEOUT = const(44)
EV_METER_SILENT = const(45)
EV_SWIPE_IGNORED = const(46)
EV_READER_SILENT = const(47)
EV_SUPERVISOR_SILENT = const(48)
EV_RESERVED = const(49)
EV_RESERVATION_OVER = const(50)

EV_TCP_FAILED = const(60)
EV_DNS_FAILED = const(61)
EV_HTTP_REFUSED = const(62)
EV_WRONG_SUBPROTOCOL = const(63)
EV_UPGRADE_INVALID = const(64)
EV_CONNECTED = const(65)
EV_DISCONNECTED = const(66)
EV_PONG_MISSING = const(67)
EV_WS_PROTOCOL_ERROR = const(68)
EV_CONNECT_TIMEOUT = const(69)
EV_RETRY_IN = const(70)
EV_SERVER_CLOSED = const(71)
EV_TLS_RENEWED = const(72)
EV_LINK_RESTARTED = const(73)
EV_RESET_WANTED = const(74)
EV_SERVER_BACK = const(75)
EV_TRANSFER_DONE = const(76)
EV_TRANSFER_FAILED = const(77)
EV_LINK_UP = const(78)
EV_LINK_DOWN = const(79)

EV_BAD_JSON = const(80)
EV_CALL_TIMEOUT = const(81)
EV_CALL_ERROR = const(82)
EV_UNKNOWN_ID = const(83)
EV_OVERSIZED = const(84)
EV_BAD_RESULT = const(85)
EV_BOOT_ANSWER = const(86)
EV_UNKNOWN_ACTION = const(87)
EV_SERVER_SILENT = const(88)
EV_CALL_DROPPED = const(89)

EV_FLASH_ERROR = const(100)
EV_RECORD_BROKEN = const(101)
EV_SETTINGS_OLD = const(102)
EV_SETTING_CHANGED = const(103)
EV_OUTBOX_FULL = const(104)
EV_RECORD_PARKED = const(105)
EV_SAMPLES_THINNED = const(106)
EV_CARDS_OLD = const(107)
EV_JOURNAL_OLDER = const(108)
EV_JOURNAL_NEWER = const(109)
EV_FILE_NEWER = const(110)
EV_PRESETS_REFUSED = const(111)
EV_SAFETY_MEMORY_OLD = const(112)
EV_SETTINGS_LOST = const(113)
EV_CALIBRATION_LOST = const(114)
EV_PROFILES_OLD = const(115)
EV_RESERVATIONS_OLD = const(118)
EV_LIST_OLD = const(119)
EV_LIST_UPDATED = const(120)
EV_LIST_CONFLICT = const(121)
EV_KEYSTORE_LOST = const(122)

EV_UPDATE_ASKED = const(130)
EV_UPDATE_STATUS = const(131)
EV_UPDATE_REFUSED = const(132)
EV_UPDATE_TRIAL = const(133)
EV_DIAGNOSTICS_STATUS = const(134)

EV_SECURITY = const(140)

# TLS: 150 + n is cause n of base.tls_causes.
EV_TLS_UNKNOWN_CA = const(151)
EV_TLS_WRONG_NAME = const(152)
EV_TLS_EXPIRED = const(153)
EV_TLS_NOT_YET_VALID = const(154)
EV_TLS_REVOKED = const(155)
EV_TLS_WEAK = const(156)
EV_TLS_CIPHER = const(157)
EV_TLS_VERSION = const(158)
EV_TLS_CLIENT_REFUSED = const(159)
EV_TLS_NOT_ASKED = const(160)
EV_TLS_CLOCK = const(161)
EV_TLS_NO_HEAP = const(162)
EV_TLS_NO_ROOT = const(163)
EV_TLS_OWN_FILES = const(164)
EV_TLS_ALERT = const(165)
EV_TLS_PROTOCOL = const(166)
EV_TLS_LOST = const(167)
EV_TLS_TIMEOUT = const(168)
EV_TLS_PUT_OFF = const(169)
EV_PROFILE = const(170)
EV_PROFILE_GIVEN_UP = const(171)
EV_PASSWORD = const(172)
EV_CALL_NO_HEAP = const(173)

DROPPED_RECORD = const(1)  # kinds in EV_CALL_DROPPED
DROPPED_STATUS = const(2)
DROPPED_SECURITY_EVENT = const(3)

TEXTS = (
    (EV_BOOT, "boot number {a}, cause {b} (0 supply, 1 reset, 2 watchdog)"),
    (EV_STEP_FAILED, "step {a} raised an exception, {b} in a row; contactor opened"),
    (EV_STEP_OVERRUN, "step {a} took {b} ms"),
    (EV_CLOCK_SET, "clock set, moved by {a} s"),
    (EV_RESET_REQUESTED, "reset requested, kind {a}"),
    (EV_CONTACTOR_CLOSED, "connector {a}: contactor closed"),
    (EV_CONTACTOR_OPENED, "connector {a}: contactor opened, reason {b}"),
    (EV_FAULT, "connector {a}: fault {b}"),
    (EV_FAULT_CLEARED, "connector {a}: fault {b} cleared"),
    (EV_PILOT_STATE, "connector {a}: pilot state {b}"),
    (EV_LOCK_FAILED, "connector {a}: lock did not reach position {b}"),
    (EV_PILOT_PULSE, "connector {a}: short pilot pulse, state {b}"),
    (EV_SAFETY_LATE, "safety step {a} ms after the one before"),
    (
        EV_SELF_TEST,
        "connector {a}: self-test, result {b} (0 passed, RCD: 1 no trip, 2 no release, "
        "3 tripped at boot, pilot: 4 no +12 V, 5 no -12 V)",
    ),
    (EV_WAKE_UP, "connector {a}: the car sleeps, wake-up by {b} ms of -12 V"),
    (EV_TX_STARTED, "connector {a}: transaction {b} started"),
    (EV_TX_STOPPED, "connector {a}: transaction {b} stopped"),
    (EV_AUTHORIZED, "connector {a}: authorized, way {b}"),
    (EV_REFUSED, "connector {a}: authorization refused, status {b}"),
    (EV_CONNECTION_TIMEOUT, "connector {a}: no cable or no card within {b} s"),
    (EV_METER_SILENT, "connector {a}: meter silent for {b} s"),
    (EV_SWIPE_IGNORED, "card ignored, connector {a}, why {b}"),
    (EV_READER_SILENT, "card reader does not answer: {a} (1 since now, 0 no longer)"),
    (
        EV_SUPERVISOR_SILENT,
        "supervisor silent for {b} s, at most {a} mA per connector (-1: as before)",
    ),
    (EV_RESERVED, "connector {a}: reserved, reservation {b}"),
    (
        EV_RESERVATION_OVER,
        "connector {a}: reservation over, why {b} (1 used, 2 expired, 3 cancelled, "
        "4 out of order)",
    ),
    (EV_TCP_FAILED, "TCP connection failed, errno {a}"),
    (EV_DNS_FAILED, "host name not resolved, code {a}"),
    (EV_HTTP_REFUSED, "server refused the WebSocket upgrade with HTTP {a}"),
    (EV_WRONG_SUBPROTOCOL, "server did not select the subprotocol ocpp1.6"),
    (EV_UPGRADE_INVALID, "answer to the WebSocket upgrade is not valid, code {a}"),
    (EV_CONNECTED, "connected, attempt {a}"),
    (EV_DISCONNECTED, "connection lost, code {a}"),
    (EV_PONG_MISSING, "no pong within {a} s"),
    (EV_WS_PROTOCOL_ERROR, "WebSocket protocol error, close code {a}"),
    (EV_CONNECT_TIMEOUT, "no connection within {a} s, stage {b}"),
    (EV_RETRY_IN, "next attempt in {a} s"),
    (EV_SERVER_CLOSED, "server closed the connection with code {a}"),
    (EV_TLS_RENEWED, "no sign of the server for {a} s: TLS made anew"),
    (EV_LINK_RESTARTED, "no sign of the server for {a} s: network interface restarted, time {b}"),
    (EV_RESET_WANTED, "no sign of the server for {a} s: reset as soon as no session runs"),
    (EV_SERVER_BACK, "a sign of the server after {a} s, on rung {b} of the ladder"),
    (EV_TRANSFER_DONE, "file transfer complete"),
    (
        EV_TRANSFER_FAILED,
        "file transfer failed: {a} (1 URL not usable, 2 TLS failed, 3 host "
        "name not found, 4 nobody there, 5 connection lost, 6 stalled, 7 answer not valid, "
        "8 refused, 9 file too long, 10 own storage, 11 too many redirects), code {b}",
    ),
    (EV_LINK_UP, "network interface up, {a} failures since boot"),
    (EV_LINK_DOWN, "network interface down, {a} failures since boot"),
    (EV_BAD_JSON, "received text that is not an OCPP message, code {a}"),
    (EV_CALL_TIMEOUT, "no answer to call {a} within {b} s"),
    (EV_CALL_ERROR, "server answered call {a} with CALLERROR, code {b}"),
    (EV_UNKNOWN_ID, "answer with an unknown or late message id"),
    (EV_OVERSIZED, "received a message of {a} bytes, more than the buffer holds"),
    (EV_BAD_RESULT, "answer to call {a} is not valid, code {b}"),
    (EV_BOOT_ANSWER, "BootNotification answered, status {a}, interval {b} s"),
    (EV_UNKNOWN_ACTION, "call with an unknown action"),
    (EV_SERVER_SILENT, "server has not answered {a} calls in a row; new connection"),
    (EV_CALL_DROPPED, "server closed the connection on a message {a} times; given up, kind {b}"),
    (EV_FLASH_ERROR, "flash operation failed, errno {a}"),
    (EV_RECORD_BROKEN, "{a} broken records skipped in the journal"),
    (EV_SETTINGS_OLD, "settings: newest version is damaged, previous one used"),
    (EV_SETTING_CHANGED, "setting {a} changed"),
    (EV_OUTBOX_FULL, "outbox full, {a} records"),
    (EV_RECORD_PARKED, "record {a} refused {b} times, parked"),
    (EV_SAMPLES_THINNED, "{a} meter samples dropped to make room"),
    (EV_CARDS_OLD, "authorization cache: newest version is damaged, {a} tags are left"),
    (EV_JOURNAL_OLDER, "journal: {a} blocks of an older version, records are carried over"),
    (EV_JOURNAL_NEWER, "journal: {a} blocks of a newer version, left alone"),
    (EV_FILE_NEWER, "settings or state of a newer version, left alone; an older one is used"),
    (EV_PRESETS_REFUSED, "{a} values of the maker's settings refused, defaults used"),
    (EV_SAFETY_MEMORY_OLD, "kept faults and counters: newest version is damaged"),
    (EV_SETTINGS_LOST, "settings lost: defaults and the least current until one is set again"),
    (
        EV_CALIBRATION_LOST,
        "connector {a}: calibration of the pilot is damaged (0 nominal values, 1 the one before "
        "is used: {b})",
    ),
    (EV_PROFILES_OLD, "charging profiles: newest version is damaged, {a} profiles are left"),
    (EV_RESERVATIONS_OLD, "reservations: newest version is damaged, {a} are left"),
    (EV_LIST_OLD, "local list: an update was cut off, version {a} with {b} cards is in force"),
    (EV_LIST_UPDATED, "local list: version {a} with {b} cards is in force"),
    (EV_LIST_CONFLICT, "local list says status {a} of a card, the server {b}"),
    (
        EV_KEYSTORE_LOST,
        "keystore: damaged file {a} (0 newest version of the index; negative: all of it is lost)",
    ),
    (EV_UPDATE_ASKED, "firmware update asked for, in {a} s, {b} tries"),
    (
        EV_UPDATE_STATUS,
        "firmware update: status {a} (0 Downloading, 1 Downloaded, 2 DownloadFailed, "
        "3 Installing, 4 Installed, 5 InstallationFailed, 9 DownloadScheduled, 10 DownloadPaused, "
        "11 SignatureVerified, 12 InvalidSignature, 13 InstallScheduled, 14 InstallRebooting, "
        "15 InstallVerificationFailed)",
    ),
    (
        EV_UPDATE_REFUSED,
        "bundle refused: {a} (1 no bundle, 2 of a newer format, 3 for another board, 4 path, "
        "5 checksum, 6 too short, 7 too long, 8 flash), file {b}",
    ),
    (EV_UPDATE_TRIAL, "new firmware on trial: {a} (0 began, 1 confirmed, 2 given up), why {b}"),
    (EV_SECURITY, "security event {a} (docs/security.md)"),
    (EV_TLS_UNKNOWN_CA, "TLS: server certificate leads to no installed root"),
    (EV_TLS_WRONG_NAME, "TLS: server certificate is for another host"),
    (EV_TLS_EXPIRED, "TLS: server certificate, or one above it, has expired"),
    (EV_TLS_NOT_YET_VALID, "TLS: server certificate, or one above it, is not valid yet"),
    (EV_TLS_REVOKED, "TLS: server certificate was revoked"),
    (EV_TLS_WEAK, "TLS: server certificate with a key, hash or usage that nobody may use"),
    (EV_TLS_CIPHER, "TLS: no cipher suite in common, alert {a}"),
    (EV_TLS_VERSION, "TLS: server does not speak TLS 1.2, alert {a}"),
    (EV_TLS_CLIENT_REFUSED, "TLS: server refuses the certificate of this station, alert {a}"),
    (EV_TLS_NOT_ASKED, "TLS: server asks for no certificate, which profile 3 wants"),
    (EV_TLS_CLOCK, "TLS: date unknown, so no certificate can be checked"),
    (EV_TLS_NO_HEAP, "TLS: not enough memory"),
    (EV_TLS_NO_ROOT, "TLS: no root certificate of the server is installed"),
    (EV_TLS_OWN_FILES, "TLS: certificate or key of this station is missing or cannot be used"),
    (EV_TLS_ALERT, "TLS: server ended the handshake with alert {a}"),
    (EV_TLS_PROTOCOL, "TLS: what the server sent is no TLS, code {b}"),
    (EV_TLS_LOST, "TLS: connection lost in the handshake, code {b}"),
    (EV_TLS_TIMEOUT, "TLS: handshake took too long"),
    (EV_TLS_PUT_OFF, "TLS: connects when no contactor is closed, or in {a} s"),
    (EV_PROFILE, "security profile {a}, {b} before"),
    (EV_PROFILE_GIVEN_UP, "security profile {a} does not connect; back to {b}"),
    (EV_PASSWORD, "new password: {a} (0 to be tried, 1 works, 2 refused, back to the old one)"),
    (EV_CALL_NO_HEAP, "not enough memory to carry out a call of the server"),
    (EV_DIAGNOSTICS_STATUS, "diagnostics: status {a} (0 Uploading, 1 Uploaded, 2 UploadFailed)"),
)


def text_of(code, a, b):
    """Return the event as a sentence. Heap: several strings; for people who read the log."""
    for row in TEXTS:
        if row[0] == code:
            return row[1].replace("{a}", str(a)).replace("{b}", str(b))
    return "event {} ({}, {})".format(code, a, b)
