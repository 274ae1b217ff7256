"""What a meter of the whole saw beside the parts that have meters of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.traces.domain import Domain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.traces.trace import Gap, PowerTrace

_OF_ONE_MACHINE = ("wall", "bmc")
WHOLE = "machine"
"""The component of a domain that stands for a whole machine."""


def parted(traces: Sequence[PowerTrace]) -> list[PowerTrace]:
    """Replace each meter of a whole machine by what it saw beside its metered parts.

    Parameters
    ----------
    traces : sequence of PowerTrace
        Of one machine, each domain naming what contains it.

    Returns
    -------
    list of PowerTrace
        The parts, and for each whole that has any its remainder (``wall:rest``): fans, board,
        storage, losses of the power supply. They add up to the whole, and each can be given to
        whom it belongs: an accelerator to its holder, not by CPU time.
    """
    found = []
    for trace in together(traces):
        parts = [each for each in traces if each.domain.inside == trace.domain.id]
        seen = [each for each in parts if len(each.energy.times) > 1]
        # Named by what parts it has, and not by which of them answered in this window.
        if trace.domain.component == WHOLE and parts and len(trace.energy.times) > 1:
            found.append(remainder(trace, seen))
        else:
            found.append(trace)
    return found


def together(traces: Sequence[PowerTrace]) -> list[PowerTrace]:
    """Add up the meters of one kind that share a machine's parts: its chassis, its supplies.

    Nobody tells which part hangs on which of them, so all parts name the first: what is taken off
    must come off their sum.
    """
    within = {each.domain.inside for each in traces}
    found: list[PowerTrace] = []
    for trace in traces:
        group = _siblings(trace, traces)
        if len(group) < 2 or not within & {each.domain.id for each in group}:  # noqa: PLR2004
            found.append(trace)
        elif trace.domain.id in within:
            found.append(_sum(trace, group))
    return found


def _siblings(trace: PowerTrace, traces: Sequence[PowerTrace]) -> list[PowerTrace]:
    kind = trace.domain.id.partition(":")[0]
    if trace.domain.component != WHOLE or kind not in _OF_ONE_MACHINE:
        return [trace]
    return [
        each
        for each in traces
        if each.domain.component == WHOLE and each.domain.id.partition(":")[0] == kind
    ]


def _sum(first: PowerTrace, group: Sequence[PowerTrace]) -> PowerTrace:
    """Give one trace for several, at the instants of the first that answers.

    It is as unsure as the least sure, and what one of them did not see is not seen of their sum.
    """
    group = [each for each in group if each.energy.times] or [first]
    gaps = _together([gap for each in group for gap in each.gaps])
    energies = [_still(each.energy, gaps) for each in group]
    edges = {edge for gap in gaps for edge in gap[:2]}
    read = group[0].energy.times
    times = sorted({*read, *(edge for edge in edges if read and read[0] < edge < read[-1])})
    totals = tuple(sum(each.at(at) for each in energies) for at in times)
    accuracy = first.accuracy._replace(
        refresh=max(each.accuracy.refresh for each in group),
        low=min(each.accuracy.low for each in group),
        high=max(each.accuracy.high for each in group),
    )
    energy = Cumulative(tuple(times), totals)
    return replace(first, energy=energy, accuracy=accuracy, gaps=gaps, ends=None)


def _together(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Give the stretches that any of these covers, none of them twice."""
    found: list[Gap] = []
    for gap in sorted(gaps):
        if found and gap.start <= found[-1].end:
            found[-1] = found[-1]._replace(end=max(found[-1].end, gap.end))
        else:
            found.append(gap)
    return tuple(found)


def disagreements(traces: Sequence[PowerTrace], span: Span) -> list[str]:
    """Tell in words of each whole whose parts drew more than it, by what both may err and more."""
    told = []
    for trace in together(traces):
        parts = [each for each in traces if each.domain.inside == trace.domain.id]
        over = excess(trace, parts, span) if trace.domain.component == WHOLE and parts else 0
        if over:
            names = ", ".join(each.domain.id for each in parts)
            told.append(
                f"{trace.domain.id}: {names} drew {over / 1e6:.3g} J more than it, beyond what "
                "these meters may err by: one of them is wrong"
            )
    return told


def remainder(whole: PowerTrace, parts: Sequence[PowerTrace]) -> PowerTrace:
    """Give what `whole` drew beside `parts`, at the instants at which it is known.

    Notes
    -----
    ``R = W - ΣP`` at each reading of the whole, never falling: where meters disagree for a moment
    it waits, so that at the last reading the parts and the remainder are the whole again. Parts
    that drew more than the whole leave none: see `excess`. The total counts from where the meters
    began, so that `Told` can hold windows to one another. How far the gains of all these meters
    reach is an energy and no ratio of the remainder: one of 0 is known no better. What parts drew
    in a gap of the whole is not in what it told, and not taken off.
    """
    parts = [replace(each, energy=_still(each.energy, whole.gaps)) for each in parts]
    times, readings = _steps(whole.energy)
    left = [
        total - sum(each.energy.at(at) for each in parts)
        for at, total in zip(times, readings, strict=True)
    ]
    first = left[0]
    for i in range(len(left) - 2, -1, -1):
        left[i] = min(left[i], left[i + 1])
    name = f"{whole.domain.id}:rest"
    domain = Domain(name, WHOLE, whole.domain.inside, f"{whole.domain.device} beside its parts")
    return replace(
        whole,
        domain=domain,
        energy=Cumulative(tuple(times), tuple(max(first, each) for each in left)),
        accuracy=whole.accuracy._replace(low=1.0, high=1.0),
        of=(whole, *parts),
    )


def _still(energy: Cumulative, gaps: Sequence[Gap]) -> Cumulative:
    """Let a running total stand still within gaps."""
    if not gaps or not energy.times:
        return energy
    edges = {edge for gap in gaps for edge in (gap.start, gap.end)}
    reach = (edge for edge in edges if energy.times[0] < edge < energy.times[-1])
    times = sorted({*energy.times, *reach})

    def total(instant: int) -> int:
        before = (Span(gap.start, min(gap.end, instant)) for gap in gaps if gap.start < instant)
        return energy.at(instant) - sum(energy.between(each) for each in before)

    return Cumulative(tuple(times), tuple(total(each) for each in times))


def _steps(energy: Cumulative) -> Cumulative:
    """Keep the readings at which a counter had just moved: between them it only seems to rest."""
    times, totals = energy
    last = len(times) - 1
    kept = [i for i in range(len(times)) if i in (0, last) or totals[i] > totals[i - 1]]
    return Cumulative(tuple(times[i] for i in kept), tuple(totals[i] for i in kept))


def excess(whole: PowerTrace, parts: Sequence[PowerTrace], span: Span) -> int:
    """Give by how much the parts drew more than the whole [µJ], beyond what both may err by.

    0 where their intervals meet, or where one of them was not seen all the time.
    """
    seen = [each.drawn(span) for each in (whole, *parts)]
    if any(each.coverage < 1 for each in seen):
        return 0
    return max(0, sum(each.low for each in seen[1:]) - seen[0].high)
