"""`chargecore cert`: what a maker runs before the certification lab does."""

import typer

from chargecore_tools.cert.freeze.cli import freeze
from chargecore_tools.cert.snapshot.cli import snapshot

cert = typer.Typer(
    name="cert",
    no_args_is_help=True,
    help="Certification: conformance runs, and what a lab gets. docs/certification.md",
)
cert.command()(freeze)
cert.command()(snapshot)
