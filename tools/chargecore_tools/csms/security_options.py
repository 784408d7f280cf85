"""Turns the security options of `chargecore csms` into what the server takes."""

import sys
from dataclasses import dataclass
from typing import Any, Optional

import typer

from chargecore_tools.csms.rules import RulesError
from chargecore_tools.csms.tls import server_context
from chargecore_tools.pki import Pki, PkiError

_KEY_DIGITS = (32, 40)  # AuthorizationKey, security whitepaper edition 3 A00.FR.205


@dataclass
class Security:
    """What is left of the options: `context` is an ssl.SSLContext or None."""

    context: Any
    password: Any  # text, bytes or None
    profile: Optional[int]


def resolve(profile, password, key, certs, keys, client_ca, pki):
    """Return the Security. Asks for a missing password on a terminal. Errors: RulesError."""
    if pki is not None:
        certs, keys, client_ca = _of_pki(pki, profile, certs, keys, client_ca)
    if len(certs) != len(keys):
        text = f"{len(certs)} --tls-cert and {len(keys)} --tls-key"
        raise RulesError(f"{text}: each needs the other")
    if client_ca is not None and not certs:
        raise RulesError("--client-ca: needs --tls-cert and --tls-key")
    secret = _secret(password, key)
    secret = _check_profile(profile, secret, certs, client_ca)
    context = server_context(certs, keys, client_ca) if certs else None
    return Security(context, secret, profile)


def _of_pki(folder, profile, certs, keys, client_ca):
    """Take from a lab PKI what was not given."""
    try:
        pki = Pki(folder)
        if profile in (0, 1):
            raise RulesError(f"--pki: security profile {profile} has no TLS")
        if not certs and not keys:
            servers = [pki["server-ecdsa"], pki["server-rsa"]]
            certs = [server.chain_pem for server in servers]
            keys = [server.key_pem for server in servers]
        if client_ca is None and profile == 3:
            client_ca = pki.client_ca
    except PkiError as error:
        raise RulesError(f"--pki {error}") from error
    return certs, keys, client_ca


def _secret(password, key):
    """Return the password as text or bytes, None when there is none."""
    if key is None:
        return password
    if password is not None:
        raise RulesError("--password and --authorization-key: one of them")
    try:
        made = bytes.fromhex(key)
    except ValueError:
        made = b""
    if len(key) != 2 * len(made) or not _KEY_DIGITS[0] <= len(key) <= _KEY_DIGITS[1]:
        raise RulesError("--authorization-key: must be 32..40 hexadecimal digits, two per byte")
    return made


def _check_profile(profile, secret, certs, client_ca):
    """Return the password that the profile has. Errors: RulesError when something does not fit."""
    if profile is None:
        return secret
    has = {"TLS": bool(certs), "client": client_ca is not None, "password": secret is not None}
    wants = {"TLS": profile >= 2, "client": profile == 3, "password": profile in (1, 2)}
    options = {
        "TLS": "--tls-cert with --tls-key, or --pki",
        "client": "--client-ca",
        "password": "--password or --authorization-key",
    }
    if wants["password"] and not has["password"] and sys.stdin.isatty():
        secret = typer.prompt("password of the stations", hide_input=True, err=True)
        has["password"] = True
    for word, option in options.items():
        if wants[word] and not has[word]:
            raise RulesError(f"--security-profile {profile}: needs {option}")
        if has[word] and not wants[word]:
            raise RulesError(f"--security-profile {profile}: has no {option}")
    return secret
