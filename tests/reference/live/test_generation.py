"""Generation by type becomes the intensity of the mix, by technology and slot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import ProviderUnavailable
from submeter.reference.live import generation, technologies
from submeter.reference.live.entsoe import area_code
from submeter.reference.live.instants import HOUR, read
from tests.reference.live.stand_in import document, refusal, series

START = read("2026-11-24T00:00Z")
CODES = sorted(technologies.technologies())
mixes = st.dictionaries(st.sampled_from(CODES), st.floats(0.0, 1e5), min_size=1)


def slots(*all_series):
    return generation.stretches([generation.read(document(*all_series), "here")], "here")


@given(mixes)
def test_a_mix_lies_between_its_technologies(made):
    found = technologies.intensity(made)
    if found is None:
        assert not any(amount > 0 for amount in made.values())
        return
    value, low, high = found
    factors = [technologies.technologies()[code] for code, amount in made.items() if amount > 0]
    least, most = min(each.low for each in factors), max(each.high for each in factors)
    assert least * (1 - 1e-9) <= low <= value <= high <= most * (1 + 1e-9)
    assert min(each.value for each in factors) * (1 - 1e-9) <= value


@given(mixes, st.floats(0.001, 1000.0))
def test_only_shares_matter(made, scale):
    one = technologies.intensity(made)
    two = technologies.intensity({code: amount * scale for code, amount in made.items()})
    if one is None or two is None:
        return
    assert two == pytest.approx(one, rel=1e-6)


def test_every_type_has_a_factor_save_storage():
    types = {f"B{number:02}" for number in range(1, 21)}
    assert types - set(CODES) == generation.STORAGE & types
    assert all(each.basis == "lifecycle" for each in technologies.technologies().values())


def test_a_mix_of_one_technology_is_that_technology():
    assert technologies.intensity({"B05": 5.0}) == pytest.approx((820.0, 740.0, 1050.0))
    assert technologies.intensity({"B05": -5.0, "B14": 1.0}) == pytest.approx((12.0, 3.7, 110.0))
    assert technologies.intensity({"B10": 5.0}) is None


def test_points_that_repeat_are_left_out_and_filled_in():
    end = START + 4 * HOUR
    found = slots(series("B14", START, end, {1: 10, 3: 30}), series("B04", START, end, {1: 10}))
    assert [(each.start - START) // HOUR for each in found] == [0, 1, 2, 3]
    assert found[0].value == found[1].value == pytest.approx((12 + 490) / 2)
    assert found[2].value == found[3].value == pytest.approx((3 * 12 + 490) / 4)


def test_points_that_are_missing_where_none_repeats_are_gaps():
    end = START + 3 * HOUR
    found = slots(series("B14", START, end, {1: 10, 3: 30}, curve="A01"))
    assert [(each.start - START) // HOUR for each in found] == [0, 2]


def test_quarters_and_hours_meet():
    end = START + HOUR
    quarters = series("B16", START, end, {1: 0, 2: 0, 3: 40, 4: 40}, step="PT15M")
    found = slots(quarters, series("B04", START, end, {1: 40}))
    assert [each.value for each in found] == pytest.approx([490, 490, 269, 269])
    assert found[0].end - found[0].start == HOUR // 4


def test_a_heavy_type_that_is_late_makes_a_gap_and_a_light_one_does_not():
    end, early = START + 4 * HOUR, START + 2 * HOUR
    nuclear = series("B14", START, end, {1: 100})
    heavy = series("B04", START, early, {1: 50})
    light = series("B06", START, early, {1: 0.5})
    assert len(slots(nuclear, heavy)) == 2
    assert len(slots(nuclear, light)) == 4


def test_storage_and_what_plants_use_are_left_out():
    end = START + HOUR
    found = slots(
        series("B14", START, end, {1: 10}),
        series("B10", START, end, {1: 500}),
        series("B25", START, end, {1: 500}),
        series("B04", START, end, {1: 500}, consumption=True),
    )
    assert [each.value for each in found] == [12.0]


def test_nothing_made_is_a_gap():
    end = START + HOUR
    assert slots(series("B14", START, end, {1: 0})) == ()
    assert slots() == ()


def test_the_day_that_summer_time_ends_has_25_hours_of_utc():
    first, last = read("2026-10-25T00:00+02:00"), read("2026-10-26T00:00+01:00")
    assert len(slots(series("B14", first, last, {1: 10}))) == 25


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no XML"),
        (b"<a>", "no XML"),
        (b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>', "declares entities"),
        (b"<?xml version='1.0' encoding='nonsense'?><a/>", "no XML"),
    ],
)
def test_what_is_no_document_is_refused(body, told):
    with pytest.raises(ProviderUnavailable, match=told):
        generation.read(body, "here")


@pytest.mark.parametrize(
    "broken",
    [
        series("B99", START, START + HOUR, {1: 1}),
        series("B14", START, START + HOUR, {2: 1}),
        series("B14", START, START + HOUR, {0: 1}),
        series("B14", START, START, {1: 1}),
        series("B14", START + HOUR, START, {1: 1}),
        series("B14", START, START + HOUR, {1: "much"}),
        series("B14", START, START + HOUR, {1: "nan"}),
        series("B14", START, START + HOUR, {1: "inf"}),
        series("B14", START, START + HOUR, {1: 1}, step="P1D"),
        series("B14", START, START + HOUR, {1: 1}).replace("T00:00Z", "T00:00"),
        series("B14", START, START + 10**7 * HOUR, {1: 1}),
        series("B14", START + HOUR // 60, START + 2 * HOUR, {1: 1}),
    ],
)
def test_what_cannot_be_read_is_refused(broken):
    with pytest.raises(ProviderUnavailable):
        slots(broken)


def test_a_document_of_something_else_is_refused():
    with pytest.raises(ProviderUnavailable, match="not of generation"):
        generation.stretches([generation.read(b"<Publication_MarketDocument/>", "here")], "here")


def test_a_refusal_is_a_document_with_a_reason():
    read_ = generation.read(refusal("999", "No matching data found"), "here")
    assert generation.reason(read_) == ("999", "No matching data found")
    assert generation.reason(generation.read(document(), "here")) is None
    assert generation.reason(generation.read(b"<Acknowledgement_MarketDocument/>", "x")) == ("", "")


def test_an_area_is_named_by_country_zone_or_code():
    assert area_code("DE_LU") == "10Y1001A1001A82H"
    assert area_code("10YFR-RTE------C") == "10YFR-RTE------C"
    assert area_code("NO_2") == "10YNO-2--------T"
