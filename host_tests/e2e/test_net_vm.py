"""The net package in the real VM, in the heap it has on a board, against the reference server."""

import asyncio
from pathlib import Path

from websockets.asyncio.server import serve

from chargecore_tools.sim_process import micropython

_FOLDER = Path(__file__).resolve().parent
_FIRMWARE = _FOLDER.parents[1] / "firmware"
_HEAP_MAX_B = 24_000  # what net may take at the start, 8 KiB receive buffer included, 64 bit


async def _echo(websocket):
    async for message in websocket:
        await websocket.send(message)


async def _run():
    """Return what the client in the VM printed, and the code the server saw it close with."""
    codes = []

    async def handler(websocket):
        await _echo(websocket)
        codes.append(websocket.close_code)

    async with serve(handler, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:
        port = server.sockets[0].getsockname()[1]
        client = await asyncio.create_subprocess_exec(
            micropython(),
            "-X",
            "heapsize=224k",
            str(_FOLDER / "net_vm_client.py"),
            str(_FIRMWARE),
            str(port),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await asyncio.wait_for(client.communicate(), 30)
    return printed.decode().splitlines(), codes


def test_messages_of_all_lengths_come_back_to_the_vm():
    lines, codes = asyncio.run(_run())

    assert lines[1:] == ["echo 2 2", "echo 104 104", "echo 8192 8241", "echo 8192 72101"]
    assert int(lines[0].split()[1]) <= _HEAP_MAX_B
    assert codes == [1000]
