"""`chargecore cert snapshot`: what a station is set to, and whether it does what it says.

read_out     the whole of GetConfiguration          station_file  station.json without secrets
snapshot     snapshot.json, and how two differ      wire          one station in its lab
measure      what is measured, one key after the other (gaps: the arithmetic of it)
cli          the command
"""
