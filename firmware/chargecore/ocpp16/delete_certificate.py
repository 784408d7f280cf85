"""DeleteCertificate: a root goes, unless it secures the connection that asks for it.

Called by: Certificates, which loads it for one answer. The certificate of the station is no root,
so that nothing here can find it (M04.FR.05). Heap: a label at a time.
Source: OCPP 1.6 security whitepaper ed.3, M04; W10 of the behaviour rules.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.security_events import SE_PARAMETERS_CHANGED
from chargecore.ocpp16.certificate_jobs import write_status
from chargecore.store.keystore import HASH_LEN, KIND_MAKER_ROOT, KIND_SERVER_ROOT, SERIAL_AT

_SHA256 = const(0)  # place among HASH_ALGORITHMS
_SERIAL_MAX = const(40)


class DeleteCertificate:
    """A job of Certificates."""

    def __init__(self, core, config, clock):
        self._core = core
        self._credentials = core.credentials
        self._word = b"NotFound"

    def start(self, reader):
        """Do all of it."""
        values = reader.values
        if values[1] != _SHA256:
            return  # nothing is listed with another
        serial = _serial(reader, values[4])
        keystore = self._credentials.keystore
        found = []
        for row in keystore.rows(KIND_SERVER_ROOT) + keystore.rows(KIND_MAKER_ROOT):
            label = keystore.label(row)
            if (
                label is not None
                and reader.equals_ci(values[2], label[:HASH_LEN])
                and reader.equals_ci(values[3], label[HASH_LEN : 2 * HASH_LEN])
                and serial == label[SERIAL_AT : SERIAL_AT + label[SERIAL_AT - 1]]
            ):
                found.append(row)
        if found:
            self._word = self._delete(found)

    def _delete(self, rows):
        if self._credentials.used_row in rows:
            return b"Failed"
        if self._credentials.keystore.drop(rows) != OK:
            return b"Failed"
        self._core.security.report(SE_PARAMETERS_CHANGED, b"root certificate deleted")
        return b"Accepted"

    def step(self):
        """Nothing is left to do."""
        return True

    def give_up(self):
        """Without steps there is nothing to give up."""

    def render(self, w):
        """Write {"status": word}."""
        write_status(w, self._word)

    def after_reply(self):
        """Nothing follows from it."""


def _serial(reader, idx):
    """Return a serial number of the message in lower case, without leading zeros."""
    buf = bytearray(4 * _SERIAL_MAX)
    return bytes(buf[: reader.copy_text(idx, buf, _SERIAL_MAX)]).lower().lstrip(b"0")
