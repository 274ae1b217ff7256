"""An account by the GHG Protocol shows both bases, and in whose books each part stands."""

import json

import jsonschema
import pytest

ACCOUNT = """
name: an endpoint
stage: inference
unit: {name: request, count: 1000, expected: 1e6}
place: {grid: 300 gCO2e/kWh, market: 40 gCO2e/kWh, upstream: 50 gCO2e/kWh}
facility: {pue: 1.2}
energy: [{component: gpu, energy: 10 kWh}]
embodied: [{component: server, each: 876 kgCO2e, hours: 100 h, lifetime: 1 year, utilisation: 1}]
"""


@pytest.fixture
def account(meter):
    def write(role):
        path = meter.folder / f"{role}.yaml"
        path.write_text(f"role: {role}\n{ACCOUNT}")
        return path

    return write


@pytest.mark.parametrize(
    ("role", "location", "market"),
    [("operator", 14.2, 11.08), ("buyer", 14.2, 11.08), ("seller", 3600.0, 480.0)],
)
@pytest.mark.parametrize("method", ["ghg-location", "ghg-market"])
def test_a_file_shows_both_bases_whichever_is_asked_for(
    meter, account, method, role, location, market
):
    told = meter.json("account", account(role), "--method", method)
    total = told["scopes"]["total"]
    assert told["scopes"]["role"] == role
    assert total["location"]["value"] == pytest.approx(location)
    assert total["market"]["value"] == pytest.approx(market)
    schema = json.loads(meter("schema", "statement").stdout)
    jsonschema.validate(told, schema)
    jsonschema.validate({"role": role}, json.loads(meter("schema", "account").stdout))


def test_they_stand_below_the_figures_within_80_columns(meter, account):
    done = meter("account", account("operator"), "--method", "ghg-location", env={"COLUMNS": "80"})
    lines = done.stdout.splitlines()
    assert max(map(len, lines[1:])) <= 80  # below the name of the file
    for part in ("Scope 2", "Scope 3, category 2", "Scope 3, category 3"):
        assert any(line.startswith(part) for line in lines), done.stdout
    (header,) = [line for line in lines if "location-based" in line and "market-based" in line]
    assert lines.index(header) < lines.index("sources")


def test_other_methods_have_no_scopes(meter, account):
    assert "scopes" not in meter.json("account", account("operator"))


def test_an_entry_is_in_the_books_of_who_ran_it(meter):
    meter("run", "--region", "FR", "--", *meter.burn(0.2))
    told = meter.json("account", "last", "--method", "ghg-location")
    assert told["scopes"]["role"] == "operator"
    assert told["scopes"]["rows"][0]["location"] == told["carbon"]["total"]
    assert told["scopes"]["rows"][0]["market"] is None


def test_a_role_that_is_none_is_refused(meter, account):
    done = meter("account", account("owner"))
    assert done.returncode == 2
    assert 'there is no role "owner"' in done.stderr
    assert "operator, buyer, seller" in done.stderr
