"""ocpp16: the OCPP 1.6J adapter over the station core, one file per feature profile.

Renders station facts to JSON, turns calls of the server into station commands.
Never touches a pin or a socket. The settings table stands in keys.py.
"""
