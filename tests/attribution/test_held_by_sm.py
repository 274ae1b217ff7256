"""A device that several hold: by what each computes, and never more than the meter."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.attribution.attribution import Shares, attribute
from submeter.attribution.devices import DeviceHeld, DeviceHeldBySm
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from tests.strategies import (
    SECOND,
    cumulatives,
    holdings,
    power_traces,
    real_spans,
    running,
    sampled_times,
    spans,
)

energies = st.integers(0, 10**12)
percents = st.integers(0, 100)
NONE = Cumulative([], [])


@st.composite
def shared(draw, own=percents):
    """Draw a device's holders, and what they computed as far as it was told."""
    times = draw(sampled_times())
    tracks: list[list[int]] = [[], [], []]
    for start, end in pairwise(times):
        told = draw(st.booleans())
        for track, percent in zip(tracks, (draw(own), draw(percents), 100), strict=True):
            track.append(percent * (end - start) if told else 0)
    computed = [Cumulative(times, running(track)) for track in tracks]
    told = Cumulative(times, [each // 100 for each in computed[2].totals])
    seats = [draw(cumulatives(most=3 * SECOND)) for _ in range(2)]
    return DeviceHeldBySm(draw(holdings()), computed[0], computed[1], told, *seats)


def mirrored(rule):
    """Give the rule as the others see it."""
    held = DeviceHeld(rule.held.others, rule.held.own, rule.held.both, rule.held.unknown)
    return DeviceHeldBySm(
        held, rule.others, rule.own, rule.sampled, rule.seats_others, rule.seats_own
    )


def evenly(per_second, seconds=10):
    times = [second * SECOND for second in range(seconds + 1)]
    return Cumulative(times, [round(per_second * second) for second in range(seconds + 1)])


def both_hold(own, others, told=1.0, seats=(1, 1)):
    """Give ten seconds in which both hold it, computing so many seconds a second."""
    held = DeviceHeld(evenly(0), evenly(0), evenly(SECOND), evenly(0))
    tracks = (evenly(each * SECOND) for each in (own, others, told, *seats))
    return DeviceHeldBySm(held, *tracks)


PIECE = Span(SECOND, 2 * SECOND)


@given(energies, real_spans, shared())
def test_a_piece_is_booked_exactly_once(energy, piece, rule):
    shares = rule.split(energy, piece)
    assert sum(shares) == energy
    assert min(shares) >= 0


@given(power_traces(), spans, shared())
def test_a_window_is_booked_exactly_once(drawn, window, rule):
    books = attribute(drawn, window, rule)
    assert sum(books.shares) == books.meter == drawn.energy.between(window)
    assert books.rule == "device-held-by-sm/1"
    assert books.occupied == 0


@given(energies, real_spans, shared())
def test_others_see_the_mirror_of_what_the_workload_sees(energy, piece, rule):
    """Symmetry: to the microjoule by which a division does not come out even."""
    mine, theirs = rule.split(energy, piece), mirrored(rule).split(energy, piece)
    assert abs(mine.workload - theirs.others) <= 1
    assert abs(mine.others - theirs.workload) <= 1
    assert abs(mine.idle - theirs.idle) <= 1


@given(energies, real_spans, shared(own=st.just(0)))
def test_who_computes_nothing_while_others_do_pays_nothing_of_the_time_both_hold_it(
    energy, piece, rule
):
    """Null player: beside the time that it holds the device alone."""
    alone = rule.held.split(energy, piece).workload
    if rule.others.between(rule.sampled.reach(piece)):
        assert rule.split(energy, piece).workload <= alone + 1


@given(power_traces(), real_spans, shared(), st.lists(st.integers(0, 1000), max_size=4))
def test_windows_add_up_in_every_account(drawn, window, rule, cuts):
    edges = sorted({window.start, window.end, *(c for c in cuts if window.start < c < window.end)})
    whole = attribute(drawn, window, rule)
    parts = [attribute(drawn, Span(*pair), rule) for pair in pairwise(edges)]
    assert sum(part.meter for part in parts) == whole.meter
    instants = {*edges, *rule.instants(window), *drawn.energy.instants(window)}
    for account, total in enumerate(whole.shares):
        apart = sum(part.shares[account] for part in parts) - total
        assert abs(apart) <= 4 * (len(instants) + len(edges))


@given(energies, real_spans, shared())
def test_what_only_one_holds_and_what_is_free_is_as_without_it(energy, piece, rule):
    plain, shares = rule.held.split(energy, piece), rule.split(energy, piece)
    assert shares.workload >= plain.workload - 1
    assert shares.others >= plain.others - 1
    assert abs(shares.idle - plain.idle) <= 1


@pytest.mark.parametrize(
    ("own", "others", "shares"),
    [
        (0.6, 0.2, Shares(750, 250, 0, 0)),
        (0.01, 0.0, Shares(1000, 0, 0, 0)),
        (0.0, 0.9, Shares(0, 1000, 0, 0)),
        (0.5, 0.5, Shares(500, 500, 0, 0)),
    ],
)
def test_while_both_hold_it_energy_follows_computing(own, others, shares):
    assert both_hold(own, others).split(1000, PIECE) == shares


def test_while_nobody_computes_it_goes_to_the_holding_processes_in_equal_parts():
    assert both_hold(0, 0, seats=(1, 3)).split(1000, PIECE) == Shares(250, 750, 0, 0)


def test_three_works_that_share_a_device_are_never_charged_more_than_it_drew():
    uses = (0.5, 0.3, 0.2)
    charged = [both_hold(own, 1 - own).split(1000, PIECE).workload for own in uses]
    assert sum(charged) == 1000
    idle = [both_hold(0, 0, seats=(1, 2)).split(999, PIECE).workload for _ in uses]
    assert sum(idle) == 999


def test_of_time_in_which_it_is_not_known_who_computes_nobody_is_charged():
    assert both_hold(0.3, 0.1, told=0.5).split(1000, PIECE) == Shares(375, 125, 0, 500)
    assert both_hold(0, 0, told=0).split(1000, PIECE) == Shares(0, 0, 0, 1000)


def test_where_nothing_was_seen_nothing_is_guessed():
    rule = DeviceHeldBySm(DeviceHeld(NONE, NONE, NONE, NONE), NONE, NONE, NONE, NONE, NONE)
    assert rule.split(1000, Span(0, SECOND)) == Shares(0, 0, 0, 1000)
