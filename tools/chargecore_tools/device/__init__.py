"""A board at the serial port: finding it, talking to it through mpremote, and what it answers."""
