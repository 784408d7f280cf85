"""chargecore: a charger controller core for MicroPython.

Arrows run one way: base <- safety, evse, meters, readers, wire, net, store <- station <- ocpp16
<- main.py.
"""
