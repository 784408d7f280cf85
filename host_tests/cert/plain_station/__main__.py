"""Starts a plain station: python -m cert.plain_station --csms URL --id ID --control HOST:PORT.

Ends with SIGTERM and Ctrl-C.
Exit status: 0 stopped, 2 wrong options, 3 the control port was taken.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from cert.plain_station.build import Build
from cert.plain_station.configuration import PROFILES
from cert.plain_station.control import Control
from cert.plain_station.defects import DEFECTS
from cert.plain_station.memory import Memory
from cert.plain_station.site import Site
from cert.plain_station.timebase import Timebase


def _options():
    parser = argparse.ArgumentParser(prog="plain_station", description=__doc__.splitlines()[0])
    parser.add_argument("--csms", required=True, help="server URL without the identity")
    parser.add_argument("--id", required=True, help="identity at the server")
    parser.add_argument("--control", default="127.0.0.1:0", help="control socket HOST:PORT")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
    parser.add_argument("--connectors", type=int, default=1)
    parser.add_argument("--config", type=Path, help="JSON file of OCPP keys and their values")
    parser.add_argument("--state", type=Path, help="folder that keeps the memory")
    parser.add_argument("--tethered", action="store_true", help="the cable is fixed")
    parser.add_argument("--backup-power", action="store_true", help="stops before it goes down")
    parser.add_argument("--reserve-zero", action="store_true", help="takes ReserveNow for 0")
    parser.add_argument("--profiles", default=PROFILES, help="SupportedFeatureProfiles")
    parser.add_argument("--password", help="password of HTTP Basic authentication")
    parser.add_argument("--defect", choices=sorted(DEFECTS), help="break it on purpose")
    return parser.parse_args()


def _site(options):
    memory = Memory(None if options.state is None else options.state / "memory.json")
    if options.config is not None:
        values = json.loads(options.config.read_text(encoding="utf-8"))
        memory.section("configuration", {}).update(values)
    defect = DEFECTS.get(options.defect)
    build = Build(
        options.connectors,
        options.tethered,
        options.backup_power,
        options.reserve_zero,
        options.profiles,
        options.password,
        None if defect is None else defect.apply,
    )
    return Site(Timebase(options.speed), memory, options.id, options.csms, build)


async def _run(options):
    site = _site(options)
    control = Control(site)
    host, _, port = options.control.rpartition(":")
    try:
        taken = await control.start(host, int(port))
    except OSError as error:
        print(f"plain_station: {options.control}: {error.strerror}", file=sys.stderr)
        return 3
    facts = {"event": "up", "id": options.id, "control": f"{host}:{taken}"}
    print(json.dumps(facts), flush=True)
    working = asyncio.create_task(site.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        pass
    control.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_run(_options())))
