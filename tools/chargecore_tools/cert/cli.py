"""`chargecore cert`: what a maker runs before the certification lab does."""

import typer

from chargecore_tools.cert.checklist.cli import check
from chargecore_tools.cert.cli_lists import cases, settings
from chargecore_tools.cert.cli_run import run
from chargecore_tools.cert.freeze.cli import freeze
from chargecore_tools.cert.lab_package.cli import pack
from chargecore_tools.cert.lab_pki.cli import pki
from chargecore_tools.cert.pics.cli import pics
from chargecore_tools.cert.snapshot.cli import snapshot

cert = typer.Typer(
    name="cert",
    no_args_is_help=True,
    help="Certification: conformance runs, and what a lab gets. docs/certification.md",
)
cert.command()(run)
cert.command()(cases)
cert.command()(settings)
cert.command()(freeze)
cert.command()(snapshot)
cert.command()(pics)
cert.command()(pki)
cert.command()(check)
cert.command()(pack)
