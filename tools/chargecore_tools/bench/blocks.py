"""words_of(): the permissions that the interlock has not got, in words.

A test compares the bits with firmware/chargecore/safety/permissions.py.
"""

BLOCKS = {
    "PILOT": (1, "the pilot does not say C"),
    "DIODE": (2, "the diode of the EV box is not seen"),
    "RCD": (4, "the residual-current monitor is tripped"),
    "FEEDBACK": (8, "the feedback does not say open"),
    "LOCK": (16, "the bolt is not out"),
    "FAULT": (32, "a fault is latched"),
    "OFFER": (64, "nothing is offered"),
    "PAUSE": (128, "the pause after the last opening"),
    "ESTOP": (256, "the stop loop is open"),
    "LOOP": (512, "the safety step comes too late"),
    "PE": (1024, "the earth monitor says no earth"),
    "PROXIMITY": (2048, "the resistor in the plug is not valid"),
    "TEMPERATURE": (4096, "the temperature is unknown or too high"),
    "TEST": (8192, "the self-test has not passed"),
    "SUPPLY": (16_384, "a rail of the pilot is out of tolerance"),
}


def words_of(bits):
    """Return what is missing, as people say it."""
    return ", ".join(text for bit, text in BLOCKS.values() if bits & bit) or "nothing is missing"
