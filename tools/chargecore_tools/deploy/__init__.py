"""`chargecore deploy`: the application onto a board, as two copies of which one runs.

What lies where is written in boards/README.md, the choice of the copy in firmware/boot_slot.py.
"""
