"""The books of a window: what is unsure of them, and whose a device is when nobody tells."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.runs.account import account
from submeter.runs.books import Evidence, LoadShape, book
from submeter.runs.charges import charged
from submeter.runs.drawn import energy_of
from submeter.traces.domain import Domain
from submeter.traces.remainder import parted
from submeter.traces.trace import Accuracy, PowerTrace
from submeter.workloads.activity import Activity, Booking
from submeter.workloads.usage import Capacity, UsageTrace

END = 100 * SECOND
WINDOW = Span(0, END)
ENERGY = 1_000_000_000  # 10 W
THREADS = 4
SURE = Accuracy(0.0, 1.0, 1.0, "exact")
NONE = Cumulative([], [])


def evenly(total):
    return Cumulative([0, END], [0, total])


def trace(domain, accuracy=SURE, sensor="meter"):
    return PowerTrace(domain, sensor, Tier.MEASURED, evenly(ENERGY), accuracy)


def processor(own, everyone, idle=0.5, accuracy=SURE):
    """Give what was seen of a metered processor, of whose time `own` and `everyone` had a part."""
    busy = int(everyone * THREADS * END)
    return Evidence(
        [trace(Domain("package:0", "cpu"), accuracy)],
        {},
        UsageTrace("machine", evenly(busy), NONE),
        UsageTrace("pid:1", evenly(int(own * THREADS * END)), NONE),
        {},
        Capacity(THREADS, 0),
        LoadShape(evenly(ENERGY), evenly(int(idle * ENERGY)), 0.5, 1.5, "curve/1"),
    )


def total(bookings, method):
    """Give the energy of an account at a place that adds nothing to it [J]."""
    activity = Activity(
        "01", "work", 0, END, 100.0, bookings=bookings, place={"region": "FR", "pue": "1.0"}
    )
    energy = account(activity, method).energy.total
    assert energy is not None
    return energy, [each * 3.6e6 for each in (energy.low, energy.value, energy.high)]


shares = st.floats(0.05, 1.0)


@settings(deadline=None)
@given(own=shares, more=st.floats(0.0, 1.0), idle=st.floats(0.1, 0.6))
def test_the_interval_holds_what_is_charged_wherever_the_idle_part_lies(own, more, idle):
    """For each method that charges idle energy its own way; and never more than was drawn."""
    everyone = own + (1 - own) * more
    bookings = book(processor(own, everyone, idle), WINDOW)
    for ratio in (0.55, 1.0, 1.45):  # within the stated 0.5 to 1.5
        truth = idle * ratio * ENERGY / 1e6
        active = (ENERGY / 1e6 - truth) * own / everyone
        for low, _, high in (ends(bookings), total(bookings, "submeter-1")[1]):
            assert low * 0.995 <= active + truth * own <= high * 1.005
        low, _, high = total(bookings, "ghg-location")[1]
        assert low * 0.995 <= active + truth <= high * 1.005
        assert high <= ENERGY / 1e6 * 1.000001


def ends(bookings):
    sums = charged(bookings)
    assert sums is not None
    energy, low, high, _ = sums
    return low / 1e6, energy / 1e6, high / 1e6


def test_a_machine_that_is_all_ones_own_is_as_sure_as_its_meter_whatever_was_idle():
    bookings = book(processor(1.0, 1.0, accuracy=Accuracy(0.0, 0.95, 1.05, "drawn")), WINDOW)
    low, energy, high = ends(bookings)
    assert (energy, low / energy, high / energy) == pytest.approx((ENERGY / 1e6, 0.95, 1.05))


def test_energy_that_a_model_split_is_not_told_as_measured():
    split = energy_of(book(processor(0.2, 0.8), WINDOW))
    assert split is not None
    assert split.tier is total(book(processor(0.2, 0.8), WINDOW), "submeter-1")[0].tier
    assert split.tier is Tier.MIXED


@st.composite
def nests(draw):
    """Draw bookings, each inside an earlier one, inside one that is not metered, or on its own."""
    (plain,) = book(processor(1.0, 1.0), WINDOW)
    found: list[Booking] = []
    for name in draw(st.permutations("abcdef")):
        inside = draw(st.sampled_from(["", "unmetered", *(each.domain for each in found)]))
        energy = draw(st.integers(0, 10**9))
        own = {"workload": energy, "meter": energy, "idle": 0}
        found.append(replace(plain, domain=name, inside=inside, **own))
    return draw(st.permutations(found))


@given(nests())
def test_of_a_chain_of_domains_exactly_one_is_charged(bookings):
    outer = {each.domain: each.workload for each in bookings}
    for each in bookings:
        if each.inside in outer:
            outer[each.domain] = 0
    sums = charged(bookings)
    assert sums is not None
    assert sums[0] == sum(outer.values())


@pytest.mark.parametrize(
    ("asked", "rule", "booked_as"),
    [
        (frozenset(), "whole-device/1", "workload"),
        (frozenset({"nvidia"}), "unattributed/1", "unattributed"),
    ],
    ids=["nobody can be asked", "nobody answered"],
)
def test_a_device_is_taken_for_the_works_only_where_nobody_can_be_asked(asked, rule, booked_as):
    gpu = trace(Domain("gpu:0", "gpu"), sensor="nvidia")
    seen = Evidence([gpu], {}, None, None, {}, Capacity(THREADS, 0), asked=asked)
    (booked,) = book(seen, WINDOW)
    assert (booked.rule, getattr(booked, booked_as)) == (rule, ENERGY)


def test_a_zero_that_is_measured_within_so_much_shows_that():
    """What a meter of the whole saw beside its parts is nothing, give or take what all err by."""
    gain = Accuracy(0.0, 0.97, 1.03, "±3 %")
    traces = [trace(Domain("wall", "machine"), gain), trace(Domain("gpu:0", "gpu", "wall"), gain)]
    seen = replace(processor(1.0, 1.0), traces=parted(traces))
    (rest,) = (each for each in book(seen, WINDOW) if each.domain == "wall:rest")
    alone = [rest]
    assert rest.meter == 0
    assert rest.above == pytest.approx(0.03 * 2**0.5 * ENERGY, rel=1e-6)
    for energy in (energy_of(alone), total(tuple(alone), "submeter-1")[0]):
        assert energy is not None
        assert energy.value == energy.low == 0
        assert energy.high > 0
    whole = energy_of(alone)
    assert whole is not None
    assert whole.high == pytest.approx(rest.above / 1e6)
    (_, ends) = total(tuple(alone), "submeter-1")
    assert ends[2] == pytest.approx(rest.above / 1e6, rel=0.05)


def test_meters_that_all_measured_nothing_have_measured():
    still = replace(trace(Domain("gpu:0", "gpu")), energy=evenly(0))
    seen = replace(
        processor(1.0, 1.0), traces=[still, replace(still, domain=Domain("gpu:1", "gpu"))]
    )
    energy = energy_of(book(seen, WINDOW))
    assert energy is not None
    assert (energy.value, energy.tier) == (0.0, Tier.MEASURED)
