"""Every figure of a bundle worked out anew from its readings and queries, and held against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.bundle import MALFORMED
from submeter.benchmarks.rules import KEPT
from submeter.benchmarks.signature import signatures
from submeter.benchmarks.summary import summarise
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.benchmarks.bundle import Bundle

_ALIKE = 1e-9


class Difference(NamedTuple):
    """A figure that does not follow from the readings: where, what is told, what follows."""

    where: str
    told: object
    follows: object

    @property
    def words(self) -> str:
        """What is wrong, in words."""
        if self.where.startswith("summary"):
            return f"{self.where} does not follow from the readings"
        return f"{self.where} does not hold"


class NotRecomputed(UsageError):  # noqa: N818 - a state of the bundle, not a fault
    """A bundle by older rules, whose code this version no longer has."""

    code = "SM170"


def verify(bundle: Bundle) -> list[Difference]:
    """Give what of a bundle does not hold: figures that do not follow, signatures that do not fit.

    Raises
    ------
    NotRecomputed
        If its figures follow older rules that are not kept: nothing tells whether they are right.
    UsageError
        If nothing can be worked out from it.
    """
    wrong = [
        Difference(f"the signature of {each.signer or 'nobody'}", "signed", "not its signature")
        for each in signatures(bundle.sums, bundle.signatures)
        if each.holds is False
    ]
    if bundle.rules not in KEPT:
        what = (
            f"its files are as their sums say, but its figures follow rules {bundle.rules}, which "
            f"this version does not keep: they are not recomputed, which is not to say that they "
            f"were altered"
        )
        fix = f"use the version that made it: {bundle.told['environment'].get('submeter', '?')}"
        raise NotRecomputed(what, "the bundle", fix)
    try:
        metric = str(bundle.told["data"]["metric"])
        fresh = summarise(
            bundle.plan, metric, bundle.sittings, bundle.queries, bundle.seen, bundle.rules
        )
    except MALFORMED as error:
        what = f"no figure can be worked out from it: {type(error).__name__}: {error}"
        raise UsageError(what, "the bundle", "ask for the original") from error
    return [*wrong, *_differences("summary", bundle.told["summary"], fresh)]


def require(bundle: Bundle, name: str, otherwise: str) -> None:
    """Go on with a bundle that verifies only.

    Parameters
    ----------
    bundle : Bundle
        As it was read.
    name : str
        Where it lies.
    otherwise : str
        What is not done with one that does not.

    Raises
    ------
    UsageError
        If it does not, or nothing can be worked out from it.
    """
    wrong = verify(bundle)
    if wrong:
        what = f"{wrong[0].words}: {otherwise}"
        raise UsageError(what, name, f"see submeter verify {name}")


def figures(told: object) -> int:
    """Count the numbers in an object: what was worked out anew."""
    if isinstance(told, dict):
        return sum(map(figures, told.values()))
    if isinstance(told, list):
        return sum(map(figures, told))
    return int(isinstance(told, (int, float)) and not isinstance(told, bool))


def _differences(where: str, told: object, follows: object) -> Iterator[Difference]:
    if isinstance(told, dict) and isinstance(follows, dict):
        for name in dict.fromkeys([*told, *follows]):
            yield from _differences(f"{where}.{name}", told.get(name), follows.get(name))
    elif isinstance(told, list) and isinstance(follows, list) and len(told) == len(follows):
        for place, pair in enumerate(zip(told, follows, strict=True)):
            yield from _differences(f"{where}[{place}]", *pair)
    elif not _alike(told, follows):
        yield Difference(where, told, follows)


def _alike(told: object, follows: object) -> bool:
    numbers = (int, float)
    if isinstance(told, numbers) and isinstance(follows, numbers):
        return math.isclose(told, follows, rel_tol=_ALIKE, abs_tol=1e-15)
    return told == follows
