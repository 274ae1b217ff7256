"""What a machine without a power sensor draws besides its GPUs and memory, from its CPU time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from submeter.estimation.coefficients import HOST, LARGE, SMALL, SPECPOWER
from submeter.estimation.integral import energy, lengths, microwatts, within
from submeter.estimation.load_curve import (
    checked_threads,
    machine_power,
    ratios,
    thread_power,
)
from submeter.quantities.clock import Span
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, PowerTrace

if TYPE_CHECKING:
    from submeter.estimation.estimator import Estimator
    from submeter.estimation.load_curve import LoadCurve
    from submeter.quantities.cumulative import Cumulative
    from submeter.workloads.usage import Capacity, UsageTrace

MODEL: Final = "cpu-load-curve/1"
DOMAIN: Final = Domain("cpu:model", "cpu")
_STEPS = 100
"""Loads are told apart to one part in this for the interval."""


def curve_for(capacity: Capacity, *, is_virtual: bool) -> LoadCurve:
    """Pick the curve for a machine.

    Parameters
    ----------
    capacity : Capacity
        What the machine has to give.
    is_virtual : bool
        Whether the kernel says that it is a guest: then its virtual CPUs are hardware threads of
        a larger host, and bear their share of that host's idle power.

    Returns
    -------
    LoadCurve
        For servers, or for machines of few threads, with a wider interval.

    Examples
    --------
    >>> from submeter.workloads.usage import Capacity
    >>> curve_for(Capacity(8, 2**34), is_virtual=True) is HOST
    True
    """
    return HOST if is_virtual or capacity.threads > LARGE else SMALL


def loads(usage: UsageTrace, capacity: Capacity) -> list[float]:
    """Give the utilisation between the instants of `usage`, 0 to 1.

    Parameters
    ----------
    usage : UsageTrace
        CPU time of the whole machine.
    capacity : Capacity
        What the machine has to give.

    Returns
    -------
    list of float
        CPU time over the time of all hardware threads; above 1, where the clocks of two readings
        disagree, it is 1.

    Raises
    ------
    QuantityError
        If the machine has no hardware threads.
    """
    threads = checked_threads(capacity.threads)
    used = zip(lengths(usage.cpu.totals), lengths(usage.cpu.times), strict=True)
    return [min(1.0, busy / (length * threads)) for busy, length in used]


def power_trace(usage: UsageTrace, capacity: Capacity, curve: LoadCurve) -> PowerTrace:
    """Estimate what a machine drew, memory and GPUs left out.

    Parameters
    ----------
    usage : UsageTrace
        CPU time of the whole machine.
    capacity : Capacity
        What the machine has to give.
    curve : LoadCurve
        The curve, from `curve_for`.

    Returns
    -------
    PowerTrace
        Modelled energy [µJ] at the instants of `usage`; its accuracy is that of its whole energy.

    Raises
    ------
    QuantityError
        If the machine has no hardware threads.

    Notes
    -----
    ``P(u) · dt`` between instants, u the mean utilisation there. A window that is much idler than
    the whole trace is less sure than the trace's accuracy says: `window_ratios` gives its own.
    """
    drawn = _drawn(usage, capacity, curve)
    span = Span(*(usage.cpu.times[end] for end in (0, -1))) if usage.cpu.times else Span(0, 0)
    accuracy = Accuracy(0.0, *window_ratios(usage, capacity, curve, span), curve.reach)
    return PowerTrace(DOMAIN, MODEL, Tier.MODELLED, drawn, accuracy)


def _drawn(usage: UsageTrace, capacity: Capacity, curve: LoadCurve) -> Cumulative:
    shape, threads = curve.shape(), checked_threads(capacity.threads)
    powers = [microwatts(threads * thread_power(load, shape)) for load in loads(usage, capacity)]
    return energy(usage.cpu.times, powers)


def idle_trace(usage: UsageTrace, capacity: Capacity, curve: LoadCurve) -> PowerTrace:
    """Estimate the part of `power_trace` that the machine would have drawn doing nothing.

    Parameters
    ----------
    usage, capacity, curve
        As for `power_trace`.

    Returns
    -------
    PowerTrace
        Modelled energy [µJ] at the same instants, in none of the stretches above `power_trace`.

    Raises
    ------
    QuantityError
        If the machine has no hardware threads.

    Notes
    -----
    ``P(0) · dt``. What is left of `power_trace` is caused by work, and shared by CPU time.
    """
    whole = _drawn(usage, capacity, curve)
    idle = microwatts(machine_power(0.0, capacity.threads, curve))
    times = usage.cpu.times
    part = within(energy(times, [idle] * len(lengths(times))), whole)
    accuracy = Accuracy(0.0, *ratios({0.0: 1.0}, curve), curve.reach)
    return PowerTrace(DOMAIN, MODEL, Tier.MODELLED, part, accuracy)


def window_ratios(
    usage: UsageTrace, capacity: Capacity, curve: LoadCurve, span: Span
) -> tuple[float, float]:
    """Give the 95 % interval of the energy within a window, over its estimate.

    Parameters
    ----------
    usage, capacity, curve
        As for `power_trace`.
    span : Span
        The window [ns].

    Returns
    -------
    tuple of (float, float)
        Ratios below and above 1; those of an idle machine where nothing was seen.

    Raises
    ------
    QuantityError
        If the machine has no hardware threads.

    Notes
    -----
    All moments of one machine share its unknowns, so a longer window is no surer than a short one.
    """
    spent: defaultdict[float, float] = defaultdict(float)
    times = usage.cpu.times
    for i, load in enumerate(loads(usage, capacity)):
        if seen := span.overlap(Span(times[i], times[i + 1])):
            spent[round(load * _STEPS) / _STEPS] += seen
    return ratios(spent or {0.0: 1.0}, curve)


class CpuLoadCurve:
    """The CPU model as an `Estimator`."""

    name = "cpu"
    id = MODEL
    component = DOMAIN.component
    citation = SPECPOWER.citation

    def power_trace(
        self, usage: UsageTrace, capacity: Capacity, *, is_virtual: bool
    ) -> PowerTrace | None:
        """Estimate what the machine drew; None where its CPU time is not known."""
        curve = curve_for(capacity, is_virtual=is_virtual)
        return power_trace(usage, capacity, curve) if _told(usage, capacity) else None

    def idle_trace(
        self, usage: UsageTrace, capacity: Capacity, *, is_virtual: bool
    ) -> PowerTrace | None:
        """Estimate its idle part; None where its CPU time is not known."""
        curve = curve_for(capacity, is_virtual=is_virtual)
        return idle_trace(usage, capacity, curve) if _told(usage, capacity) else None


def _told(usage: UsageTrace, capacity: Capacity) -> bool:
    return capacity.threads > 0 and len(usage.cpu.times) > 0


ESTIMATOR: Final[Estimator] = CpuLoadCurve()
