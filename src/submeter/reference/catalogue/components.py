"""What making parts costs: memory, storage, processors and silicon, every value side by side."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.reference.catalogue.embodied import APART, WIDENED, Embodied, values_of
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.reference.catalogue.embodied import Published

DATA = Path(__file__).parent / "data"
TABLE, FABS = DATA / "components.csv", DATA / "fabs.csv"

PARTS = MappingProxyType(
    {
        "dram": "memory, for each GB",
        "hbm": "stacked memory of accelerators, for each GB",
        "ssd": "flash storage, for each TB",
        "hdd": "hard disks, for each TB",
        "cpu": "a processor package",
    }
)
"""Each part and what one of it is."""

FAB_YIELD = 0.875
"""Share of dies that work [1]: Gupta et al., ACT, ISCA 2022, as its code has it."""


class Fab(NamedTuple):
    """What a square centimetre of wafer takes to make.

    Parameters
    ----------
    node : str
        Name of the process, such as ``7nm``.
    electricity : float
        Electricity of the fab [kWh/cm2].
    gases : float
        Gases that it lets out, 95 % of them abated [kgCO2e/cm2].
    materials : float
        Raw materials [kgCO2e/cm2].
    source : Source
        Who published them.
    """

    node: str
    electricity: float
    gases: float
    materials: float
    source: Source


@lru_cache(maxsize=1)
def published_parts() -> tuple[Published, ...]:
    """Give every published value of a part."""
    return values_of(TABLE)


def component(part: str, indicator: str = "gwp") -> Embodied:
    """Turn the published values of a part into one factor.

    Parameters
    ----------
    part : str
        One of `PARTS`.
    indicator : str
        ``gwp`` [kgCO2e], ``adpe`` [kgSb_eq] or ``pe`` [MJ], for one of the part's unit.

    Returns
    -------
    Embodied
        Its factor is None, with a reason, where nobody published a value.

    Raises
    ------
    UsageError
        If there is no such part.

    Notes
    -----
    The value is the geometric mean of the values that count, the interval from the lowest to the
    highest, a quarter beyond; of a single one 3.5 times either way, as far as studies of one card
    lie apart. Chips, modules and drives are one part here, because studies differ more by method
    than by what they leave out.

    Examples
    --------
    >>> component("dram").factor.unit
    'kgCO2e/GB'
    >>> component("hdd", "adpe").reason
    'no adpe is published for hdd'
    """
    if part not in PARTS:
        raise UsageError(f'no part is called "{part}"', fix=f"known: {', '.join(PARTS)}")
    values = tuple(v for v in published_parts() if (v.device, v.indicator) == (part, indicator))
    counted = [value for value in values if value.counted]
    if not counted:
        return Embodied(None, f"no {indicator} is published for {part}", values)
    numbers = [value.value for value in counted]
    beyond = WIDENED if len(numbers) > 1 else APART
    factor = Factor(
        id=f"embodied{'' if indicator == 'gwp' else f'-{indicator}'}/{part}",
        value=math.exp(sum(map(math.log, numbers)) / len(numbers)),
        low=min(numbers) / beyond,
        high=max(numbers) * beyond,
        unit=counted[0].unit,
        spread=Spread.LOGNORMAL,
        tier=Tier.ASSUMED,
        source=_cited(counted),
        basis="cradle to gate",
        note=f"{PARTS[part]}: {', '.join(f'{number:g}' for number in numbers)}",
    )
    return Embodied(factor, "", values)


def _cited(values: list[Published]) -> Source:
    citations = dict.fromkeys(value.source.citation for value in values)
    licences = dict.fromkeys(value.source.licence for value in values)
    return Source("embodied-published", "; ".join(citations), " AND ".join(licences))


@lru_cache(maxsize=1)
def fabs() -> Mapping[str, Fab]:
    """Give what a square centimetre takes, by process."""
    table = read_sealed(FABS)
    return {
        row["node"]: Fab(
            row["node"],
            float(row["electricity_kwh_cm2"]),
            float(row["gases_kg_cm2"]),
            float(row["materials_kg_cm2"]),
            table.source(row),
        )
        for row in table.rows
    }


def die_carbon(area: float, node: str, intensity: float) -> float:
    """Give what making a die costs [kgCO2e].

    Parameters
    ----------
    area : float
        Area of the die [cm2].
    node : str
        Process, such as ``7nm``.
    intensity : float
        Carbon intensity of the fab's electricity [kgCO2e/kWh].

    Raises
    ------
    UsageError
        If the process is not in the table.

    Notes
    -----
    ``C = A (I E + G + M) / Y`` with the electricity E, gases G and materials M of a square
    centimetre and the yield Y, 0.875, whatever the area.

    References
    ----------
    Gupta et al.: ACT: Designing sustainable computer systems with an architectural carbon modeling
    tool, ISCA 2022, doi:10.1145/3470496.3527408.

    Examples
    --------
    >>> round(die_carbon(8.26, "7nm", 0.5), 1)
    18.2
    """
    fab = fabs().get(node)
    if fab is None:
        raise UsageError(f'no process is called "{node}"', fix=f"known: {', '.join(fabs())}")
    return area * (intensity * fab.electricity + fab.gases + fab.materials) / FAB_YIELD
