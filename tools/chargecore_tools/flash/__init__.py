"""`chargecore flash`: a MicroPython image onto a chip, looked at before anything is erased."""
