"""MakerFiles: certificates and key that station.json names, taken into the keystore once.

Called by: ocpp16.security, at boot; loaded for that alone. What was deleted over OCPP stays
deleted until station.json names something else. Heap: the files, while they are looked at.
"""

import hashlib

from micropython import const

from chargecore.base.codes import E_MISSING
from chargecore.base.errors import ConfigError
from chargecore.security import pem
from chargecore.security.cert_error import CertError
from chargecore.security.cert_hash import hash_data
from chargecore.security.x509 import Certificate
from chargecore.store.keystore import (
    KIND_MAKER_ROOT,
    KIND_SERVER_ROOT,
    KIND_STATION,
    ROOTS_MAX,
    label_of,
    pack,
)

_MARK_LEN = const(4)
_ROOT_MAX = const(8_192)  # bytes of a file; longer ones are no certificates
_PEM_BEGINS = b"-----BEGIN "
_DER_BEGINS = const(0x30)  # SEQUENCE
_KEY_LABELS = (b"EC PRIVATE KEY", b"PRIVATE KEY", b"RSA PRIVATE KEY")
# Numbers of presets in the keystore: never used again for another.
_PRESET_SERVER_ROOT = const(0)
_PRESET_MAKER_ROOT = const(1)
_PRESET_STATION = const(2)


class MakerFiles:
    """take() does all of it. Errors: ConfigError naming the field."""

    def __init__(self, config, keystore):
        self._config = config
        self._keystore = keystore

    def take(self):
        """Put into the keystore what has not been there before."""
        config = self._config
        roots = (
            ("csms_root_ca", _PRESET_SERVER_ROOT, KIND_SERVER_ROOT),
            ("manufacturer_root_ca", _PRESET_MAKER_ROOT, KIND_MAKER_ROOT),
        )
        for field, preset, kind in roots:
            value = getattr(config, field)
            if value is not None:
                self._take_root(field, value, preset, kind)
        if config.client_key is not None:
            self._take_station(config.client_certificate, config.client_key)

    def _take_root(self, field, value, preset, kind):
        data = _contents(field, value)
        mark = _mark(data)
        keystore = self._keystore
        if keystore.preset(preset) == mark:
            return
        try:
            der = _ders(data)[0]
            certificate = Certificate(der)
            issuer = None if certificate.is_self_issued() else self._issuer(certificate, kind)
            names = hash_data(certificate, issuer)
        except CertError:
            raise ConfigError(field) from None
        if keystore.find(kind, der) == E_MISSING:
            times = certificate.not_before_s, certificate.not_after_s
            if keystore.count_of_roots() >= ROOTS_MAX:
                raise ConfigError(field)
            if keystore.put(kind, der, label_of(*names), *times) < 0:
                return  # told by the keystore; the next boot tries again
        keystore.set_preset(preset, mark)

    def _issuer(self, certificate, kind):
        """Return the installed root that a certificate names. Errors: CertError, without one."""
        for row in self._keystore.rows(kind):
            der = self._keystore.read(row)
            issuer = Certificate(der) if der is not None else certificate
            if issuer.subject == certificate.issuer:
                return issuer
        raise CertError(0)

    def _take_station(self, certificate_value, key_value):
        chain_data = _contents("client_certificate", certificate_value)
        key_data = _contents("client_key", key_value)
        keystore = self._keystore
        mark = _mark(chain_data + key_data)
        if keystore.preset(_PRESET_STATION) == mark:
            return
        try:
            chain = _ders(chain_data)
            leaf = Certificate(chain[0])
        except CertError:
            raise ConfigError("client_certificate") from None
        packed = pack(_key_der(key_data), chain)
        times = leaf.not_before_s, leaf.not_after_s
        # A new one from the maker is for a new owner: none of the old ones counts any more.
        if keystore.put(KIND_STATION, packed, b"", *times, keystore.rows(KIND_STATION)) >= 0:
            keystore.set_preset(_PRESET_STATION, mark)


def _contents(field, value):
    """Return the bytes that a field of station.json stands for. Errors: ConfigError."""
    data = value.encode()
    if not data.startswith(_PEM_BEGINS):
        try:
            with open(value, "rb") as file:
                data = file.read(_ROOT_MAX + 1)
        except OSError:
            raise ConfigError(field) from None
    if not data or len(data) > _ROOT_MAX:
        raise ConfigError(field)
    return data


def _mark(data):
    return hashlib.sha256(data).digest()[:_MARK_LEN]


def _ders(data):
    """Return the certificates in PEM, or the one in DER. Errors: CertError."""
    return [data] if data[0] == _DER_BEGINS else pem.blocks(data)


def _key_der(data):
    """Return a private key as DER. Errors: ConfigError."""
    if data[0] == _DER_BEGINS:
        return data
    for label in _KEY_LABELS:
        try:
            return pem.blocks(data, label, 1)[0]
        except CertError:
            pass
    raise ConfigError("client_key")
