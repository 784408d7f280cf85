"""The tables of broken charge points: every row still fits what it breaks."""

import json

import pytest

from cert.bare_station import BareStation
from cert.broken.mutation import ROOT, Mutation, MutationError
from cert.broken.mutations import MUTATIONS
from cert.plain_station.connector import Permit
from cert.plain_station.defects import DEFECTS

_START = {"connectorId": 1, "idTag": "T", "meterStart": 5, "timestamp": "2026-11-25T10:00:00Z"}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda row: row.name)
def test_mutation_still_finds_its_text_and_compiles(mutation):
    source = mutation.path().read_text(encoding="utf-8")

    mutated = mutation.mutated(source)

    assert mutated != source
    compile(mutated, mutation.file, "exec")


def test_mutation_without_its_text_is_an_error():
    row = Mutation("gone", "ocpp16/boot.py", "not in there", "x", "", ())

    with pytest.raises(MutationError, match="gone: ocpp16/boot.py has the text 0 times"):
        row.mutated(row.path().read_text(encoding="utf-8"))


def test_mutated_copy_leaves_the_firmware_alone(tmp_path):
    row = MUTATIONS[0]
    before = row.path().read_text(encoding="utf-8")

    row.write_to(tmp_path)

    assert row.path().read_text(encoding="utf-8") == before
    assert row.path(tmp_path).read_text(encoding="utf-8") == row.mutated(before)
    assert (tmp_path / "boards").resolve() == ROOT / "boards"


def test_names_are_used_once():
    names = [row.name for row in MUTATIONS]

    assert len(set(names)) == len(names)
    assert not set(names) & set(DEFECTS)


@pytest.mark.parametrize("name", DEFECTS)
def test_defect_fits_the_station_as_it_is(name):
    bare = BareStation()
    before = set(vars(bare.station))

    DEFECTS[name].apply(bare.station)
    bare.outlet.plug(True, 16.0, 3)
    bare.connector.authorize(Permit("TAG1"))
    bare.advance(2)
    bare.outlet.unplug()
    bare.advance(2)
    sent = bare.station.outgoing(
        json.dumps([2, "1", "StartTransaction", _START]), "StartTransaction"
    )

    assert DEFECTS[name].cases
    assert all(json.loads(text)[0] == 2 for text in sent)
    assert set(vars(bare.station)) >= before


def test_rewriting_leaves_other_actions_alone():
    bare = BareStation()

    DEFECTS["meter_start_as_text"].apply(bare.station)

    call = json.dumps([2, "1", "StartTransaction", _START])
    changed = json.loads(bare.station.outgoing(call, "StartTransaction")[0])
    assert changed[3]["meterStart"] == "5"
    assert bare.station.outgoing(call, "StopTransaction") == [call]
