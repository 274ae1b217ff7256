"""Embodied impacts: every published value of a device, and the one factor made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.reference.catalogue.accelerators import Accelerator

TABLE = Path(__file__).parent / "data" / "embodied.csv"

WIDENED = 1.25
"""How far beyond the lowest and the highest published value an interval goes."""
TWIN = 1.25
"""How much further where the figures are those of a device with the same die."""
APART = 3.5
"""How many times a parametric model lies above a maker's own footprint or a teardown of the same
device: 575 to 164 for H100 (3.5), 319 to 128 for A100 (2.5), 1,415 to 284 for B200 (5.0)."""
ALONE = 1.5
"""How far a single value's interval goes on the side where no other kind of study would lie."""
BASE_KG, KG_PER_GB = 80.0, 2.5
"""The fallback for a device without any figure: board and die, and memory [kgCO2e]."""

UNITS = MappingProxyType({"gwp": "kgCO2e", "adpe": "kgSb_eq", "pe": "MJ"})
"""Each indicator and its unit."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published value.

    Parameters
    ----------
    device, indicator : str
        An id of the catalogue (or of a server), and ``gwp``, ``adpe`` or ``pe``.
    value : float
        In `unit`.
    unit : str
        The indicator's unit.
    boundary : str
        What the value covers.
    method : str
        ``footprint`` (a maker's or a teardown study), ``parametric``, ``derived`` or ``generic``.
    counted : bool
        Whether its boundary is that of the device's factor.
    source : Source
        Where it was published.
    note : str
        What a reader must know.
    """

    device: str
    indicator: str
    value: float
    unit: str
    boundary: str
    method: str
    counted: bool
    source: Source
    note: str = ""


@dataclass(frozen=True, slots=True)
class Embodied:
    """What is known of one device: a factor or the reason for having none, and all the values."""

    factor: Factor | None
    reason: str
    values: tuple[Published, ...]


@lru_cache(maxsize=1)
def published() -> tuple[Published, ...]:
    """Give every published value."""
    return values_of(TABLE)


def values_of(path: Path) -> tuple[Published, ...]:
    """Give every published value of a table of them."""
    table = read_sealed(path)
    return tuple(
        Published(
            device=row["device"],
            indicator=row["indicator"],
            value=float(row["value"]),
            unit=row["unit"],
            boundary=row["boundary"],
            method=row["method"],
            counted=row["counted"] == "yes",
            source=table.source(row),
            note=row["note"],
        )
        for row in table.rows
    )


def published_for(device: str, indicator: str = "gwp") -> tuple[Published, ...]:
    """Give the published values of `device` for `indicator`, counted or not."""
    return _by_device().get((device, indicator), ())


@lru_cache(maxsize=1)
def _by_device() -> Mapping[tuple[str, str], tuple[Published, ...]]:
    found: dict[tuple[str, str], tuple[Published, ...]] = {}
    for value in published():
        key = value.device, value.indicator
        found[key] = (*found.get(key, ()), value)
    return found


def embodied(device: Accelerator, indicator: str = "gwp") -> Embodied:
    """Turn the published values of a device into one factor.

    Parameters
    ----------
    device : Accelerator
        A device of the catalogue.
    indicator : str
        ``gwp`` [kgCO2e], ``adpe`` [kgSb_eq] or ``pe`` [MJ].

    Returns
    -------
    Embodied
        Its factor is None, with a reason, where nothing can be said.

    Notes
    -----
    The value is the geometric mean: values differ by factors, and none is documented so much better
    that it could stand alone. Where all are parametric, it is then divided by the square root of
    3.5, the middle between the two kinds of study, or an A100 would seem to cost twice an H100 only
    because the makers' own figure is missing; that is marked modelled. See `interval` for the
    interval. Footprints of a device with the same die count beside parametric values; a device
    without a figure takes all of such a device, and then, for carbon only, ``80 kg + 2.5 kg/GB``,
    3.5 times either way, marked modelled.
    """
    like = device.embodied_like
    values = published_for(device.id, indicator)
    twins = published_for(like, indicator) if like else ()
    counted = [value for value in values if value.counted]
    others = [value for value in twins if value.counted]
    if counted and is_all_parametric(counted) and indicator == "gwp":
        studies = [value for value in others if value.method != "parametric"]
        if studies:
            reason = f"only parametric values of its own: also the footprints of {like}, same die"
            factor = combine(device.id, indicator, [*studies, *counted], like)
            return Embodied(factor, reason, (*values, *twins))
    if counted:
        return Embodied(combine(device.id, indicator, counted), "", values)
    if others:
        reason = f"no figure of its own: those of {like}, which has the same die"
        return Embodied(combine(device.id, indicator, others, like), reason, (*values, *twins))
    if indicator != "gwp":
        return Embodied(None, f"no {indicator} is published for {device.name}", values)
    if device.memory is None:
        return Embodied(None, f"neither a figure nor the memory of {device.name} is known", values)
    return Embodied(_modelled(device), "no published figure: a model by memory", values)


def interval(values: Sequence[Published]) -> tuple[float, float]:
    """Give the 95 % interval of a device from its published values.

    Notes
    -----
    Two or more, of both kinds of study: from the lowest to the highest, and a quarter beyond
    either. Where one kind is missing, nothing shows how far studies lie apart, so the interval
    goes to where the other kind would have lain: 3.5 times below the lowest parametric value or
    above a lone footprint, and 1.5 times on the other side; for minerals and primary energy, where
    no such order is known, 3.5 times on both sides of a lone value.
    """
    numbers = [value.value for value in values]
    low, high = min(numbers), max(numbers)
    if values[0].indicator == "gwp" and is_all_parametric(values):
        return low / APART, high * ALONE
    if len(numbers) > 1:
        return low / WIDENED, high * WIDENED
    if values[0].indicator != "gwp":
        return low / APART, high * APART
    return low / ALONE, high * APART


def is_all_parametric(values: Sequence[Published]) -> bool:
    """Tell whether no maker's footprint or teardown is among the values."""
    return all(value.method == "parametric" for value in values)


def combine(device: str, indicator: str, values: Sequence[Published], twin: str = "") -> Factor:
    """Make one factor of counted values.

    Parameters
    ----------
    device : str
        Id of the device or server that it is for.
    indicator : str
        As in `embodied`.
    values : sequence of Published
        One or more.
    twin : str
        Id of the device that they are of, where it is another.
    """
    low, high = interval(values)
    if twin:
        low, high = low / TWIN, high * TWIN
    mean = math.exp(sum(math.log(value.value) for value in values) / len(values))
    shifted = indicator == "gwp" and is_all_parametric(values)
    citations = list(dict.fromkeys(value.source.citation for value in values))
    licences = list(dict.fromkeys(value.source.licence for value in values))
    shown = ", ".join(f"{value.value:g}" for value in values)
    note = f"{'geometric mean of published values' if len(values) > 1 else 'published'}: {shown}"
    note += " by a parametric model, brought to the middle of both kinds of study" * shifted
    return Factor(
        id=_key(device, indicator),
        value=mean / math.sqrt(APART) if shifted else mean,
        low=low,
        high=high,
        unit=UNITS[indicator],
        spread=Spread.LOGNORMAL,
        tier=Tier.MODELLED if twin or shifted else Tier.ASSUMED,
        source=Source("embodied-published", "; ".join(citations), " AND ".join(licences)),
        basis="cradle to gate",
        note=note + (f" (of {twin})" if twin else ""),
    )


def _modelled(device: Accelerator) -> Factor:
    value = BASE_KG + KG_PER_GB * (device.memory or 0.0)
    source = Source("own-embodied-model", "Submeter: 80 kg + 2.5 kg/GB of memory", "Apache-2.0")
    return Factor(
        id=_key(device.id, "gwp"),
        value=value,
        low=value / APART,
        high=value * APART,
        unit=UNITS["gwp"],
        spread=Spread.LOGNORMAL,
        tier=Tier.MODELLED,
        source=source,
        basis="cradle to gate",
        note="no published figure; the model holds every published card within its interval",
    )


def _key(device: str, indicator: str) -> str:
    return f"embodied{'' if indicator == 'gwp' else f'-{indicator}'}/{device}"
