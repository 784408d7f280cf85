"""Named checks: what no matcher can say. `check: NAME` in a case, its fields beside it.

A check is a class with `fields` (the names it takes, those with a default first left out by a
case), a docstring that says in one sentence what must be true, and `run(lab, **values)`, which
raises Failed. lab: lab.Lab. Values come with all $names replaced; a saved message is its payload.
"""

from chargecore_tools.cert.checks.basic_authentication import BasicAuthentication
from chargecore_tools.cert.checks.composite_schedule import CompositeSchedule
from chargecore_tools.cert.checks.configuration_list import ConfigurationList
from chargecore_tools.cert.checks.csr import Csr
from chargecore_tools.cert.checks.installed_certificate import InstalledCertificate
from chargecore_tools.cert.checks.meter_series import MeterSeries
from chargecore_tools.cert.checks.no_refusal import NoRefusal
from chargecore_tools.cert.checks.same_keys import SameKeys
from chargecore_tools.cert.checks.tls_connection import TlsConnection

_ALL = (
    BasicAuthentication,
    CompositeSchedule,
    ConfigurationList,
    Csr,
    InstalledCertificate,
    MeterSeries,
    NoRefusal,
    SameKeys,
    TlsConnection,
)
CHECKS = {row.name: row for row in _ALL}
