"""A repository with a firmware of a few lines and the tools as they are here, committed."""

import os
import shutil
import subprocess
from pathlib import Path

from device_rig.small_firmware import SmallFirmware

_ROOT = Path(__file__).resolve().parents[2]
_WORLD = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@b.example",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@b.example",
    "GIT_COMMITTER_DATE": "2026-11-01T10:00:00Z",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


class SmallRepository:
    """`root` is its folder; `firmware` deploys the same application to a board."""

    def __init__(self, folder):
        self.root = root = folder / "repository"
        self.firmware = SmallFirmware(folder)
        self.firmware.application(1)
        shutil.copytree(folder / "firmware", root / "firmware")
        shutil.copytree(self.firmware.board, root / "boards" / "stand_in")
        (root / "boards" / "host").mkdir()
        (root / "boards" / "host" / "sim_main.py").write_text("# marks a repository\n")
        (root / "pyproject.toml").write_text('[project]\nname = "small"\nversion = "7.8.9"\n')
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_ROOT / "tools", root / "tools", ignore=ignored)
        (root / ".gitignore").write_text("build/\n__pycache__/\n")
        self.git("init", "-q")
        self.commit()

    def git(self, *arguments):
        """Run git there."""
        subprocess.run(
            ["git", "-C", str(self.root), *arguments], check=True, env={**os.environ, **_WORLD}
        )

    def commit(self):
        """Commit everything."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")
