"""bench: the same pins, pilot and interlock as in a station, for somebody who tests the wiring.

It runs in place of main.py, started over the service console (tools: `chargecore bench`), so there
is no session, no network and no OCPP beside it; a reset ends it. Nothing else imports it.

One request is a dict with "op", one answer a dict: {"ok": true, ...} or {"ok": false, "error"}.

  op          fields                     what
  hello                                  what this is, and what is fitted
  measure                                everything that can be measured, now
  mark                                   begin a new time of watching: pilot_min_mv and the like
  pilot       mode x1 | f | pwm | auto,  what drives the pilot; ma with pwm
              ma
  lock, unlock                           move the bolt
  rcd_test                               test the residual-current monitor again (contactor open)
  permit      ms 1..10000                R59: the contactor may close, if all else permits
  end                                    end it as a session ends: PWM off, 6 s for the car
  open                                   take it back: open at once
  offer       ma 6000..80000             what the pilot offers in mode auto
  stall       ms 1..500                  stand still with a closed contactor, as a hung firmware
  calibrate   points [[seen, true], ..]  evse/calibration, in mV
  lamp        colour [red, green, blue]  0..255

  bench       the wiring of it, and its loop
  orders      requests and answers
  watch       what happens between two requests: extremes of the pilot, times of the contactor
"""
