"""base: clock, scheduler, ring, event log, checksum. Knows nothing of charging."""
