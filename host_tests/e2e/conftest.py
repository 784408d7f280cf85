"""Fixtures of the end-to-end tests: a bench per test, judged and ended behind it."""

import pytest
from fault_rig import FaultRig
from octt import Bench


@pytest.fixture
def bench_factory(tmp_path):
    """Make benches whose station is switched on; each is judged at the end of the test."""
    benches = []

    def make(**options):
        state = tmp_path / f"state{len(benches)}"
        state.mkdir()
        benches.append(Bench(state, **options))
        return benches[-1].start()

    try:
        yield make
        for bench in benches:
            bench.finish()
    finally:
        for bench in benches:
            bench.close()


@pytest.fixture
def bench(bench_factory):
    """One station with one connector, accepted and idle."""
    return bench_factory().booted()


def _shared(tmp_path_factory, has_session):
    bench = Bench(tmp_path_factory.mktemp("state"))
    try:
        yield bench.start().booted()
        if has_session:
            bench.session()
        bench.finish()
    finally:
        bench.close()


@pytest.fixture(scope="module")
def shared_bench(tmp_path_factory):
    """One station for all tests of a file that leave it as it was; it must be whole at the end."""
    yield from _shared(tmp_path_factory, has_session=True)


@pytest.fixture(scope="module")
def faulty_bench(tmp_path_factory):
    """One station for all tests of a file that damage it; only its answers count."""
    yield from _shared(tmp_path_factory, has_session=False)


@pytest.fixture(scope="module")
def fault_station(tmp_path_factory):
    """One station with a socket for all fault tests of a file."""
    rig = FaultRig(tmp_path_factory.mktemp("state"))
    yield rig
    rig.close()


@pytest.fixture
def rig(fault_station):
    """The fault station, whole and idle; a test that broke it is no matter of the next one."""
    fault_station.heal()
    return fault_station
