"""Every rule conserves: workload + others + idle + unattributed = meter, to the microjoule."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.attribution.attribution import Shares, attribute
from submeter.attribution.devices import DeviceHeld, DeviceInTurns, WholeDevice
from submeter.attribution.rules import AboveIdle, CapacityShare, NobodyKnown
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, PowerTrace
from tests.strategies import SECOND, power_traces, real_spans, rules, spans

energies = st.integers(0, 10**9)
NOTHING = Cumulative([], [])


def flat(per_second, seconds=10):
    """Give a running total that grows evenly, sampled every second."""
    times = [second * SECOND for second in range(seconds + 1)]
    return Cumulative(times, [round(per_second * second) for second in range(seconds + 1)])


def trace(energy):
    accuracy = Accuracy(0.0, 1.0, 1.0, "exact")
    return PowerTrace(Domain("package:0", "cpu"), "drawn", Tier.MEASURED, energy, accuracy)


@given(energies, real_spans, rules())
def test_a_piece_is_booked_exactly_once(energy, piece, rule):
    shares = rule.split(energy, piece)
    assert sum(shares) == energy
    assert min(shares) >= 0


@given(power_traces(), spans, rules())
def test_a_window_is_booked_exactly_once(drawn, window, rule):
    books = attribute(drawn, window, rule)
    assert sum(books.shares) == books.meter == drawn.energy.between(window)
    assert min(books.shares) >= 0
    assert (books.domain, books.rule) == (drawn.domain.id, rule.name)
    assert 0.0 <= books.occupied <= 1.0


@given(power_traces(), real_spans, rules(), st.lists(st.integers(0, 1000), max_size=4))
def test_windows_add_up_in_every_account(drawn, window, rule, cuts):
    """The meter exactly; each account within the rounding of a microjoule a piece.

    And of one unit of use a piece: its energy over what there was to use, or what was used.
    """
    edges = sorted({window.start, window.end, *(c for c in cuts if window.start < c < window.end)})
    whole = attribute(drawn, window, rule)
    parts = [attribute(drawn, Span(*pair), rule) for pair in pairwise(edges)]
    assert sum(part.meter for part in parts) == whole.meter
    instants = {*edges, *rule.instants(window), *drawn.energy.instants(window)}
    pieces = [Span(*pair) for pair in pairwise(sorted(instants))]
    slack = 4 * (len(pieces) + len(edges))
    if isinstance(rule, CapacityShare):
        slack += sum(
            2 * drawn.energy.between(piece) * SECOND // (rule.per_second * piece.nanoseconds)
            for piece in pieces
        )
    if isinstance(rule, AboveIdle):
        busy = (rule.everyone if sum(rule.everyone.totals[-1:]) else rule.own).between
        slack += sum(2 * drawn.energy.between(each) // max(1, busy(each)) for each in pieces)
    for account, total in enumerate(whole.shares):
        assert abs(sum(part.shares[account] for part in parts) - total) <= slack


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (CapacityShare(NOTHING, NOTHING, 1, "cpu-time"), "cpu-time-of-capacity/1"),
        (CapacityShare(NOTHING, NOTHING, 1, "memory-held"), "memory-held-of-capacity/1"),
        (AboveIdle(NOTHING, NOTHING, NOTHING, 1), "cpu-time-above-idle/1"),
        (AboveIdle(NOTHING, NOTHING, NOTHING, 1, NOTHING), "cpu-time-above-modelled-idle/1"),
        (DeviceHeld(NOTHING, NOTHING, NOTHING, NOTHING), "device-held/1"),
        (WholeDevice(), "whole-device/1"),
        (NobodyKnown(), "unattributed/1"),
    ],
)
def test_where_nothing_was_seen_nothing_is_guessed(rule, name):
    shares = rule.split(1000, Span(0, SECOND))
    assert rule.name == name
    expected = Shares(1000, 0, 0, 0) if name == "whole-device/1" else Shares(0, 0, 0, 1000)
    assert shares == expected
    assert rule.occupied(Span(0, SECOND)) == 0.0
    assert rule.occupied(Span(0, 0)) == 0.0


def test_of_a_capacity_the_unused_part_is_idle():
    half, quarter = flat(2 * SECOND), flat(1 * SECOND)
    rule = CapacityShare(quarter, half, 4 * SECOND, "cpu-time")
    assert rule.split(1000, Span(0, SECOND)) == Shares(250, 250, 500, 0)


def test_above_idle_the_busy_share_the_rest():
    rule = AboveIdle(flat(1 * SECOND), flat(2 * SECOND), flat(400), threads=4)
    assert rule.split(1000, Span(0, SECOND)) == Shares(300, 300, 400, 0)
    assert rule.occupied(Span(0, 10 * SECOND)) == 0.25


def test_idle_that_changes_while_no_use_is_sampled_is_cut_there():
    """All idle within the first second and none after it: a later cut changes nothing."""
    used = Cumulative([0, 10 * SECOND], [0, 10 * SECOND])
    idle = Cumulative([0, SECOND, 10 * SECOND], [0, 900, 900])
    rule = AboveIdle(used, used, idle, threads=1)
    drawn = trace(Cumulative([0, 10 * SECOND], [0, 5000]))
    whole = attribute(drawn, Span(0, 10 * SECOND), rule).shares
    parts = [
        attribute(drawn, Span(*pair), rule).shares
        for pair in ((0, SECOND // 2), (SECOND // 2, 5 * SECOND), (5 * SECOND, 10 * SECOND))
    ]
    assert whole == Shares(4500, 0, 500, 0)
    assert tuple(map(sum, zip(*parts, strict=True))) == whole


def test_of_a_metered_processor_the_model_tells_only_what_part_was_idle():
    """The model says 60 of 100, so of a metered 1000 the idle part is 600."""
    rule = AboveIdle(flat(1 * SECOND), flat(2 * SECOND), flat(60), threads=4, whole=flat(100))
    assert rule.split(1000, Span(0, SECOND)) == Shares(200, 200, 600, 0)


def test_where_the_model_says_that_nothing_was_drawn_all_that_was_metered_is_idle():
    rule = AboveIdle(flat(SECOND), flat(SECOND), flat(0), threads=4, whole=flat(0))
    assert rule.split(1000, Span(0, SECOND)) == Shares(0, 0, 1000, 0)


def test_above_idle_with_nobody_busy_all_is_idle():
    rule = AboveIdle(flat(0), flat(0), flat(400), threads=4)
    assert rule.split(1000, Span(0, SECOND)) == Shares(0, 0, 1000, 0)


def test_idle_is_never_more_than_the_meter():
    rule = AboveIdle(flat(1), flat(1), flat(5000), threads=4)
    assert rule.split(1000, Span(0, SECOND)) == Shares(0, 0, 1000, 0)


@given(energies, real_spans)
def test_a_workload_said_to_have_used_more_than_the_machine_takes_no_more_than_all(energy, piece):
    everyone = Cumulative([-100, 2000], [0, 10])
    own = Cumulative([-100, 2000], [0, 10**9])
    for rule in (
        AboveIdle(own, everyone, NOTHING, 1),
        CapacityShare(own, everyone, SECOND, "cpu-time"),
    ):
        shares = rule.split(energy, piece)
        assert shares.workload <= energy
        assert shares.others == 0


def test_a_held_device_is_its_holders_and_a_free_one_is_idle():
    second, none = flat(SECOND), flat(0)
    piece = Span(0, SECOND)
    assert DeviceHeld(second, none, none, none).split(9, piece) == Shares(9, 0, 0, 0)
    assert DeviceHeld(none, second, none, none).split(9, piece) == Shares(0, 9, 0, 0)
    assert DeviceHeld(none, none, none, none).split(9, piece) == Shares(0, 0, 9, 0)


def test_a_device_whose_holders_are_not_seen_goes_from_hand_to_hand():
    """Two programs take turns: what one has, the other books as that of others."""
    times = [0, SECOND, 2 * SECOND]
    mine, theirs = Cumulative(times, [0, SECOND, SECOND]), Cumulative(times, [0, 0, SECOND])
    none = flat(0, 2)
    one, other = DeviceInTurns(mine, theirs, none, none), DeviceInTurns(theirs, mine, none, none)
    window = Span(0, 2 * SECOND)
    drawn = trace(Cumulative(times, [0, 5, 12]))
    books = [attribute(drawn, window, rule) for rule in (one, other)]
    assert [each.shares for each in books] == [Shares(5, 7, 0, 0), Shares(7, 5, 0, 0)]
    assert {each.rule for each in books} == {"whole-device-in-turns/1"}


def test_energy_of_a_device_held_by_both_or_not_looked_at_is_nobodys():
    second, none = flat(SECOND), flat(0)
    piece = Span(0, SECOND)
    assert DeviceHeld(none, none, second, none).split(9, piece) == Shares(0, 0, 0, 9)
    assert DeviceHeld(none, none, none, second).split(9, piece) == Shares(0, 0, 0, 9)
    assert DeviceHeld(second, none, none, none).split(8, Span(9 * SECOND, 11 * SECOND)) == Shares(
        4, 0, 0, 4
    )


def test_a_busy_second_is_not_paid_for_by_a_quiet_one():
    """The workload runs in the first second alone, in which nearly all is drawn."""
    times = [0, SECOND, 2 * SECOND]
    energy = Cumulative(times, [0, 100_000_000, 110_000_000])
    own = Cumulative(times, [0, SECOND, SECOND])
    everyone = Cumulative(times, [0, SECOND, 2 * SECOND])
    rule = AboveIdle(own, everyone, flat(0), threads=1)
    books = attribute(trace(energy), Span(0, 2 * SECOND), rule)
    assert books.shares == Shares(100_000_000, 10_000_000, 0, 0)


def test_four_ranks_of_one_machine_add_up_to_the_machine_not_to_four():
    energy, everyone = flat(1_200_000), flat(4 * SECOND)
    rank = AboveIdle(flat(SECOND), everyone, flat(0), threads=4)
    books = attribute(trace(energy), Span(0, 10 * SECOND), rank)
    assert 4 * books.shares.workload == books.meter == 12_000_000


def test_a_sleeping_process_is_charged_nothing():
    rule = AboveIdle(flat(0), flat(4 * SECOND), flat(100), threads=4)
    assert attribute(trace(flat(10**6)), Span(0, 10 * SECOND), rule).shares.workload == 0
