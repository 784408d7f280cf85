"""Charge points that are broken on purpose, and the cases that have to catch each of them.

    python -m cert.broken            plays them all: `make cert-broken`

Two kinds: named defects of the plain station (cert/plain_station/defects), and mutations of our
own firmware (mutations.py), run from a copy of its sources.
"""
