"""`chargecore provision`: who the station is, and how it gets to its server."""

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.device.command import AsJson, Board, Port, answer, say, told_errors
from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.device.link import BoardLink
from chargecore_tools.device.ports import port_of
from chargecore_tools.device.target import target_of
from chargecore_tools.provision import setup_label, station_file
from chargecore_tools.provision.firmware_says import require_good
from chargecore_tools.provision.secrets import read_secrets

Text = Optional[str]
File = Optional[Path]


def provision(  # noqa: PLR0913  one option per field
    board: Board = None,
    port: Port = None,
    station: Annotated[File, typer.Option(help="station.json to begin with.")] = None,
    identity: Annotated[Text, typer.Option("--id", help="Identity at the server.")] = None,
    csms: Annotated[Text, typer.Option(help="ws:// or wss:// URL, without the identity.")] = None,
    wifi_ssid: Annotated[Text, typer.Option(help="Wi-Fi; its password is asked for.")] = None,
    wifi_country: Annotated[Text, typer.Option(help="Two letters, for the radio.")] = None,
    auth_key: Annotated[
        bool, typer.Option("--auth-key", help="Ask for the AuthorizationKey (profiles 1, 2).")
    ] = False,
    secrets: Annotated[
        Text, typer.Option(help="File (mode 600) or -: JSON with wifi_password, auth_key.")
    ] = None,
    vendor: Annotated[Text, typer.Option(help="chargePointVendor.")] = None,
    model: Annotated[Text, typer.Option(help="chargePointModel.")] = None,
    serial: Annotated[Text, typer.Option(help="chargePointSerialNumber.")] = None,
    max_current: Annotated[Optional[int], typer.Option(help="6..80 A, of the wiring.")] = None,
    phases: Annotated[Optional[int], typer.Option(help="1 or 3.")] = None,
    cable: Annotated[Text, typer.Option(help="socket or tethered.")] = None,
    meter: Annotated[Text, typer.Option(help="Model, see boards/README.md.")] = None,
    meter_address: Annotated[Optional[int], typer.Option(help="Of its bus, 1..247.")] = None,
    reader: Annotated[Text, typer.Option(help="Model of the card reader.")] = None,
    console: Annotated[
        Text,
        typer.Option(help="open: for the workbench, no watchdog; locked: Ctrl-C is not heard."),
    ] = None,
    csms_root: Annotated[File, typer.Option(help="Root of the server, PEM or DER.")] = None,
    maker_root: Annotated[File, typer.Option(help="Root for firmware, PEM or DER.")] = None,
    client_certificate: Annotated[File, typer.Option(help="Ours, with its chain.")] = None,
    client_key: Annotated[File, typer.Option(help="Its key; a file of mode 600.")] = None,
    setup_page: Annotated[
        Optional[bool],
        typer.Option(
            "--setup-page/--no-setup-page",
            help="Let a phone tell it the rest: prints the label, opens the page. Or never again.",
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Send nothing, print what would be.")] = (
        False
    ),
    as_json: AsJson = False,
):
    """Tell a station who it is: identity, network, server, certificates.

    What is left out stays as it is on the board. The firmware itself checks all of it, in the VM
    of this PC, before anything is sent. Secrets come from prompts, a file or standard input, never
    from the command line.

    Exit status: 0 done, 1 failed, 2 refused, nothing was sent, 3 no board, 4 the wrong board.

    Example: chargecore provision --board esp32s3_devkit --id CP01 --csms ws://10.0.0.5:9000/ocpp
    --wifi-ssid garage --meter sdm120 --phases 1 --console open

    Example: chargecore provision --board pico_w --meter sdm120 --phases 1 --setup-page

    Example: chargecore provision --board esp32s3_devkit --csms wss://csms.lab/ocpp
    --csms-root root.pem --client-certificate cp.pem --client-key cp.key --secrets secrets.json
    """
    fields = {
        "id": identity,
        "csms_url": csms,
        "vendor": vendor,
        "model": model,
        "serial": serial,
        "max_current": max_current,
        "phases": phases,
        "cable": cable,
        "reader": reader,
        "console": console,
    }
    paths = dict(zip(station_file.FILES, (csms_root, maker_root, client_certificate, client_key)))
    with told_errors("provision", as_json):
        if console not in (None, "open", "locked"):
            raise DeviceError("--console: open or locked", status=EXIT_USAGE)
        target = target_of(board)
        wanted = ["wifi_password"] * (wifi_ssid is not None) + ["auth_key"] * auth_key
        known = read_secrets(secrets, wanted)
        with BoardLink(port_of(port)) as link:
            link.stop()
            link.facts().require(target)
            made = station_file.begin(link.read(station_file.PATH), station)
            station_file.change(made, fields, meter, meter_address)
            station_file.set_wifi(made, wifi_ssid, wifi_country, known.get("wifi_password"))
            if known.get("auth_key"):
                made["auth_key"] = known["auth_key"]
            files = station_file.take_files(made, paths)
            there = {path: link.read(path) for path in station_file.named_files(made)}
            looked_at = setup_label.with_what_comes(made) if setup_page else made
            require_good(looked_at, {**{k: v for k, v in there.items() if v}, **files})
            label = None
            if not show:
                label = _send_label(link, setup_page)
                _send(link, made, files)
        _tell(made, label, show, as_json)


def _send(link, made, files):
    """Files first, then station.json in one step, then what nobody names any more goes."""
    for path, data in files.items():
        link.write(path, data)
    link.replace(station_file.PATH, json.dumps(made).encode())
    named = station_file.named_files(made)
    link.remove([path for path in link.sums(station_file.CERTS) if path not in named])


def _send_label(link, setup_page):
    """Let the page open at the next start, or never by itself. Return its label, or None."""
    if setup_page is None:
        return None
    if not setup_page:
        link.remove([setup_label.PATH])
        return None
    label = setup_label.label_of(link.read(setup_label.PATH))
    link.replace(setup_label.PATH, setup_label.file_of(label))
    return label


def _tell(made, label, show, as_json):
    open_fields = {key: value for key, value in made.items() if key not in ("auth_key", "wifi")}
    if "wifi" in made:
        open_fields["wifi"] = {k: v for k, v in made["wifi"].items() if k != "password"}
    secret = ["auth_key"] * ("auth_key" in made)
    secret += ["wifi.password"] * ("password" in made.get("wifi", {}))
    for key, value in sorted(open_fields.items()):
        say(as_json, f"  {key}: {json.dumps(value)}")
    for name in secret:
        say(as_json, f"  {name}: (kept secret)")
    say(as_json, "checked, nothing sent" if show else "done: the station restarts with it")
    for line in setup_label.lines_of(label) if label is not None else ():
        say(as_json, line)
    say(as_json, "next: chargecore monitor")
    facts = {"station": open_fields, "secrets": secret, "sent": not show}
    answer(as_json, facts if label is None else {**facts, "setup_page": label})
