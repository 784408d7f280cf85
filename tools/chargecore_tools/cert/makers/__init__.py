"""Makers: what a case needs and cannot write down. `make: NAME`, `save: name` in a case.

A maker is a class with `name`, `fields`, a docstring that says in one sentence what it makes, and
`run(lab, **values)`, which returns a JSON value. lab: lab.Lab.
"""

from chargecore_tools.cert.makers.authorization_key import AuthorizationKey
from chargecore_tools.cert.makers.certificate import Certificate, CertificateHash
from chargecore_tools.cert.makers.charging_profile import ChargingProfile
from chargecore_tools.cert.makers.key_list import KeyList
from chargecore_tools.cert.makers.moment import Moment
from chargecore_tools.cert.makers.signing import FirmwareSignature, SignedChain

_ALL = (
    AuthorizationKey,
    Certificate,
    CertificateHash,
    ChargingProfile,
    FirmwareSignature,
    KeyList,
    Moment,
    SignedChain,
)
MAKERS = {row.name: row for row in _ALL}
