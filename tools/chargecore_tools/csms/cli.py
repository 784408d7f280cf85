"""`chargecore csms`: the reference server on the command line."""

import functools
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console as RichConsole
from rich.text import Text

from chargecore_tools.csms.commands import Commands
from chargecore_tools.csms.console import Console
from chargecore_tools.csms.errors import PortTakenError
from chargecore_tools.csms.event_text import visible
from chargecore_tools.csms.frame_printer import FramePrinter
from chargecore_tools.csms.json_log import JsonLog
from chargecore_tools.csms.rules import Rules, RulesError, read_tags
from chargecore_tools.csms.security_options import resolve
from chargecore_tools.csms.server import Server
from chargecore_tools.pki import Pki, sign_csr

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PORT_TAKEN = 3


class _Stop(Exception):
    """SIGTERM or Ctrl-C."""


def csms(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 9000,
    path: Annotated[
        str, typer.Option(help="Path that must stand before the identity.", show_default="any")
    ] = "",
    boot: Annotated[
        str,
        typer.Option(help="Answers to BootNotification, STATUS:SECONDS,...; the last one stays."),
    ] = "Accepted:300",
    tags: Annotated[
        Optional[Path],
        typer.Option(help='JSON file {"TAG": status or idTagInfo, "*": status of all others}.'),
    ] = None,
    password: Annotated[
        Optional[str],
        typer.Option(
            envvar="CHARGECORE_PASSWORD",
            help="Password of basic authentication; user: the identity.",
        ),
    ] = None,
    authorization_key: Annotated[
        Optional[str],
        typer.Option(
            envvar="CHARGECORE_AUTHORIZATION_KEY",
            help="The password as AuthorizationKey has it: 32..40 hexadecimal digits.",
        ),
    ] = None,
    security_profile: Annotated[
        Optional[int],
        typer.Option(
            min=0,
            max=3,
            help="0 none, 1 password, 2 TLS and password, 3 TLS and client certificate; others "
            "are refused. Asks for a missing password.",
            show_default="what the other options make",
        ),
    ] = None,
    tls_cert: Annotated[
        Optional[list[Path]],
        typer.Option(help="PEM chain of the server; twice for RSA and ECDSA. Makes it wss://."),
    ] = None,
    tls_key: Annotated[
        Optional[list[Path]], typer.Option(help="PEM key of each --tls-cert, in that order.")
    ] = None,
    client_ca: Annotated[
        Optional[Path],
        typer.Option(help="PEM roots; every station must show a certificate below one of them."),
    ] = None,
    cpo: Annotated[
        Optional[str], typer.Option(help="What O of a station's certificate must contain.")
    ] = None,
    pki: Annotated[
        Optional[Path],
        typer.Option(
            help="Folder of `chargecore pki`: its certificates, ECDSA and RSA; it signs CSRs."
        ),
    ] = None,
    json_path: Annotated[
        Optional[str],
        typer.Option("--json", help="Log every event as a line of JSON; - is standard output."),
    ] = None,
    speed: Annotated[
        float,
        typer.Option(min=0.01, max=200, help="Pace of its clock, as --speed of the simulator."),
    ] = 1.0,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Refuse stations that have not booted since the server started."
        ),
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Print payloads whole.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no frames.")] = False,
):
    """Run the reference OCPP 1.6J server. A DEVELOPMENT server: no storage, not for the field.

    Every message is checked against the OCPP schemas, both ways. Commands are typed, or read from
    standard input: `help` lists them. It ends with the script; without one, with `quit`, Ctrl-C or
    SIGTERM. Exit status: 0 ended, 1 a command of a script failed, 2 wrong options, 3 the port is
    taken.

    Example: chargecore csms --port 9000 --boot Pending:20,Accepted:300 --json log.jsonl

    Example: chargecore csms --security-profile 3 --pki lab-pki

    Example: printf 'wait BootNotification\\nget\\nreset soft' | chargecore csms
    """
    with ExitStack() as stack:
        try:
            rules = Rules(boots_of(boot), read_tags(tags) if tags is not None else None)
            log = _open_log(json_path, stack)
            security = resolve(
                security_profile,
                password,
                authorization_key,
                tls_cert or [],
                tls_key or [],
                client_ca,
                pki,
            )
        except RulesError as error:
            print(f"chargecore csms: {error}", file=sys.stderr)
            raise typer.Exit(EXIT_USAGE) from error
        # With the log on standard output nothing else may be there.
        screen = RichConsole(stderr=json_path == "-", highlight=False)
        observers = [log] if log is not None else []
        if not quiet:
            observers.append(FramePrinter(screen, full))
        server = Server(
            host,
            port,
            rules,
            security.password,
            path,
            strict,
            speed=speed,
            ssl=security.context,
            observers=observers,
            security_profile=security_profile,
        )
        server.gate.cpo = cpo
        server.gate.takes_new_keys = True
        if pki is not None:
            rules.sign_csr = functools.partial(sign_csr, Pki(pki))
        code = _serve(server, screen)
        if log is not None and log.error is not None:
            print(f"chargecore csms: log {json_path}: {log.error}", file=sys.stderr)
            code = EXIT_FAILED
    raise typer.Exit(code)


def boots_of(text):
    """Return [(status, seconds)] of 'Pending:20,Accepted:300'. Errors: RulesError."""
    boots = []
    for word in text.split(","):
        status, _, interval_s = word.strip().partition(":")
        if interval_s and not interval_s.isdigit():
            raise RulesError(f"--boot {word}: must be STATUS or STATUS:SECONDS")
        boots.append((status, int(interval_s or 300)))
    return boots


def _open_log(path, stack):
    if path is None:
        return None
    if path == "-":
        return JsonLog(sys.stdout)
    try:
        return JsonLog(stack.enter_context(open(path, "a", encoding="utf-8")))
    except OSError as error:
        raise RulesError(f"--json {path}: {error.strerror}") from error


def _serve(server, screen):
    """Run the server until the user ends it. Return the exit status."""

    def say(text):
        screen.print(Text(visible(text)), soft_wrap=True)

    def complain(text):
        screen.print(Text(f"error: {visible(text)}", style="red"), soft_wrap=True)

    def stop(_number, _frame):
        raise _Stop

    before = [(number, signal.signal(number, stop)) for number in (signal.SIGTERM, signal.SIGINT)]
    console = Console(server, Commands(server, say), complain)
    try:
        server.start()
        say(f"csms: development server, no storage, not for the field: {server.url}/IDENTITY")
        console.run()
    except PortTakenError as error:
        print(f"chargecore csms: {error}", file=sys.stderr)
        return EXIT_PORT_TAKEN
    except _Stop:
        return 0
    finally:
        for number, handler in before:
            signal.signal(number, handler)
        server.stop()
    return EXIT_FAILED if console.failures else 0
