"""`make size`: flash and heap of the firmware by module, and which mode a board has room for."""
