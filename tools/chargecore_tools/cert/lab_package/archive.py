"""The archive: which files it has, their hashes, and whether it is still of what lies here."""

import hashlib
import zipfile
from pathlib import Path

from chargecore_tools.cert.artefact_error import ArtefactError, usage
from chargecore_tools.cert.freeze.frozen import FIRMWARE, FREEZE, SBOM, SIGNOFF
from chargecore_tools.cert.freeze.sums import SUMS
from chargecore_tools.cert.lab_pki.cli import PAGE as PKI_PAGE
from chargecore_tools.cert.lab_pki.cli import PKI
from chargecore_tools.cert.lab_pki.signed import SIGNED
from chargecore_tools.cert.pics.pics import PAGE as PICS_PAGE
from chargecore_tools.cert.pics.pics import PICS
from chargecore_tools.cert.report_file import REPORT
from chargecore_tools.cert.snapshot.cli import BEHAVIOUR
from chargecore_tools.cert.snapshot.snapshot import SNAPSHOT

PACKAGE = "lab_package.zip"
TOP = "lab_package"
PARTS = {  # folder in the archive: what of the artefacts' folder is in it; `?`: if it is there
    "1_pics": (PICS_PAGE, PICS, "pics.signed.*?"),
    "2_reports": ("report.html?", REPORT, "junit.xml?", "soak.json?"),
    "3_pki": (PKI_PAGE, PKI, SIGNED + "?"),
    "4_snapshot": (SNAPSHOT, BEHAVIOUR),
    "5_freeze": (SIGNOFF, "signoff.signed.*?", FREEZE, SBOM, FIRMWARE, "board.json?"),
}
_EPOCH = (2026, 1, 1, 0, 0, 0)  # of every entry: the archive has no moment of its own


def files_of(folder):
    """Return {path in the archive: path here}. Errors: ArtefactError for what is missing."""
    found = {}
    for part, names in PARTS.items():
        for name in names:
            paths = sorted(folder.glob(name.rstrip("?")))
            if not paths and not name.endswith("?"):
                raise usage(f"{name}: is not there", "chargecore cert check")
            for path in paths:
                found.update(_below(folder, part, path))
    return found


def _below(folder, part, path):
    """Return what is at a path: a file, or all files of a folder."""
    inner = [path] if path.is_file() else [p for p in sorted(path.rglob("*")) if p.is_file()]
    return {f"{part}/{one.relative_to(folder).as_posix()}": one for one in inner}


def write_archive(path, files, texts):
    """Write the archive. files: {path in it: path here}; texts: {path in it: text}."""
    data = {name: source.read_bytes() for name, source in files.items()}
    data.update({name: text.encode() for name, text in texts.items()})
    data[SUMS] = _sums(data).encode("ascii")
    part = Path(path).with_suffix(".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in sorted(data):
                entry = zipfile.ZipInfo(f"{TOP}/{name}", _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o100644 << 16
                archive.writestr(entry, data[name])
        part.replace(path)
    except OSError as error:
        raise usage(f"{path}: {error.strerror}") from None
    return {name: len(content) for name, content in data.items()}


def package_fault(evidence):
    """Return why the package is not one of what lies here now, "" when it is."""
    path = evidence.folder / PACKAGE
    if not path.exists():
        return f"{PACKAGE}: is not there"
    try:
        with zipfile.ZipFile(path) as archive:
            lines = archive.read(f"{TOP}/{SUMS}").decode("ascii").splitlines()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        return f"{PACKAGE}: {error}"
    wanted = dict(reversed(line.split("  ", 1)) for line in lines if "  " in line)
    try:
        files = files_of(evidence.folder)
    except ArtefactError as error:
        return str(error)
    for name, source in files.items():
        if wanted.get(name) != hashlib.sha256(source.read_bytes()).hexdigest():
            return f"{PACKAGE}: {name} is another one now"
    return ""


def _sums(data):
    rows = sorted(data.items())
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in rows)
