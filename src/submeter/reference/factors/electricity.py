"""What a kWh of a mix takes: each technology's factor, by its share of the mix."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).parent / "data" / "mix_country.csv"
EARLIER = Path(__file__).parent / "data" / "history_mix.csv"

TECHNOLOGIES = (
    "coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "biomass", "geothermal",
)  # fmt: skip
"""What electricity is made from; ``geothermal`` stands for other renewables too."""

KINDS = ("ewif", "primary", "adpe")
"""What is known by technology: water, primary energy, minerals; what the ids begin with."""

MADE = "mix-by-technology"
"""Id of the source of what is made of a mix."""

_WORTH_TELLING = 0.005
"""A smaller share is not named in a note."""

_WHOLE = 1e-3
"""A mix whose shares miss 1 by no more than this is whole: they are rounded."""


class Mix(NamedTuple):
    """What a place generated its electricity from.

    Parameters
    ----------
    region : str
        Code of the country.
    name : str
        Its name.
    period : str
        The year that it describes.
    shares : mapping of str to float
        Share of generation of each of `TECHNOLOGIES`, 0 to 1.
    source : Source
        Who publishes it.
    """

    region: str
    name: str
    period: str
    shares: Mapping[str, float]
    source: Source


@lru_cache(maxsize=1)
def mixes() -> tuple[Mix, ...]:
    """Give the newest mix of every country that has one."""
    return _read(TABLE)


@lru_cache(maxsize=1)
def _by_region() -> Mapping[str, tuple[Mix, ...]]:
    found: dict[str, tuple[Mix, ...]] = {}
    for mix in (*_read(EARLIER), *mixes()):
        found[mix.region] = (*found.get(mix.region, ()), mix)
    return found


def mixes_of(region: str) -> tuple[Mix, ...]:
    """Give the mixes of a country that are known, of one year each, the newest last."""
    return tuple(sorted(_by_region().get(region, ()), key=lambda mix: mix.period))


def mix_of_year(region: str, year: int) -> Mix | None:
    """Give the mix to take for a country and year; None if there is none of any year.

    That year's; where there is none, the newest before it, else the oldest after it.
    """
    return min(
        mixes_of(region),
        key=lambda mix: (int(mix.period) > year, abs(int(mix.period) - year)),
        default=None,
    )


def _read(path: Path) -> tuple[Mix, ...]:
    table = read_sealed(path)
    return tuple(
        Mix(
            row["region"],
            row.get("name", ""),
            row["period"],
            MappingProxyType({each: float(row[each]) for each in TECHNOLOGIES}),
            table.source(row),
        )
        for row in table.rows
    )


def blend(
    factor_id: str, shares: Mapping[str, float], each: Mapping[str, Factor], period: str = ""
) -> Factor:
    """Give what a kWh of a mix takes.

    Parameters
    ----------
    factor_id : str
        Id of the result.
    shares : mapping of str to float
        Share of each technology, 0 to 1; they may add up to less than 1.
    each : mapping of str to Factor
        What a kWh of each technology takes, all in one unit.
    period : str
        The year of the mix.

    Returns
    -------
    Factor
        In the unit of `each`, modelled.

    Raises
    ------
    QuantityError
        If a share has no factor, is not from 0 to 1, or all add up to more than 1.

    Notes
    -----
    ``x = sum(s_i x_i)``, for the value and for both ends alike: how plants are cooled and how good
    they are goes together within a country, so that the ends are added as if all were low, or all
    high, at once. The rest of a mix that is not known wholly is anything: it has the mean of the
    technologies, from the lowest to the highest end of any.
    """
    rest = 1.0 - sum(shares.values())
    if rest < -_WHOLE or not all(0.0 <= share <= 1.0 for share in shares.values()):
        raise QuantityError("the shares of a mix are not parts of one whole", factor_id)
    missing = sorted(set(shares) - set(each))
    if missing:
        raise QuantityError(f"no factor is known for {', '.join(missing)}", factor_id)
    rest = rest if rest > _WHOLE else 0.0
    known = tuple(each.values())
    ends = [
        sum(share * getattr(each[name], end) for name, share in shares.items())
        for end in ("low", "value", "high")
    ]
    low = ends[0] + rest * min(factor.low for factor in known)
    value = ends[1] + rest * sum(factor.value for factor in known) / len(known)
    high = ends[2] + rest * max(factor.high for factor in known)
    return Factor(
        id=factor_id,
        value=value,
        low=low,
        high=high,
        unit=known[0].unit,
        spread=Spread.LOGNORMAL if low > 0 else Spread.UNIFORM,
        tier=Tier.MODELLED,
        source=_source(shares, each),
        period=period,
        basis=known[0].basis,
        note="the country's mix by technology" if not rest else f"{rest:.0%} of the mix is unknown",
    )


def _source(shares: Mapping[str, float], each: Mapping[str, Factor]) -> Source:
    used = [each[name].source for name, share in shares.items() if share > 0] or [
        factor.source for factor in each.values()
    ]
    citations = dict.fromkeys(source.citation for source in used)
    licences = dict.fromkeys(source.licence for source in used)
    return Source(MADE, "; ".join(citations), " AND ".join(licences))


def of_countries(kind: str, technologies: Mapping[str, Factor]) -> dict[str, Factor]:
    """Give what a kWh takes in every country whose mix is known, by id.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    technologies : mapping of str to Factor
        What a kWh of each technology takes; without them nothing is given.
    """
    if not set(TECHNOLOGIES) <= set(technologies):
        return {}
    made = {}
    for mix in mixes():
        blended = blend(f"{kind}/{mix.region}", mix.shares, technologies, mix.period)
        made[blended.id] = _with_mix(blended, mix)
    return made


def of_year(newest: Factor, year: int, technologies: Mapping[str, Factor]) -> Factor:
    """Give what a kWh took in a year, where the factor of today is made of a country's mix.

    Parameters
    ----------
    newest : Factor
        One that `of_countries` made; any other is given back as it is.
    year : int
        The year of the work.
    technologies : mapping of str to Factor
        What a kWh of each technology takes.
    """
    region = newest.id.partition("/")[2]
    mix = mix_of_year(region, year) if newest.source.id == MADE else None
    if mix is None or mix.period == newest.period:
        return newest
    return _with_mix(blend(f"{newest.id}/{mix.period}", mix.shares, technologies, mix.period), mix)


def _with_mix(factor: Factor, mix: Mix) -> Factor:
    """Cite the publisher of the mix beside those of the technologies, and say what it is."""
    parts = sorted(mix.shares.items(), key=lambda part: -part[1])
    told = ", ".join(f"{name} {share:.0%}" for name, share in parts if share >= _WORTH_TELLING)
    cited = f"{mix.source.citation}; {factor.source.citation}"
    licence = f"{mix.source.licence} AND {factor.source.licence}"
    return Factor(
        factor.id, factor.value, factor.low, factor.high, factor.unit, factor.spread, factor.tier,
        Source(factor.source.id, cited, licence), factor.period, factor.basis,
        f"{factor.note}: {told}",
    )  # fmt: skip
