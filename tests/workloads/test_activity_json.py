"""Entries survive the round trip to JSON, and fields from the future."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import RecordError
from submeter.workloads.activity import SCHEMA, Activity, State
from submeter.workloads.activity_json import from_json, to_json
from tests.strategies import activities

PLAIN = Activity(id="01A", name="run", start=1, end=2, seconds=1.0)


def through_text(activity):
    return from_json(json.loads(json.dumps(to_json(activity))))


@given(activities)
def test_an_entry_comes_back_as_it_went(activity):
    assert through_text(activity) == activity


@given(activities, st.dictionaries(st.text("xyz", min_size=1), st.integers(), min_size=1))
def test_fields_from_the_future_are_passed_over_at_every_depth(activity, future):
    fresh = {f"new_{name}": value for name, value in future.items()}
    entry = json.loads(json.dumps(to_json(activity)))
    entry.update(fresh)
    rows = [*entry.get("bookings", []), *entry.get("phases", []), *entry.get("devices", [])]
    rows += [row for phase in entry.get("phases", []) for row in phase["bookings"]]
    for row in rows:
        row.update(fresh)
    assert from_json(entry) == activity


@given(activities)
def test_joules_stay_whole_numbers(activity):
    for booking in json.loads(json.dumps(to_json(activity))).get("bookings", []):
        for account in ("meter", "workload", "others", "idle", "unattributed"):
            assert type(booking[account]) is int


def test_empty_fields_are_left_out_and_zero_is_not_empty():
    entry = to_json(PLAIN)
    assert set(entry) == {
        "schema", "id", "name", "start", "end", "seconds", "revision", "state", "stage",
    }  # fmt: skip
    assert entry["revision"] == 0
    assert to_json(Activity("01A", "", 1, 2, 1.0, exit_code=0))["exit_code"] == 0


def test_there_is_no_carbon_in_an_entry():
    assert not [name for name in Activity.__slots__ if "carbon" in name or "co2" in name.lower()]


def test_a_later_version_of_the_schema_is_read():
    assert from_json({**to_json(PLAIN), "schema": "submeter.activity/9"}) == PLAIN


def test_an_open_entry_stays_open():
    entry = Activity("01A", "run", 1, 2, 1.0, state=State.OPEN)
    assert through_text(entry).state is State.OPEN


@pytest.mark.parametrize("schema", ["", "submeter.statement/1", "else/1", None])
def test_another_schema_is_refused_by_name(schema):
    with pytest.raises(RecordError, match="is not the schema of a ledger entry"):
        from_json({**to_json(PLAIN), "schema": schema})


@pytest.mark.parametrize("absent", ["id", "name", "start", "end", "seconds"])
def test_an_entry_without_a_required_field_is_refused_and_it_is_named(absent):
    entry = to_json(PLAIN)
    del entry[absent]
    with pytest.raises(RecordError, match=absent):
        from_json(entry)


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "perhaps"},
        {"bookings": None},
        {"bookings": [5]},
        {"bookings": [{"domain": "gpu:0"}]},
        {"phases": [{"name": "load"}]},
        {"devices": ["gpu"]},
        {"counts": [1]},
    ],
)
def test_a_field_of_another_kind_is_refused(broken):
    with pytest.raises(RecordError, match="cannot be read"):
        from_json({"schema": SCHEMA, **to_json(PLAIN), **broken})
