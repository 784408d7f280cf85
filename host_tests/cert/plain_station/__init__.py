"""A plain OCPP 1.6J charge point that shares nothing with firmware/: the runner's second subject.

    python -m cert.plain_station --csms ws://127.0.0.1:9000/ocpp --id CP02 --control 127.0.0.1:9200

It is made of the `ocpp` package's ChargePoint and of websockets, keeps the control socket of
`chargecore sim`, and has no file transfer and no security profile: those calls are NotSupported.
Site owns what outlives a power cut (cars, meters, memory, time); Station is the software, made
anew by each boot. Connector and its neighbours decide, Link speaks; `defects/` breaks it.
"""
