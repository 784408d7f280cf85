"""build(): what a TLS connection needs of the station: credentials, and a date. For builder.py.

Called once per boot, when the security whitepaper is loaded or the station file's URL is wss.
Heap: the credentials' rows and the kept time; TLS itself is loaded with the first such connection.
"""

from chargecore.store.builder import build_credentials
from chargecore.store.kept_time import KeptTime


def build(network, core, stores, config, clock, events):
    """Make core.credentials, unless they are there, and core.kept_time; tell the network."""
    if core.credentials is None:
        core.credentials = build_credentials(stores, config, clock, events)
    kept_time = KeptTime(stores.pair("clock"), clock, core.station.is_charging, events)
    kept_time.load()
    core.kept_time = kept_time
    network.enable_tls(core.credentials, kept_time, config.sntp_host)
