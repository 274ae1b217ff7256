"""Sentences of a text, with the line that each begins on: no code, tables, headings or comments."""

from __future__ import annotations

import re
from typing import NamedTuple

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_TABLE = re.compile(r"^\s*\|.*\||^\s*\|?\s*:?-{2,}:?\s*\|")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.)])\s+")
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|approx|ca|cf|vs|etc|et al|fig|sec|no|inc)\.$", re.IGNORECASE
)
LONGEST = 2_000
"""Characters of a sentence that are read; a longer one is none."""
_LONG = 5 * LONGEST
MOST = 5_000
"""Paragraphs of a text that are read."""


class Sentence(NamedTuple):
    """One sentence.

    Parameters
    ----------
    text : str
        Without emphasis, links and tags.
    line : int
        The line of its paragraph in the text, from 1.
    """

    text: str
    line: int


def paragraphs(text: str) -> tuple[tuple[Sentence, ...], ...]:
    """Give the sentences of every paragraph; the items of a list are sentences of one.

    Examples
    --------
    >>> [each.text for each in paragraphs("It took 3 h. It drew 2 kWh.")[0]]
    ['It took 3 h.', 'It drew 2 kWh.']
    """
    text = _without(text, r"<!--.*?-->", "-->")
    text = _without(text, r"<table\b.*?</table>", "</table>")
    found: list[tuple[Sentence, ...]] = []
    block: list[str] = []
    start, fenced = 1, False
    for number, line in enumerate([*text.split("\n"), ""], 1):
        fence = _FENCE.match(line) is not None
        fenced = fenced != fence
        apart = fenced or fence or not line.strip() or line.lstrip().startswith("#")
        if apart or _TABLE.match(line):
            if len(found) >= MOST:
                break
            if block:
                found.append(_sentences(block, start))
            block = []
            continue
        if not block:
            start = number
        block.append(line)
    return tuple(each for each in found if each)


def _without(text: str, pattern: str, end: str) -> str:
    """Blank what a pattern matches, up to its last end: what is not closed costs no search."""
    last = text.lower().rfind(end) + len(end)
    if last < len(end):
        return text
    head = re.sub(pattern, _blank, text[:last], flags=re.DOTALL | re.IGNORECASE)
    return head + text[last:]


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _sentences(block: list[str], start: int) -> tuple[Sentence, ...]:
    found: list[Sentence] = []
    pieces: list[tuple[str, int]] = []
    for offset, line in enumerate(block[:MOST]):
        if _ITEM.match(line) or not pieces:
            pieces.append((_ITEM.sub("", line), start + offset))
        else:
            pieces[-1] = (f"{pieces[-1][0]} {line.strip()}"[:_LONG], pieces[-1][1])
    for piece, line_number in pieces:
        kept = ""
        for part in _END.split(_plain(piece)):
            kept = f"{kept} {part}".strip()
            if kept and not _ABBREVIATED.search(kept):
                found.append(Sentence(kept[:LONGEST], line_number))
                kept = ""
        if kept:
            found.append(Sentence(kept[:LONGEST], line_number))
    return tuple(found)


def _plain(text: str) -> str:
    text = re.sub(r"</?su[bp]>", "", text[:_LONG], flags=re.IGNORECASE)
    text = re.sub(r"<[^>]*>", " ", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = text.replace("$", "").replace("\\,", " ").replace("\u00a0", " ").replace("_2", "2")
    return " ".join(re.sub(r"[*`\\]", "", text).split())
