"""The day on which inference overtook the making: found in closed form as by counting days."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounts.account_file import account_file
from submeter.decisions.overtaking import DAY, Timeline
from submeter.decisions.piece import of_file
from tests.decisions.test_life import piece, work_out


def dated(name, mwh, start, end, stage="inference"):
    return piece(name, mwh, stage, start=start, end=end)


def laid(rows):
    """Lay rows of (making, first day, days, amount) on a timeline, with ten realisations."""
    timeline = Timeline()
    spread = np.linspace(0.5, 1.5, 10)
    for making, first, days, amount in rows:
        each = piece("x")
        each = type(each)(
            "x", "m", each.kind, each.inventory, (), first * DAY, (first + days) * DAY
        )
        factors = np.ones(11) if making else np.array([1.0, *spread])
        timeline.add(each, amount * factors, making=making)
    return timeline


def counted(rows, factor):
    """Find the day by counting; None where it is never reached."""
    last = max(first + days for _, first, days, _ in rows)
    made = used = 0.0
    begun = False
    for day in range(last):
        for making, first, days, amount in rows:
            if first <= day < first + days:
                begun |= making
                made += amount / days * making
                used += amount / days * (not making) * factor
        if begun and used >= made * (1 - 1e-12):
            return day
    return None


row = st.tuples(st.booleans(), st.integers(0, 40), st.integers(1, 20), st.integers(1, 50))
mixed = st.lists(row, min_size=2, max_size=6).filter(
    lambda rows: {making for making, *_ in rows} == {True, False}
)


def number(day):
    return None if day is None else (day - date(1970, 1, 1)).days


@settings(max_examples=200, deadline=None)
@given(mixed)
def test_it_is_the_day_that_counting_finds(rows):
    found = laid(rows).overtaken()
    assert number(found.day) == counted(rows, 1.0)
    assert number(found.earliest) == counted(rows, 1.5)
    assert found.reached is (found.day is not None)
    if found.day is not None:
        assert found.earliest is not None
        assert found.earliest <= found.day
        assert found.latest is None or found.day <= found.latest


def test_more_use_is_never_later():
    making = (True, 0, 5, 30)
    days = [laid([making, (False, 6, 30, use)]).overtaken().day for use in (31, 60, 120)]
    assert all(days)
    assert days == sorted(days, reverse=True)


def test_of_a_life():
    making = dated("make", 10, "2025-01-01", "2025-01-10", "training")
    use = dated("use", 40, "2025-02-01", "2025-02-20")
    found = work_out([making, use]).overtaken["energy"]
    assert (found.day, found.last) == (date(2025, 2, 5), date(2025, 2, 20))
    assert found.earliest == found.latest == found.day
    ratio = work_out([making, use]).ratio("carbon")
    assert ratio is not None
    assert ratio.value == pytest.approx(4)
    assert ratio.low == pytest.approx(4)  # one grid: it moves both, and leaves their ratio alone


def test_making_that_goes_on_moves_the_day():
    making = dated("make", 10, "2025-01-01", "2025-01-10", "training")
    use = dated("use", 40, "2025-02-01", "2025-02-20")
    tune = dated("tune", 4, "2025-01-20", "2025-01-21", "fine-tuning")
    assert work_out([making, use, tune]).overtaken["energy"].day == date(2025, 2, 7)


def test_what_is_not_dated():
    making, use = piece("make", 10), dated("use", 40, "2025-02-01", "2025-02-20")
    assert work_out([making, use]).overtaken["energy"].day == date(2025, 2, 5)
    more = work_out([making, use, piece("more", 5, "inference")]).overtaken["energy"]
    assert "at the latest" in more.note
    nothing = work_out([making, piece("more", 5, "inference")]).overtaken["energy"]
    assert (nothing.reached, nothing.note) == (None, "no inference is dated")
    assert work_out([making]).overtaken["energy"].note == "no inference is on record"
    assert work_out([use]).overtaken["energy"].note == "no making is on record"


def test_not_reached_by_the_last_day():
    found = work_out([piece("make", 100), dated("use", 40, "2025-02-01", "2025-02-20")])
    told = found.overtaken["energy"]
    assert (told.reached, told.day, told.last) == (False, None, date(2025, 2, 20))


def test_an_interval_of_the_energy_makes_one_of_the_day():
    content = {
        "stage": "inference", "model": "m", "start": "2025-02-01", "end": "2025-03-02",
        "place": {"grid": "300 gCO2e/kWh"}, "facility": {"included": True},
        "energy": [{"component": "gpu", "energy": "30 (15 to 60) MWh"}],
    }  # fmt: skip
    made = piece("make", 10, embodied=[])
    exact = {"name": "x", "stage": "training", "model": "m", "facility": {"included": True},
             "energy": [{"component": "cpu", "energy": "10 MWh"}]}  # fmt: skip
    made = of_file(account_file(exact), "m")
    found = work_out([made, of_file(account_file(content), "m")]).overtaken["energy"]
    assert found.day == date(2025, 2, 10)
    assert found.earliest is not None
    assert found.latest is not None
    assert date(2025, 2, 4) <= found.earliest <= date(2025, 2, 6)
    assert date(2025, 2, 18) <= found.latest <= date(2025, 2, 22)
