"""What a kWh takes by technology, and by country through its mix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Spread
from submeter.reference.factors.electricity import (
    KINDS,
    TECHNOLOGIES,
    blend,
    mix_of_year,
    mixes,
    mixes_of,
    of_countries,
)
from submeter.reference.factors.places import place
from submeter.reference.factors.registry import shipped


def technologies(kind="ewif"):
    return {name: shipped().factor(f"{kind}-of/{name}") for name in TECHNOLOGIES}


whole = st.lists(st.floats(0, 1), min_size=9, max_size=9).filter(lambda parts: sum(parts) > 0.01)


def shares_of(parts, size=1.0):
    total = sum(parts)
    return {name: size * part / total for name, part in zip(TECHNOLOGIES, parts, strict=True)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_a_mix_of_one_technology_is_that_technology(kind, name):
    each = technologies(kind)
    alone = blend("x", {name: 1.0}, each)
    assert (alone.low, alone.value, alone.high) == (
        each[name].low,
        each[name].value,
        each[name].high,
    )
    assert alone.unit == each[name].unit


@given(whole)
def test_a_mix_lies_between_its_technologies(parts):
    each = technologies()
    mix = blend("x", shares_of(parts), each)
    assert min(f.low for f in each.values()) <= mix.low * (1 + 1e-9)
    assert mix.high <= max(f.high for f in each.values()) * (1 + 1e-9)
    assert mix.low <= mix.value <= mix.high


@given(whole, st.sampled_from(TECHNOLOGIES), st.floats(0.01, 0.99))
def test_mixing_twice_is_mixing_once(parts, name, part):
    each = technologies()
    shares = shares_of(parts)
    first = blend("x", shares, each)
    both = {key: (1 - part) * share for key, share in shares.items()}
    both[name] += part
    mix = blend("x", both, each)
    assert mix.value == pytest.approx((1 - part) * first.value + part * each[name].value)
    assert mix.high == pytest.approx((1 - part) * first.high + part * each[name].high)


@given(whole, st.floats(0.05, 0.95))
def test_what_is_not_known_of_a_mix_only_widens_it(parts, size):
    each = technologies()
    part = blend("x", shares_of(parts, size), each)
    known = {name: size * share for name, share in shares_of(parts).items()}
    for name in TECHNOLOGIES:
        completed = dict(known)
        completed[name] += 1 - size
        full = blend("x", completed, each)
        assert part.low <= full.low * (1 + 1e-9)
        assert part.high >= full.high * (1 - 1e-9)
    assert "unknown" in part.note


@pytest.mark.parametrize(
    "shares", [{"coal": 1.2}, {"coal": -0.1, "gas": 0.5}, {"coal": 0.6, "gas": 0.6}, {"tidal": 1.0}]
)
def test_a_mix_that_cannot_be_is_refused(shares):
    with pytest.raises(QuantityError):
        blend("x", shares, technologies())


def test_every_mix_is_whole():
    assert len(mixes()) >= 200
    for mix in mixes():
        assert sum(mix.shares.values()) == pytest.approx(1, abs=1e-3), mix.region
        assert mix.source.licence == "CC-BY-4.0"


def test_countries_hold_what_others_print():
    """Water: WRI 2020, single values, as EcoLogits 0.11.3 has them; energy and minerals: ADEME.

    Minerals also as arXiv:2501.14334 has them, and as UNECE's technologies give them.
    """
    known = shipped()
    published = {
        "ewif/FR": 3.6737, "ewif/DE": 1.947, "ewif/GB": 2.329, "ewif/SE": 6.0315,
        "ewif/CN": 6.0065, "primary/US": 11.358,
    }  # fmt: skip
    for key, value in published.items():
        factor = known.factor(key)
        assert factor.low <= value <= factor.high, key
    minerals = {
        "US": (9.9e-8, 2.21e-8, 6.4e-7), "CN": (8.5e-8, 1.12e-8, 7.7e-7), "FR": (4.9e-8, 5.7e-7),
        "DE": (8.8e-8, 1.1e-6), "NO": (1.3e-7,), "DK": (1.6e-8,),
        "world": (1.35e-8, 7.4e-8, 6.5e-7),
    }  # fmt: skip
    for country, values in minerals.items():
        factor = known.factor(f"adpe/{country}")
        assert all(factor.low <= value <= factor.high for value in values), country
    made = of_countries("ewif", technologies())["ewif/US"]
    assert all(made.low <= value <= made.high for value in (3.14, 3.70, 4.35))


def test_earlier_mixes_are_whole_and_none_stands_twice():
    for newest in mixes():
        each = mixes_of(newest.region)
        periods = [mix.period for mix in each]
        assert each[-1] is newest
        assert len(set(periods)) == len(periods)
        for mix in each:
            assert sum(mix.shares.values()) == pytest.approx(1, abs=1e-3), (mix.region, mix.period)


@pytest.mark.parametrize(
    ("region", "year", "period"),
    [
        ("FR", 2021, "2021"),
        ("FR", 2022, "2022"),
        ("FR", 2026, "2023"),  # the newest before it
        ("FR", 2010, "2021"),  # else the oldest after it
    ],
)
def test_the_mix_of_a_year_is_its_own_else_the_newest_before(region, year, period):
    mix = mix_of_year(region, year)
    assert mix is not None
    assert mix.period == period


def test_a_country_without_a_mix_has_none_of_any_year():
    assert mixes_of("AQ") == ()
    assert mix_of_year("AQ", 2022) is None


def test_a_place_takes_the_water_of_the_mix_of_the_year():
    then, now = place("FR", year=2021), place("FR")
    assert (then.ewif.id, then.ewif.period) == ("ewif/FR", "2021")
    assert now.ewif.id == "ewif/FR"
    assert then.ewif.value == blend("x", mixes_of("FR")[0].shares, technologies()).value
    assert then.primary is not None
    assert (then.primary.id, then.primary.period) == ("primary/FR", "2021")
    assert not any(note.startswith("mix") for note in (*then.notes, *now.notes))
    later = place("FR", year=2026)
    assert later.ewif.id == "ewif/FR"
    assert [note for note in later.notes if note.startswith("mix")] == [
        "mix: none is known of FR in 2026, so it is that of 2023"
    ]
    assert place("US", year=2021).ewif.id == "ewif/US", "a published row is of no mix"


def test_a_table_of_a_country_goes_before_its_mix():
    united_states = shipped().factor("ewif/US")
    assert "Siddik" in united_states.note
    assert united_states.tier is Tier.ASSUMED
    france = shipped().factor("ewif/FR")
    assert (france.tier, france.basis, france.period) == (Tier.MODELLED, "consumption", "2023")
    assert "Macknick" in france.source.citation
    assert "Ember" in france.source.citation


def test_reservoirs_make_hydropower_the_widest():
    norway, germany = shipped().factor("ewif/NO"), shipped().factor("ewif/DE")
    assert norway.high / norway.low > 50
    assert norway.value > 5 * germany.value


def test_without_technologies_nothing_is_made():
    assert of_countries("ewif", {}) == {}


def test_wind_alone_may_take_nothing():
    assert blend("x", {"wind": 1.0}, technologies()).spread is Spread.UNIFORM
