"""Claims beside one another: in one table, and in two papers."""

from __future__ import annotations

import re
import statistics
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from submeter.disclosures.audit.claim import LOOSE
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.grid_of import implied_grid
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.units import CARBON, ENERGY, GRID, NAMES, WATER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from submeter.disclosures.audit.claim import Claim

RULES = {
    "siblings": "a row implies another intensity than the rows beside it, which agree",
    "two-papers": "two documents state different figures for the same thing",
    "market-location": "the market-based figure is the location-based one to the last digit",
}
APART = 3.0
"""How many times a row's implied intensity may be that of its siblings; a judgement."""
ALIKE = 1.1
"""How far the siblings may lie apart from one another for a row to be odd among them: a table of
one operator's models is worked out with one intensity, so that its rows agree but for rounding;
one that gathers models from many grids is not, and says nothing of any of its rows."""
TWO_ALIKE = 1.03
"""The same where the siblings are two, which may be near one another by chance: rows of one grid
that are printed to two or three digits lie apart by 1.3 % (Llama 3.1)."""


def beside(claims: Sequence[Claim]) -> Iterator[Finding]:
    """Compare the claims of one document with one another."""
    yield from _implied(claims)
    yield from _bases(claims)


def _implied(claims: Sequence[Claim]) -> Iterator[Finding]:
    found = []
    for claim in claims:
        grid = None if {"market", LOOSE} & claim.flags else implied_grid(claim)
        if grid is not None and grid.known and grid.value > 0:
            found.append((claim, grid))
    if len(found) < 3:  # noqa: PLR2004 - of two, nobody knows which is odd
        return
    for claim, grid in found:
        others = [other.value for each, other in found if each is not claim]
        rest = statistics.median(others)
        ratio = max(grid.value / rest, rest / grid.value)
        alike = ALIKE if len(others) > 2 else TWO_ALIKE  # noqa: PLR2004
        if ratio > APART and max(others) <= alike * min(others) and claim.claimed is not None:
            expected = claim.claimed.value * rest / grid.value / claim.claimed.unit.size
            word = "less" if grid.value < rest else "more"
            text = (
                f"{shown(float(f'{ratio:.3g}'))} times {word} than the rows beside it, which imply "
                f"{shown(float(f'{rest * 1e3:.4g}'))} g/kWh, this one "
                f"{shown(float(f'{grid.value * 1e3:.3g}'))}{_twin(claim, claims)}"
            )
            yield Finding(
                "siblings", Severity.ERROR, claim.id, figure(claim.claimed),
                Figure(expected, figure(claim.claimed).unit), text,
                f"implied: {grid.text} = {shown(grid.value * 1e3)} g/kWh", claim.document,
            )  # fmt: skip


def _twin(claim: Claim, claims: Iterable[Claim]) -> str:
    """Name a claim of the same inputs and another figure."""
    made = {(each.role, each.value) for each in claim.inputs}
    for each in claims:
        same = {(other.role, other.value) for other in each.inputs} == made
        if each is not claim and same and each.claimed is not None and each.flags == claim.flags:
            return f"; {each.id} claims {each.claimed.text} of the same hours and power"
    return ""


def _bases(claims: Sequence[Claim]) -> Iterator[Finding]:
    """Compare location and market figures of the same row."""
    text = "a contract is named, yet both figures are equal to the last digit"
    pairs = [
        (one.claimed, other.claimed, other) for one, other in pairwise(claims)
        if "location" in one.flags and "market" in other.flags
    ]  # fmt: skip
    pairs += [(claim.one("grid"), claim.one("market"), claim) for claim in claims]
    for grid, market, claim in pairs:
        if grid is None or market is None or not claim.texts.get("contract"):
            continue
        if grid.value == market.value != 0:
            yield Finding(
                "market-location", Severity.WARNING, claim.id, figure(market), figure(grid),
                text, f"{market.text} and {grid.text}", claim.document,
            )  # fmt: skip


def across(documents: Sequence[Sequence[Claim]]) -> Iterator[Finding]:
    """Compare what two documents, or two papers in one, say of the same thing."""
    groups: dict[tuple[str, str], list[tuple[int, Claim]]] = {}
    for number, claims in enumerate(documents):
        for claim in claims:
            for key in dict.fromkeys(_keys(claim)):
                groups.setdefault(key, []).append((number, claim))
    told = set()
    for group in groups.values():
        for (first, one), (second, other) in combinations(group[:MOST_ALIKE], 2):
            pair = (first, one.id, second, other.id)
            if pair not in told and _differ(one, other, apart=first != second):
                told.add(pair)
                yield _contradiction(one, other, documents[first])


MOST_ALIKE = 50
"""Claims of one thing that are compared, each with each."""
_SIZE = re.compile(r"^\w*?\d+(?:\.\d+)?[bm]$")
_TABLE = re.compile(r"^[ts]\d{1,2}$|^table\d*$|^\d{4}$")


def _keys(claim: Claim) -> Iterator[tuple[str, str]]:
    """Give what a claim is of: its subject, or the words of its id that name one.

    An id such as ``paper_t2_family2_13b_mwh`` names a model by its family and its size, or else
    the thing by all its words but the first, which is the paper's.
    """
    if claim.claimed is None or claim.claimed.dimension not in {ENERGY, CARBON, WATER, GRID}:
        return
    kind = NAMES[claim.claimed.dimension]
    for name in ("subject", "model"):
        if claim.texts.get(name):
            yield kind, f"model {_plain(claim.texts[name])}"
            return
    if not re.fullmatch(r"\w+(?:[_.-]\w+)+", claim.id):
        return
    named = [word for word in _id_words(claim.id) if not _TABLE.match(word)]
    numbered = sorted({word for word in named if any(map(str.isdigit, word))})
    if len(numbered) > 1 and any(map(_SIZE.match, numbered)):
        yield kind, " ".join(numbered)
    if len(named) > 2 and numbered:  # noqa: PLR2004 - a paper, and two words at least
        yield kind, " ".join(named[1:])


def _id_words(text: str) -> list[str]:
    return re.split(r"[_.\s-]+", text.lower())


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().rpartition("/")[2])


def _differ(one: Claim, other: Claim, *, apart: bool) -> bool:
    if one.claimed is None or other.claimed is None or one is other:
        return False
    if not apart and (one.id == other.id or _paper(one) == _paper(other)):
        return False
    if one.texts.get("stage", "") != other.texts.get("stage", ""):
        return False
    if one.method and other.method and one.method != other.method:
        return False
    if ("market" in one.flags) != ("market" in other.flags) or _otherwise(one, other):
        return False
    a, b = one.claimed.number, other.claimed.number
    return a.high < b.low or b.high < a.low


def _otherwise(one: Claim, other: Claim) -> bool:
    """Tell whether a difference is explained by another grid, facility or hours."""
    for role in ("grid", "market", "pue", "wue", "device_hours", "count"):
        left, right = one.one(role), other.one(role)
        if left is not None and right is not None and left.value != right.value:
            return True
    return False


def _paper(claim: Claim) -> str:
    """Give whose claim it is; the first word of its id where nothing else says so."""
    named = claim.texts.get("paper") or claim.texts.get("citation") or claim.texts.get("source")
    words = _id_words(claim.id)
    return named or (words[0] if " " not in claim.id else "")


def _contradiction(one: Claim, other: Claim, first: Sequence[Claim]) -> Finding:
    """Tell of two claims; what else the first document says so is the likely cause."""
    if one.claimed is None or other.claimed is None:  # pragma: no cover - see _keys
        raise AssertionError
    named = f"{one.document}: {one.id}" if one.document != other.document else one.id
    ratio = other.claimed.value / one.claimed.value if one.claimed.value else 0.0
    text = f"{named} states {one.claimed.text}"
    if ratio > 0:
        text += f", {max(ratio, 1 / ratio):.3g} times {'less' if ratio > 1 else 'more'}"
    twin = next((
        each for each in first
        if each.claimed is not None and each is not one
        and each.claimed.dimension == other.claimed.dimension
        and each.claimed.value == other.claimed.value != 0
    ), None)  # fmt: skip
    if twin is not None:
        text += f"; {other.claimed.text} is what it states for {twin.id}: a row was mistaken"
    return Finding(
        "two-papers", Severity.ERROR, other.id, figure(other.claimed), figure(one.claimed), text,
        "", other.document,
    )  # fmt: skip
