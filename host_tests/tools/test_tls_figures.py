"""The bench that measures how long a handshake holds everything up."""

from chargecore_tools import figures
from chargecore_tools.sim_process import repository


def test_the_bench_measures_a_mutual_handshake():
    values = figures.run_bench(repository(), "tls_bench.py", "2m")

    assert set(values) == {"tls_step_share", "tls_gap_ms", "tls_handshake_ms"}
    assert 0 < values["tls_step_share"] < 1
    assert 0 < values["tls_gap_ms"] < values["tls_handshake_ms"]
