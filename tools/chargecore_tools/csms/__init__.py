"""The reference server: an OCPP 1.6J central system for development, made of `ocpp` and `websockets`.

    server    accepts stations, one Session each        session   answers a station's calls
    rules     what is accepted                          checker   what a station must not send
    ledger    transactions and energy                   commands  typed commands -> calls
    console   where commands are typed                  frame_printer, json_log  what is shown

Everything that happens is told to observers as an Event (events.py): Frame or Note.
"""
