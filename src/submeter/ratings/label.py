"""The label: one result as a picture that says how sure it is, with its data inside."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.digits import phrase, rounded
from submeter.ratings.rating import STARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.ratings.rating import Rating

SCHEMA = "submeter.label/1"
WIDTH = 360
_EDGE, _INNER = 24, WIDTH - 48
_INK, _SOFT, _FAINT, _PAPER = "#1f2328", "#59636e", "#d0d7de", "#ffffff"
_STAR, _UNSURE = "#1a7f37", "#b6e3c1"
_FONT = "Inter, 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"
_WIDTH_OF_A_LETTER = 0.6
"""Of the font's size, on the safe side for the fonts named: lines are broken without a browser."""
_BOLD = 1.2
"""Letters of a bold line are as wide as those of a plain one of so many times its size."""
_POINTS = (
    (0.0, -1.0), (0.2245, -0.309), (0.9511, -0.309), (0.3633, 0.118), (0.5878, 0.809), (0.0, 0.382),
    (-0.5878, 0.809), (-0.3633, 0.118), (-0.9511, -0.309), (-0.2245, -0.309),
)  # fmt: skip
_SHOWN = 0.05

_UNWRITTEN = dict.fromkeys(
    (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A),
     *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}",
)  # fmt: skip
"""Characters that XML does not have, that steer a terminal, or that turn a text around."""


class About(NamedTuple):
    """What a label says beside the rating.

    Parameters
    ----------
    date : str
        When it was measured, as ``2026-11-30``.
    sha256 : str
        Of the bundle.
    link : str
        Where the bundle is; empty where nowhere.
    """

    date: str
    sha256: str
    link: str = ""


def label(rating: Rating, about: About) -> str:
    """Draw a label as SVG.

    Parameters
    ----------
    rating : Rating
        What is shown.
    about : About
        When it was measured, and where it can be verified.

    Returns
    -------
    str
        SVG that is read out by its title and description, with `as_data` in its ``metadata``.
    """
    drawn = _Drawing()
    result = rating.result
    drawn.text("AI energy label", 13, _SOFT, gap=20)
    for line in broken(result.model, 20 * _BOLD):
        drawn.text(line, 20, _INK, gap=26, weight=700)
    drawn.text(result.task.replace("-", " "), 15, _INK, gap=22)
    drawn.rule()
    drawn.stars(rating)
    for line in [*_how_sure(rating), *(broken(rating.reason, 13) if rating.stars else [])]:
        drawn.text(line, 13, _SOFT, gap=18)
    drawn.rule()
    value, interval = _energy(rating)
    drawn.text(value, 30, _INK, gap=38, weight=700)
    drawn.text(f"Wh per 1,000 {_PLURAL.get(result.unit, result.unit)}", 14, _INK, gap=20)
    drawn.text(interval, 13, _SOFT, gap=20)
    drawn.rule()
    for name, told in _rows(rating, about):
        drawn.row(name, told)
    return drawn.svg(rating, about)


_PLURAL = {"query": "queries", "token": "tokens", "image": "images"}


def as_data(rating: Rating, about: About) -> dict[str, object]:
    """Give what a label says, for programs."""
    result = rating.result
    quality = result.quality
    return {
        "schema": SCHEMA,
        "model": result.model,
        "task": result.task,
        "unit": result.unit,
        "scenario": result.scenario,
        "wh_per_1000": {"value": result.energy, "low": result.low, "high": result.high},
        "stars": rating.stars,
        "chances": None if rating.chances is None else list(rating.chances),
        "scale": rating.scale,
        "boundary": result.boundary.value,
        "hardware": result.hardware,
        "tier": result.tier,
        "quality": None if quality is None else [quality.metric, quality.value],
        **about._asdict(),
    }


def described(rating: Rating, about: About) -> str:
    """Tell in a sentence or two what a label shows, for those who do not see it."""
    result = rating.result
    value, interval = _energy(rating)
    stars = f"{rating.stars} of 5 stars" if rating.stars else "no stars"
    why = "" if rating.stars else f" ({rating.reason})"
    return (
        f"{result.model} at {result.task.replace('-', ' ')}: "
        f"{stars} on the scale {rating.scale}{why}. "
        f"{value} Wh per 1,000 {_PLURAL.get(result.unit, result.unit)} ({interval}), "
        f"{result.boundary.value} energy, {result.tier or 'tier not told'}, "
        f"on {result.hardware or 'hardware not told'}, {about.date}."
    )


def broken(text: str, size: float, width: float = _INNER) -> list[str]:
    """Break a line where it gets too long: after a space, a slash, a hyphen, or anywhere.

    Parameters
    ----------
    text : str
        A line.
    size : float
        Of the font [px].
    width : float
        That there is [px].
    """
    most = max(1, int(width / (size * _WIDTH_OF_A_LETTER)))
    lines = []
    while len(text) > most:
        cut = max(text.rfind(mark, 0, most) + 1 for mark in (" ", "/", "-", "_", ":"))
        cut = cut or most
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*lines, text] if text or not lines else lines


def _energy(rating: Rating) -> tuple[str, str]:
    result = rating.result
    if result.low is None or result.high is None:
        why = "no interval is known" if result.unrated else "no interval was published"
        return rounded(result.energy, 3), why
    value, interval = phrase(result.energy, result.low, result.high, "Wh")
    return value.removesuffix(" Wh"), f"95 % interval {interval}"


def _how_sure(rating: Rating) -> list[str]:
    if rating.stars is None:
        return broken(rating.reason, 13)
    if rating.chances is None:
        return ["how sure is not known"]
    odds = [
        f"{stars} stars {chance:.0%}"
        for stars, chance in zip(STARS, rating.chances, strict=True)
        if chance >= _SHOWN
    ]
    return broken(", ".join(odds), 13)


def _rows(rating: Rating, about: About) -> list[tuple[str, str]]:
    result = rating.result
    rows = [
        ("boundary", f"{result.boundary.value}, {result.tier or 'tier not told'}"),
        ("hardware", result.hardware or "not told"),
        ("scenario", result.scenario),
    ]
    if result.quality is not None:
        rows.append((result.quality.metric, rounded(result.quality.value, 3)))
    rows += [("measured", about.date), ("scale", rating.scale)]
    if about.link:
        rows.append(("verify", about.link))
    return [*rows, ("sha256", about.sha256[:16])]


def _escaped(text: str) -> str:
    """Write a text as XML, which has no place for some characters."""
    return escape(text.translate(_UNWRITTEN))


class _Drawing:
    """A column of lines, from top to bottom."""

    def __init__(self) -> None:
        self._y = 16.0
        self._parts: list[str] = []

    def text(
        self, text: str, size: int, ink: str, *, gap: float, weight: int = 400, x: float = _EDGE
    ) -> None:
        """Write a line."""
        self._y += gap
        self._parts.append(
            f'<text x="{x:g}" y="{self._y:g}" font-size="{size}" font-weight="{weight}" '
            f'fill="{ink}">{_escaped(text)}</text>'
        )

    def rule(self) -> None:
        """Draw a line across."""
        self._y += 14
        ends = f'x1="{_EDGE}" x2="{WIDTH - _EDGE}" y1="{self._y:g}" y2="{self._y:g}"'
        self._parts.append(f'<line {ends} stroke="{_FAINT}" stroke-width="1"/>')

    def stars(self, rating: Rating) -> None:
        """Draw five stars: sure ones full, possible ones light, the others in outline."""
        self._y += 32
        shown = rating.stars or 0
        best = _most_possible(rating)
        for place in range(5):
            fill = _STAR if place < shown else _UNSURE if place < best else "none"
            middle = _EDGE + 20 + place * 50
            points = " ".join(f"{middle + 19 * x:.1f},{self._y + 19 * y:.1f}" for x, y in _POINTS)
            self._parts.append(
                f'<polygon points="{points}" fill="{fill}" stroke="{_STAR}" stroke-width="1.5"/>'
            )
        self._y += 16

    def row(self, name: str, told: str) -> None:
        """Write a name and what it is."""
        first, *others = broken(told, 12, _INNER - 80)
        self.text(name, 12, _SOFT, gap=19)
        self.text(first, 12, _INK, gap=0, x=_EDGE + 80)
        for line in others:
            self.text(line, 12, _INK, gap=16, x=_EDGE + 80)

    def svg(self, rating: Rating, about: About) -> str:
        """Give the whole picture."""
        height = round(self._y + 24)
        data = json.dumps(as_data(rating, about), ensure_ascii=False)
        frame = (
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="12" '
            f'fill="{_PAPER}" stroke="{_FAINT}"/>'
        )
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc" '
            f'font-family="{_FONT}">'
        )
        return "\n".join(
            [
                head,
                f'<title id="title">Energy label of {_escaped(rating.result.model)}</title>',
                f'<desc id="desc">{_escaped(described(rating, about))}</desc>',
                f"<metadata>{_escaped(data)}</metadata>",
                frame,
                *self._parts,
                "</svg>\n",
            ]
        )


def _most_possible(rating: Rating) -> int:
    """Give the most stars that are not unlikely."""
    if rating.chances is None:
        return rating.stars or 0
    odds: Sequence[tuple[int, float]] = list(zip(STARS, rating.chances, strict=True))
    return max((stars for stars, chance in odds if chance >= _SHOWN), default=0)
