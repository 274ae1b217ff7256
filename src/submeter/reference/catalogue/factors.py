"""Every factor that is made of the catalogue, with the name that people know it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Spread
from submeter.reference.catalogue.accelerators import accelerators
from submeter.reference.catalogue.components import PARTS, component, published_parts
from submeter.reference.catalogue.cpus import cpus
from submeter.reference.catalogue.embodied import UNITS, embodied, published_for
from submeter.reference.catalogue.idle import STATES, idle_power
from submeter.reference.catalogue.servers import embodied_server, power, servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.quantities.factor import Source
    from submeter.reference.catalogue.accelerators import Accelerator

_CONFIRMED = {
    "limit": "confirmed by the limit that drivers show",
    "database": "confirmed by a second list",
    "": "not confirmed beside its source",
}


def of_catalogue() -> Iterator[tuple[Factor, str]]:
    """Give each factor and its name; what nobody published is not among them."""
    yield from _of_accelerators()
    yield from _of_servers()
    for each in cpus():
        if each.tdp is not None:
            yield (
                _limit(each.id, each.tdp, each.source, "thermal design power", each.note),
                each.name,
            )
    for part, name in PARTS.items():
        for indicator in UNITS:
            factor = component(part, indicator).factor
            if factor is not None:
                yield factor, name


def as_published(factor_id: str) -> tuple[Factor, ...]:
    """Give every value that was published of what making a device or a part took, as it stands.

    Parameters
    ----------
    factor_id : str
        The id of the factor that is made of them, such as ``embodied/nvidia-h100-sxm-80gb``.

    Returns
    -------
    tuple of Factor
        Exact, each with its boundary and method as its basis; those that do not count say why.

    Examples
    --------
    >>> [each.value for each in as_published("embodied/nvidia-h100-sxm-80gb")]
    [164.0, 273.0, 575.1, 14.65, 500.0]
    """
    kind, _, device = factor_id.partition("/")
    indicator = kind.removeprefix("embodied").removeprefix("-") or "gwp"
    if not kind.startswith("embodied") or indicator not in UNITS:
        return ()
    parts = (
        each for each in published_parts() if (each.device, each.indicator) == (device, indicator)
    )
    values = (*published_for(device, indicator), *parts)
    return tuple(
        Factor(
            f"{factor_id}/{each.source.id}", each.value, each.value, each.value, each.unit,
            Spread.EXACT, Tier.ASSUMED, each.source, "", f"{each.boundary}, {each.method}",
            each.note,
        )
        for each in values
    )  # fmt: skip


def _of_accelerators() -> Iterator[tuple[Factor, str]]:
    for device in accelerators():
        name = f"{device.vendor} {device.name}"
        made = [embodied(device, indicator).factor for indicator in UNITS]
        made += [idle_power(device.id, state) for state in STATES]
        if device.tdp is not None:
            made.append(_board(device, device.tdp))
        yield from ((factor, name) for factor in made if factor is not None)


def _of_servers() -> Iterator[tuple[Factor, str]]:
    for machine in servers():
        name = f"{machine.vendor} {machine.name}".strip()
        made = [embodied_server(machine, indicator).factor for indicator in UNITS]
        made += [power(machine, state) for state in ("idle", "full")]
        yield from ((factor, name) for factor in made if factor is not None)


def _board(device: Accelerator, watts: float) -> Factor:
    """Give the power limit of a board, and say what confirms it beside its source."""
    notes = (device.note, _CONFIRMED[device.seen])
    return _limit(
        device.id, watts, device.source, "board power limit", "; ".join(filter(None, notes)),
        device.tdp_range,
    )  # fmt: skip


def _limit(
    device: str,
    watts: float,
    source: Source,
    basis: str,
    note: str,
    ends: tuple[float, float] | None = None,
) -> Factor:
    low, high = ends or (watts, watts)
    spread = Spread.LOGNORMAL if ends else Spread.EXACT
    return Factor(
        f"tdp/{device}", watts, low, high, "W", spread, Tier.ASSUMED, source, basis=basis, note=note
    )
