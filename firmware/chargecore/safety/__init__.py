"""safety: the only code that closes or opens the contactor, and what it decides by.

Arrows: evse asks the interlock and is told what happened; safety knows nothing of evse.
Protocols the parts are given: pins with value() / value(level); a clock with ticks_ms().

  interlock    the decision, once per pass (watch) and once per burst (step)
    permissions, dangers   what it may not close without; what it opens for at once
    car_watch, over_current, self_test, rcd_test   what its inputs mean over time
    bench_permission       what must be given besides where contactors are tried out
    fault_latch            which fault keeps it open, until when, and how often that happened
  contactor    the coil; coil_drive, rcd: its neighbours at pins
  safety_step  runs all of it before anything else; feeds dead_man and watchdog behind all checks
  reasons      the closed list of why it opened; reason_faults, faults, pilot_states: numbers
Permanent faults and counters are kept by store/safety_memory.py.
"""
