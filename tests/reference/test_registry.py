"""Factors are found by id and by text, and their set has one stable hash."""

from dataclasses import replace

import pytest

from submeter.errors import UsageError
from submeter.reference.factors.facilities import of_year
from submeter.reference.factors.registry import (
    DATA,
    TABLES,
    Registry,
    factor_set_hash,
    shipped,
)


def test_a_factor_is_given_by_its_id_and_missing_is_none():
    assert shipped().factor("grid/FR").unit == "gCO2e/kWh"
    assert shipped().get("adpe/AQ") is None


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(UsageError, match=r"did you mean .*pue/unknown"):
        shipped().factor("pue/unknwn")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("France", "grid/FR"),
        ("frnace", "grid/FR"),
        ("US-CA", "grid/US-CA"),
        ("iowa", "grid/US-IA"),
        ("pue google", "pue/gcp/2024"),
        ("lifetime", "lifetime/device"),
        ("h100 sxm", "tdp/nvidia-h100-sxm-80gb"),
    ],
)
def test_text_finds(text, first):
    assert shipped().find(text)[0].id == first


def test_nothing_is_found_for_nothing():
    assert shipped().find("") == ()
    assert shipped().find("qqqqqqqqqqqq") == ()


def test_the_newest_fleet_value_wins():
    for stem, period in (("pue/aws", "2025"), ("wue/azure", "FY25")):
        newest = of_year(stem, shipped(), None)
        assert newest == replace(shipped().factor(f"{stem}/{period}"), id=stem)
    assert of_year("pue/nobody", shipped(), None) is None


def test_the_hash_is_stable_whatever_the_order():
    again = Registry.load(DATA / f"{name}.csv" for name in reversed(TABLES))
    assert again.factor_set_hash() == shipped().factor_set_hash()
    assert len(factor_set_hash()) == 64
