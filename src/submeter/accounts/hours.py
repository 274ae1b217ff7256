"""When the work of an account file ran, and the grid of those hours from a file of the user's."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError
from submeter.quantities.energy import MICROJOULES_PER_KWH
from submeter.reference.live import file, instants
from submeter.reference.live.hourly import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from submeter.accounts.fields import Fields
    from submeter.quantities.factor import Factor
    from submeter.reference.live.hourly import Mean

KINDS = ("lifecycle", "combustion", "average", "marginal")
"""What an intensity by the hour can be, beside that of a place."""

_LOOSE = 1e-3
_TIME = "write it as 2026-11-24, 2026-11-24T10:00Z or 2026-11-24T11:00+01:00"
_DATE = len("2026-11-24")


class Drawn(NamedTuple):
    """Energy of an account file, and how it fell to the hours.

    Parameters
    ----------
    kwh : float
        The energy [kWh].
    profile : tuple of float
        The share of each hour from the start; empty where it was drawn evenly.
    where : str
        Its place in the file.
    """

    kwh: float
    profile: tuple[float, ...]
    where: str


def profile(entry: Fields) -> tuple[float, ...]:
    """Give the shares of an entry's energy by the hour; empty where none are told.

    Raises
    ------
    UsageError
        If a share is negative or they do not add up to 1.
    """
    shares = entry.numbers("profile", "ratio")
    if not shares:
        return ()
    where = entry.at("profile")
    if min(shares) < 0:
        raise UsageError("a share of the energy is negative", where)
    whole = math.fsum(shares)
    if abs(whole - 1) > _LOOSE:
        fix = "give each hour its share of the energy, 1 in all"
        raise UsageError(f"the shares of the hours add up to {whole:.4g}", where, fix)
    return shares


def span(fields: Fields) -> tuple[int, int] | None:
    """Give when the work ran [ns UTC]; None where the file does not tell.

    A date is a day in UTC: as a start its beginning, as an end its end.

    Raises
    ------
    UsageError
        If one end is missing, or it ends before it starts.
    """
    told = [fields.text(name) for name in ("start", "end")]
    if not any(told):
        return None
    if not all(told):
        missing = "start" if told[1] else "end"
        raise UsageError(f"the {missing} of the work is missing", missing, _TIME)
    start, end = (_instant(text, name) for text, name in zip(told, ("start", "end"), strict=True))
    if end <= start:
        raise UsageError("the work ends before it starts", "end", f"it starts at {told[0]}")
    return start, end


def _instant(text: str, where: str) -> int:
    try:
        if len(text) == _DATE:
            day = instants.read(f"{text}T00:00Z")
            return day + (24 * instants.HOUR if where == "end" else 0)
        return instants.read(text)
    except ValueError:
        raise UsageError(f'"{text}" is no time with an offset', where, _TIME) from None


def pieces(drawn: Sequence[Drawn], when: tuple[int, int] | None) -> tuple[Piece, ...]:
    """Lay energy over the time of the work: by its profile, else evenly.

    Raises
    ------
    UsageError
        If a profile has not as many shares as the work has hours, or nobody says when it ran.
    """
    if when is None:
        late = next((each for each in drawn if each.profile), None)
        if late is not None:
            what = "a profile is given, and not when the work ran"
            raise UsageError(what, late.where, "give start and end")
        return ()
    start, end = when
    count = -(-(end - start) // instants.HOUR)
    found = [] if drawn else [Piece(start, end, 0)]
    for each in drawn:
        if not each.profile:
            found.append(Piece(start, end, round(each.kwh * MICROJOULES_PER_KWH)))
            continue
        if len(each.profile) != count:
            what = f"{len(each.profile)} shares are given for work of {count} hours"
            raise UsageError(what, each.where, "give one for each hour from the start")
        for number, share in enumerate(each.profile):
            begun = start + number * instants.HOUR
            energy = round(each.kwh * share * MICROJOULES_PER_KWH)
            found.append(Piece(begun, min(begun + instants.HOUR, end), energy))
    return tuple(found)


def by_the_hour(place: Fields, folder: Path, laid: Sequence[Piece], yearly: Factor) -> Mean | None:
    """Give the grid of the work's own hours; None where the file names no hours.

    Parameters
    ----------
    place : Fields
        The ``place`` of the file: ``hourly`` and ``kind``.
    folder : Path
        What the path of the hours is relative to.
    laid : sequence of Piece
        The energy by time; empty where nobody says when the work ran.
    yearly : Factor
        What stands in for hours that are not known [gCO2e/kWh]; an average stands in for no
        marginal one.

    Raises
    ------
    UsageError
        If the hours cannot be read, or it is not told when the work ran.
    """
    name = place.text("hourly")
    kind = place.text("kind", "average").split()
    if not name:
        if "kind" in place:
            raise UsageError("a kind is given without hours", place.at("kind"), "give hourly: FILE")
        return None
    unknown = [word for word in kind if word not in KINDS]
    if unknown:
        what = f'there is no intensity of the kind "{unknown[0]}"'
        raise UsageError(what, place.at("kind"), f"choose of {', '.join(KINDS)}")
    if not laid:
        what = "the grid is given by the hour, and not when the work ran"
        raise UsageError(what, place.at("hourly"), "give start and end: 2026-11-24T10:00Z")
    path = folder / name
    hours = file.read(path, " ".join(["location", *kind]))
    mean = hours.weighted(laid, None if hours.is_marginal else yearly)
    if mean is None:
        fix = f"the work ran from {instants.short(min(each.start for each in laid))} on"
        raise UsageError("no hour of the work is in the file", str(path), fix)
    if hours.is_marginal:
        note = ("grid: the hours are marginal, what one more kWh would emit; shares of them do not "
                "add up to what the grid emitted")  # fmt: skip
        mean = replace(mean, notes=(*mean.notes, note))
    return mean
