"""Fixtures of the tests of the certification kit."""

import pytest

from cert.stage import Stage


@pytest.fixture(scope="module")
def shared_stage(tmp_path_factory):
    """One lab with its scripted station for all tests of a file."""
    stage = Stage(tmp_path_factory.mktemp("cases"))
    yield stage
    stage.close()


@pytest.fixture
def stage(shared_stage):
    """The lab, with a station that answers everything and does nothing."""
    shared_stage.reset()
    return shared_stage
