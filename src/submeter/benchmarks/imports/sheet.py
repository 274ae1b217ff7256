"""`Sheet`: a CSV file's rows by the names of their columns, each with where it stands."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 1_000_000
_NOTHING = frozenset({"", "nan", "none", "null", "n/a"})


class Row(NamedTuple):
    """A row.

    Parameters
    ----------
    where : str
        File and line, for messages.
    cells : mapping of str to str
        By column.
    """

    where: str
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Give a cell; empty where there is none."""
        return (self.cells.get(column) or "").strip()

    def number(self, column: str) -> float | None:
        """Give a cell as a number; None where there is none.

        Raises
        ------
        UsageError
            If it is something else.
        """
        told = self.text(column)
        if told.lower() in _NOTHING:
            return None
        try:
            value = float(told)
        except ValueError as error:
            fix = f"the column {column} has plain numbers"
            raise UsageError(f'"{told}" is not a number', self.where, fix) from error
        return value if math.isfinite(value) else None


class Sheet(NamedTuple):
    """A CSV file.

    Parameters
    ----------
    name : str
        What it is called in messages.
    columns : frozenset of str
        Their names.
    rows : tuple of Row
        In order.
    """

    name: str
    columns: frozenset[str]
    rows: tuple[Row, ...]


def sheet_of(text: str, name: str) -> Sheet:
    """Read CSV text.

    Raises
    ------
    UsageError
        If it cannot be read as such, or is too long.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    rows: list[Row] = []
    try:
        columns = frozenset(reader.fieldnames or ())
        for cells in reader:
            if len(rows) == _MOST:
                raise UsageError(f"more than {_MOST} rows", name, "rate them in parts")
            rows.append(Row(f"{name}, line {reader.line_num}", cells))
    except csv.Error as error:
        raise UsageError(f"it is no CSV: {error}", name, "save it as CSV anew") from error
    return Sheet(name, columns, tuple(rows))
