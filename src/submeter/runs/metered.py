"""What the sources of a machine tell of a window: each domain once, and what lies in what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.runs.books import LoadShape
from submeter.traces.asleep import awake
from submeter.traces.nesting import claimed, nested

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.quantities.clock import Span
    from submeter.sensing.metering.source import SensorSource
    from submeter.traces.trace import PowerTrace


class Modelled(NamedTuple):
    """What a model says that a component drew, and the idle part of it where it can tell."""

    whole: PowerTrace
    idle: PowerTrace | None


def first_come(sources: Iterable[SensorSource]) -> list[SensorSource]:
    """Let the first sensor that reads a domain keep it."""
    taken: set[str] = set()
    kept = []
    for source in sources:
        source.leave({each for each in source.domains if claimed(each, taken)})
        taken |= source.domains
        if source.domains:
            kept.append(source)
    return kept


def read(
    sources: Sequence[SensorSource], span: Span, naps: Sequence[Span] = ()
) -> list[PowerTrace]:
    """Give a trace a domain, each of which names what contains it.

    Parameters
    ----------
    sources : sequence of SensorSource
        Of one machine, no domain in two of them.
    span : Span
        The window of which they are to tell [ns].
    naps : sequence of Span
        Within each of these [ns] the machine was suspended: see `awake`.
    """
    # A slow meter of the whole reaches beyond the window: its parts are needed there too.
    around = 2 * max((each.slowest for each in sources), default=0)
    traces = [trace for source in sources for trace in source.traces(span, around)]
    return nested([awake(each, naps) for each in traces])


def load_shape(models: Iterable[Modelled]) -> LoadShape | None:
    """Give the processors' load curve, by which their idle part is told."""
    for whole, idle in models:
        if whole.domain.component == "cpu" and idle is not None:
            # The level of both is one unknown, which cancels in the part that is idle.
            low = min(1.0, idle.accuracy.low / whole.accuracy.low)
            high = max(1.0, idle.accuracy.high / whole.accuracy.high)
            return LoadShape(whole.energy, idle.energy, low, high, whole.sensor)
    return None
