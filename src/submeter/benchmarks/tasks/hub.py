"""Official data sets: rows from the Hugging Face Hub, or from a copy of one on this machine.

``hub:OWNER/NAME@REVISION:CONFIG#SPLIT?ROLE=COLUMN`` names a set on the Hub, of which all but
``OWNER/NAME`` may be left out; a path with ``#SPLIT?ROLE=COLUMN`` a copy. Nothing of a set is ever
run: sets that need a program of their own are refused.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.tasks.library_datasets import of_folder, of_hub
from submeter.benchmarks.tasks.text_tables import SUFFIXES, licence_of, of_file
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from submeter.benchmarks.tasks.text_tables import Source

MOST = 1000
"""Rows that are read of a set, its first: as many as AI Energy Score asks."""
LARGEST = 1 << 30
"""Bytes of the cells that are kept, at most."""
_BINARY = (".parquet", ".arrow")
_ON_HUB = re.compile(
    r"hub:(?P<place>[\w.-]+/[\w.-]+)(?:@(?P<revision>[^:#?]+))?(?::(?P<config>[^#?]+))?"
    r"(?:#(?P<split>[^?]+))?(?:\?(?P<roles>.*))?"
)
_LOCAL = re.compile(r"(?P<place>[^#?]+)(?:#(?P<split>[^?]+))?(?:\?(?P<roles>.*))?")
_FORM = "hub:OWNER/NAME@REVISION:CONFIG#SPLIT, or FILE_OR_FOLDER#SPLIT"


class Column(NamedTuple):
    """What a task wants of each row.

    Parameters
    ----------
    role : str
        What the task calls it.
    names : tuple of str
        What sets call it; the first that a set has is taken.
    needed : bool
        Whether a set without it is refused; else it is None in every row.
    """

    role: str
    names: tuple[str, ...]
    needed: bool = True


class Table(NamedTuple):
    """Rows of a set, by role.

    Parameters
    ----------
    name, version, licence : str
        As its publisher tells them; the version is the commit, where it is known, with the
        configuration and split that were named.
    rows : tuple of mapping of str to object
        Cells by role; a class is told by its name where the set names its classes. Pictures and
        sounds are as they are stored: see `submeter.benchmarks.tasks.cells`.
    folder : Path or None
        Where a copy lies, whose cells may name files beside it.
    """

    name: str
    version: str
    licence: str
    rows: tuple[Mapping[str, object], ...]
    folder: Path | None = None


class Address(NamedTuple):
    """Where a set is: the parts of ``--data``."""

    place: str
    is_on_hub: bool = False
    revision: str = ""
    config: str = ""
    split: str = ""
    columns: tuple[tuple[str, str], ...] = ()


def address_of(data: str) -> Address:
    """Read what ``--data`` says.

    Raises
    ------
    UsageError
        If it is no address of a set.

    Examples
    --------
    >>> address_of("hub:EnergyStarAI/text_generation@main#train?text=prompt").columns
    (('text', 'prompt'),)
    """
    if not data.startswith("hub:") and Path(data).exists():
        return Address(data)
    match = (_ON_HUB if data.startswith("hub:") else _LOCAL).fullmatch(data)
    if match is None:
        raise UsageError("it names no data set", f"--data {data}", f"write {_FORM}")
    told = {name: value or "" for name, value in match.groupdict().items()}
    roles = [each.partition("=") for each in told.pop("roles").split("&") if each]
    if not all(role and name for role, _, name in roles):
        raise UsageError("columns are named ROLE=COLUMN", f"--data {data}", "such as ?text=body")
    columns = tuple((role, name) for role, _, name in roles)
    return Address(**told, is_on_hub=data.startswith("hub:"), columns=columns)


def is_table(data: str) -> bool:
    """Tell whether ``--data`` names a published set: on the Hub, a table, or a folder of tables."""
    if not data or data.startswith("hub:"):
        return bool(data)
    path = Path(address_of(data).place)
    if not path.is_dir():
        return path.name.endswith((*SUFFIXES, *_BINARY))
    near = chain(path.glob("*"), path.glob("*/*"))
    return any(each.suffix in (*_BINARY, ".jsonl") for each in near)


def table(data: str, columns: Sequence[Column], most: int = MOST) -> Table:
    """Give a set's first rows.

    Rows whose needed cells are empty are left out, as AI Energy Score leaves them out.

    Parameters
    ----------
    data : str
        As ``--data`` names it.
    columns : sequence of Column
        What is wanted of each row.
    most : int
        Rows at most.

    Raises
    ------
    UsageError
        If there is no such set, it lacks a column, it cannot be reached or read, or the library
        that reads it is not installed.
    """
    at = address_of(data)
    source = _opened(at, data)
    taken = _taken(source.columns, columns, at, data)
    rows = tuple(islice(_rows(source.rows, taken, columns, data), most))
    if not rows:
        raise UsageError("there is no row with what is wanted", f"--data {data}", "name other data")
    parts = (f":{at.config}" if at.config else "", f"#{at.split}" if at.split else "")
    name = at.place if at.is_on_hub else Path(at.place).name
    return Table(name, "".join((source.version, *parts)), source.licence, rows, source.folder)


def _opened(at: Address, data: str) -> Source:
    if at.is_on_hub:
        return of_hub(at.place, at.revision, at.config, at.split)
    path = Path(at.place)
    if not path.exists():
        fix = f"check its spelling, or write {_FORM}"
        raise UsageError("there is no such file or folder", f"--data {data}", fix)
    if path.is_file() and path.name.endswith(SUFFIXES):
        return of_file(path)
    return of_folder(path, at.split)._replace(licence=licence_of(path))


def _taken(
    found: Sequence[str], columns: Sequence[Column], at: Address, data: str
) -> dict[str, str | None]:
    """Give by role which of the columns is taken."""
    told = dict(at.columns)
    unknown = sorted(set(told) - {each.role for each in columns})
    if unknown:
        known = ", ".join(each.role for each in columns)
        raise UsageError(f'the task has no use for "{unknown[0]}"', f"--data {data}", known)
    taken: dict[str, str | None] = {}
    for each in columns:
        names = (told[each.role],) if each.role in told else each.names
        taken[each.role] = next((name for name in names if name in found), None)
        if taken[each.role] is None and (each.needed or each.role in told):
            wanted = " or ".join(names)
            what = f"there is no column {wanted}: its columns are {', '.join(found) or 'none'}"
            mark = "&" if at.columns else "?"
            fix = f"say which it is: --data '{data}{mark}{each.role}=COLUMN'"
            raise UsageError(what, f"--data {data}", fix)
    return taken


def _rows(
    rows: Iterable[Mapping[str, object]],
    taken: Mapping[str, str | None],
    columns: Sequence[Column],
    data: str,
) -> Iterator[Mapping[str, object]]:
    needed = [each.role for each in columns if each.needed]
    size = 0
    for each in rows:
        row = {role: each.get(name) if name else None for role, name in taken.items()}
        if any(row[role] in (None, "", b"") for role in needed):
            continue
        size += sum(map(_size, row.values()))
        if size > LARGEST:
            fix = "name a smaller set, or a copy with shorter rows"
            raise UsageError(f"its rows are larger than {LARGEST >> 20} MiB", f"--data {data}", fix)
        yield row


def _size(cell: object) -> int:
    if isinstance(cell, (str, bytes)):
        return len(cell)
    if isinstance(cell, dict):
        return sum(map(_size, cell.values()))
    return sum(map(_size, cell)) if isinstance(cell, (list, tuple)) else 8
