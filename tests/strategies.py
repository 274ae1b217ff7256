"""Strategies that more than one test draws from: time, running totals, traces, rules, entries."""

from __future__ import annotations

from itertools import accumulate, pairwise

from hypothesis import strategies as st

from submeter.attribution.devices import DeviceHeld, WholeDevice
from submeter.attribution.rules import AboveIdle, CapacityShare, NobodyKnown
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, Gap, PowerTrace
from submeter.workloads.activity import STAGES, Activity, Booking, Device, Phase, State

SECOND = 1_000_000_000
HORIZON = 1000
"""Drawn times lie between 0 and this [ns]: small, so that edges often coincide."""

instants = st.integers(-50, HORIZON + 50)
spans = st.tuples(instants, instants).map(lambda ends: Span(min(ends), max(ends)))
real_spans = spans.filter(lambda span: span.nanoseconds > 0)


def running(steps, start=0):
    """Give the running totals of `steps`, beginning with `start`."""
    return list(accumulate(steps, initial=start))


@st.composite
def sampled_times(draw, least=2):
    return sorted(draw(st.sets(st.integers(0, HORIZON), min_size=least, max_size=12)))


@st.composite
def cumulatives(draw, most=10**7, times=None):
    """Draw a running total; `most` bounds what one stretch adds."""
    times = draw(sampled_times()) if times is None else times
    steps = draw(st.lists(st.integers(0, most), min_size=len(times) - 1, max_size=len(times) - 1))
    return Cumulative(times, running(steps, draw(st.integers(0, 10**6))))


accuracies = st.builds(
    Accuracy,
    refresh=st.floats(0, 1e-6),
    low=st.floats(0.5, 1.0),
    high=st.floats(1.0, 1.5),
    reason=st.just("drawn"),
    cycle=st.sampled_from([0.0, 1e-8, 1e-7]),
)


@st.composite
def power_traces(draw):
    """Draw a trace; within its gaps the total stands still."""
    times = draw(sampled_times())
    steps, gaps = [], []
    for start, end in pairwise(times):
        lost = draw(st.integers(0, 3)) == 0
        steps.append(0 if lost else draw(st.integers(0, 10**7)))
        if lost:
            gaps.append(Gap(start, end, "lost"))
    if draw(st.booleans()):
        gaps.append(Gap(times[-1], times[-1] + draw(st.integers(1, 500)), "still lost"))
    return PowerTrace(
        Domain("package:0", "cpu"),
        "drawn",
        Tier.MEASURED,
        Cumulative(times, running(steps)),
        draw(accuracies),
        tuple(gaps),
    )


@st.composite
def uses(draw, per_nanosecond=4):
    """Draw what a workload used and what everybody did, sampled at times of their own."""
    own = draw(cumulatives(most=per_nanosecond * 200))
    rest = draw(cumulatives(most=per_nanosecond * 200, times=own.times))
    everyone = [mine + other for mine, other in zip(own.totals, rest.totals, strict=True)]
    return own, Cumulative(own.times, everyone)


@st.composite
def holdings(draw):
    """Draw who held a device: at every nanosecond one of four states, or not looked up."""
    times = draw(sampled_times())
    tracks = [[0] for _ in range(4)]
    for start, end in pairwise(times):
        state = draw(st.integers(0, 4))
        for place, track in enumerate(tracks):
            track.append(track[-1] + (end - start if place == state else 0))
    return DeviceHeld(*(Cumulative(times, track) for track in tracks))


@st.composite
def rules(draw):
    """Draw any rule, with evidence of its own."""
    kind = draw(st.sampled_from(["capacity", "idle", "held", "whole", "nobody"]))
    if kind == "held":
        return draw(holdings())
    if kind in ("whole", "nobody"):
        return WholeDevice() if kind == "whole" else NobodyKnown()
    own, everyone = draw(uses())
    if kind == "capacity":
        return CapacityShare(own, everyone, draw(st.integers(1, 8 * SECOND)), "cpu-time")
    whole = draw(st.none() | cumulatives())
    return AboveIdle(own, everyone, draw(cumulatives()), draw(st.integers(1, 64)), whole)


words = st.text(max_size=12)
int64 = st.integers(0, 2**62)
texts = st.dictionaries(words, words, max_size=3)
amounts = st.dictionaries(words, st.floats(0, 1e12), max_size=3)
ratios = st.floats(0, 4)

bookings = st.builds(
    Booking,
    domain=words,
    component=st.sampled_from(["cpu", "gpu", "memory", "machine"]),
    device=words,
    sensor=words,
    tier=st.sampled_from([tier.value for tier in Tier]),
    method=words,
    meter=int64,
    workload=int64,
    others=int64,
    idle=int64,
    unattributed=int64,
    low=ratios,
    high=ratios,
    coverage=st.floats(0, 1),
    rule=words,
    share=st.floats(0, 1),
    inside=words,
)
phases = st.builds(
    Phase,
    name=words,
    start=int64,
    seconds=st.floats(0, 1e9),
    bookings=st.lists(bookings, max_size=2).map(tuple),
    counts=amounts,
)
devices = st.builds(
    Device,
    kind=st.sampled_from(["cpu", "gpu"]),
    name=words,
    id=words,
    count=st.floats(0, 1e12),
    reserved=st.floats(0, 1),
    driver=words,
)
activities = st.builds(
    Activity,
    id=st.text(min_size=1, max_size=26),
    name=words,
    start=int64,
    end=int64,
    seconds=st.floats(0, 1e9),
    revision=st.integers(0, 5),
    state=st.sampled_from(State),
    stage=st.sampled_from(STAGES),
    purpose=words,
    counts=amounts,
    bookings=st.lists(bookings, max_size=2).map(tuple),
    phases=st.lists(phases, max_size=2).map(tuple),
    devices=st.lists(devices, max_size=2).map(tuple),
    host=texts,
    model=texts,
    place=texts,
    tenant=words,
    contract=words,
    lineage=texts,
    overhead=st.dictionaries(words, int64, max_size=2),
    missing=st.lists(words, max_size=2).map(tuple),
    exit_code=st.none() | st.integers(0, 255),
)
