"""The `chargecore` command: one sub-command per tool."""

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from chargecore_tools.bench.cli import bench
from chargecore_tools.board_image.cli import build
from chargecore_tools.bundle import bundle
from chargecore_tools.cert.cli import cert
from chargecore_tools.csms.cli import csms
from chargecore_tools.deploy.cli import deploy
from chargecore_tools.flash.cli import flash
from chargecore_tools.pki.cli import pki
from chargecore_tools.provision.cli import provision
from chargecore_tools.provision.monitor import monitor
from chargecore_tools.provision.shell import shell
from chargecore_tools.run import run
from chargecore_tools.sim import sim
from chargecore_tools.size import size
from chargecore_tools.soak.cli import soak

app = typer.Typer(
    name="chargecore",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run)
app.command()(sim)
app.command()(csms)
app.command()(soak)
app.command()(bundle)
app.command()(flash)
app.command()(deploy)
app.command()(provision)
app.command()(bench)
app.command()(monitor)
app.command()(shell)
app.command()(size)
app.command()(build)
app.command()(pki)
app.add_typer(cert)


def _print_version(is_wanted: bool):
    if is_wanted:
        try:
            print(f"chargecore {version('chargecore')}")
        except PackageNotFoundError:
            print("chargecore (not installed)")
        raise typer.Exit


@app.callback()
def chargecore(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show it."),
    ] = False,
):
    """Firmware for AC chargers: simulator, reference server, and a whole charge on this PC.

    Example: chargecore run

    Example: chargecore csms --port 9000

    Example: chargecore sim --csms ws://127.0.0.1:9000/ocpp --id CP01 --control 127.0.0.1:9100
    """


def main():
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
