"""setup: the page with which a phone tells a station its network and its server.

Loaded by the board when the page is due, unloaded behind it. No station runs meanwhile: nothing
that could close a contactor has its turn. docs/setup_page.md says who may open it, for how long.

What the board hands in:
    radio       the access point (boards/shared/access_point.py): open() returns whether it is up,
                close(), ip_text, port, hosts (bytes, as a browser's Host names them), scan()
                returns [(ssid, dBm, is_open)], strongest first
    plug        has_no_car() tells whether certainly no car is plugged
    say(text)   a line to the console
"""
