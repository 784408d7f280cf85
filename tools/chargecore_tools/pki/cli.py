"""`chargecore pki`: makes the lab PKI; signs CSRs and firmware with one."""

import json
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.table import Table

from chargecore_tools.pki.errors import PkiError
from chargecore_tools.pki.maker import CPO, DAYS, HOSTS, SERIAL, make_pki
from chargecore_tools.pki.pki import Pki
from chargecore_tools.pki.plan import rows
from chargecore_tools.pki.signing import SCHEMES, sign_csr, sign_firmware

EXIT_USAGE = 2

_NAME_WIDTH = max(len(row.name) for row in rows())


def pki(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to make, or the one to sign with.")
    ],
    serial: Annotated[
        str, typer.Option(help="Serial number of the station: CN of its certificates.")
    ] = SERIAL,
    cpo: Annotated[str, typer.Option(help="Operator, the CpoName: O of the certificates.")] = CPO,
    host: Annotated[
        Optional[list[str]],
        typer.Option(
            help="Name or IP address of the server; repeat it for more.",
            show_default=" ".join(HOSTS),
        ),
    ] = None,
    days: Annotated[int, typer.Option(help="Days that the good certificates are valid.")] = DAYS,
    force: Annotated[
        bool, typer.Option("--force", help="Make a PKI that is there anew, with new keys.")
    ] = False,
    csr: Annotated[
        Optional[Path],
        typer.Option("--sign-csr", help="Sign this CSR (PEM) with DIR; writes FILE.chain.pem."),
    ] = None,
    ca: Annotated[str, typer.Option(help="Who signs the CSR.")] = "cp-sub-ecdsa",
    firmware: Annotated[
        Optional[Path],
        typer.Option("--sign-firmware", help="Sign this file; writes FILE.SCHEME.sig.b64."),
    ] = None,
    scheme: Annotated[str, typer.Option(help=f"{', '.join(SCHEMES)}.")] = "ecdsa",
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
):
    """Make a complete lab PKI: servers, stations, firmware, and what must be refused.

    RSA and ECDSA throughout. DIR/README.md says what each file is for and where server, station
    and the lab's tool take it. FOR A LAB: private keys lie in it in the clear.

    Exit status: 0 done, 2 wrong options, or a folder or file that cannot be used.

    Example: chargecore pki lab-pki --serial CC-0001 --cpo "My CPO" --host csms.lab --host 10.0.0.5

    Example: chargecore pki lab-pki --sign-firmware app.bundle --scheme rsa-pss
    """
    try:
        if csr is not None or firmware is not None:
            _sign(Pki(folder), csr, ca, firmware, scheme, as_json)
            return
        made = make_pki(folder, serial, cpo, host or HOSTS, days, force)
        _show(made, as_json)
    except PkiError as error:
        print(f"chargecore pki: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_USAGE) from None


def _sign(pki, csr, ca, firmware, scheme, as_json):
    """Sign what was given; write it beside it."""
    written = []
    if csr is not None:
        chain = sign_csr(pki, _read(csr), ca, pki.facts["days"])
        written.append(_write(csr.with_name(f"{csr.name}.chain.pem"), chain))
    if firmware is not None:
        signature = sign_firmware(pki, _read(firmware), scheme)
        written.append(_write(firmware.with_name(f"{firmware.name}.{scheme}.sig.b64"), signature))
    if as_json:
        print(json.dumps({"ok": True, "written": written}))
    else:
        print("\n".join(f"written: {path}" for path in written))


def _read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise PkiError(f"{path}: {error.strerror}") from error


def _write(path, data):
    try:
        path.write_bytes(data)
    except OSError as error:
        raise PkiError(f"{path}: {error.strerror}") from error
    return str(path)


def _show(pki, as_json):
    if as_json:
        print(json.dumps({"ok": True, "folder": str(pki.folder), **pki.facts}))
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("certificate", no_wrap=True, min_width=_NAME_WIDTH)
    table.add_column("signed by", no_wrap=True, min_width=_NAME_WIDTH)
    table.add_column("what it is")
    for sample in pki:
        table.add_row(sample.name, sample.issuer or "itself", sample.what)
    console = Console(highlight=False)
    console.print(table)
    count = len(pki.facts["files"])
    text = f"{pki.folder}: {count} files; start with {pki.folder}/README.md"
    console.print(text, soft_wrap=True)
