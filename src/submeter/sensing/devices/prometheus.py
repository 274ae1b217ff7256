"""How Prometheus' text exposition format is read, and OpenMetrics' where it differs.

References: Prometheus, *Exposition formats*, text-based format 0.0.4,
https://prometheus.io/docs/instrumenting/exposition_formats/; *OpenMetrics 1.0*, section 5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from submeter.sensing.devices.http import NoAnswer, Site

if TYPE_CHECKING:
    from collections.abc import Collection

LARGEST = 16 << 20
"""Bytes of the largest page that is read: an exporter of every process of a large node has a few
million."""

_MOST_ROWS = 4096
_LONGEST = 1 << 14
_LABEL = re.compile(r'\s*([^\s"{}=,]+)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))')
_QUOTED_NAME = re.compile(r'\{\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))')
_ESCAPED = re.compile(r"\\(.)")
_UNESCAPED = {"n": "\n", "\\": "\\", '"': '"'}


class Row(NamedTuple):
    """One sample: its metric's name, its labels, its value (which may be NaN or infinite)."""

    name: str
    labels: dict[str, str]
    value: float


def fetch(site: Site, wanted: Collection[str]) -> list[Row]:
    """Give the samples of the metrics named in `wanted` that an exporter shows.

    Raises
    ------
    NoAnswer
        If the page cannot be had, or is not in this format.
    """
    body = site.get(site.path or "/metrics")
    try:
        return rows(body.decode(), wanted)
    except ValueError as error:
        fix = "see whether that is the address of such an exporter"
        raise NoAnswer(f"what {site.place} answers cannot be read: {error}", fix) from None


def rows(text: str, wanted: Collection[str]) -> list[Row]:
    r"""Read the samples of the metrics named in `wanted`; all others are passed over unread.

    Parameters
    ----------
    text : str
        A page of the format.
    wanted : collection of str
        Names of samples.

    Returns
    -------
    list of Row
        In the page's order. Timestamps and exemplars are passed over.

    Raises
    ------
    ValueError
        If the page was cut off, or a wanted line is not of the form.

    Examples
    --------
    >>> rows('drawn_joules_total{zone="a\\"b"} 12.5 1700000000\n', {"drawn_joules_total"})
    [Row(name='drawn_joules_total', labels={'zone': 'a"b'}, value=12.5)]
    """
    if text and not text.endswith("\n"):
        # A number whose end is missing is another number.
        raise ValueError("its last line has no end")
    found: list[Row] = []
    # A page of thousands of rows is read every second for a handful of them.
    starts = (*wanted, "{", " ", "\t")
    for line in text.split("\n"):
        name = _named(line) if line.startswith(starts) else None
        if name is None or name not in wanted:
            continue
        if len(line) > _LONGEST or len(found) >= _MOST_ROWS:
            raise ValueError(f"{name} has too much to tell")
        found.append(_row(name, line))
    return found


def _named(line: str) -> str | None:
    """Give the name of a sample's metric; None for a comment, an empty line, or nonsense."""
    line = line.lstrip()
    if not line or line[0] == "#":
        return None
    if line[0] == "{":
        # A name in quotes, within the braces: names of any letters (Prometheus 3).
        quoted = _QUOTED_NAME.match(line)
        return _unescaped(quoted[1]) if quoted else None
    return re.split(r"[\s{]", line, maxsplit=1)[0]


def _row(name: str, line: str) -> Row:
    line = line.strip()
    quoted = _QUOTED_NAME.match(line)
    rest = "{" + line[quoted.end() :] if quoted else line[len(name) :].lstrip()
    labels: dict[str, str] = {}
    if rest.startswith("{"):
        at = 1
        while match := _LABEL.match(rest, at):
            labels[match[1]] = _unescaped(match[2])
            at = match.end()
        if rest[at:].lstrip()[:1] != "}":
            raise ValueError(f"the labels of {name} are not of the form")
        rest = rest[at:].lstrip()[1:]
    value, *after = rest.partition("#")[0].split()[:3] or [""]
    if len(after) > 1:
        raise ValueError(f"{name} has more than a value and a time")
    return Row(name, labels, _number(value, name))


def _number(text: str, name: str) -> float:
    """Read a number; whole ones stay whole, so that a large counter keeps its last digit."""
    try:
        # Python would take the underscore for a mark between digits.
        whole = text.isdecimal() and len(text) <= 18  # noqa: PLR2004 - digits of 64 bits
        return int(text) if whole else float(text.replace("_", "?"))
    except ValueError:
        raise ValueError(f"{name} has no number") from None


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: _UNESCAPED.get(match[1], match[0]), text)
