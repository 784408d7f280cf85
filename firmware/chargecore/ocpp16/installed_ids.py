"""InstalledIds: GetInstalledCertificateIds, out of the labels in the keystore.

Called by: Certificates, which loads it for one answer. Heap: 0.2 KiB per root.
Source: OCPP 1.6 security whitepaper ed.3, M03; W9 of the behaviour rules.
"""

from chargecore.ocpp16.certificate_tables import HASH_ALGORITHMS
from chargecore.store.keystore import HASH_LEN, SERIAL_AT


class InstalledIds:
    """A job of Certificates."""

    def __init__(self, core, config, clock):
        self._keystore = core.credentials.keystore
        self._labels = []

    def start(self, reader):
        """Collect the labels."""
        keystore = self._keystore
        found = [keystore.label(row) for row in keystore.rows(reader.values[0] + 1)]
        self._labels = [label for label in found if label is not None]

    def step(self):
        """Nothing is left to do."""
        return True

    def give_up(self):
        """Without steps there is nothing to give up."""

    def render(self, w):
        """Write NotFound, or Accepted and the hashes."""
        labels = self._labels
        w.open_object()
        w.key(b"status")
        w.text(b"Accepted" if labels else b"NotFound")
        if labels:
            w.key(b"certificateHashData")
            w.open_array()
            for label in labels:
                self._write(w, label)
            w.close_array()
        w.close_object()

    def _write(self, w, label):
        w.open_object()
        w.key(b"hashAlgorithm")
        w.text(HASH_ALGORITHMS[0])
        w.key(b"issuerNameHash")
        w.text_range(label, 0, HASH_LEN)
        w.key(b"issuerKeyHash")
        w.text_range(label, HASH_LEN, 2 * HASH_LEN)
        w.key(b"serialNumber")
        w.text_range(label, SERIAL_AT, SERIAL_AT + label[SERIAL_AT - 1])
        w.close_object()

    def after_reply(self):
        """Nothing follows from it."""
