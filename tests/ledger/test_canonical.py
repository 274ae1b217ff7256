import json
from pathlib import Path

import pytest
from hypothesis import given

from submeter.errors import RecordError
from submeter.ledger.canonical import canonical, entry_bytes
from submeter.ledger.reader import interpret
from submeter.workloads.activity import Phase
from tests.ledger.entries import activities, booking, entry, log


@given(activities)
def test_an_entry_comes_back_as_it_went_in(activity):
    (found,) = interpret(Path("x"), log(activity)).entries
    assert found.activity == activity
    assert entry_bytes(found.activity) == found.payload == entry_bytes(activity)


def test_keys_are_sorted_and_whole_numbers_exact():
    assert canonical({"b": [1, 2.5], "a": "µ"}) == '{"a":"µ","b":[1,2.5]}'.encode()
    assert canonical({"n": 10**30}) == b'{"n":1000000000000000000000000000000}'


def test_a_name_that_is_not_utf_8_is_recorded():
    activity = entry(name="run \udcff")
    assert json.loads(entry_bytes(activity))["name"] == "run \udcff"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused_by_name(value):
    with pytest.raises(RecordError, match=r"counts\.tokens is (nan|inf)"):
        entry_bytes(entry(counts={"tokens": value}))


def test_an_entry_above_int64_is_refused():
    with pytest.raises(RecordError, match="split the entry by day"):
        entry_bytes(entry(bookings=(booking(2**63),)))
    with pytest.raises(RecordError, match="total"):
        entry_bytes(entry(bookings=(booking(2**62), booking(2**62))))
    with pytest.raises(RecordError, match=r"load\.gpu:0\.meter"):
        entry_bytes(entry(phases=(Phase("load", 0, 1.0, (booking(2**63),)),)))
    assert entry_bytes(entry(bookings=(booking(2**63 - 1),)))


def test_an_energy_that_is_not_whole_is_refused():
    with pytest.raises(RecordError, match="whole number"):
        entry_bytes(entry(bookings=(booking(1.5),)))


def test_an_entry_needs_an_id():
    with pytest.raises(RecordError, match="without id"):
        entry_bytes(entry(""))


def test_what_could_not_be_read_back_is_refused():
    with pytest.raises(RecordError, match=r"its start is 1\.5"):
        entry_bytes(entry(start=1.5))
    with pytest.raises(RecordError, match="its model is not a mapping"):
        entry_bytes(entry(model=()))
    with pytest.raises(RecordError, match="cannot be written as JSON"):
        entry_bytes(entry(counts={"x": object()}))
