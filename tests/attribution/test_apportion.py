"""Whole numbers are split so that the parts add up."""

from hypothesis import given
from hypothesis import strategies as st

from submeter.attribution.apportion import apportion

totals = st.integers(0, 2**70)
weights = st.lists(st.integers(0, 2**60), min_size=1, max_size=12)


@given(totals, weights)
def test_parts_add_up_to_the_whole(total, shares):
    parts = apportion(total, shares)
    assert len(parts) == len(shares)
    assert sum(parts) == total
    assert min(parts) >= 0


@given(totals, weights)
def test_no_part_is_a_whole_unit_off_its_fair_share(total, shares):
    whole = sum(shares)
    for part, share in zip(apportion(total, shares), shares, strict=True):
        if whole:
            assert abs(part * whole - total * share) < whole


@given(totals, weights)
def test_a_larger_weight_never_gets_a_smaller_part(total, shares):
    if any(shares):
        parts = apportion(total, shares)
        ranked = sorted(zip(shares, parts, strict=True))
        assert [part for _, part in ranked] == sorted(parts)


@given(totals, weights)
def test_who_used_nothing_gets_nothing_if_somebody_used_something(total, shares):
    if any(shares):
        for part, share in zip(apportion(total, shares), shares, strict=True):
            assert share or not part


@given(totals, st.integers(1, 6))
def test_if_nobody_used_anything_the_last_account_takes_it(total, count):
    assert apportion(total, [0] * count) == [0] * (count - 1) + [total]


def test_ties_go_to_the_earlier_part():
    assert apportion(11, [1, 1, 1]) == [4, 4, 3]
