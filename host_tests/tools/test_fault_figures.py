"""The table of measured reactions, and the TLS server of the reaction bench."""

import json
import socket
import ssl

import pytest

from chargecore_tools import figures
from chargecore_tools.fault_figures import rows_in, table_lines
from chargecore_tools.tls_peer import HOST, TlsPeer

ROWS = (
    {"id": "F10", "what": "a", "limit_ms": 100, "command_ms": 57, "dead_ms": 72},
    {"id": "F2 cable", "what": "b", "limit_ms": 50, "command_ms": 36, "dead_ms": 51},
    {"id": "F38", "what": "c", "limit_ms": 7_000, "command_ms": None, "dead_ms": None},
)


def test_rows_of_all_workers_stand_in_the_order_of_the_list(tmp_path):
    for idx, row in enumerate(ROWS):
        (tmp_path / f"reactions_{idx}.jsonl").write_text(json.dumps(row) + "\n")

    rows = rows_in(tmp_path)

    assert [row["id"] for row in rows] == ["F2 cable", "F10", "F38"]


def test_the_table_shows_what_was_not_measured_as_a_dash():
    lines = table_lines(ROWS)

    assert lines[2] == "| F10 | a | 100 ms | 57 ms | 72 ms |"
    assert lines[4] == "| F38 | c | 7,000 ms | - | - |"


def test_the_busy_budget_is_the_indivisible_step_longer():
    values = {"c_to_b_busy_ms": 62.0, "indivisible_ms": 13.0}

    rows = {row["id"]: row for row in figures.figures_of(values)}

    assert rows["c_to_b_busy_ms"]["budget"] == 63.0
    assert rows["c_to_b_busy_ms"]["ok"] is True
    assert rows["c_to_b_ms"]["ok"] is False
    late = {row["id"]: row for row in figures.figures_of({**values, "c_to_b_busy_ms": 63.1})}
    assert late["c_to_b_busy_ms"]["ok"] is False


def test_the_tls_server_shows_a_p256_certificate_of_its_root(tmp_path):
    with TlsPeer(tmp_path) as peer:
        ca = ssl.DER_cert_to_PEM_cert((tmp_path / "ca.der").read_bytes())
        context = ssl.create_default_context(cadata=ca)
        with socket.create_connection((HOST, peer.port), 5) as sock:
            stream = context.wrap_socket(sock, server_hostname="localhost")
            stream.sendall(b"x")
            assert stream.cipher()[0]

    with pytest.raises(OSError):
        socket.create_connection((HOST, peer.port), 1)
