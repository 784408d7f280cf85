"""Bytes to calls and back: JSON, field tables, OCPP-J framing, outbox. No sockets, no pins."""
