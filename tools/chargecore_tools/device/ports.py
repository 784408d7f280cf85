"""Which serial port a board is at."""

from serial.tools import list_ports

from chargecore_tools.device.errors import EXIT_NO_BOARD, DeviceError

# Vendors of the chips on boards and of their USB bridges.
_VENDORS = {
    0x2E8A: "Raspberry Pi",
    0x303A: "Espressif",
    0x10C4: "CP210x",
    0x1A86: "CH340",
    0x0403: "FTDI",
}


def boards_at():
    """Return [(port, description)] of the USB ports that a board may be at."""
    found = [port for port in list_ports.comports() if port.vid in _VENDORS]
    return [(port.device, f"{_VENDORS[port.vid]}, {port.description}") for port in sorted(found)]


def port_of(port):
    """Return port, or the only one that a board may be at. Errors: DeviceError."""
    if port:
        return port
    found = boards_at()
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise DeviceError(
            "no board at any USB port",
            "plug it in with a cable that carries data; a port of another kind: --port NAME",
            EXIT_NO_BOARD,
        )
    rows = "; ".join(f"{name} ({text})" for name, text in found)
    raise DeviceError("more than one board", f"--port NAME, one of {rows}", EXIT_NO_BOARD)
