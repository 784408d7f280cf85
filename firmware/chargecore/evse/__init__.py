"""evse: the pilot, the cable lock and the IEC 61851 states of one connector.

Arrows: evse asks safety's interlock to close and is told when it opened; it never closes anything.

Protocol of a hardware bundle `hw`, one per connector (boards/*/ make it, EvseController takes it):
  coil_pin           value(level): contactor coil, 1 = on; read and written by safety only. A pin,
                     a guard (boards/rp2), or a safety.coil_drive.CoilDrive at a PWM
  feedback_pin       value(): auxiliary contact, 1 = main contacts closed
  rcd_pin            value(): residual-current monitor, 1 = healthy (broken wire = 0)
  estop_pin          value(): stop loop, 1 = closed and healthy (broken wire = 0)
  lock_a_pin, lock_b_pin  value(level): lock motor bridge; A=1 B=0 locks, A=0 B=1 unlocks
  lock_feedback_pin  value(): end switch, 1 = bolt fully out
  pilot_pwm          freq(hz), duty_u16(0..65535): 65535 = static +12 V, 0 = static -12 V
  pilot_adc          read_uv(): microvolts at the ADC pin, 1.3 V + 88 mV per V at the CP pin
  aux_fault          .code: FAULT_* (safety.faults) of any further fault line, 0 = all quiet
Pins without a lock are not touched when the cable is tethered.
"""
