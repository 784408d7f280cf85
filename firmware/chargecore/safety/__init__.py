"""safety: the only code that closes or opens the contactor, and what it decides by.

Arrows: evse asks the interlock and is told what happened; safety knows nothing of evse.
Protocols the parts are given: pins with value() / value(level); a clock with ticks_ms().
"""
