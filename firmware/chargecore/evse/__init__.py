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
  pilot_sampler      None: bursts come out of pilot_adc; else an object with
                     fill(buf, count): put count (250 at most) readings in uV, as pilot_adc gives
                     them, into buf (array "i"); return False when there are none. At once, no
                     exception; the readings span a period of the PWM at least, evenly
  stage_adc          read_uv(): pilot before its 1 kOhm, scaled as pilot_adc; one conversion, not a
                     mean: both halves of the PWM are wanted; None: not fitted
  pp_adc             read_uv(): proximity contact, 1 kOhm to 3.3 V; None: tethered cable
  pe_pin             value(): 1 = protective earth present (broken wire = 0); None: not sensed
  temp_adc           read_uv(): NTC 10 kOhm B 3950 to ground, 10 kOhm to 3.3 V; None: not fitted
  rcd_test_pin       value(level): 1 = test current of the residual-current monitor, which must be
                     healthy within 1 s of boot, trip within 1 s and release within 3 s; None: it
                     has no test input, and nobody tests it
  aux_fault          .code: FAULT_* (safety.faults) of any further fault line, 0 = all quiet
read_uv() may raise OSError: there is no reading. Pins of a lock and pp_adc are not touched when
the cable is tethered.
pilot_pwm must not round up. machine.PWM rounds to the nearest step: give it to LowerPwm first.
"""
