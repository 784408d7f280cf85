"""The stations of a run: simulators that it starts, or the one that comes."""

import contextlib
import shlex

from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.file_server import FileServer
from chargecore_tools.cert.foreign_site import ForeignSite
from chargecore_tools.cert.lab import Lab
from chargecore_tools.cert.lab_clock import SimClock, WallClock
from chargecore_tools.cert.rigs.command_rig import CommandRig
from chargecore_tools.cert.rigs.rig_chain import RigChain
from chargecore_tools.cert.rigs.sim_rig import SimRig
from chargecore_tools.cert.rigs.technician_rig import TechnicianRig
from chargecore_tools.cert.sim_site import SimSite
from chargecore_tools.cert.sim_station import SimStation
from chargecore_tools.csms.errors import PortTakenError


class StationNeverCameError(CertError):
    """Nobody connected."""


@contextlib.contextmanager
def sim_sites(settings, kept, work, count, **options):
    """Start simulators, each with a server of its own; yield them as sites.

    kept: folder for certificates and firmware; work: for what ends with the run; options:
    SimSite's.
    """
    kept.mkdir(parents=True, exist_ok=True)
    station = SimStation(kept, settings)
    station.make_firmware()
    sites = [SimSite(settings, work / f"station{n}", station, **options) for n in range(count)]
    try:
        for site in sites:
            site.start()
        yield sites
    finally:
        for site in sites:
            site.close()


@contextlib.contextmanager
def foreign_site(settings, rig, work, host, port, wait_s, tell):
    """Listen, wait for the station and yield it as the only site. tell(text): where to come to.

    rig: (rig, its clock). Errors: StationNeverCameError, CertError.
    """
    rig, clock = rig
    files = FileServer(work / "files", settings.file_host or _own(host), settings)
    lab = Lab(settings, rig, clock, host, port, files)
    try:
        try:
            lab.start()
        except PortTakenError as error:
            raise CertError(str(error)) from error
        tell(f"waiting for {settings.identity} at {lab.server.url}/{settings.identity}")
        try:
            lab.wait_station(wait_s)
        except TimeoutError:
            text = f"{settings.identity} never came within {wait_s:g} s"
            raise StationNeverCameError(text) from None
        yield [ForeignSite(lab)]
    finally:
        lab.close()


def rig_of(settings, control, command, is_asked):
    """Return (rig, clock) of the options. Errors: CertError."""
    rigs, clock = [], None
    if control is not None:
        host, port = _address(control)
        rigs.append(SimRig(host, port))
        clock = SimClock(host, port, settings.speed)
    if command is not None:
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise CertError(f"--rig-command: {error}") from error
        if not words:
            raise CertError("--rig-command: a program is needed")
        rigs.append(CommandRig(words))
    if is_asked:
        rigs.append(TechnicianRig())
    if not rigs:
        text = "who acts at the station? --control, --rig-command, --ask, or --sim"
        raise CertError(text)
    rig = rigs[0] if len(rigs) == 1 else RigChain(rigs)
    return rig, clock or WallClock(settings.speed)


def _own(host):
    """Return an address under which files can be fetched when all are listened on."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


def _address(control):
    host, _, port = control.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise CertError(f"--control {control}: must be HOST:PORT")
    return host, int(port)
