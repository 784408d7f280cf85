"""Build: how a plain station is built; what no server can change."""

from dataclasses import dataclass
from typing import Callable

from cert.plain_station.configuration import PROFILES


@dataclass(frozen=True)
class Build:
    """break_it: called with each new Station before it runs."""

    connectors: int = 1
    is_tethered: bool = False
    has_backup: bool = False  # a battery to say goodbye with
    reserves_zero: bool = False  # ReserveConnectorZeroSupported
    profiles: str = PROFILES
    password: str = None
    break_it: Callable = None
