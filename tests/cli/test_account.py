"""An entry is accounted for anew, by any method, for any place; it is not changed."""

import hashlib
import json

import jsonschema
import pytest

from tests.cli.command import Meter, booking


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Give a ledger of one entry, which no test changes."""
    meter = Meter(tmp_path_factory.mktemp("recorded"))
    meter("run", "--name", "work", "--", *meter.burn(0.3))
    return meter


def contents(meter):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (meter.home / "ledger").rglob("*")
        if path.is_file()
    }


def test_another_place_gives_another_figure_and_changes_nothing(recorded):
    before = contents(recorded)
    france, germany = (recorded.json("account", "last", "--region", code) for code in ("FR", "DE"))
    assert france["energy"]["by_component"]["cpu"] == germany["energy"]["by_component"]["cpu"]
    assert france["carbon"]["operational"]["value"] * 3 < germany["carbon"]["operational"]["value"]
    assert contents(recorded) == before


def test_the_same_command_gives_the_same_bytes(recorded):
    for words in ((), ("--region", "FR"), ("--method", "aies"), ("--region", "US-CA")):
        one, two = (recorded("account", "last", *words, "--json", "-").stdout for _ in range(2))
        assert one == two
        assert one


def test_what_was_accounted_at_the_end_of_the_run_is_what_is_accounted_later(meter):
    meter("run", "--region", "FR", "--json", "then.json", "--", *meter.burn(0.2))
    then = json.loads((meter.folder / "then.json").read_text())
    assert meter.json("account", then["id"]) == then


@pytest.mark.parametrize("method", ["submeter-1", "ghg-location", "aies"])
def test_each_method_gives_a_valid_statement_that_names_it(recorded, method):
    told = recorded.json("account", "last", "--method", method)
    assert told["method"] == method
    assert told["method_hash"]
    jsonschema.validate(told, json.loads(recorded("schema", "statement").stdout))
    shown = recorded("account", "--method", method)
    assert shown.returncode == 0
    assert f"method {method}, version" in shown.stdout


def test_methods_differ_where_their_rules_do(recorded):
    own, aies = (
        recorded.json("account", "--region", "FR", "--method", method)
        for method in ("submeter-1", "aies")
    )
    assert own["carbon"]["embodied"] is not None
    assert aies["carbon"]["embodied"] is None


def test_an_unknown_method_or_place_is_refused(recorded):
    done = recorded("account", "--method", "aeis")
    assert done.returncode == 2
    assert 'did you mean "aies"' in done.stderr
    assert done.stdout == ""
    assert recorded("account", "--region", "Frnace").returncode == 2


def test_an_entry_is_found_by_the_beginning_of_its_id(recorded):
    entry = recorded.only_entry()
    for reference in (entry["id"], entry["id"][:12], entry["id"][:12].lower(), "last"):
        assert recorded.json("account", reference)["id"] == entry["id"]


def test_a_name_is_not_an_id_but_leads_to_it(recorded):
    done = recorded("account", "work")
    assert done.returncode == 2
    assert recorded.only_entry()["id"] in done.stderr


def test_a_beginning_of_several_ids_is_refused_with_them(meter):
    for _ in range(2):
        meter("run", "--", "true")
    ids = [each["id"] for each in meter.entries()]
    done = meter("account", ids[0][:2])
    assert done.returncode == 2
    assert all(each in done.stderr for each in ids)


def test_the_statement_is_of_the_booked_energy(recorded):
    cpu = booking(recorded.only_entry(), "cpu")
    told = recorded.json("account")["energy"]["by_component"]
    assert told["cpu"]["value"] == pytest.approx(cpu["workload"] / 3.6e12)
    assert told["idle"]["value"] == pytest.approx(cpu["idle"] * cpu["share"] / 3.6e12, rel=1e-6)


def test_csv(recorded):
    for region in ("FR", "DE"):
        assert recorded("account", "--region", region, "--csv", "a.csv").returncode == 0
    assert len((recorded.folder / "a.csv").read_text().splitlines()) == 3
