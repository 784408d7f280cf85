"""GitState: which commit a working tree stands for, and what in it is not committed."""

import datetime
import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import tomllib

from chargecore_tools.cert.artefact_error import ArtefactError, usage

_SHOWN = 12  # paths that are not committed
_LIMIT_S = 120


@dataclass(frozen=True)
class GitState:
    """A clean one. tag: the name of the commit, None without one."""

    root: Path
    commit: str
    tag: str | None
    committed_at: str  # UTC, 2026-11-25T13:00:00Z
    tools_version: str  # of the tools in it

    def export(self, folder):
        """Write the files of the commit into a folder, and nothing else."""
        data = _git(self.root, "archive", "--format=tar", self.commit)
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            # Python 3.11.0 to 3.11.3 know no filter; the archive is our own git's.
            options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(folder, **options)


def clean_state(root):
    """Return the GitState. Errors: ArtefactError, also when something is not committed."""
    root = Path(root)
    dirty = _dirty(root)
    if dirty:
        rows = [f"  {line}" for line in dirty[:_SHOWN]]
        if len(dirty) > _SHOWN:
            rows.append(f"  and {len(dirty) - _SHOWN} more")
        raise ArtefactError(
            "\n".join(["not committed, so nobody could build it again:", *rows]),
            "git commit, git stash or git clean; then freeze again",
        )
    commit, seconds = _text(root, "log", "-1", "--format=%H %ct").split()
    at = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    tags = _text(root, "tag", "--points-at", "HEAD", "--sort=-version:refname").splitlines()
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return GitState(root, commit, tags[0] if tags else None, moment, _tools_version(root))


def _tools_version(root):
    """Return the version in pyproject.toml of the commit."""
    try:
        facts = tomllib.loads(_text(root, "show", "HEAD:pyproject.toml"))
        return str(facts["project"]["version"])
    except (ValueError, KeyError, TypeError):
        raise usage("pyproject.toml of the commit names no version", "[project] version") from None


def _dirty(root):
    """Return `M path` of everything that the commit does not hold."""
    out = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    return [row.decode("utf-8", "replace").strip() for row in out.split(b"\0") if row]


def _text(root, *arguments):
    return _git(root, *arguments).decode("utf-8", "replace").strip()


def _git(root, *arguments):
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, timeout=_LIMIT_S
        )
    except FileNotFoundError:
        raise usage("git is not installed", "a freeze is of a commit: install git") from None
    except subprocess.TimeoutExpired:
        raise ArtefactError(f"git {arguments[0]}: no end after {_LIMIT_S} s") from None
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["failed"]
        hint = "a freeze is of a commit: git init, git add, git commit"
        raise usage(f"git {arguments[0]}: {lines[-1]}", hint)
    return done.stdout
