"""A workload of what the ledger holds: entries that count requests and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.replay.workload import MOST, Request
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.workloads.activity import Activity

_SECOND = 1e9


class Booked(NamedTuple):
    """A workload, and what it does not hold.

    Parameters
    ----------
    requests : tuple of Request
        In order of time.
    entries : int
        Whose requests these are.
    spread : int
        How many of these entries hold several requests, whose times and lengths are means.
    left_out : int
        Entries that don't count requests, and tokens in and out.
    """

    requests: tuple[Request, ...]
    entries: int
    spread: int
    left_out: int


def workload_of(entries: Sequence[Activity]) -> Booked:
    """Give the workload of entries, none of which is a part of another.

    An entry of one request is exact. Of one that holds several only the sums are known: its
    requests come evenly over its time, and share its tokens as evenly as whole numbers can.

    Parameters
    ----------
    entries : sequence of Activity
        In any order.

    Raises
    ------
    UsageError
        If they hold more than 100,000 requests.
    """
    counted = [each for each in entries if _is_counted(each)]
    number = sum(_whole(each, "requests") for each in counted)
    if number > MOST:
        fix = "take a shorter time: --since, --until"
        raise UsageError(f"{number:,} requests, of {MOST:,} at most", "the entries", fix)
    begin = min((each.start for each in counted), default=0)
    groups: dict[tuple[str, ...], str] = {}
    found: list[Request] = []
    for each in sorted(counted, key=lambda each: each.start):
        who = (each.name, each.tenant, each.model.get("name", ""))
        # A name may tell whose work it was; a number tells as much of what begins alike.
        group = groups.setdefault(who, f"g{len(groups) + 1}")
        found += _requests(each, (each.start - begin) / _SECOND, group)
    ordered = tuple(sorted(found, key=lambda each: each.at))
    several = sum(1 for each in counted if _whole(each, "requests") > 1)
    return Booked(ordered, len(counted), several, len(entries) - len(counted))


def _is_counted(entry: Activity) -> bool:
    """Tell whether an entry's requests have each a token in and out, or more."""
    number = _whole(entry, "requests")
    least = min(_whole(entry, "tokens_in"), _whole(entry, "tokens_out"))
    return 1 <= number <= least


def _whole(entry: Activity, name: str) -> int:
    return round(entry.counts.get(name, 0.0))


def _requests(entry: Activity, begin: float, group: str) -> list[Request]:
    number = _whole(entry, "requests")
    tokens_in, tokens_out = (
        _shares(_whole(entry, name), number) for name in ("tokens_in", "tokens_out")
    )
    cached = _shares(min(_whole(entry, "tokens_cached"), sum(tokens_in)), number)
    told = "tokens_reasoning" in entry.counts
    reasoning = _shares(min(_whole(entry, "tokens_reasoning"), sum(tokens_out)), number)
    return [
        Request(
            round(begin + entry.seconds * place / number, 6),
            tokens_in[place],
            tokens_out[place],
            cached[place],
            reasoning[place] if told else None,
            group if cached[place] else "",
        )
        for place in range(number)
    ]


def _shares(whole: int, number: int) -> list[int]:
    """Share out a whole number as evenly as whole numbers can, the last ones getting one more.

    So what is shared out of a part of it nowhere exceeds what is shared out of it.

    Examples
    --------
    >>> _shares(8, 3)
    [2, 3, 3]
    """
    size, more = divmod(whole, number)
    return [size + (place >= number - more) for place in range(number)]
