"""Tables in Markdown and HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

_RULE = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
MOST_TABLES = 500
_LONGEST = 5_000
"""Characters of a cell that are read."""


class Table(NamedTuple):
    """A table as it stands in a text."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(text: str) -> tuple[Table, ...]:
    """Give the tables of a Markdown text, those in HTML behind the others."""
    return (*_piped(text.splitlines()), *_tagged(text))[:MOST_TABLES]


def _piped(lines: list[str]) -> list[Table]:
    found: list[Table] = []
    at = 1
    while at < len(lines) and len(found) < MOST_TABLES:
        if "|" in lines[at - 1] and "-" in lines[at] and _RULE.match(lines[at]):
            end = at + 1
            while end < len(lines) and "|" in lines[end]:
                end += 1
            rows = tuple(_split(line) for line in lines[at + 1 : end])
            found.append(Table(_split(lines[at - 1]), rows))
            at = end
        at += 1
    return found


def _split(line: str) -> tuple[str, ...]:
    cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return tuple(plain(cell) for cell in cells)


def plain(cell: str) -> str:
    """Give a cell without emphasis, links and tags; what is raised stands behind a ``^``.

    Examples
    --------
    >>> plain("**433**<sup>1</sup>"), plain("CO<sub>2</sub>e")
    ('433^1', 'CO2e')
    """
    text = re.sub(r"(?i)<sup\b[^>]*>", "^", cell[:_LONGEST])
    text = re.sub(r"(?i)</?su[bp]\b[^>]*>", "", text)
    text = re.sub(r"<[^>]*>", " ", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*`]|\\(?=[|_*])", "", text).split())


class _Reader(HTMLParser):
    """Gathers the cells of every table."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[list[str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.found.append([])
        elif tag == "tr" and self.found:
            self.found[-1].append([])
        elif tag == "sup":
            self.handle_data("^")
        elif tag in {"td", "th"} and self.found:
            if not self.found[-1]:
                self.found[-1].append([])
            self.found[-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "table"}:
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.found and self.found[-1] and self.found[-1][-1]:
            self.found[-1][-1][-1] += data


def _tagged(text: str) -> list[Table]:
    reader = _Reader()
    text = text[: text.lower().rfind("</table>") + 8]  # an unclosed table costs no search
    for block in re.findall(r"<table.*?</table>", text, re.DOTALL | re.IGNORECASE)[:MOST_TABLES]:
        reader.feed(block)
    made = []
    for rows in reader.found:
        cells = [tuple(plain(cell) for cell in row) for row in rows if row]
        if len(cells) > 1:
            made.append(Table(cells[0], tuple(cells[1:])))
    return made
