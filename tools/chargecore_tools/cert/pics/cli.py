"""`chargecore cert pics`: the declaration for the lab, out of report, snapshot and answers."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import ArtefactError, usage
from chargecore_tools.cert.freeze.frozen import FREEZE, read_freeze
from chargecore_tools.cert.options import OUT, Out
from chargecore_tools.cert.page import page
from chargecore_tools.cert.pics.claims import FUNCTIONS
from chargecore_tools.cert.pics.pics import MADE_BY, PAGE, PICS, make_pics, open_points
from chargecore_tools.cert.pics.product_file import PRODUCT, read_product, template
from chargecore_tools.cert.pics.questions import SECTIONS
from chargecore_tools.cert.report_file import REPORT, read_report
from chargecore_tools.cert.snapshot.snapshot import read_snapshot
from chargecore_tools.device.command import AsJson, answer, say, told_errors

_BOOT = (
    ("chargePointVendor", "vendor"),
    ("chargePointModel", "model"),
    ("chargePointSerialNumber", "serial number of the sample"),
    ("firmwareVersion", "firmware version"),
    ("meterType", "meter"),
)


def pics(
    make_template: Annotated[
        bool, typer.Option("--template", help="Write a commented product.yaml, nothing else.")
    ] = False,
    product: Annotated[
        Optional[Path],
        typer.Option(help="The maker's answers.", show_default=f"{PRODUCT} in --out"),
    ] = None,
    out: Out = OUT,
    as_json: AsJson = False,
):
    """Make the PICS: what is declared to the lab, and no more than has passed.

    From report.json (cert run), snapshot.json (cert snapshot), freeze.json (cert freeze, if there
    is one) and product.yaml, your answers to what no station tells. A profile with a case that
    failed, is inconclusive or was not run is withheld, and the document says why. What is not
    answered stays open.

    Writes pics.json and pics.html. Exit status: 0 complete, 1 something is open (the document says
    what), 2 wrong options or files.

    Example: chargecore cert pics --template

    Example: chargecore cert pics
    """
    with told_errors("cert pics", as_json):
        product = product or out / PRODUCT
        if make_template:
            _write_template(product, as_json)
            return
        facts = _make(product, out)
        documents.write(out / PICS, facts)
        documents.write_text(out / PAGE, page_of(facts))
        _tell(facts, out, as_json)


def page_of(facts):
    """Return the document of the facts of pics.json."""
    return page(
        "pics",
        facts=facts,
        points=open_points(facts),
        sections=SECTIONS,
        functions=FUNCTIONS,
        boot_fields=_BOOT,
    )


def _write_template(path, as_json):
    if path.exists():
        raise usage(f"{path}: is there already", "fill it in, or move it away")
    documents.write_text(path, template())
    say(as_json, f"written: {path}\nnext: fill it in, then {MADE_BY}")
    answer(as_json, {"written": str(path)})


def _make(product, out):
    answers = read_product(product)
    report, digest = read_report(out / REPORT)
    snapshot = read_snapshot(out)
    freeze = read_freeze(out) if (out / FREEZE).exists() else None
    return make_pics(answers, report, digest, snapshot, freeze)


def _tell(facts, out, as_json):
    for claim in facts["claims"]:
        why = f": {claim['reasons'][0]}" if claim["reasons"] else ""
        more = f" and {len(claim['reasons']) - 1} more" if len(claim["reasons"]) > 1 else ""
        say(as_json, f"  {claim['profile']:26} {claim['state']}{why}{more}")
    points = open_points(facts)
    if points:
        rows = "\n".join(f"  {point}" for point in points)
        text = f"{out / PAGE} is written, but it is not ready to sign:\n{rows}"
        raise ArtefactError(text, f"fill in {PRODUCT}, run what is missing, then {MADE_BY}")
    names = [row["name"] for row in facts["certificates"] if row["declared"]]
    say(as_json, f"declared: {', '.join(names)}; {out / PAGE}")
    answer(as_json, {"declared": names, "pics": str(out / PAGE)})
