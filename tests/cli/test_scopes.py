"""An account by the GHG Protocol shows both bases, and in whose books each part stands."""

import json

import jsonschema
import pytest

from tests.cli.command import Meter

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


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Give a ledger with two ranks of a job that served, and what the run of the second wrote."""
    meter = Meter(tmp_path_factory.mktemp("served"))
    environ = {"SLURM_JOB_ID": "123", "SLURM_STEP_ID": "0", "SLURM_NNODES": "1"}
    run = ("run", "--region", "FR", "--stage", "inference", "--method", "ghg-location")
    for rank in "01":
        meter(*run, "--json", "run.json", "--", *meter.burn(0.1),
              env={**environ, "SLURM_PROCID": rank})  # fmt: skip
    return meter, json.loads((meter.folder / "run.json").read_text())


def test_an_entry_is_in_the_books_of_who_ran_it_and_the_run_writes_the_same(served):
    meter, ran = served
    told = meter.json("account", "last", "--method", "ghg-location")
    assert told["scopes"]["role"] == "operator"
    assert told["scopes"]["rows"][0]["location"] == told["carbon"]["total"]
    assert told["scopes"]["rows"][0]["market"] is None
    assert ran == told
    jsonschema.validate(ran, json.loads(meter("schema", "statement").stdout))


def test_a_job_has_the_scopes_of_its_entries_together(served):
    meter, _ = served
    told = meter.json("account", "--job", "slurm:123", "--method", "ghg-location")
    assert len(told["job"]["entries"]) == 2
    assert told["scopes"]["rows"][0]["location"] == told["carbon"]["total"]
    hardware = [
        meter.json("account", each["id"], "--method", "ghg-location")["scopes"]["rows"][1]
        for each in told["job"]["entries"]
    ]
    whole = sum(each["location"]["value"] for each in hardware)
    assert told["scopes"]["rows"][1]["location"]["value"] == pytest.approx(whole)
    shown = meter("account", "--job", "slurm:123", "--method", "ghg-location").stdout
    assert "in the books of the operator" in shown


@pytest.mark.parametrize("which", [("last",), ("--job", "slurm:123")])
def test_an_entry_and_a_job_can_be_in_other_books(served, which):
    meter, _ = served
    account = ("account", *which, "--method", "ghg-location", "--role")
    buyer = meter.json(*account, "buyer")["scopes"]
    assert buyer["role"] == "buyer"
    assert {(row["scope"], row["category"]) for row in buyer["rows"]} == {(3, 1)}
    seller = meter.json(*account, "seller")["scopes"]
    assert [(row["scope"], row["category"]) for row in seller["rows"]] == [(3, 11)]
    assert "--expected" in seller["rows"][0]["note"]
    count = 1 if which == ("last",) else 2
    life = meter.json(*account, "seller", "--expected", "1e6")["scopes"]
    ratio = life["rows"][0]["location"]["value"] / seller["rows"][0]["location"]["value"]
    assert ratio == pytest.approx(1e6 / count)


@pytest.mark.parametrize("units", ["many", "0", "-5", "3 kWh"])
def test_what_is_no_number_of_units_is_refused(meter, units):
    done = meter("account", "last", f"--expected={units}")
    assert done.returncode == 2
    assert f'"{units}" is no number of units, --expected' in done.stderr
    assert 'such as "1e9"' in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--role", "seller"], "the role seller is of the GHG Protocol, and submeter-1 tells no"),
        (["--expected", "1e6"], "what a model will deliver is of its seller"),
        (["--role", "buyer", "--method", "ghg-market", "--expected", "1e6"], "the buyer's books"),
    ],
)
def test_books_that_an_account_cannot_show_are_not_left_out_in_silence(
    served, account, words, told
):
    meter, _ = served
    for which in (["last"], ["--job", "slurm:123"], [account("operator")]):
        done = meter("account", *which, *words)
        assert done.returncode == 2, done.stdout
        assert told in done.stderr
        assert "--method ghg-location" in done.stderr or "--role seller" in done.stderr


def test_expected_units_are_of_a_method_with_scopes(meter, account):
    done = meter("account", account("seller"), "--expected", "1e6")
    assert done.returncode == 2
    assert "submeter-1 tells no scopes of what is expected" in done.stderr


def test_the_role_of_an_option_beats_that_of_the_file(meter, account):
    path = account("operator")
    told = meter.json("account", path, "--method", "ghg-location", "--role", "seller")
    assert told["scopes"]["total"]["location"]["value"] == pytest.approx(3600)
    less = meter.json(
        "account", path, "--method", "ghg-location", "--role", "seller", "--expected", "1000"
    )
    assert less["scopes"]["total"]["location"]["value"] == pytest.approx(3.6)


def test_a_role_of_sci_for_ai_names_its_score(served, meter, account):
    of_entry = served[0].json("account", "last", "--role", "consumer")
    of_file = meter.json("account", account("consumer"))
    typed = meter.json("account", account("operator"), "--role", "consumer")
    assert {each["method"] for each in (of_entry, of_file, typed)} == {"sci-ai-consumer"}
    assert {**of_file, "id": ""} == {**typed, "id": ""}
    done = served[0]("account", "last", "--role", "provider")
    assert done.returncode == 2
    assert 'sci-ai-provider does not account for the stage "inference"' in done.stderr
    done = served[0]("account", "last", "--role", "consumer", "--method", "sci")
    assert done.returncode == 2
    assert "the role consumer is of SCI for AI" in done.stderr


def test_a_role_that_is_none_is_refused(meter, account):
    done = meter("account", account("owner"))
    assert done.returncode == 2
    assert 'there is no role "owner"' in done.stderr
    assert "operator, buyer, seller" in done.stderr
