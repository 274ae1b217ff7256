"""Tables in text, CSV and JSON lines, as data sets are published: read without a library."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from itertools import chain
from typing import IO, TYPE_CHECKING, NamedTuple

import yaml

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".jsonl.gz", ".json.gz", ".csv.gz")
"""Endings of such files."""
_LONGEST = 16 << 20
"""Characters of a line at most; of a whole file where it is one list."""
_FRONT = re.compile(r"---\r?\n(.*?)\r?\n---", re.DOTALL)
NOT_TOLD = "not told"
"""The licence of a set whose publisher doesn't tell it."""


class Source(NamedTuple):
    """An opened set.

    Parameters
    ----------
    columns : tuple of str
        Its columns.
    rows : iterable of mapping
        Its rows, read as they are asked for.
    version, licence : str
        As its publisher tells them.
    folder : Path or None
        Where it lies, if on this machine.
    """

    columns: tuple[str, ...]
    rows: Iterable[Mapping[str, object]]
    version: str = ""
    licence: str = NOT_TOLD
    folder: Path | None = None


def of_file(path: Path) -> Source:
    """Open a table in text.

    Raises
    ------
    UsageError
        If it cannot be read, now or at a later row, or has no row.
    """
    rows = _csv(path) if ".csv" in path.suffixes or path.suffix == ".tsv" else _json(path)
    first = next(rows, None)
    if first is None:
        raise UsageError("there is no row in it", str(path), "name a file with rows")
    return Source(
        tuple(first), chain([first], rows), licence=licence_of(path.parent), folder=path.parent
    )


def licence_of(folder: Path) -> str:
    """Give the licence that the card (``README.md``) of a copy tells."""
    try:
        with (folder / "README.md").open(encoding="utf-8") as file:
            front = _FRONT.match(file.read(1 << 16))
        told = yaml.safe_load(front[1]) if front else None
    except (OSError, ValueError, yaml.YAMLError):
        return NOT_TOLD
    found = told.get("license") if isinstance(told, dict) else None
    return ", ".join(map(str, found if isinstance(found, list) else [found])) if found else NOT_TOLD


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _csv(path: Path) -> Iterator[Mapping[str, object]]:
    number = 0
    try:
        with _opened(path) as file:
            separator = "\t" if path.suffix == ".tsv" else ","
            for row in csv.DictReader(_lines(file), delimiter=separator, strict=True):
                if None in row or None in row.values():
                    raise ValueError("it has more cells than the header, or fewer")  # noqa: TRY301
                number += 1
                yield row
    except (OSError, EOFError, ValueError, csv.Error) as error:
        raise _unreadable(path, f"row {number + 1}", error) from error


def _json(path: Path) -> Iterator[Mapping[str, object]]:
    number = 0
    try:
        with _opened(path) as file:
            for row in _listed(file):
                if not isinstance(row, dict):
                    raise TypeError("it is no object")  # noqa: TRY301
                number += 1
                yield row
    except (OSError, EOFError, ValueError, TypeError, RecursionError) as error:
        raise _unreadable(path, f"row {number + 1}", error) from error


def _listed(file: IO[str]) -> Iterator[object]:
    """Give the rows of a file with one an object a line, or of one that is a list."""
    lines = _lines(file)
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("["):
        whole = first + file.read(_LONGEST + 1)
        if len(whole) > _LONGEST:
            raise ValueError(f"a list of more than {_LONGEST >> 20} MiB; write one object a line")
        yield from json.loads(whole)
        return
    yield from (json.loads(line) for line in chain([first], lines) if line.strip())


def _lines(file: IO[str]) -> Iterator[str]:
    while line := file.readline(_LONGEST + 1):
        if len(line) > _LONGEST:
            raise ValueError(f"a line of more than {_LONGEST >> 20} MiB")
        yield line


def _unreadable(path: Path, where: str, error: BaseException) -> UsageError:
    fix = "it needs UTF-8: CSV with a header, or one JSON object a line"
    return UsageError(f"{where} cannot be read: {error}", str(path), fix)
