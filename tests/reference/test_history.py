"""Grids by year: every published value side by side, and one written rule for which is taken."""

import csv
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.estimate import Tier
from submeter.reference.factors import history as module
from submeter.reference.factors.history import DATA, TABLES, history
from submeter.reference.factors.intervals import Rule, rule_of
from submeter.reference.factors.places import place
from submeter.reference.factors.registry import factor_set_hash, shipped
from submeter.reference.sealed import read_sealed

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "factors.csv"
YEARS = st.integers(1950, 2060)
REGIONS = st.sampled_from(sorted(history().entries))
USUAL = ("location", "average")


def usual(region):
    return [each for each in history().of(region) if all(word in each.basis for word in USUAL)]


def test_every_row_is_a_factor_of_its_own_with_an_interval_and_an_open_licence():
    every = list(history().all())
    assert len({each.id for each in every}) == len(every) > 6000
    for each in every:
        assert 0 < each.low < each.value <= each.high <= max(1500, each.value)
        assert 1990 <= int(each.period) <= 2025
        assert each.tier is not Tier.MEASURED
        assert each.source.licence
        assert each.unit == "gCO2e/kWh"
        assert sum(word in each.basis for word in ("lifecycle", "combustion")) == 1
        assert sum(word in each.basis for word in ("location", "residual")) == 1
        assert sum(word in each.basis for word in ("average", "marginal")) == 1


@pytest.mark.parametrize("name", TABLES)
def test_a_share_alike_licence_stands_alone_in_its_table_and_in_the_licences_of_the_folder(name):
    table = read_sealed(DATA / f"{name}.csv")
    licences = {source.licence for source in table.sources.values()}
    folder = (DATA / "REUSE.toml").read_text()
    for licence in licences & {"ODbL-1.0", "CC-BY-SA-4.0"}:
        assert licences == {licence}
        part = next(p for p in folder.split("[[annotations]]") if f'"{name}.csv"' in p)
        assert f'SPDX-License-Identifier = "{licence}"' in part
        assert (Path(__file__).parents[2] / "LICENSES" / f"{licence}.txt").exists()


def test_no_table_of_years_is_left_out():
    kinds = {
        path.stem: tomllib.loads(path.read_text())["kind"]
        for path in DATA.glob("*.toml") if path.name != "REUSE.toml"
    }  # fmt: skip
    assert {name for name, kind in kinds.items() if kind == "history"} <= set(TABLES)


@pytest.mark.parametrize(
    ("region", "year", "value", "source"),
    [
        ("FR", 2019, 59.79, "owid-2026"),
        ("FR", 1990, 104.2, "owid-2026"),
        ("US", 2023, 369.5, "owid-ember"),
        ("US", 2024, 383.5, "owid-2025"),
        ("US", 2023, 349.7, "egrid-2023"),
        ("DE", 2023, 719.9, "aib-2023"),
        ("US", 2021, 416, "ifi-2021"),
        ("SE-SE3", 2022, 25, "electricity-maps"),
        ("gcp/us-central1", 2019, 479, "google-2019"),
        ("CN-BJ", 2023, 555.4, "mee-2023"),
    ],
)
def test_what_was_published_is_there(region, year, value, source):
    found = {each.source.id: each.value for each in history().of(region, year)}
    assert found[source] == value


def test_publishers_that_differ_stand_side_by_side_and_each_holds_the_others():
    averages = [each for each in history().of("US", 2023) if "average" in each.basis]
    assert {each.value for each in averages} == {392.9, 369.5, 349.7, 420.0}
    taken = history().standing_for("US", 2023)
    assert taken is not None
    assert taken.source.id == "owid-2026"
    assert all(taken.low <= each.value <= taken.high for each in averages)


def test_published_figures_lie_within_the_interval_of_their_year():
    if not FACTS.exists():
        pytest.skip("the folder of facts is not here")
    with FACTS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"].startswith("eco.mix.")]
    codes = {"USA": "US", "FRA": "FR", "DEU": "DE", "GBR": "GB", "SWE": "SE", "CHN": "CN"}
    seen = 0
    for row in rows:
        alpha3 = row["id"].split(".")[2]
        if row["id"].endswith(".gwp") and alpha3 in codes:
            found = history().standing_for(codes[alpha3], int(row["year"]))
            assert found is not None
            assert found.low <= 1000 * float(row["value"]) <= found.high, alpha3
            seen += 1
    assert seen == len(codes)


@given(REGIONS, YEARS)
def test_the_newest_that_was_of_the_year_or_before_is_taken(region, year):
    found = history().standing_for(region, year)
    rows = usual(region)
    assert (found is None) == (not rows)
    if found is not None:
        years = {int(each.period) for each in rows}
        before = {each for each in years if each <= year}
        assert int(found.period) == (max(before) if before else min(years))
        assert found.id in {each.id for each in rows}


@given(REGIONS, YEARS)
def test_lifecycle_is_taken_before_combustion_of_the_same_year(region, year):
    found = history().standing_for(region, year)
    if found is not None and "combustion" in found.basis:
        same = [each for each in usual(region) if each.period == found.period]
        assert all("combustion" in each.basis for each in same)


@given(st.sampled_from(["FR", "US", "SE-SE3", "US-CA", "gcp/us-central1", "CN"]), YEARS, YEARS)
def test_what_stands_for_a_farther_year_is_never_known_better(region, one, other):
    near, far = (history().standing_for(region, year) for year in (one, other))
    assert near is not None
    assert far is not None
    away = [abs(int(each.period) - year) for each, year in ((near, one), (far, other))]
    if near.id == far.id and away[0] <= away[1]:
        assert far.low <= near.low
        assert far.high >= near.high


@given(st.floats(1, 1400), st.integers(0, 40))
def test_an_interval_holds_its_value_and_stops_at_the_cap(value, years):
    for rule in (Rule(0.212, 0.119, 1500), Rule(0.315, 0.202, 1500, 1.12, 30)):
        low, high = rule.ends(value, years)
        assert 0 < low < value < high <= 1500
        assert rule.ends(value, -years) == (low, high)


def test_a_table_without_a_rule_has_none():
    assert rule_of({}, "FR", "lifecycle") is None


def test_another_year_is_never_taken_in_silence():
    exact, other = place("FR", year=2019), place("FR", year=1950)
    assert not [note for note in exact.notes if note.startswith("grid")]
    assert "grid: FR has no value of 1950, so it is that of 1990" in other.notes
    assert other.grid.high / other.grid.low > 10


@given(st.sampled_from(["FR", "aws/ca-central-1", "US-CA", "AD", None, "CF"]), YEARS)
def test_a_year_that_is_not_the_grids_own_is_told(text, year):
    found = place(text, year=year)
    told = any(f"has no value of {year}" in note for note in found.notes)
    # The spread of all the world's grids is of no year.
    assert told == (found.grid.period != str(year) and found.grid.id != "grid/world")


def test_a_region_of_a_year_takes_its_zone_before_its_country():
    found = place("aws/ca-central-1", year=2022)
    assert (found.grid.id, found.grid.period) == ("grid/CA-QC", "2022")
    assert found.grid.source.id == "electricity-maps"
    assert place("aws/ca-central-1").grid.id == "grid/CA-QC"


def test_marginal_and_residual_values_are_never_taken_for_a_grid():
    for year in (2021, 2023):
        assert "marginal" not in place("US", year=year).grid.basis
        assert "residual" not in place("DE", year=year).grid.basis


def test_a_place_without_a_year_reads_no_years():
    code = (
        "from submeter.reference.factors import history; "
        "from submeter.reference.factors.places import place; "
        "place('FR'); place('aws/ca-central-1'); place(None); "
        "assert history.history.cache_info().currsize == 0; "
        "place('FR', year=2019); assert history.history.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_hash_holds_the_years_too(monkeypatch):
    before = factor_set_hash()
    assert before == factor_set_hash() != shipped().factor_set_hash()
    changed = module.History({**history().entries, "FR": history().entries["FR"][:-1]})
    monkeypatch.setattr("submeter.reference.factors.registry.history", lambda: changed)
    assert factor_set_hash() != before
