"""What a machine's memory draws, from how much is installed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from submeter.errors import QuantityError
from submeter.estimation.coefficients import MEMORY, MEMORY_SOURCE
from submeter.estimation.integral import energy, lengths, microwatts, within
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Estimate, Tier
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, PowerTrace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.estimation.estimator import Estimator
    from submeter.workloads.usage import Capacity, UsageTrace

MODEL: Final = MEMORY.id
DOMAIN: Final = Domain("memory:model", "memory")
GIBIBYTE: Final = 2**30
_ACCURACY = Accuracy(
    0.0,
    MEMORY.low / MEMORY.value,
    MEMORY.high / MEMORY.value,
    "95 % interval of published power per gigabyte, modules idle to rated",
)


def memory_power(installed: int) -> Estimate:
    """Estimate what memory draws.

    Parameters
    ----------
    installed : int
        Memory of the machine [B].

    Returns
    -------
    Estimate
        Power [W], modelled.

    Raises
    ------
    QuantityError
        If nothing is installed: an unknown size is not a size of 0.

    Notes
    -----
    ``P = c · bytes``, the same at any load. For DDR3 to DDR5 modules in servers; memory soldered
    to a laptop's board draws less, and lies at the low end.

    Examples
    --------
    >>> round(memory_power(16 * 2**30).value, 3)
    2.4

    References
    ----------
    See `submeter.estimation.coefficients.MEMORY_SOURCE`.
    """
    if installed <= 0:
        raise QuantityError(
            f"{installed} bytes of memory cannot be modelled", fix="say how much is installed"
        )
    low, value, high = (
        watts * installed / GIBIBYTE for watts in (MEMORY.low, MEMORY.value, MEMORY.high)
    )
    return Estimate(value, low, high, "W", Tier.MODELLED)


def power_trace(usage: UsageTrace, capacity: Capacity) -> PowerTrace:
    """Estimate what a machine's memory drew.

    Parameters
    ----------
    usage : UsageTrace
        The machine's usage, for its instants.
    capacity : Capacity
        What the machine has to give.

    Returns
    -------
    PowerTrace
        Modelled energy [µJ] at the instants of the memory in use, or of the CPU time where the
        memory in use is not known.

    Raises
    ------
    QuantityError
        If no memory is installed.
    """
    times = _instants(usage)
    power = microwatts(memory_power(capacity.memory).value)
    drawn = energy(times, [power] * len(lengths(times)))
    return PowerTrace(DOMAIN, MODEL, Tier.MODELLED, drawn, _ACCURACY)


def idle_trace(usage: UsageTrace, capacity: Capacity) -> PowerTrace:
    """Estimate the part of `power_trace` that went into memory nobody held.

    Parameters
    ----------
    usage : UsageTrace
        The machine's memory in use.
    capacity : Capacity
        What the machine has to give.

    Returns
    -------
    PowerTrace
        Modelled energy [µJ] at the same instants, in none of the stretches above `power_trace`.

    Raises
    ------
    QuantityError
        If no memory is installed, or if it is not known how much was in use.

    Notes
    -----
    ``P · (1 - held / installed)``. A workload's share is its bytes held over bytes installed.
    """
    if not usage.memory.times:
        raise QuantityError("the memory in use is not known", usage.who)
    whole = power_trace(usage, capacity)
    power = microwatts(memory_power(capacity.memory).value)
    held = zip(lengths(usage.memory.times), lengths(usage.memory.totals), strict=True)
    free = (
        max(0, capacity.memory * length - used * NANOSECONDS_PER_SECOND) for length, used in held
    )
    per_microjoule = capacity.memory * NANOSECONDS_PER_SECOND
    totals = [power * byte_time // per_microjoule for byte_time in accumulate(free, initial=0)]
    part = within(Cumulative(usage.memory.times, totals), whole.energy)
    return PowerTrace(DOMAIN, MODEL, Tier.MODELLED, part, _ACCURACY)


class MemoryPerByte:
    """The memory model as an `Estimator`."""

    name = "memory"
    id = MODEL
    component = DOMAIN.component
    citation = MEMORY_SOURCE.citation

    def power_trace(
        self,
        usage: UsageTrace,
        capacity: Capacity,
        *,
        is_virtual: bool,  # noqa: ARG002 - a guest's memory is its own share of the host's
    ) -> PowerTrace | None:
        """Estimate what memory drew; None where its size is not known."""
        known = capacity.memory > 0 and len(_instants(usage)) > 0
        return power_trace(usage, capacity) if known else None

    def idle_trace(
        self,
        usage: UsageTrace,
        capacity: Capacity,
        *,
        is_virtual: bool,  # noqa: ARG002 - as above
    ) -> PowerTrace | None:
        """Estimate the part nobody held; None where its size, or what was in use, is not known."""
        known = capacity.memory > 0 and len(usage.memory.times) > 0
        return idle_trace(usage, capacity) if known else None


def _instants(usage: UsageTrace) -> Sequence[int]:
    return usage.memory.times or usage.cpu.times


ESTIMATOR: Final[Estimator] = MemoryPerByte()
