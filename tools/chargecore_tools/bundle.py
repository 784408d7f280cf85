"""`chargecore bundle`: makes the file that UpdateFirmware downloads, and looks into one.

The format is written down in firmware/chargecore/store/bundle_writer.py; parse() here is the
second, independent reader of it.
"""

import hashlib
import json
import re
import struct
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.pki.errors import PkiError
from chargecore_tools.pki.signing import load_signer, signature_of
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import repository

MAGIC = b"CCBUNDLE"
FORMAT = 1
FILES_MAX = 4_095
HOST = "host"  # the target whose code is one image: boards/host/boot_image.py mounts it
IMAGE_NAME = "image.romfs"
_PATH = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_LONGEST_B = 2_000_000


def make_bundle(target, version, files):
    """Return the bundle of {path: bytes}. Errors: OptionError."""
    names = target.encode("ascii"), version.encode("utf-8")
    if not 1 <= len(names[0]) <= 255 or not 1 <= len(names[1]) <= 50:
        raise OptionError("target: 1..255 characters, version: 1..50 bytes")
    if not 1 <= len(files) <= FILES_MAX:
        raise OptionError(f"{len(files)} files: a bundle holds 1..{FILES_MAX}")
    first = FORMAT | len(files) >> 8 << 4
    parts = [MAGIC, bytes((first, len(names[0]), len(names[1]), len(files) & 0xFF)), *names]
    for path in sorted(files):
        data = files[path]
        if not _is_good_path(path):
            raise OptionError(f"{path}: not a path that fits into a bundle")
        parts += [struct.pack("<BI", len(path), len(data)), hashlib.sha256(data).digest()]
        parts += [path.encode("ascii"), data]
    body = b"".join(parts)
    if len(body) > _LONGEST_B:
        raise OptionError(f"{len(body)} bytes: a bundle has {_LONGEST_B} at most")
    return body + hashlib.sha256(body).digest()


def _is_good_path(path):
    """Judge a path as the station does."""
    if len(path) > 64 or not _PATH.fullmatch(path):
        return False
    return not any(n in (".", "..") or n.startswith("manifest") for n in path.split("/"))


def parse_bundle(data):
    """Return (target, version, {path: bytes}). Errors: OptionError."""
    if data[:8] != MAGIC or len(data) < 44:
        raise OptionError("no bundle")
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise OptionError("the checksum over the bundle is wrong")
    target_len, version_len, count = data[9], data[10], data[11] | (data[8] & 0xF0) << 4
    at = 12 + target_len + version_len
    target, version = data[12 : 12 + target_len], data[12 + target_len : at]
    files = {}
    for _ in range(count):
        path_len, length = struct.unpack_from("<BI", data, at)
        digest = data[at + 5 : at + 37]
        path = data[at + 37 : at + 37 + path_len].decode("ascii")
        at += 37 + path_len
        files[path] = data[at : at + length]
        at += length
        if hashlib.sha256(files[path]).digest() != digest:
            raise OptionError(f"the checksum of {path} is wrong")
    if at != len(data) - 32:
        raise OptionError("bytes that belong to no file")
    return target.decode("ascii"), version.decode("utf-8"), files


def _files_of(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if not paths:
        raise OptionError(f"{folder}: no files in it")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _source(target, source):
    """Return the files of a bundle: a folder, one file, or the image of this repository."""
    if source is None:
        if target != HOST:
            raise OptionError(f"--target {target}: --source names the folder of its .mpy files")
        return {IMAGE_NAME: image_of(repository()).read_bytes()}
    if source.is_dir():
        return _files_of(source)
    if source.is_file():
        return {IMAGE_NAME if target == HOST else source.name: source.read_bytes()}
    raise OptionError(f"--source {source}: not there")


def bundle(
    out: Annotated[Path, typer.Argument(help="File to write; with --show the one to look into.")],
    version: Annotated[
        Optional[str], typer.Option(help="firmwareVersion that the station reports with it.")
    ] = None,
    target: Annotated[str, typer.Option(help="Name of the board it is for.")] = HOST,
    source: Annotated[
        Optional[Path],
        typer.Option(help="Folder of .mpy files, or an image; host: this repository's image."),
    ] = None,
    sign: Annotated[
        Optional[Path],
        typer.Option(help="Private key, PEM: writes OUT.sig.b64 for SignedUpdateFirmware."),
    ] = None,
    certificate: Annotated[
        Optional[Path],
        typer.Option(help="Signing certificate, PEM: the key has to be its own."),
    ] = None,
    show: Annotated[bool, typer.Option(help="Check a bundle and list what is in it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
):
    """Make a bundle for UpdateFirmware or SignedUpdateFirmware, or check one.

    Exit status: 0 done, 2 wrong options or a bundle that is broken.

    Example: chargecore bundle app.bundle --version 1.2.0

    Example: chargecore bundle app.bundle --version 1.2.0 --sign key.pem --certificate signer.pem

    Example: chargecore bundle app.bundle --show --json
    """
    try:
        if not show:
            if version is None:
                raise OptionError("--version is needed")
            out.write_bytes(make_bundle(target, version, _source(target, source)))
        if not out.is_file():
            raise OptionError(f"{out}: not there")
        signature = None if sign is None else _signed(out, sign, certificate)
        _print(out, signature, as_json)
    except OptionError as error:
        print(f"chargecore bundle: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


def _signed(path, key_path, certificate_path):
    """Sign a bundle: RSA-PSS or ECDSA, as the key is. Return the path of the signature."""
    try:
        key, scheme = load_signer(key_path, certificate_path)
        signature = signature_of(path.read_bytes(), key, scheme)
    except (OSError, PkiError) as error:
        raise OptionError(str(error)) from error
    out = path.with_name(path.name + ".sig.b64")
    out.write_bytes(signature)
    return out


def _print(path, signature, as_json):
    target, version, files = parse_bundle(path.read_bytes())
    facts = {
        "file": str(path),
        "target": target,
        "version": version,
        "bytes": path.stat().st_size,
        "files": {name: len(data) for name, data in files.items()},
    }
    if signature is not None:
        facts["signature"] = str(signature)
    if as_json:
        print(json.dumps(facts))
        return
    print("{file}: {version} for {target}, {bytes} bytes".format(**facts))
    for name, size in facts["files"].items():
        print(f"  {size:8} {name}")
    if signature is not None:
        print(f"signature: {signature}")
