"""Statements on record can be worked out again bit for bit, and restated beside the old ones."""

import json

import pytest
from hypothesis import given, settings

from submeter.accounting.draws import Draws
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.statement import state
from submeter.errors import RecordError
from submeter.ledger.statements import issue, issued
from submeter.runs.restatement import changes, last_issued, record
from tests.accounting.inventories import INVENTORIES, exact, whole


@settings(max_examples=15, deadline=None)
@given(INVENTORIES)
def test_a_statement_on_record_is_recomputed_bit_for_bit(tmp_path_factory, inventory):
    ledger = tmp_path_factory.mktemp("ledger")
    statement = state(inventory, SUBMETER_1, Draws())
    record(ledger, statement, inventory, SUBMETER_1, 3)
    again = last_issued(ledger, statement.id)
    assert again is not None
    assert again.recomputed()
    assert again.revision == 3


def test_one_that_was_tampered_with_is_not(tmp_path):
    inventory = whole()
    statement = state(inventory, SUBMETER_1, Draws())
    record(tmp_path, statement, inventory, SUBMETER_1, 0)
    path = tmp_path / "statements" / f"{statement.id}.ndjson"
    content = json.loads(path.read_text())
    content["statement"]["carbon"]["total"]["value"] *= 0.5
    path.write_text(json.dumps(content) + "\n")
    again = last_issued(tmp_path, statement.id)
    assert again is not None
    assert not again.recomputed()


def test_the_same_statement_is_recorded_once(tmp_path):
    inventory = whole()
    statement = state(inventory, SUBMETER_1, Draws())
    for _ in range(3):
        record(tmp_path, statement, inventory, SUBMETER_1, 0)
    other = state(inventory, SUBMETER_1, Draws(seed=1))
    record(tmp_path, other, inventory, SUBMETER_1, 0)
    assert len(issued(tmp_path, statement.id)) == 2
    assert (tmp_path / "statements" / f"{statement.id}.ndjson").stat().st_mode & 0o077 == 0


def test_a_torn_line_loses_nothing_that_stood_before(tmp_path):
    issue(tmp_path, "01", {"n": 1})
    path = tmp_path / "statements" / "01.ndjson"
    path.write_bytes(path.read_bytes() + b'{"n": 2, "torn')
    assert issued(tmp_path, "01") == [{"n": 1}]
    issue(tmp_path, "01", {"n": 3})
    with pytest.raises(RecordError, match="damaged"):
        issued(tmp_path, "01")


def test_what_changed_is_named():
    old = whole()
    new = whole(facility=type(old.facility)(exact("pue/other", 1.5, ""), old.facility.wue))
    named = {change.what for change in changes(old, new, (SUBMETER_1, METHODS[1]))}
    assert named == {"method", "PUE"}
    assert changes(old, old, (SUBMETER_1, SUBMETER_1)) == ()
