"""How much of this machine's draw is seen by a sensor, and how much only by a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.estimate import Estimate, Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.quantities.clock import Span
    from submeter.traces.trace import PowerTrace


class Draw(NamedTuple):
    """What a domain draws now: its id, component, tier, sensor, and power [W] with interval."""

    domain: str
    component: str
    inside: str
    sensor: str
    power: Estimate


def draws(traces: Sequence[PowerTrace], span: Span) -> list[Draw]:
    """Give the mean power of every domain over `span` [ns]; one that was not seen is left out."""
    found = []
    for trace in traces:
        seen = trace.seen(span)
        if not seen:
            continue
        drawn = trace.drawn(span)
        value, low, high = (each * 1e3 / seen for each in (drawn.energy, drawn.low, drawn.high))
        power = Estimate(value, low, high, "W", trace.tier, min(1.0, drawn.coverage))
        domain = trace.domain
        found.append(Draw(domain.id, domain.component, domain.inside, trace.sensor, power))
    return found


def measured_share(found: Sequence[Draw], whole: Sequence[Draw]) -> Estimate | None:
    """Give the share of the machine's draw that a sensor sees, 0 to 1.

    Parameters
    ----------
    found : sequence of Draw
        What is seen: measured domains, and models of what no sensor sees.
    whole : sequence of Draw
        Models of the whole machine, sensors or not; GPUs are added as measured.

    Returns
    -------
    Estimate or None
        Modelled, with its interval; None if nothing is known.
    """
    domains = {each.domain for each in found}
    outer = [each for each in found if each.inside not in domains]
    measured = sum(each.power.value for each in outer if each.power.tier is Tier.MEASURED)
    if any(each.component == "machine" and each.power.tier is Tier.MEASURED for each in outer):
        return Estimate(1.0, 1.0, 1.0, "", Tier.MEASURED)
    gpus = sum(each.power.value for each in outer if each.component == "gpu")
    if not whole:
        return None
    value, low, high = (
        gpus + sum(getattr(each.power, end) for each in whole) for end in ("value", "low", "high")
    )
    if low <= 0:
        return None
    share, least, most = (min(1.0, measured / each) for each in (value, high, low))
    return Estimate(share, least, most, "", Tier.MODELLED)
