"""What the runner gives a simulator that it starts: certificates, password, firmware files."""

import json
from pathlib import Path

from chargecore_tools.bundle import HOST, IMAGE_NAME, make_bundle
from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.pki import Pki, PkiError, make_pki
from chargecore_tools.pki.maker import CPO, HOSTS, SERIAL
from chargecore_tools.sim_process import repository

PASSWORD = "chargecore in lab"  # 17 characters; of a simulator on this machine
NEW_VERSION = "9.9.9"


class SimStation:
    """`folder` keeps PKI and firmware from run to run. settings: LabSettings, which learn both."""

    def __init__(self, folder, settings):
        self._folder = Path(folder)
        self._settings = settings
        self._pki = self._kept_pki()

    def files(self, folder, station=None, config=None):
        """Write station.json and config.json into a folder. Return both paths.

        station, config: fields and keys on top.
        """
        folder.mkdir(parents=True, exist_ok=True)
        paths = folder / "station.json", folder / "config.json"
        fields = {**self._station(), **(station or {})}
        takes_signed = bool(fields.get("security", True))  # the whitepaper is loaded
        self._settings.features.setdefault("signed_firmware", takes_signed)
        self._settings.features.setdefault("unsigned_firmware", not takes_signed)
        keys = config or {}
        for path, content in zip(paths, (fields, keys)):
            path.touch(mode=0o600)
            path.write_text(json.dumps(content), encoding="utf-8")
        return paths

    def make_firmware(self):
        """Make the firmware files that lab.yaml does not name."""
        for name, make in (("firmware_good", _good), ("firmware_broken", _broken)):
            if not self._settings.get(name):
                path = self._folder / f"{name}.bundle"
                path.write_bytes(make())
                self._settings.set(name, str(path))

    def _station(self):
        pki, own = self._pki, self._pki["client-ecdsa"]
        return {
            "serial": pki.serial,
            "auth_key": self._settings.password,
            "csms_root_ca": str(pki["csms-root-ecdsa"].pem),
            "manufacturer_root_ca": str(pki["manufacturer-root-ecdsa"].pem),
            "client_certificate": str(own.chain_pem),
            "client_key": str(own.key_der),
        }

    def _kept_pki(self):
        settings = self._settings
        if not settings.password:
            settings.set("password", PASSWORD)
        if not settings.pki:
            folder = self._folder / "pki"
            try:
                Pki(folder)
            except PkiError:
                make_pki(folder, SERIAL, CPO, HOSTS, force=folder.exists())
            settings.set("pki", str(folder))
        pki = Pki(settings.pki)
        if not settings.cpo_name:
            settings.set("cpo_name", pki.cpo)
        return pki


def _good():
    return make_bundle(HOST, NEW_VERSION, {IMAGE_NAME: image_of(repository()).read_bytes()})


def _broken():
    """Return a bundle that is whole and does not boot."""
    return make_bundle(HOST, NEW_VERSION, {IMAGE_NAME: b"no image at all"})
