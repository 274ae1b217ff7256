"""Energy is a whole number of microjoules, and a kWh is the same everywhere."""

from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities import energy
from submeter.quantities.parsing import UNITS


@given(st.integers(0, energy.LARGEST_ENTRY))
def test_what_a_record_can_hold_is_the_same_energy_in_kwh(microjoules):
    kwh = energy.to_kwh(microjoules)
    assert abs(kwh * 3_600_000 * 1_000_000 - microjoules) <= microjoules * 1e-15


def test_a_kwh_is_that_of_the_units_that_people_type():
    assert UNITS["kWh"].size == energy.JOULES_PER_KWH
    assert energy.JOULES_PER_KWH / UNITS["µJ"].size == energy.MICROJOULES_PER_KWH


def test_the_largest_entry_is_what_a_column_of_64_bits_holds():
    assert energy.LARGEST_ENTRY.bit_length() == 63
    assert 2.56e6 < energy.to_kwh(energy.LARGEST_ENTRY) < 2.57e6
