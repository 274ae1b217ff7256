"""Finding published values by place and year, and what stands beside one."""

import pytest

from submeter.errors import UsageError
from submeter.reference.factors import search
from submeter.reference.factors.places import place
from submeter.reference.factors.registry import shipped


def test_a_place_and_a_year_give_every_published_value_of_it():
    found = search.published("France 2023", shipped())
    assert {each.source.id for each in found} == {
        "owid-2026", "owid-ember", "electricity-maps", "aib-2023",
    }  # fmt: skip
    assert found[0].source.id == "owid-2026"


def test_without_a_year_nothing_unless_all_are_asked_for():
    assert search.published("France", shipped()) == ()
    every = search.published("France", shipped(), every=True)
    years = [int(each.period) for each in every]
    assert years == sorted(years, reverse=True)
    assert {1990, 2025} <= set(years)


def test_words_find_places_within_a_country():
    found = search.published("Québec 2022", shipped())
    assert {each.id for each in found} == {"grid/CA-QC/2022/electricity-maps"}
    assert search.published("nowhere 2022", shipped()) == ()
    assert search.published("2022", shipped()) == ()


def grids(text):
    """Give the ids of the grids that an account takes of the places of a name."""
    found = search.taken(text, shipped())
    return [each.id for each in found if each.id.startswith("grid/")]


def test_a_region_and_a_zone_give_the_grid_that_they_draw_from():
    assert grids("aws/ca-central-1") == ["grid/CA-QC"]
    assert grids("amazon/eu-west-3") == ["grid/FR"]
    assert grids("SE3") == ["grid/SE-SE3"]
    assert grids("Georgia") == ["grid/GE", "grid/US-GA"]
    assert grids("nowhere") == []


def test_any_id_is_found_of_today_or_of_a_year():
    assert search.any_factor("grid/FR", shipped()).id == "grid/FR"
    assert search.any_factor("grid/FR/2019/owid-2026", shipped()).value == 59.79
    assert search.any_factor("grid/gcp/us-central1/2020/google-2020", shipped()).value == 454
    with pytest.raises(UsageError, match="did you mean"):
        search.any_factor("grid/FRA", shipped())


@pytest.mark.parametrize("year", [2018, 2021, 2024, 2026, 2031])
def test_what_is_found_of_a_year_is_what_an_account_of_it_takes(year):
    """By the name of the place, and by the ids that the account writes."""
    for name in ("FR", "AL", "US-CA", "SE3", "aws/us-east-1", "gcp/us-central1", "azure/eastus"):
        here = place(name, year=year)
        whole = (here.grid, here.pue, here.wue, here.ewif, here.adpe, here.primary, here.price)
        takes = [each for each in whole if each is not None]
        found = search.taken(name, shipped(), year)
        assert found[0] == here.grid
        assert set(found) == {each for each in takes if not each.id.endswith(("unknown", "world"))}
        for each in takes:
            assert search.any_factor(each.id, shipped(), year) == each


def test_water_of_a_year_stands_beside_that_of_today():
    then = place("FR", year=2021).ewif
    beside = search.beside(shipped().factor("ewif/FR"), shipped())
    row = next(each for each in beside if each.id == "ewif/FR/2021")
    assert (row.value, row.note) == (then.value, then.note)
    assert search.any_factor(row.id, shipped()) == row
    assert "nuclear 69%" in then.note
    assert "nuclear 65%" in shipped().factor("ewif/FR").note
    with pytest.raises(UsageError, match="ewif/FR"):
        search.any_factor("ewif/FR/1921", shipped())
    with pytest.raises(UsageError):
        search.any_factor("ewif/AQ/2021", shipped())


def test_beside_a_value_stand_the_others_of_its_place_newest_first():
    today = shipped().factor("grid/US")
    others = search.beside(today, shipped())
    assert today.id not in {each.id for each in others}
    assert {369.5, 383.5, 349.7} <= {each.value for each in others}
    years = [int(each.period) for each in others]
    assert years == sorted(years, reverse=True)
    fleet = search.beside(shipped().factor("pue/aws/2025"), shipped())
    assert "pue/aws/2024" in {each.id for each in fleet}


def test_beside_what_making_a_device_cost_stands_every_value_that_was_published():
    for key, values in (
        ("embodied/nvidia-h100-sxm-80gb", {164, 273, 575.1, 14.65, 500}),
        ("embodied-adpe/nvidia-h100-sxm-80gb", {0.00895, 0.005832}),
    ):
        beside = search.beside(shipped().factor(key), shipped())
        assert {each.value for each in beside} == values
        assert {each.unit for each in beside} == {shipped().factor(key).unit}
        for each in beside:
            assert search.any_factor(each.id, shipped()) == each
    left_out = search.any_factor("embodied/nvidia-h100-sxm-80gb/llmcarbon", shipped())
    assert "not counted" in left_out.note
    assert len(search.beside(shipped().factor("embodied/dram"), shipped())) > 1


def test_who_takes_a_grid_is_told():
    assert "aws/eu-west-3" in search.users(shipped().factor("grid/FR"))
    assert search.users(shipped().factor("pue/aws/2025")) == ()


def test_age_counts_from_the_year_that_it_describes():
    assert search.age(shipped().factor("grid/FR"), 2026) == 1
    assert search.age(shipped().factor("grid/world"), 2026) == 1
    assert search.age(shipped().factor("lifetime/device"), 2026) is None
