"""The account of a command: as JSON by the published schema, as CSV, and on the terminal."""

import csv
import json

import jsonschema
import pytest

from tests.cli.command import assert_balanced

LINES = ("energy", "carbon", "water")


def statement(meter, *options):
    meter("run", "--json", "a.json", *options, "--", *meter.burn(0.2))
    found = json.loads((meter.folder / "a.json").read_text())
    assert isinstance(found, dict)
    return found


def quantities(told):
    """Give every quantity of a statement by its path."""
    if isinstance(told, dict):
        if "tier" in told and "value" in told:
            yield "", told
            return
        for name, part in told.items():
            for path, quantity in quantities(part):
                yield f"{name}.{path}".rstrip("."), quantity


def widths(told):
    carbon = told["carbon"]["operational"]
    return carbon["high"] / carbon["low"]


def test_json_validates_against_the_published_schema(meter):
    schema = json.loads(meter("schema", "statement").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    for options in ((), ("--region", "FR", "--stage", "training"), ("--method", "aies")):
        jsonschema.validate(statement(meter, *options), schema)
    for entry in meter.entries():
        assert_balanced(entry)


def test_every_figure_has_an_interval_a_tier_and_a_unit(meter):
    found = dict(quantities(statement(meter, "--region", "FR")))
    assert {"energy.total", "carbon.total", "water.total", "carbon.embodied"} <= set(found)
    for path, each in found.items():
        assert each["low"] <= each["value"] <= each["high"], path
        assert each["low"] >= 0, path
        assert each["tier"] in ("measured", "modelled", "assumed", "mixed"), path
        assert 0 <= each["coverage"] <= 1, path
        assert each["unit"], path


def test_totals_are_the_sums_of_their_parts(meter):
    told = statement(meter)
    parts = sum(each["value"] for each in told["energy"]["by_component"].values())
    assert parts == pytest.approx(told["energy"]["total"]["value"])
    for name, ends in (
        ("carbon", ("operational", "idle", "embodied")),
        ("water", ("on_site", "electricity")),
    ):
        line = told[name]
        parts = sum(line[end]["value"] for end in ends if line[end] is not None)
        assert parts == pytest.approx(line["total"]["value"])


@pytest.mark.slow
def test_a_modelled_figure_is_never_called_measured(meter):
    if meter.json("doctor")["measured_share"]["value"] > 0:
        pytest.skip("a sensor answers here")
    told = statement(meter, "--region", "FR")
    assert [path for path, each in quantities(told) if each["tier"] == "measured"] == []
    entry = meter.only_entry()
    assert {each["tier"] for each in entry["bookings"]} == {"modelled"}
    shown = meter("run", "--", "true").stderr
    assert "modelled" in shown
    assert "measured" not in shown.partition("left out")[0].replace("measure the", "")


def test_without_a_place_the_interval_is_the_worlds_and_it_is_said(meter):
    told = statement(meter)
    (note,) = [each for each in told["missing"] if each.startswith("grid:")]
    assert "the world's spread" in note
    assert "grid/world" in [each["factor"] for each in told["widest"]]
    france = statement(meter, "--region", "FR")
    assert not [each for each in france["missing"] if "world's spread" in each and "grid" in each]
    assert widths(told) > 2 * widths(france)
    shown = meter("run", "--", "true").stderr
    assert "where: the world: place unknown (nobody stated it), grid" in shown


def test_a_stated_grid_is_taken_at_its_word(meter):
    told = statement(meter, "--grid", "100 gCO2e/kWh", "--pue", "1.5")
    energy, carbon = told["energy"]["total"]["value"], told["carbon"]
    drawn = carbon["operational"]["value"] + carbon["idle"]["value"]
    assert drawn == pytest.approx(energy * 0.1)
    cpu_and_idle = sum(
        told["energy"]["by_component"][name]["value"] for name in ("cpu", "memory", "idle")
    )
    assert energy == pytest.approx(cpu_and_idle * 1.5)


def test_a_source_and_a_licence_stand_behind_every_factor(meter):
    told = statement(meter, "--region", "DE")
    assert told["sources"]
    for each in told["sources"]:
        assert all(each[key] for key in ("id", "citation", "licence"))


def test_csv_appended_twice_has_one_header(meter):
    for region in ("FR", "DE"):
        assert meter("run", "--region", region, "--csv", "a.csv", "--", "true").returncode == 0
    with (meter.folder / "a.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 3
    assert len(set(rows[0])) == len(rows[0])
    one, two = (dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    assert (one["region"], two["region"]) == ("FR", "DE")
    assert [one["id"], two["id"]] == [each["id"] for each in meter.entries()]
    assert one["energy_gpu_kwh"] == ""
    assert one["money"] == one["currency"] == "", "no price is known of either place"


def test_csv_has_what_the_electricity_cost_and_in_which_currency(meter):
    assert meter("run", "--price", "0.25 EUR/kWh", "--csv", "a.csv", "--", "true").returncode == 0
    assert meter("run", "--price", "0.1 USD/kWh", "--csv", "a.csv", "--", "true").returncode == 0
    with (meter.folder / "a.csv").open(newline="") as file:
        euro, dollar = csv.DictReader(file)
    assert (euro["currency"], dollar["currency"]) == ("EUR", "USD")
    for row, price in ((euro, 0.25), (dollar, 0.1)):
        assert float(row["money"]) == pytest.approx(price * float(row["energy_kwh"]))
        assert float(row["money_low"]) <= float(row["money"]) <= float(row["money_high"])
        assert row["money_tier"] == row["energy_kwh_tier"] or row["money_tier"] == "mixed"


def test_a_csv_file_of_another_form_is_left_alone(meter):
    (meter.folder / "a.csv").write_text("my,own,table\n1,2,3\n")
    done = meter("run", "--csv", "a.csv", "--", "sh", "-c", "exit 3")
    assert done.returncode == 3
    assert "the CSV file has other columns" in done.stderr
    assert "recorded as" in done.stderr
    assert (meter.folder / "a.csv").read_text() == "my,own,table\n1,2,3\n"


def test_the_account_names_the_work_its_exit_code_and_what_to_do_next(meter):
    done = meter("run", "--name", "greeting", "--", "sh", "-c", "exit 3")
    for words in ("greeting", "exit code 3", "where: ", "submeter account", "--region FR"):
        assert words in done.stderr
    assert meter.only_entry()["id"] in done.stderr


def test_a_name_with_markup_is_shown_as_it_is(meter):
    done = meter("run", "--name", "[bold]a[/nothing]", "--", "true")
    assert done.returncode == 0
    assert "[bold]a[/nothing]" in done.stderr
    assert "[bold]a[/nothing]" in meter("ledger", "list", env={"COLUMNS": "200"}).stdout
    assert "[bold]a[/nothing]" in meter("ledger", "show").stdout
    assert "[bold]a[/nothing]" in meter("account").stdout


def test_arguments_that_may_hold_secrets_are_not_recorded(meter):
    meter("run", "--", "sh", "-c", ": TOKEN-hunter2")
    (log,) = (meter.home / "ledger" / "log").iterdir()
    assert b"hunter2" not in log.read_bytes()


def test_what_is_stated_of_the_work_is_on_the_record(meter):
    stated = {"stage": "training", "purpose": "a search", "tenant": "t1", "contract": "c1"}
    options = [word for name, text in stated.items() for word in (f"--{name}", text)]
    meter("run", *options, "--region", "FR", "--", "true")
    entry = meter.only_entry()
    assert {name: entry[name] for name in stated} == stated
    assert entry["place"]["region"] == "FR"
    assert entry["place"]["from"] == "--region"
    assert meter("account").returncode == 0
