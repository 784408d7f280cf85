"""indicators: a lamp per connector, for the people in front of it.

Protocol of a lamp (one file per kind):
  show(red, green, blue)   0..255 each, all 0 = dark; returns at once

Lamps decides what is shown. Nothing comes back from a lamp: the station does not know whether it
is lit, so no status and no fault speaks of it. Nothing here knows OCPP or moves a contactor.
"""
