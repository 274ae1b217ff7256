"""A rule that says that it is even may be cut anywhere: that changes no share."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.attribution.attribution import Shares
from submeter.attribution.devices import DeviceHeld, DeviceHeldBySm, WholeDevice
from submeter.attribution.rules import NobodyKnown
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative

LENGTH = 10_000


@st.composite
def held(draw):
    """Draw who held a device: at each of some instants own, others, both or nobody begin to."""
    times = sorted(draw(st.sets(st.integers(1, LENGTH - 1), max_size=8)) | {0, LENGTH})
    states = [draw(st.sampled_from((0, 1, 2, None))) for _ in times[1:]]

    def total(state):
        found = [0]
        for (start, end), each in zip(pairwise(times), states, strict=True):
            found.append(found[-1] + (end - start if each == state else 0))
        return Cumulative(tuple(times), tuple(found))

    return DeviceHeld(total(0), total(1), total(2), total(3))


@st.composite
def held_by_sm(draw):
    """Draw besides what each computed, as far as it was told, and how many processes held it."""
    times = sorted(draw(st.sets(st.integers(1, LENGTH - 1), max_size=8)) | {0, LENGTH})
    lengths = [end - start for start, end in pairwise(times)]
    told = [draw(st.booleans()) for _ in lengths]

    def total(most):
        parts = (
            draw(st.integers(0, most)) * length if known else 0
            for length, known in zip(lengths, told, strict=True)
        )
        return Cumulative(tuple(times), tuple(accumulate(parts, initial=0)))

    sampled = (length * known for length, known in zip(lengths, told, strict=True))
    return DeviceHeldBySm(
        draw(held()),
        total(2),
        total(2),
        Cumulative(tuple(times), tuple(accumulate(sampled, initial=0))),
        total(3),
        total(3),
    )


@given(rule=st.one_of(held(), held_by_sm()), cuts=st.sets(st.integers(1, LENGTH - 1), max_size=20))
def test_cutting_between_its_instants_changes_no_share(rule, cuts):
    """But for the microjoule that each cut is rounded by, of a power that is the same all along."""
    assert rule.is_even
    own = [0, *rule.instants(Span(0, LENGTH)), LENGTH]
    coarse, fine = [
        [
            sum(parts)
            for parts in zip(
                *(
                    rule.split(1000 * (end - start), Span(start, end))
                    for start, end in pairwise(at)
                ),
                strict=True,
            )
        ]
        for at in (sorted(set(own)), sorted({*own, *cuts}))
    ]
    assert fine == pytest.approx(coarse, abs=len(cuts) + 1)


@pytest.mark.parametrize(
    ("rule", "shares"), [(WholeDevice(), Shares(9, 0, 0, 0)), (NobodyKnown(), Shares(0, 0, 0, 9))]
)
def test_what_goes_to_one_account_is_even(rule, shares):
    assert rule.is_even
    assert rule.split(9, Span(0, LENGTH)) == shares
