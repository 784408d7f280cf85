"""`chargecore cert pki`: makes the lab's PKI for one station, and signs the frozen firmware."""

from typing import Annotated, Optional

import typer

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import usage
from chargecore_tools.cert.freeze.frozen import FREEZE, read_freeze
from chargecore_tools.cert.lab_pki.names import lab_names
from chargecore_tools.cert.lab_pki.pki_page import pki_page
from chargecore_tools.cert.lab_pki.signed import sign_bundle
from chargecore_tools.cert.options import OUT, Out
from chargecore_tools.cert.snapshot.snapshot import SNAPSHOT, read_snapshot
from chargecore_tools.device.command import AsJson, answer, say, told_errors
from chargecore_tools.pki import Pki, PkiError, make_pki
from chargecore_tools.pki.maker import DAYS, HOSTS

PKI = "pki"
PAGE = "pki.html"


def pki(
    identity: Annotated[
        Optional[str],
        typer.Option("--id", help="Identity and serial number.", show_default="of snapshot.json"),
    ] = None,
    cpo: Annotated[
        Optional[str],
        typer.Option(help="Operator: O of all certificates.", show_default="CpoName there"),
    ] = None,
    host: Annotated[
        Optional[list[str]],
        typer.Option(
            help="Name or address of the lab's server; again for more.",
            show_default=" ".join(HOSTS),
        ),
    ] = None,
    days: Annotated[int, typer.Option(help="Days that the good certificates are valid.")] = DAYS,
    sign: Annotated[
        bool, typer.Option("--sign", help="Only sign the frozen firmware with the PKI there is.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Make a PKI that is there anew, with new keys.")
    ] = False,
    out: Out = OUT,
    as_json: AsJson = False,
):
    """Make the lab's certificates: CN = identity = serial number, O = operator, RSA and ECDSA.

    Names come from snapshot.json, and must be one: a station whose serial number is not its
    identity, or whose CpoName is another, is refused. With a freeze there, its bundle is signed,
    rightly and wrongly, for TC_080 and TC_081.

    Writes pki/ (pki/README.md says what each file is), pki.html and signed/. Exit status: 0 done,
    2 wrong options or files.

    Example: chargecore cert pki --id CC-0001 --cpo "My CPO" --host csms.lab --host 10.0.0.5

    Example: chargecore cert pki --sign
    """
    with told_errors("cert pki", as_json):
        try:
            made = (
                Pki(out / PKI) if sign else _make(identity, cpo, host, days, force, out, as_json)
            )
            freeze = read_freeze(out) if (out / FREEZE).exists() else None
            if sign and freeze is None:
                raise usage("--sign: there is no freeze", "chargecore cert freeze --board NAME")
            signatures = [] if freeze is None else sign_bundle(made, freeze, out)
        except PkiError as error:
            raise usage(str(error), "chargecore cert pki --help") from None
        documents.write_text(out / PAGE, pki_page(made, signatures))
        _tell(made, signatures, out, as_json)


def _make(identity, cpo, host, days, force, out, as_json):
    snapshot = read_snapshot(out) if (out / SNAPSHOT).exists() else None
    identity, cpo = lab_names(identity, cpo, snapshot)
    say(as_json, f"making keys and certificates of {identity}, some seconds")
    return make_pki(out / PKI, identity, cpo, host or HOSTS, days, force)


def _tell(made, signatures, out, as_json):
    count = len(made.facts["files"])
    say(as_json, f"{out / PKI}: {count} files for {made.serial} of {made.cpo}")
    for path in signatures:
        say(as_json, f"  {path}")
    say(as_json, f"next: open {out / PAGE}")
    facts = {"identity": made.serial, "cpo": made.cpo, "hosts": made.facts["hosts"]}
    answer(as_json, {**facts, "files": count, "signatures": signatures})
