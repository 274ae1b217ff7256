"""Windows open at once share what the program drew, and add up to it."""

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.attribution.attribution import Shares, attribute
from submeter.attribution.devices import WholeDevice
from submeter.attribution.rules import AboveIdle
from submeter.attribution.simultaneous import Simultaneous
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, PowerTrace
from tests.strategies import power_traces, real_spans, rules

window_sets = st.lists(real_spans, min_size=1, max_size=4, unique=True)
WHOLE = Span(-100, 2000)


def beside(window, windows):
    """Give the windows with some time in common with `window`, as a session does."""
    return [each for each in windows if each is not window and each.overlap(window)]


def rule_of(rule, window, windows):
    return Simultaneous(rule, window, beside(window, windows))


@given(power_traces(), rules(), window_sets)
def test_windows_add_up_to_what_the_program_drew_while_any_was_open(drawn, rule, windows):
    shared = sum(
        attribute(drawn, window, rule_of(rule, window, windows)).shares.workload
        for window in windows
    )
    cuts = {edge for window in windows for edge in window}
    cuts |= {*drawn.energy.instants(WHOLE), *rule.instants(WHOLE)}
    program = 0
    for start, end in pairwise(sorted(cuts)):
        piece = Span(start, end)
        if any(window.overlap(piece) for window in windows):
            program += rule.split(drawn.energy.between(piece), piece).workload
    assert shared == program


@given(power_traces(), rules(), window_sets)
def test_each_window_is_booked_exactly_once(drawn, rule, windows):
    for window in windows:
        books = attribute(drawn, window, rule_of(rule, window, windows))
        assert sum(books.shares) == books.meter == drawn.energy.between(window)
        assert min(books.shares) >= 0
        assert 0.0 <= books.occupied <= 1.0


@given(power_traces(), rules(), real_spans)
def test_a_window_on_its_own_gets_all_that_the_program_drew(drawn, rule, window):
    alone = attribute(drawn, window, Simultaneous(rule, window, []))
    plain = attribute(drawn, window, rule)
    assert alone.shares == plain.shares
    assert abs(alone.occupied - plain.occupied) < 1e-9
    assert alone.rule == f"{plain.rule}+equal-among-windows/1"


@given(power_traces(), rules(), window_sets)
def test_idle_and_unattributed_are_not_touched(drawn, rule, windows):
    for window in windows:
        companions = beside(window, windows)
        assume(companions)
        cuts = {window.start, window.end, *drawn.energy.instants(window), *rule.instants(window)}
        cuts |= {e for each in companions for e in each if window.start < e < window.end}
        idle = unattributed = 0
        for start, end in pairwise(sorted(cuts)):
            piece = Span(start, end)
            shares = rule.split(drawn.energy.between(piece), piece)
            idle, unattributed = idle + shares.idle, unattributed + shares.unattributed
        books = attribute(drawn, window, Simultaneous(rule, window, companions))
        assert (books.shares.idle, books.shares.unattributed) == (idle, unattributed)


def test_two_windows_get_half_each_while_both_are_open():
    drawn = PowerTrace(
        Domain("gpu:0", "gpu"), "drawn", Tier.MEASURED,
        Cumulative([0, 300], [0, 3000]), Accuracy(0.0, 1.0, 1.0, ""),
    )  # fmt: skip
    early, late = Span(0, 200), Span(100, 300)
    books = [
        attribute(drawn, one, Simultaneous(WholeDevice(), one, [other]))
        for one, other in ((early, late), (late, early))
    ]
    assert [each.shares for each in books] == [Shares(1500, 500, 0, 0)] * 2


def test_the_capacity_that_the_program_occupied_is_divided_among_the_windows_open_at_the_time():
    """A quarter of the machine for three seconds, of which the two share the one in the middle."""
    second = 1_000_000_000
    use = Cumulative([0, 3 * second], [0, 3 * second])
    rule = AboveIdle(use, use, Cumulative([0], [0]), threads=4)
    early, late = Span(0, 2 * second), Span(second, 3 * second)
    parts = [
        Simultaneous(rule, one, [other]).occupied(one)
        for one, other in ((early, late), (late, early))
    ]
    assert parts == [0.25 * 1.5 / 2] * 2
    assert sum(parts) * 2 == 0.25 * 3


def test_windows_that_began_at_the_same_instant_share_the_odd_microjoule_once():
    one, other, piece = Span(0, 100), Span(0, 50), Span(0, 50)
    parts = [
        Simultaneous(WholeDevice(), window, [companion]).split(7, piece).workload
        for window, companion in ((one, other), (other, one))
    ]
    assert sorted(parts) == [3, 4]
