"""What metering itself drew: the meter declares itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.workloads.usage import used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.quantities.clock import Span
    from submeter.runs.books import Evidence
    from submeter.workloads.activity import Booking


def overhead(
    cpu: int, seen: Evidence | None, bookings: Sequence[Booking], span: Span
) -> dict[str, int]:
    """Give the meter's own CPU time and energy.

    Parameters
    ----------
    cpu : int
        CPU time that metering took within the window [ns].
    seen : Evidence or None
        What was seen of the machine.
    bookings : sequence of Booking
        The window's books.
    span : Span
        The window [ns].

    Returns
    -------
    dict of str to int
        ``cpu`` [ns]; and ``energy`` [µJ] where a processor's energy was seen: what a nanosecond of
        CPU time drew above idle in the window, times the meter's own.
    """
    busy = used(seen.machine, span).cpu if seen is not None and seen.machine is not None else 0
    domains = {each.domain for each in bookings}
    drawn = sum(
        each.workload + each.others
        for each in bookings
        if each.component in ("cpu", "machine") and each.inside not in domains
    )
    return {"cpu": cpu, "energy": drawn * min(cpu, busy) // busy} if busy else {"cpu": cpu}
