"""Work is accounted for by grid and facility of its own year, and the account says of which."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from submeter.accounting.draws import Draws
from submeter.accounting.inventory import FunctionalUnit
from submeter.accounting.methods import GHG_LOCATION, SUBMETER_1
from submeter.accounting.statement import Heading, state, state_together
from submeter.accounts.account_file import account_file
from submeter.cli.render.statement import place_words
from submeter.runs.account import inventory_of
from submeter.workloads.activity import Activity
from tests.accounting.inventories import drew


def utc(year, month, day, hour=0):
    return datetime(year, month, day, hour, tzinfo=UTC)


def ran(region, begun, over):
    """Give an entry of work in `region` that began and ended at these times."""
    start, end = (round(each.timestamp() * 1e9) for each in (begun, over))
    return Activity("e1", "w", start, end, (end - start) / 1e9, place={"region": region})


def in_year(region, year):
    return ran(region, utc(year, 6, 1), utc(year, 6, 2))


def grid(entry):
    inventory = inventory_of(entry)
    told = [each for each in inventory.missing if each.startswith("grid:")]
    assert inventory.grid.intensity is not None
    return inventory.grid.intensity, told


@pytest.mark.parametrize(("year", "value"), [(2019, 59.79), (1990, 104.2), (2024, 40.83)])
def test_an_entry_takes_the_grid_of_its_year(year, value):
    found, told = grid(in_year("FR", year))
    assert (found.value, found.period, told) == (value, str(year), [])


def test_a_year_that_is_not_published_yet_takes_the_newest_before_it_and_says_so():
    newest, _ = grid(in_year("FR", 2025))
    highs = [newest.high]
    for year in (2026, 2031):
        found, told = grid(in_year("FR", year))
        assert (found.value, found.period) == (newest.value, newest.period)
        assert told == [f"grid: FR has no value of {year}, so it is that of {newest.period}"]
        highs.append(found.high)
    assert highs[0] < highs[1] < highs[2], "what stands for a year farther away is known less well"


def test_the_years_of_one_place_are_one_unknown():
    """Or work of many years would seem to be known better than that of one."""
    heading = Heading("life", "life", "other", FunctionalUnit())
    each = [
        replace(inventory_of(in_year("FR", year)), items=(drew("gpu", 1.0),))
        for year in range(2015, 2025)
    ]
    widths = []
    for told in ([each[0]], each):
        found = state_together(told, GHG_LOCATION, Draws(), heading).carbon.operational
        assert found is not None
        widths.append((found.high - found.low) / found.value)
    assert widths[1] > 0.95 * widths[0]


def test_a_year_before_all_others_takes_the_oldest():
    found, told = grid(in_year("GB", 1970))
    assert found.period == "1990"
    assert len(told) == 1


def test_a_gap_between_two_published_years_takes_the_one_before():
    """EPA published California for 2016 and for 2023."""
    assert [grid(in_year("US-CA", year))[0].period for year in (2016, 2022, 2023, 2024)] == [
        "2016", "2016", "2023", "2023",
    ]  # fmt: skip


def test_work_across_new_years_midnight_is_of_the_year_that_holds_more_of_it():
    late = ran("FR", utc(2018, 12, 31, 20), utc(2019, 1, 1, 1))
    early = ran("FR", utc(2018, 12, 31, 23), utc(2019, 1, 1, 4))
    assert [grid(each)[0].period for each in (late, early)] == ["2018", "2019"]


def test_the_unknown_place_is_of_no_year():
    now, then = (grid(in_year("", year)) for year in (2026, 2019))
    assert now == then
    assert now[0].id == "grid/world"
    assert now[1] == ["grid: no place was stated, so it is the world's spread"]


def test_an_account_file_that_says_when_takes_that_year_and_else_todays():
    content = {"energy": [{"component": "gpu", "energy": "1 kWh"}], "place": {"region": "FR"}}
    dated = account_file({**content, "start": "2019-02-01", "end": "2019-02-28"}).inventory
    assert dated.grid == inventory_of(in_year("FR", 2019)).grid
    undated = account_file(content).inventory.grid.intensity
    assert undated is not None
    assert undated.id == "grid/FR"


@pytest.mark.parametrize(("year", "wue"), [(2023, 0.18), (2024, 0.15), (2025, 0.12)])
def test_work_takes_the_pue_and_wue_of_its_year_metered_or_told(year, wue):
    metered = inventory_of(in_year("aws/eu-west-3", year))
    content = {
        "energy": [{"component": "gpu", "energy": "1 kWh"}],
        "place": {"cloud": "aws/eu-west-3"},
    }
    told = account_file({**content, "start": f"{year}-02-01", "end": f"{year}-02-28"}).inventory
    assert metered.facility == told.facility
    assert metered.facility.wue is not None
    assert (metered.facility.wue.value, metered.facility.wue.period) == (wue, str(year))
    note = f"wue: the fleet of aws in {year}, for a site in it"
    assert note in metered.missing
    assert note in told.missing


def test_the_account_says_of_which_year_the_grid_is():
    statement = state(inventory_of(in_year("FR", 2019)), SUBMETER_1, Draws(count=8))
    assert statement.as_dict()["place"]["grid"]["period"] == "2019"
    assert " gCO2e/kWh of 2019" in place_words(statement)
