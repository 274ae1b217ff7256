"""From a question to hours: a fresh day of the cache, else the provider, else what the cache has.

The order is fixed and nothing is silent: live, then kept, then (by whoever weighs the hours) the
yearly table. Each step down is one of the answer's notes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from submeter.errors import ProviderUnavailable
from submeter.reference.live.cache import Kept
from submeter.reference.live.hourly import Mean, arranged
from submeter.reference.live.instants import DAY, HOUR, days, short
from submeter.reference.live.provider import checked_zone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.quantities.factor import Factor
    from submeter.reference.live.cache import Cache
    from submeter.reference.live.hourly import Hourly, Piece, Stretch
    from submeter.reference.live.provider import Provider

LONGEST = 400 * DAY
"""The longest stretch of time that is asked for at once [ns]: a year and a month."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found.

    Parameters
    ----------
    hourly : Hourly or None
        The hours that are known; None if none is.
    notes : tuple of str
        Each fallback taken, and what the provider says of its values.
    """

    hourly: Hourly | None
    notes: tuple[str, ...] = ()


def look_up(provider: Provider, cache: Cache, zone: str, span: tuple[int, int], now: int) -> Found:
    """Give the hours of a zone, from the cache where they are fresh.

    Parameters
    ----------
    provider : Provider
        Whom to ask.
    cache : Cache
        What was answered before; what is answered now goes in.
    zone : str
        The zone, in the provider's words.
    span : tuple of int
        From when to when [ns UTC]; what lies after `now` is not history and is left out.
    now : int
        When the question is asked [ns UTC].

    Raises
    ------
    UsageError
        If the zone can be none of the provider's.
    ProviderUnavailable
        If the time asked for is longer than `LONGEST`.
    """
    about = provider.about
    checked_zone(zone, about)
    start, end = span[0], min(span[1], now)
    if end - start > LONGEST:
        what = "more than 400 days are asked for"
        raise ProviderUnavailable(what, about.name, "ask for a year at a time")
    kept = {day: each for day in days(start, end)
            if (each := cache.get(about.name, about.address, zone, day, now))}  # fmt: skip
    known = {day: each.hourly for day, each in kept.items() if _serves(each, day, (start, end))}
    notes = [f"grid: {line}" for line in cache.damage]
    cache.damage.clear()
    for first, last in _runs([day for day in days(start, end) if day not in known]):
        asked = (max(first, start - start % HOUR), min(last, end))
        try:
            answer = provider.history(zone, *asked, now)
        except ProviderUnavailable as error:
            notes.append(f"grid: {about.title} gives no answer ({error})")
            notes += _instead(known, kept, (first, last))
            continue
        whole = True
        for day in days(first, last):
            part = _merged(answer, asked, day, kept.get(day))
            known[day] = part.hourly
            whole &= cache.put(about.name, about.address, day, part.hourly, part.asked)
        if not whole:
            notes.append("grid: what was answered could not be kept for later")
    return _joined(known.values(), span, notes)


def weighted(found: Found, pieces: Iterable[Piece], yearly: Factor) -> Mean:
    """Give the mean intensity of some energy; hours that are not known take the yearly factor.

    Raises
    ------
    UsageError
        If the hours are marginal.
    """
    if found.hourly is None:
        return Mean(yearly, 0.0, (*found.notes, f"grid: no hour is known, so it is {yearly.id}"))
    mean = found.hourly.average().weighted(pieces, yearly)
    if mean is None:  # not with a yearly factor
        return Mean(yearly, 0.0, found.notes)
    return replace(mean, notes=(*found.notes, *mean.notes))


def _serves(kept: Kept, day: int, span: tuple[int, int]) -> bool:
    """Tell whether what is kept of a day need not be asked for anew."""
    start, end = max(day, span[0]), min(day + DAY, span[1] - span[1] % HOUR)
    return kept.fresh and kept.asked[0] <= start and kept.asked[1] >= end


def _runs(missing: list[int]) -> list[tuple[int, int]]:
    """Give the days that follow on each other as stretches of time [ns UTC]."""
    runs: list[tuple[int, int]] = []
    for day in missing:
        if runs and runs[-1][1] == day:
            runs[-1] = (runs[-1][0], day + DAY)
        else:
            runs.append((day, day + DAY))
    return runs


def _merged(answer: Hourly, asked: tuple[int, int], day: int, old: Kept | None) -> Kept:
    """Give a day as it is known now; what was kept of it and not answered now stays."""
    part = answer.between(day, day + DAY)
    own = (max(asked[0], day), min(asked[1], day + DAY))
    if old is None:
        return Kept(part, own, fresh=True)
    rest = [each for each in old.hourly.stretches if not _meets(each, part)]
    fetched = part.fetched
    covers = own[0] <= old.asked[0] and own[1] >= old.asked[1]
    if not covers and own[0] <= old.asked[1] and own[1] >= old.asked[0]:
        own = (min(own[0], old.asked[0]), max(own[1], old.asked[1]))
        fetched = min(fetched, old.hourly.fetched)
    stretches = arranged([*rest, *part.stretches])
    return Kept(replace(part, stretches=stretches, fetched=fetched), own, fresh=True)


def _meets(one: Stretch, hourly: Hourly) -> bool:
    return any(each.start < one.end and each.end > one.start for each in hourly.stretches)


def _instead(known: dict[int, Hourly], kept: dict[int, Kept], span: tuple[int, int]) -> list[str]:
    """Take what the cache has, however old; tells of it."""
    taken = [day for day in days(*span) if day in kept]
    known.update({day: kept[day].hourly for day in taken})
    if not taken:
        return ["grid: nothing was kept of that time either"]
    oldest = min(kept[day].hourly.fetched for day in taken)
    return [f"grid: what was kept stands in, asked for on {short(oldest)} or later"]


def _joined(days_: Iterable[Hourly], span: tuple[int, int], notes: list[str]) -> Found:
    """Put days together as one."""
    parts = sorted((each for each in days_ if each.stretches), key=lambda each: each.stretches[0])
    if not parts:
        return Found(None, tuple(dict.fromkeys(notes)))
    stretches = arranged(stretch for each in parts for stretch in each.stretches)
    own = tuple(dict.fromkeys(note for each in parts for note in each.notes))
    whole = replace(
        parts[0], stretches=stretches, notes=own, fetched=min(each.fetched for each in parts)
    ).between(*span)
    if not whole.stretches:
        return Found(None, tuple(dict.fromkeys(notes)))
    return Found(whole, tuple(dict.fromkeys([*notes, *own])))
