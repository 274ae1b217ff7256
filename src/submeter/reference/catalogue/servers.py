"""Servers by name: what they draw, what is in them, and what making them cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Spread
from submeter.reference.catalogue.embodied import Embodied, combine, published_for
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.factor import Source

TABLE = Path(__file__).parent / "data" / "servers.csv"

BEYOND = 1.5
"""How many times more or less a machine as it is bought may draw than the one that its maker tuned,
with other memory and disks in it: a judgement."""


@dataclass(frozen=True, slots=True)
class Server:
    """A model of server, or a cloud's whole machine.

    Parameters
    ----------
    id : str
        Such as ``server-dgx-h100``.
    vendor, name : str
        Its maker, and its name.
    idle, full : float or None
        Power at the wall with nothing to do and at full load [W]; None where nobody published it.
    cpu : str
        Its processors, or empty.
    chips, cores : int or None
        How many processors it has, and how many cores all of them.
    memory : float or None
        Memory of the host [GB].
    accelerator : str
        Id of its accelerators, or empty.
    accelerators : int
        How many it has.
    period : str
        The year of the measurement.
    source : Source
        Where that is published.
    note : str
        What a reader must know.
    aliases : tuple of str
        Other names.
    """

    id: str
    vendor: str
    name: str
    idle: float | None
    full: float | None
    cpu: str
    chips: int | None
    cores: int | None
    memory: float | None
    accelerator: str
    accelerators: int
    period: str
    source: Source
    note: str = ""
    aliases: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def servers() -> tuple[Server, ...]:
    """Give every server of the catalogue."""
    table = read_sealed(TABLE)
    return tuple(_server(row, table.source(row)) for row in table.rows)


def _server(row: Mapping[str, str], source: Source) -> Server:
    return Server(
        id=row["id"],
        vendor=row["vendor"],
        name=row["name"],
        idle=float(row["idle_w"]) if row["idle_w"] else None,
        full=float(row["full_w"]) if row["full_w"] else None,
        cpu=row["cpu"],
        chips=int(row["chips"]) if row["chips"] else None,
        cores=int(row["cores"]) if row["cores"] else None,
        memory=float(row["memory_gb"]) if row["memory_gb"] else None,
        accelerator=row["accelerator"],
        accelerators=int(row["accelerators"] or 0),
        period=row["period"],
        source=source,
        note=row["note"],
        aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
    )


def server(name: str) -> Server:
    """Give the server called `name`: its id, its name, or its maker and name.

    Raises
    ------
    UsageError
        If the catalogue has none, or several of that name, with their ids.

    Examples
    --------
    >>> server("DGX H100").full
    10200.0
    >>> server("p5.48xlarge").accelerators
    8
    """
    key = _plain(name)
    found = _index().get(key, ())
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(each.id for each in found)
        raise UsageError(f'several servers are called "{name}"', fix=f"write one of {ids}")
    near = get_close_matches(key, _index(), 3, 0.6)
    ids = ", ".join(each.id for match in near for each in _index()[match])
    raise UsageError(f'no server is called "{name}"', fix=f"did you mean {ids}?" if ids else "")


@lru_cache(maxsize=1)
def _index() -> Mapping[str, tuple[Server, ...]]:
    index: dict[str, tuple[Server, ...]] = {}
    for each in servers():
        names = (each.id, each.name, f"{each.vendor} {each.name}", *each.aliases)
        for key in dict.fromkeys(map(_plain, names)):
            index[key] = (*index.get(key, ()), each)
    return index


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", name.lower()))


def embodied_server(machine: Server, indicator: str = "gwp") -> Embodied:
    """Turn the published values of a whole server, with its accelerators, into one factor.

    Parameters
    ----------
    machine : Server
        A server of the catalogue.
    indicator : str
        ``gwp`` [kgCO2e], ``adpe`` [kgSb_eq] or ``pe`` [MJ].

    Returns
    -------
    Embodied
        Made as for a single device; its factor is None, with a reason, where no value counts.
    """
    values = published_for(machine.id, indicator)
    counted = [value for value in values if value.counted]
    if not counted:
        return Embodied(None, f"no {indicator} of the whole {machine.name} is published", values)
    return Embodied(combine(machine.id, indicator, counted), "", values)


def power(machine: Server, state: str) -> Factor | None:
    """Give the power of a server [W], or None where nobody published it.

    Parameters
    ----------
    machine : Server
        A server of the catalogue.
    state : str
        ``idle`` or ``full``.

    Notes
    -----
    What a benchmark measured reaches 1.5 times either way: makers submit machines that they have
    tuned, with as little memory as it takes. What a sheet states as the most is a limit: the value
    is that limit, and the interval goes 1.5 times below it.
    """
    watts = machine.idle if state == "idle" else machine.full
    if watts is None:
        return None
    is_limit = machine.idle is None
    return Factor(
        id=f"{state}/{machine.id}",
        value=watts,
        low=watts / BEYOND,
        high=watts if is_limit else watts * BEYOND,
        unit="W",
        spread=Spread.LOGNORMAL,
        tier=Tier.ASSUMED,
        source=machine.source,
        period=machine.period,
        basis="wall power",
        note=machine.note or f"{machine.cpu}, {machine.chips} of them, {machine.memory:g} GB",
    )
