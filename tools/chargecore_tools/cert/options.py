"""Options that several of the kit's commands have."""

from pathlib import Path
from typing import Annotated

import typer

OUT = Path("build/cert")

Out = Annotated[Path, typer.Option("--out", help="Folder of all artefacts.")]
