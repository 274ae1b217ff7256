"""What documents of JSON, YAML and TOML hold, taken carefully: nothing is supposed of its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST = 10_000
"""Entries of a list, and leaves of a document, that are read."""
DEEP = 12
"""Levels that are followed."""


def mapping(content: object) -> Mapping[str, Any]:
    """Give a mapping, empty where it is none."""
    return content if isinstance(content, dict) else {}


def listed(content: object) -> list[Any]:
    """Give a list, empty where it is none."""
    return content[:MOST] if isinstance(content, list) else []


def leaves(content: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Give every number and text with the names on the way to it."""
    left = [(path, content)]
    seen = 0
    while left and seen < MOST:
        seen += 1
        at, each = left.pop(0)
        if isinstance(each, dict):
            if len(at) < DEEP:
                left += [((*at, str(name)), value) for name, value in list(each.items())[:MOST]]
        elif isinstance(each, list):
            if len(at) < DEEP:
                left += [((*at, str(number)), value) for number, value in enumerate(each[:MOST])]
        elif isinstance(each, (str, int, float)) and not isinstance(each, bool):
            yield at, each
