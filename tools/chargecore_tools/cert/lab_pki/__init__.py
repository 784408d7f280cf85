"""`chargecore cert pki`: the lab's certificates, named after the station, and its firmware signed.

names        identity, serial number and operator: one name each, or no PKI
faults       what of a PKI does not fit the station, or is out of date
signed       signatures over the frozen bundle      pki_page  pki.html
cli          the command
"""
