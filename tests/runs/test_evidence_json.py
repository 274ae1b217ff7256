"""Evidence to JSON lines and back: the books of any window stay as they were."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import RecordError
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.runs.books import Evidence, LoadShape, book
from submeter.runs.evidence_json import from_lines, to_lines
from submeter.sensing.metering.computing import Computed
from submeter.sensing.metering.holders import Held
from submeter.traces.domain import Domain
from submeter.traces.ends import Ends
from submeter.traces.trace import Accuracy, PowerTrace
from submeter.workloads.usage import Capacity, UsageTrace
from tests import strategies


@st.composite
def evidence(draw):
    ids = draw(st.lists(st.sampled_from(["package:0", "gpu:0", "dram:0"]), min_size=1, unique=True))
    components = {"package:0": "cpu", "gpu:0": "gpu", "dram:0": "memory"}
    series = strategies.cumulatives()
    ends = st.none() | st.builds(Ends, series, series)
    traces = [
        replace(
            draw(strategies.power_traces()), domain=Domain(each, components[each]), ends=draw(ends)
        )
        for each in ids
    ]
    some = st.sampled_from(ids)
    usage = st.builds(UsageTrace, st.just("pid:1"), series, series)
    return Evidence(
        traces=traces,
        idle=draw(st.dictionaries(some, series, max_size=2)),
        machine=draw(st.none() | usage),
        own=draw(st.none() | usage),
        held=draw(st.dictionaries(some, st.builds(Held, *[series] * 4), max_size=2)),
        capacity=Capacity(draw(st.integers(1, 64)), draw(st.integers(0, 1 << 40))),
        shape=draw(st.none() | st.builds(LoadShape, series, series, method=st.just("m/1"))),
        methods={"nvidia": "nvml/1"},
        asked=draw(st.frozensets(st.just("nvidia"))),
        turns=draw(st.dictionaries(some, st.builds(Held, *[series] * 4), max_size=1)),
        disagreements=("a and b differ",),
        computed=draw(st.dictionaries(some, st.builds(Computed, *[series] * 5), max_size=1)),
    )


def back(seen):
    return from_lines(json.loads(json.dumps(line)) for line in to_lines(seen))


@given(evidence(), strategies.spans)
def test_nothing_is_lost(seen, span):
    again = back(seen)
    assert [to_lines(each) for each in (again,)] == [to_lines(seen)]
    assert book(again, span) == book(seen, span)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: lines.pop(0), "machine"),
        (lambda lines: lines[0].update(schema="submeter.readings/9"), "is not submeter.readings/1"),
        (lambda lines: lines[1].update(totals=[5, -1]), "falls|more times"),
        (lambda lines: lines[1].update(times=[5, 0], totals=[0, 0]), "do not rise"),
        (lambda lines: lines[1].pop("sensor"), "sensor"),
    ],
)
def test_what_is_no_evidence_is_refused(change, told):
    total, accuracy = Cumulative((0, 1), (0, 1)), Accuracy(0, 1, 1, "drawn")
    trace = PowerTrace(Domain("wall", "machine"), "wall", Tier.MEASURED, total, accuracy)
    lines = to_lines(Evidence([trace], {}, None, None, {}, Capacity(1, 1)))
    change(lines)
    with pytest.raises(RecordError, match=told):
        from_lines(lines)
