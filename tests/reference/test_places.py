"""A place is resolved as people write it, and nothing of it is assumed in silence."""

import pytest

from submeter.errors import QuantityError, RegionError
from submeter.quantities.factor import Spread
from submeter.quantities.price import parse_price
from submeter.reference.factors.gazetteer import DATA, cloud_regions
from submeter.reference.factors.places import place
from submeter.reference.factors.registry import Registry, shipped
from submeter.reference.sealed import read_sealed


@pytest.mark.parametrize(
    ("text", "code", "grid"),
    [
        ("FR", "FR", "grid/FR"),
        ("fra", "FR", "grid/FR"),
        ("France", "FR", "grid/FR"),
        ("UK", "GB", "grid/GB"),
        ("US-CA", "US-CA", "grid/US-CA"),
        ("california", "US-CA", "grid/US-CA"),
        ("gcp/us-central1", "gcp/us-central1", "grid/gcp/us-central1"),
        ("google/us-central1", "gcp/us-central1", "grid/gcp/us-central1"),
        ("AWS/eu-west-3", "aws/eu-west-3", "grid/FR"),
        ("aws/us-east-1", "aws/us-east-1", "grid/US-VA"),
        ("azure/WestEurope", "azure/westeurope", "grid/NL"),
        (" world ", "world", "grid/world"),
        (None, "world", "grid/world"),
    ],
)
def test_resolution(text, code, grid):
    found = place(text)
    assert found.code == code
    assert found.grid.id == grid


def test_every_name_that_can_be_told_resolves_to_factors_in_the_right_units():
    table = read_sealed(DATA / "cloud_regions.csv")
    assert table.rows == cloud_regions()
    for row in table.rows:
        found = place(row["id"])
        assert found.country == row["country"]
        assert found.provider == row["provider"]
        assert found.grid.id != "grid/world"
        assert table.source(row).citation
        assert (found.grid.unit, found.wue.unit, found.ewif.unit) == (
            "gCO2e/kWh", "L/kWh", "L/kWh",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Frnace", r"FR \(France\)"),
        ("us-central1", "gcp/us-central1"),
        ("eu-west-3", "aws/eu-west-3"),
        ("aws/eu-wst-3", "aws/eu-west-3"),
        ("Californa", r"US-CA \(California\)"),
        ("wa", r"US-WA \(Washington\)"),
    ],
)
def test_an_unknown_place_is_refused_with_the_nearest(text, hint):
    with pytest.raises(RegionError, match=hint):
        place(text)


@pytest.mark.parametrize("text", ["", "nowhere at all", "aws/"])
def test_a_place_like_none_is_refused_with_a_next_step(text):
    with pytest.raises(RegionError) as caught:
        place(text)
    assert caught.value.fix


def test_a_name_of_two_places_is_asked_back():
    with pytest.raises(RegionError, match=r"GE \(Georgia\) or US-GA \(Georgia\)"):
        place("Georgia")


def test_the_unknown_place_is_the_widest_and_says_so():
    unknown = place(None)
    assert unknown.grid.high / unknown.grid.low > 10
    assert unknown.pue.id == "pue/unknown"
    assert (unknown.pue.low, unknown.pue.high) == (1.0, 1.8)
    assert unknown.notes[0] == "grid: no place was stated, so it is the world's spread"


def row_of(facility):
    """Give the id of the row that a facility's value stands in, by its place and its period."""
    return f"{facility.id}/{facility.period}"


def test_a_region_whose_own_value_is_published_takes_it():
    ohio = place("aws/us-east-2")
    assert (ohio.pue.id, ohio.pue.value) == ("pue/aws/us-east-2", 1.13)
    assert (ohio.wue.id, ohio.wue.basis) == ("wue/aws/us-east-2", "withdrawal")
    assert (ohio.pue.period, ohio.wue.period) == ("2024", "2024")
    assert not [note for note in ohio.notes if note.startswith(("pue", "wue"))]
    assert row_of(place("azure/westeurope").pue) == "pue/azure/westeurope/2023"
    assert place("aws/cn-northwest-1").pue.value == 1.25
    assert row_of(place("gcp/us-west1").wue) == "wue/gcp/2024"


def test_a_country_leaves_the_facility_unknown_and_a_region_takes_its_fleet():
    assert place("FR").pue.id == "pue/unknown"
    assert row_of(place("aws/eu-west-3").pue) == "pue/aws/2025"
    assert row_of(place("azure/francecentral").wue) == "wue/azure/FY25"
    assert place("aws/cn-north-1").pue.id == "pue/unknown"


def test_each_fallback_is_a_note():
    notes = " / ".join(place("aws/eu-west-3").notes)
    assert "grid: no value for aws/eu-west-3 itself, so it is that of FR" in notes
    assert "pue: the fleet of aws in 2025" in notes
    assert "adpe" not in notes
    assert "ewif" not in notes
    elsewhere = " / ".join(place("AQ").notes)
    assert "ewif: no value for AQ, so it is the world's" in elsewhere
    assert "adpe: no value for AQ, so it is the world's" in elsewhere
    assert any("combustion" in note for note in place("US-CA").notes)


def test_a_country_without_a_grid_gets_the_world_not_zero():
    found = place("CF")
    assert found.grid.id == "grid/world"
    assert "grid: no value for CF itself, so it is the world's spread" in found.notes


def test_what_is_not_known_is_none_and_noted():
    known = shipped()
    kept = {key: f for key, f in known.factors.items() if not key.startswith("adpe/")}
    found = place("FR", Registry(kept, known.names))
    assert found.adpe is None
    assert "adpe: no value is known" in found.notes


def test_a_stated_value_replaces_the_found_one_and_its_note():
    found = place("FR").with_stated("--pue", pue=1.2, grid=57.0)
    assert found.pue.value == 1.2
    assert found.pue.spread is Spread.EXACT
    assert found.grid.unit == "gCO2e/kWh"
    assert found.wue.id == "wue/unknown"
    assert "pue: stated (--pue)" in found.notes
    assert "pue: the facility is not known" not in found.notes


def price_of(found):
    """Give the price of a place that has one."""
    assert found.price is not None
    return found.price


def test_a_place_carries_its_price_where_one_is_known_and_nothing_where_none_is():
    virginia = place("aws/us-east-1")
    assert (price_of(virginia).id, price_of(virginia).unit) == ("price/US-VA", "USD/kWh")
    assert "price: none is known of aws/us-east-1 itself, so it is that of US-VA" in virginia.notes
    assert price_of(place("gcp/us-central1")).id == "price/US"
    assert price_of(place("IE")).value == 0.256
    assert not [note for note in place("IE").notes if note.startswith("price")]
    assert "price: IE has none of 2019, so it is that of 2024" in place("IE", year=2019).notes
    for text in (None, "world", "AQ"):
        assert place(text).price is None
        assert not [note for note in place(text).notes if note.startswith("price")]


def test_a_stated_price_replaces_the_found_one_in_its_own_currency():
    found = place("aws/us-east-1").with_stated("--price", price=parse_price("0.21 EUR/kWh"))
    assert (price_of(found).value, price_of(found).unit) == (0.21, "EUR/kWh")
    assert price_of(found).spread is Spread.EXACT
    assert [note for note in found.notes if note.startswith("price")] == ["price: stated (--price)"]
    around = place(None).with_stated("--price", price=parse_price("0.1 to 0.3 CHF/kWh"))
    assert (price_of(around).low, price_of(around).high) == (0.1, 0.3)


@pytest.mark.parametrize("wrong", [{"pue": 0.9}, {"grid": -1.0}, {"wue": float("nan")}])
def test_a_stated_value_that_cannot_be_is_refused(wrong):
    with pytest.raises(QuantityError, match="--flag"):
        place("FR").with_stated("--flag", **wrong)
