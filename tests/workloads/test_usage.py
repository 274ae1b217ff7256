"""Usage over time: what was used in windows adds up."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import Span
from submeter.workloads.usage import UsageTrace, used
from tests.strategies import cumulatives, instants


@given(cumulatives(), cumulatives(), st.lists(instants, min_size=2, max_size=6))
def test_use_adds_up_over_any_split(cpu, memory, edges):
    trace = UsageTrace("pid:1", cpu, memory)
    edges.sort()
    parts = [used(trace, Span(*pair)) for pair in pairwise(edges)]
    whole = used(trace, Span(edges[0], edges[-1]))
    assert sum(part.cpu for part in parts) == whole.cpu
    assert sum(part.memory for part in parts) == whole.memory
