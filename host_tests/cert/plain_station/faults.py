"""Faults of the control socket: which error code the station tells for each kind."""

_OWN_CODES = (
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
)
_PIN_KINDS = {
    "EVCommunicationError": ("diode_short", "cp_pe_short", "cp_open", "cp_adc_stuck", "cp_noise"),
    "GroundFailure": ("rcd_open", "rcd_test_dead", "rcd_stuck", "rcd_slow", "pe_lost"),
    "HighTemperature": ("temp_dc", "temp_open", "temp_short", "temp_silent"),
    "InternalError": ("rail_plus", "rail_minus"),
    "PowerSwitchFailure": ("feedback_open", "feedback_closed", "contactor_slow", "coil_open"),
    "ConnectorLockFailure": ("lock_feedback_lost", "pp_open", "pp_short", "pp_ohm"),
    "PowerMeterFailure": ("meter_silent", "meter_backwards"),
    "OverCurrentFailure": ("over_current",),
    "OtherError": ("estop",),
}
CODES = {kind: code for code, kinds in _PIN_KINDS.items() for kind in kinds}
CODES.update({code: code for code in _OWN_CODES})
WARNINGS = ("LocalListConflict", "ReaderFailure", "WeakSignal", "ResetFailure")  # charging goes on
WHOLE_STATION = ("estop",)  # every connector and 0
STOP_REASON = {"estop": "EmergencyStop"}  # every other kind stops with Other
