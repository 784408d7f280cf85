"""meters: one file per model. The station reads attributes; only poll() touches a bus.

Protocol of a meter:
  phases                   1 or 3; entries of the lists beyond it are None
  voltage_dv[3], current_ma[3], power_w[3]   per phase: tenth volt, mA, W
  import_wh, export_wh     energy registers in Wh
  frequency_chz, power_factor_permille       hundredth hertz, permille
  temperature_dc           tenth degree Celsius
  fresh                    True while the newest reading is at most 1 s old
  age_ms(now_ms)           age of import_wh, None when it was never read
  poll(now_ms)             return at once; read the bus when it is time
and, where it differs from 100:
  poll_ms                  how often poll() is wanted
A driver that counts energy itself (cse7766, s0_pulse, adc_ct) also has
  commit()                 save the register now: an ordered restart is about to come
  raise_to(register_wh)    count on from there, if it is more: records know what a cut has lost

Promises, checked on every driver and fake by host_tests/contracts/meter.py and counting_meter.py:
  Unknown is not zero. A value is None before its first reading, and where the meter has none.
  When the meter falls silent, age_ms grows; after 2 s what changes quickly (voltage, current,
  power, frequency, power factor, temperature) is None, after 10 s the registers are, too.
  import_wh never goes back. A lower reading is refused and counted, and the age grows on.
  No exception leaves poll(): an OSError of the bus is silence.

The drivers share readings.Readings for these promises. Those on a serial bus (its protocol stands
in modbus_rtu) move on by one step per poll: the scheduler's 100 ms are enough, fewer are quicker.
"""
