"""The host tools of chargecore: one command `chargecore` with sub-commands (main.py)."""
