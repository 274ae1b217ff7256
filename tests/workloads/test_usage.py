"""Usage over time: what was used in windows adds up."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.workloads.usage import UsageTrace, at_least, used
from tests.strategies import cumulatives, instants, running

NONE = Cumulative([], [])


@given(cumulatives(), cumulatives(), st.lists(instants, min_size=2, max_size=6))
def test_use_adds_up_over_any_split(cpu, memory, edges):
    trace = UsageTrace("pid:1", cpu, memory)
    edges.sort()
    parts = [used(trace, Span(*pair)) for pair in pairwise(edges)]
    whole = used(trace, Span(edges[0], edges[-1]))
    assert sum(part.cpu for part in parts) == whole.cpu
    assert sum(part.memory for part in parts) == whole.memory


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=20))
def test_everyone_used_no_less_than_one_of_them_and_no_more_than_both(growths):
    times = list(range(len(growths) + 1))
    everyone = UsageTrace("machine", Cumulative(times, running([a for a, _ in growths])), NONE)
    own = UsageTrace("pid:1", Cumulative(times, running([b for _, b in growths])), NONE)
    found = at_least(everyone, own).cpu
    assert list(found.totals) == sorted(found.totals)
    for i in range(len(times)):
        assert found.totals[i] == max(everyone.cpu.totals[i], own.cpu.totals[i])


def test_of_a_machine_that_was_never_looked_at_nothing_is_made_up():
    own = UsageTrace("pid:1", Cumulative([0, 10], [0, 7]), NONE)
    nobody = UsageTrace("machine", NONE, NONE)
    assert at_least(nobody, own) is nobody
    assert used(nobody, Span(0, 10)) == (0, 0)


def test_a_machine_whose_ticks_come_late_catches_up():
    """Ticks of 10 ms against a process that uses 5 ms a second: together they are the process."""
    everyone = UsageTrace("machine", Cumulative([0, 1, 2, 3, 4], [0, 0, 10, 10, 20]), NONE)
    own = UsageTrace("pid:1", Cumulative([0, 1, 2, 3, 4], [0, 5, 10, 15, 20]), NONE)
    assert list(at_least(everyone, own).cpu.totals) == [0, 5, 10, 15, 20]
