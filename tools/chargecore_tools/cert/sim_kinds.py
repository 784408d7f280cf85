"""Kinds of station that the runner's simulators can be: `cert run --sim --like KIND`.

Cases that do not apply to one apply to another: a cable is fixed or is not.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SimKind:
    """What is different: fields of station.json, OCPP keys, settings of lab.yaml."""

    text: str
    fields: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)


KINDS = {
    "socket": SimKind("all profiles, a socket"),
    "tethered": SimKind("a fixed cable", {"cable": "tethered"}, settings={"socket": False}),
    "core_only": SimKind("no profile but Core", keys={"SupportedFeatureProfiles": "Core"}),
    "plain_update": SimKind("without the security whitepaper", {"security": False}),
}
