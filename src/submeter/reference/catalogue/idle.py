"""What idle accelerators were seen to draw, every reading beside the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = Path(__file__).parent / "data" / "idle_power.csv"
STATES = ("empty", "held")
"""``empty``: no process on the card; ``held``: one has memory on it and computes nothing."""

_BEYOND = 1.4
"""A card, driver and temperature not seen may differ from what was by this factor: a judgement."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One published reading.

    Parameters
    ----------
    device, state : str
        Id of the accelerator; one of `STATES`.
    watts : float
        Power [W].
    source : Source
        Who published it.
    note : str
        In what state exactly.
    """

    device: str
    state: str
    watts: float
    source: Source
    note: str


@lru_cache(maxsize=1)
def readings() -> tuple[Reading, ...]:
    """Give every published reading."""
    table = read_sealed(TABLE)
    return tuple(
        Reading(row["device"], row["state"], float(row["watts"]), table.source(row), row["note"])
        for row in table.rows
    )


def idle_power(device: str, state: str) -> Factor | None:
    """Give the idle power [W] of an accelerator, or None where nobody published one.

    Parameters
    ----------
    device : str
        Its id, such as ``nvidia-h100-sxm-80gb``.
    state : str
        One of `STATES`.

    Notes
    -----
    The value is the geometric mean of the readings; the interval reaches 1.4 times beyond them. A
    single reading lends the factor its source and its note; of several, all are cited.

    Examples
    --------
    >>> idle_power("nvidia-a40", "empty").value
    30.0
    >>> idle_power("nvidia-l4", "empty").note
    'geometric mean of 3 readings, 11 to 19 W'
    >>> idle_power("google-tpu-v6e", "empty") is None
    True
    """
    seen = [each for each in readings() if (each.device, each.state) == (device, state)]
    if not seen:
        return None
    watts = [each.watts for each in seen]
    value = math.exp(sum(map(math.log, watts)) / len(watts))
    source, note = _standing_behind(seen)
    return Factor(
        f"idle-{state}/{device}", round(value, 9), min(watts) / _BEYOND, max(watts) * _BEYOND, "W",
        Spread.LOGNORMAL, Tier.ASSUMED, source, basis=state, note=note,
    )  # fmt: skip


def _standing_behind(seen: Sequence[Reading]) -> tuple[Source, str]:
    """Give the source and the note of a factor made of `seen`, leaving out no publisher."""
    if len(seen) == 1:
        return seen[0].source, seen[0].note
    sources = tuple(dict.fromkeys(each.source for each in seen))
    source = Source(
        "+".join(each.id for each in sources),
        "; ".join(each.citation for each in sources),
        " AND ".join(dict.fromkeys(each.licence for each in sources)),
    )
    watts = [each.watts for each in seen]
    note = f"geometric mean of {len(seen)} readings, {min(watts):g} to {max(watts):g} W"
    return source, note
