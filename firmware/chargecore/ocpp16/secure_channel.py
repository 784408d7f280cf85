"""build(): what a TLS connection needs of the station: credentials, and a date. For builder.py.

Called once per boot, when the security whitepaper is loaded or the station file's URL is wss.
Heap: the credentials' rows and the kept time; TLS itself is loaded with the first such connection.
"""

from chargecore.base.modules import unload
from chargecore.ocpp16.certificate_jobs import unload_jobs
from chargecore.store.builder import build_credentials
from chargecore.store.kept_time import KeptTime


def build(network, core, stores, config, clock, events):
    """Make core.credentials, unless they are there, and core.kept_time; tell the network."""
    if core.credentials is None:
        open_credentials(core, stores, config, clock, events)
    kept_time = KeptTime(stores.pair("clock"), clock, core.station.is_charging, events)
    kept_time.load()
    core.kept_time = kept_time
    network.enable_tls(core.credentials, kept_time, config.sntp_host)
    if network.tls_stalls:
        network.connection.tls.is_energised = core.station.is_energised


def open_credentials(core, stores, config, clock, events):
    """Make core.credentials, with what station.json names. Errors: ConfigError naming a field."""
    core.credentials = build_credentials(stores, config, clock, events)
    if config.csms_root_ca or config.manufacturer_root_ca or config.client_certificate:
        from chargecore.station.maker_files import MakerFiles

        MakerFiles(config, core.credentials.keystore).take()
        unload_jobs()
        unload(["chargecore.station.maker_files"])
