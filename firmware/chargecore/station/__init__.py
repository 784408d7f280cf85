"""station: what a charging station is, whatever the protocol.

Connectors with their session, transactions as records, authorization, metering. Reads the evse
controllers and meters by polling; writes records into the outbox; offers statuses, questions
(authorize this card) and records to the protocol adapter, which polls them in turn.
Never imports wire or net, never touches a pin.
"""
