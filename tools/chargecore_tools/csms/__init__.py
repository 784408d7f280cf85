"""The reference server: an OCPP 1.6J central system for development.

It is made of the packages `ocpp` (routing, messages, schemas) and `websockets`.

    server    the thread and its connections          gate      who is let in
    session   one connection: calls both ways         answers   the right answer to each call
    station   what is known of a station              message   one line taken apart
    rules     which boots and tags are accepted       hooks     what tests spoil on purpose
    checker   schemas, and what no schema says        history   all frames, and waiting for one
    ledger    transactions and energy (transaction, registers)
    server_clock  the time told to stations            frame_order  what may follow what
    tls       certificates, suites, why a handshake failed (tls_connection, security_options)
    ping_connection  tells of WebSocket pings
    cli       the command line: console (prompt or script), commands and orders (what is typed),
              completer, frame_printer and json_log (what is shown; event_text)

Everything that happens is told to observers as an Event (events.py): Frame or Note.
"""
