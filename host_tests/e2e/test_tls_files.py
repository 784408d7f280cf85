"""Files over https and ftps with the real firmware on the VM, from servers with real TLS."""

import json
import subprocess
from pathlib import Path

import pytest
from file_servers import HttpFiles
from ftps_server import FtpsFiles

from chargecore.base.tls_causes import TLS_EXPIRED, TLS_UNKNOWN_CA, TLS_WRONG_NAME
from chargecore.net.moves import MOVE_DONE, WHY_TLS
from chargecore_tools.csms.tls import server_context
from chargecore_tools.sim_process import micropython

_FOLDER = Path(__file__).resolve().parent
_FIRMWARE = _FOLDER.parents[1] / "firmware"
_CONTENT = bytes(n * 7 % 251 for n in range(40_000))  # several records
_TEXT = "line\n" * 3_000
_LIMIT_S = 60


def _sum(data):
    total = 0
    for byte in data:
        total = (total * 31 + byte) % 65521
    return total


@pytest.fixture(params=[HttpFiles, FtpsFiles], ids=["https", "ftps"])
def serve(request, pki, tmp_path):
    """serve(sample) gives a server of that kind with that certificate."""
    servers = []
    folder = tmp_path / "files"
    folder.mkdir()

    def make(name="server-ecdsa"):
        sample = pki[name]
        context = server_context([sample.chain_pem], [sample.key_pem])
        servers.append(request.param(folder, context))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def moves(pki, tmp_path):
    """moves(cases) lets the VM do them. Return what came of each."""

    def run(*cases):
        for case in cases:
            case.setdefault("roots", [str(pki["csms-root-ecdsa"].der)])
        path = tmp_path / "cases.json"
        path.write_text(json.dumps(cases))
        command = [micropython(), "-X", "heapsize=1m", str(_FOLDER / "tls_files_vm_client.py")]
        done = subprocess.run(
            [*command, str(_FIRMWARE), str(path)], capture_output=True, text=True, timeout=_LIMIT_S
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_fetches_and_brings(serve, moves):
    server = serve()
    (server.folder / "app.bundle").write_bytes(_CONTENT)

    got, brought = moves(
        {"url": f"{server.url}/app.bundle"}, {"url": f"{server.url}/", "put": _TEXT}
    )

    assert (got["result"], got["count"], got["sum"]) == (MOVE_DONE, len(_CONTENT), _sum(_CONTENT))
    assert brought["result"] == MOVE_DONE
    assert (server.folder / "brought.txt").read_text() == _TEXT


def test_fetches_from_a_server_with_an_rsa_certificate(serve, moves, pki):
    server = serve("server-rsa")
    (server.folder / "app.bundle").write_bytes(_CONTENT)

    (got,) = moves({"url": f"{server.url}/app.bundle", "roots": [str(pki["csms-root-rsa"].der)]})

    assert (got["result"], got["count"]) == (MOVE_DONE, len(_CONTENT))


@pytest.mark.parametrize(
    ("sample", "cause"),
    [
        ("server-ecdsa-expired", TLS_EXPIRED),
        ("server-ecdsa-wrong-name", TLS_WRONG_NAME),
        ("server-ecdsa-no-intermediate", TLS_UNKNOWN_CA),
        ("server-rsa", TLS_UNKNOWN_CA),
    ],
)
def test_refuses_a_server_that_it_cannot_trust(serve, moves, sample, cause):
    """Also the name: verify_csms_host is for the central system alone."""
    server = serve(sample)
    (server.folder / "app.bundle").write_bytes(_CONTENT)

    got, brought = moves(
        {"url": f"{server.url}/app.bundle"}, {"url": f"{server.url}/", "put": _TEXT}
    )

    for result in (got, brought):
        assert result["result"] == WHY_TLS, result
        assert result["event"][1:] == [-WHY_TLS, cause]
    assert got["count"] == 0
    assert not (server.folder / "brought.txt").exists()
