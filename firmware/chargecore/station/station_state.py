"""StationState: the few facts that outlive a power cut: boot number, availability, first acceptance.

Called by: main.py (boot), Station (availability), the adapter's hooks (first acceptance).
Heap: none after __init__ but what the store needs to write.
"""

from micropython import const

# 0         4      5
# boot u32  flags  inoperative, one byte per connectorId from 0 on
_OFF_BOOT = const(0)
_OFF_FLAGS = const(4)
_OFF_INOPERATIVE = const(5)
_FLAG_KNOWN = const(1)
STATE_SIZE = const(32)
CONNECTORS_MAX = const(STATE_SIZE - _OFF_INOPERATIVE - 1)


class StationState:
    """Reads and writes one small two-version file (store.state.StateStore)."""

    def __init__(self, store):
        self._store = store
        self._buf = store.buf

    def next_boot(self):
        """Count this boot and make the number durable. Return it. Range: 1..65535, then 1 again."""
        buf = self._buf
        boot_number = buf[_OFF_BOOT] | buf[_OFF_BOOT + 1] << 8
        boot_number = boot_number + 1 if boot_number < 0xFFFF else 1
        buf[_OFF_BOOT] = boot_number & 0xFF
        buf[_OFF_BOOT + 1] = boot_number >> 8
        self._store.save()
        return boot_number

    def is_operative(self, connector_id):  # HOT
        """Return False when ChangeAvailability has taken that connector out of service."""
        return self._buf[_OFF_INOPERATIVE + connector_id] == 0

    def set_operative(self, connector_id, operative, connector_count):
        """Make the availability of a connector, or of everything with 0, durable."""
        value = 0 if operative else 1
        if connector_id:
            self._buf[_OFF_INOPERATIVE + connector_id] = value
        else:
            for idx in range(connector_count + 1):
                self._buf[_OFF_INOPERATIVE + idx] = value
        self._store.save()

    def is_known(self):  # HOT
        """Return True when a server has accepted this station once."""
        return bool(self._buf[_OFF_FLAGS] & _FLAG_KNOWN)

    def set_known(self):
        """Make the first acceptance durable; later calls write nothing."""
        if not self.is_known():
            self._buf[_OFF_FLAGS] |= _FLAG_KNOWN
            self._store.save()
