"""What metering itself drew: the meter declares itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from submeter.runs.tally import Sum

WITHIN = "within"
"""What of the meter's energy [µJ] is in the entry's own, where it runs inside of what it meters."""


def overhead(cpu: int, whole: Sum | None) -> dict[str, int]:
    """Give the meter's own CPU time and energy.

    Parameters
    ----------
    cpu : int
        CPU time that metering took meanwhile [ns].
    whole : Sum or None
        What was seen meanwhile.

    Returns
    -------
    dict of str to int
        ``cpu`` [ns]; and ``energy`` [µJ] where a processor's energy was seen: what a nanosecond of
        CPU time drew above idle, times the meter's own.
    """
    if whole is None or not whole.busy:
        return {"cpu": cpu}
    domains = {each.domain for each in whole.bookings}
    drawn = sum(
        each.workload + each.others
        for each in whole.bookings
        if each.component in ("cpu", "machine") and each.inside not in domains
    )
    return {"cpu": cpu, "energy": drawn * min(cpu, whole.busy) // whole.busy}
