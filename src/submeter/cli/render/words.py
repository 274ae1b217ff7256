"""A statement in plain words: where each number comes from, what it leaves out, how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.accounting.method import Basis, Idle, Part
from submeter.cli.render.statement import NO_LICENCE, is_modelled, plainly
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.accounting.method import Method
    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate
    from submeter.quantities.factor import Factor

_TIERS = {
    "measured": "read from a meter",
    "modelled": "worked out by a model, not read from a meter",
    "assumed": "taken from what was stated or published, not measured here",
    "mixed": "partly measured, partly modelled or assumed",
    "parts": "partly modelled, partly assumed, none of it measured",
}
_IDLE = {
    Idle.OCCUPIED: "idle energy is charged by the capacity that the work occupied",
    Idle.RESERVED: "all idle energy of what was kept for the work is charged to it",
    Idle.NONE: "idle energy is left out",
}


def told(statement: Statement, method: Method) -> list[str]:
    """Tell a statement in sentences, one a line."""
    return [
        f"{statement.name} ({statement.stage}), accounted for by {method.id}: {method.title}.",
        *_energy(statement),
        *_carbon(statement, method),
        *_water(statement),
        f"By its rules, {_IDLE[method.idle]}.",
        *_doubts(statement),
        f"The method: {method.citation}",
        *_sources(statement),
    ]


def _sources(statement: Statement) -> Iterator[str]:
    for source in statement.sources:
        licence = "" if source.licence == NO_LICENCE else f" ({source.licence})"
        yield f"Source: {source.citation}{licence}"


def _shown(quantity: Estimate) -> str:
    value, interval = phrase(quantity.value, quantity.low, quantity.high, quantity.unit)
    return value if interval in {"exact", "-"} else f"{value} ({interval} at 95 %)"


def _energy(statement: Statement) -> Iterator[str]:
    energy = statement.energy
    if energy.total is None:
        yield "The energy is not known."
        return
    parts = ", ".join(f"{name} {_shown(each)}" for name, each in energy.by_component.items())
    tier = _TIERS["parts" if is_modelled(statement, energy.total) else energy.total.tier.value]
    yield f"Energy: {_shown(energy.total)}, {tier}. It is {parts}."
    counted = statement.unit.count not in (None, 0.0, 1.0)
    if counted and statement.per_unit and statement.per_unit.energy:
        each = _shown(statement.per_unit.energy)
        yield f"That is {each} for each of {statement.unit.count:,.10g} {statement.unit.name}(s)."


def _factor(factor: Factor | None, what: str) -> str:
    if factor is None:
        return f"an unknown {what}"
    span = "" if factor.low == factor.high else f" ({factor.low:.4g} to {factor.high:.4g})"
    when = f", {factor.period}" if factor.period else ""
    return f"{what} {factor.value:.4g}{span} {factor.unit}".rstrip() + when


def _carbon(statement: Statement, method: Method) -> Iterator[str]:
    carbon, place = statement.carbon, statement.place
    if carbon.total is None:
        yield "There is no figure for carbon."
        return
    name = place.words.get("name", "a place that is not known")
    where = f"the grid of the place: {name}"
    apart = place.grid is None and ", " in name  # a job's entries, each at its own place
    intensity = "the grid of each place" if apart else _factor(place.grid, "grid")
    if method.basis is Basis.MARKET:
        where, intensity = "what was contracted for", _factor(place.market, "contract")
    energy = "energy × "
    pue = f"{_factor(place.pue, 'PUE')} × " if method.includes(Part.FACILITY) else ""
    yield (
        f"Carbon: {_shown(carbon.total)}, {carbon.basis}-based ({where}). Its "
        f"electricity is {energy}{pue}{intensity}."
    )
    parts = {
        "the work's electricity": carbon.operational,
        "idle electricity": carbon.idle,
        "making the hardware": carbon.embodied,
    }
    known = [f"{name} {_shown(each)}" for name, each in parts.items() if each is not None]
    yield f"It is {', '.join(known)}."


def _water(statement: Statement) -> Iterator[str]:
    if statement.water.total is not None:
        yield f"Water: {_shown(statement.water.total)} ({statement.water.basis})."


def _doubts(statement: Statement) -> Iterator[str]:
    if statement.widest:
        first = statement.widest[0]
        yield (
            f"What widens it most is {first.factor} ({first.share:.0%} of the variance): "
            f"{first.hint}, and the interval shrinks by {first.narrows:.0%}."
        )
    outside = f": not part of the method {statement.method}"
    notes = statement.missing
    left_out = [plainly(note).removesuffix(outside) for note in notes if outside in note]
    if left_out:
        yield f"Its rules leave out: {', '.join(left_out)}."
    others = [plainly(note) for note in notes if outside not in note]
    if others:
        yield f"Left out or fallen back on: {'; '.join(others)}."
