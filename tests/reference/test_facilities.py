"""Work is accounted for by its facility's PUE and WUE of its own year, and each says which."""

import math
import tomllib

import pytest

from submeter.quantities.factor import Z95
from submeter.reference.factors import facilities, registry
from submeter.reference.factors.own import with_own
from submeter.reference.factors.places import place
from submeter.reference.factors.registry import shipped


@pytest.mark.parametrize(
    ("year", "pue", "wue"),
    [(2022, 1.15, 0.19), (2023, 1.15, 0.18), (2024, 1.15, 0.15), (2025, 1.14, 0.12)],
)
def test_a_fleet_of_a_year_is_that_years(year, pue, wue):
    found = place("aws/eu-west-3", year=year)
    assert (found.pue.value, found.wue.value, found.wue.period) == (pue, wue, str(year))
    told = [note for note in found.notes if note.startswith("wue:")]
    assert told == [f"wue: the fleet of aws in {year}, for a site in it"]


@pytest.mark.parametrize(
    ("year", "period"),
    [(2001, "2008"), (2008, "2008"), (2020, "2008"), (2022, "2021"), (2023, "2023"),
     (2030, "2024")],
)  # fmt: skip
def test_a_year_without_a_value_takes_the_newest_before_it_else_the_oldest(year, period):
    found = place("gcp/europe-west9", year=year)
    assert found.pue.period == period
    (told,) = [note for note in found.notes if note.startswith("pue:")]
    assert told.startswith(f"pue: the fleet of gcp in {period}, for a site in it")
    assert told.endswith(f"; none is known of {year}") == (period != str(year))


def test_a_fiscal_year_is_that_in_which_it_ends():
    found = place("azure/francecentral", year=2024)
    assert (found.pue.period, found.wue.period) == ("FY24", "FY24")
    told = [note for note in found.notes if note.startswith(("pue", "wue"))]
    assert not [note for note in told if "none is known" in note]


def test_a_site_of_another_year_says_so_and_one_of_its_own_does_not():
    notes = [place("aws/us-east-2", year=year).notes for year in (2024, 2021)]
    assert not [note for note in notes[0] if note.startswith(("pue", "wue"))]
    assert "pue: aws/us-east-2 has none of 2021, so it is that of 2024" in notes[1]
    assert "wue: aws/us-east-2 has none of 2021, so it is that of 2024" in notes[1]


def test_a_sites_pue_is_wider_the_farther_its_year_lies_beyond_what_its_row_holds():
    row = shipped().factor("pue/aws/us-east-2/2024")
    widths = []
    for year in (2026, 2027, 2032, 2040):
        found = place("aws/us-east-2", year=year).pue
        assert found.value == row.value
        sigma = facilities.SITE_DRIFT * math.sqrt(max(2, year - 2024))
        assert math.log((found.high - 1) / (found.value - 1)) == pytest.approx(
            Z95 * sigma, rel=0.02
        )
        assert 1 < found.low < found.value
        widths.append(found.high - found.low)
    assert widths == sorted(widths)
    assert place("aws/us-east-2", year=2026).pue.high == row.high
    assert place("aws/us-east-2", year=2010).pue.high == place("aws/us-east-2", year=2038).pue.high


def test_the_drift_is_that_of_the_table():
    told = tomllib.loads((registry.DATA / "pue.toml").read_text())
    assert told["site_drift_sigma"] == facilities.SITE_DRIFT
    assert f"to {facilities.HELD_UNTIL} the standard" in told["method"]


def test_the_years_of_one_facility_are_one_unknown():
    """Or work of several years would seem to be known better than that of one."""
    for name in ("aws/us-east-2", "aws/eu-west-3", "azure/eastus"):
        years = [place(name, year=year) for year in (2019, 2023, 2025, None)]
        assert len({each.pue.id for each in years}) == 1
        assert len({each.wue.id for each in years}) == 1


def test_ones_own_facility_is_taken_by_year_too(tmp_path):
    (tmp_path / "mine.csv").write_text(
        "id,value,low,high,unit,period,country\n"
        "grid/MY-SITE,25,,,gCO2e/kWh,,FR\n"
        "pue/MY-SITE,1.10,,,,,FR\n"
        "pue/MY-SITE/2023,1.30,1.2,1.4,,2023,FR\n"
        "wue/MY-SITE/2022,0.4,,,L/kWh,,FR\n"
        "wue/MY-SITE/2024,0.2,,,L/kWh,,FR\n"
    )
    mine = with_own((str(tmp_path / "mine.csv"),))
    found = [place("MY-SITE", mine, year) for year in (2021, 2022, 2023, 2024, 2025, None)]
    assert [each.pue.value for each in found] == [1.10, 1.10, 1.30, 1.10, 1.10, 1.10]
    assert [each.wue.value for each in found] == [0.4, 0.4, 0.4, 0.2, 0.2, 0.2]
    assert "wue: MY-SITE has none of 2025, so it is that of 2024" in found[4].notes
