"""Energy is a whole number of microjoules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities import energy


@given(st.integers(0, energy.LARGEST_ENTRY))
def test_what_a_record_can_hold_passes_unchanged(microjoules):
    assert energy.checked(microjoules) == microjoules


def test_a_negative_energy_is_refused():
    with pytest.raises(QuantityError, match="-1 µJ is negative"):
        energy.checked(-1)


def test_more_than_a_record_can_hold_is_refused_with_the_way_out():
    with pytest.raises(QuantityError, match="split the entry by day"):
        energy.checked(2**63)
