"""`chargecore build`: the firmware for a board as files, as a ROMFS image, or frozen."""
