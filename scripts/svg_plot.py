"""Line charts as plain SVG: the same bytes at every run, readable in light and in dark."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 760

_STYLE = """
svg { --paper: #ffffff; --ink: #1f2328; --faint: #d9dde2; --soft: #59636e;
  --one: #0072b2; --two: #c04f00; --three: #00795a; --four: #8a5a9c; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --ink: #e6edf3; --faint: #30363d; --soft: #9198a1;
    --one: #56b4e9; --two: #f0a04b; --three: #3fc79a; --four: #cc9fe0; } }
text { font-family: system-ui, -apple-system, "Segoe UI", sans-serif; font-size: 13px;
  fill: var(--ink); }
.title { font-size: 15px; font-weight: 600; }
.soft { fill: var(--soft); }
.paper { fill: var(--paper); }
.grid { stroke: var(--faint); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.dashed { stroke-dasharray: 5 4; }
.band { stroke: none; opacity: 0.25; }
.area { stroke: none; opacity: 0.75; }
.dot { opacity: 0.6; }
""" + "".join(
    f".s-{name} {{ stroke: var(--{name}); }} .f-{name} {{ fill: var(--{name}); }}\n"
    for name in ("ink", "one", "two", "three", "four")
)  # fmt: skip


class Scale(NamedTuple):
    """An axis: its ends in the data and on paper [px], its ticks with their words, its name."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    name: str
    is_log: bool = False

    def part(self, value: float) -> float:
        """Give where a value lies between the ends, 0 to 1; what lies outside is at an end."""
        low, high = self.low, self.high
        value = min(max(value, low), high)
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return (value - low) / (high - low)


def evenly(low: int, high: int, step: int, name: str) -> Scale:
    """Give an axis with a tick at each `step`."""
    return Scale(low, high, [(each, str(each)) for each in range(low, high + 1, step)], name)


class Box(NamedTuple):
    """Where a panel lies on paper [px]."""

    left: float
    top: float
    width: float
    height: float


class Panel:
    """One pair of axes."""

    def __init__(self, box: Box, across: Scale, up: Scale) -> None:
        self.box, self.across, self.up = box, across, up
        self.marks: list[str] = []

    def x(self, value: float) -> float:
        """Give where a value lies across [px]."""
        return self.box.left + self.box.width * self.across.part(value)

    def y(self, value: float) -> float:
        """Give where a value lies down [px]."""
        return self.box.top + self.box.height * (1 - self.up.part(value))

    def _path(self, points: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)

    def line(
        self, points: Iterable[tuple[float, float]], colour: str, *, dashed: bool = False
    ) -> None:
        """Draw a line."""
        more = " dashed" if dashed else ""
        self.marks.append(
            f'<polyline class="line s-{colour}{more}" points="{self._path(points)}"/>'
        )

    def area(
        self,
        below: Sequence[tuple[float, float]],
        above: Sequence[tuple[float, float]],
        colour: str,
        kind: str = "band",
    ) -> None:
        """Fill what lies between two lines."""
        points = self._path([*below, *reversed(above)])
        self.marks.append(f'<polygon class="{kind} f-{colour}" points="{points}"/>')

    def dots(self, points: Iterable[tuple[float, float]], colour: str, size: float = 2.2) -> None:
        """Draw points."""
        self.marks += [
            f'<circle class="dot f-{colour}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{size}"/>'
            for x, y in points
        ]

    def bar(self, x: float, low: float, high: float, colour: str) -> None:
        """Draw an interval."""
        self.line([(x, low), (x, high)], colour)

    def words(self, x: float, y: float, words: str, colour: str) -> None:
        """Write beside a point of the data."""
        self.marks.append(text(self.x(x), self.y(y), words, f"f-{colour}"))

    def drawn(self) -> str:
        """Give the panel as SVG."""
        left, top, width, height = self.box
        right, bottom = left + width, top + height
        found = []
        for value, word in self.up.ticks:
            y = self.y(value)
            found.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
            found.append(text(left - 8, y + 4, word, "soft", "end"))
        for value, word in self.across.ticks:
            x = self.x(value)
            ends = f'y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}"'
            found.append(f'<line class="axis" x1="{x:.1f}" {ends}/>')
            found.append(text(x, bottom + 20, word, "soft", "middle"))
        frame = f"{left},{top} {left},{bottom} {right},{bottom}"
        found += [*self.marks, f'<polyline class="axis" fill="none" points="{frame}"/>']
        found.append(text((left + right) / 2, bottom + 40, self.across.name, "", "middle"))
        middle = (top + bottom) / 2
        turn = f'<g transform="translate({left - 62} {middle:.1f}) rotate(-90)">'
        found.append(f"{turn}{text(0, 0, self.up.name, '', 'middle')}</g>")
        return "\n".join(found)


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Write somewhere on paper [px]; `kind` is a class of the style."""
    told = f'class="{kind}" ' if kind else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {told}{place}>{escape(words)}</text>" if words else ""


def legend(left: float, top: float, entries: Sequence[tuple[str, str, str]]) -> str:
    """Give a legend, one entry a line: colour, kind (line, dashed, area, band), words."""
    found = []
    for place, (colour, kind, words) in enumerate(entries):
        y = top + 20 * place
        if kind in ("area", "band"):
            size = f'x="{left}" y="{y - 10}" width="24" height="12"'
            found.append(f'<rect class="{kind} f-{colour}" {size}/>')
        else:
            ends = f'x1="{left}" y1="{y - 4}" x2="{left + 24}" y2="{y - 4}"'
            found.append(f'<line class="line {kind} s-{colour}" {ends}/>')
        found.append(text(left + 32, y, words))
    return "\n".join(found)


def figure(height: float, title: str, told: str, *content: str) -> str:
    """Give a whole figure; `told` is what it shows, for those who do not see it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title desc">'
    )
    return "\n".join(
        [
            "<!-- Drawn by scripts/make_lab_figures.py from the lab; do not edit. -->",
            head,
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(told)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
            f'<text class="title" x="20" y="28">{escape(title)}</text>',
            *content,
            "</svg>",
            "",
        ]
    )
