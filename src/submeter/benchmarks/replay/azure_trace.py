"""The Azure LLM inference traces: ``TIMESTAMP, ContextTokens, GeneratedTokens``.

Published with Splitwise (Patel et al. 2024, arXiv:2311.18677) and DynamoLLM (Stojkovic et al. 2025,
arXiv:2408.00741). Nothing is told of caches there.
"""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from submeter.benchmarks.replay.workload import Request, request_of
from submeter.errors import RecordError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")
_MICROSECONDS = 6


def is_azure(line: str) -> bool:
    """Tell whether a first line is the head of such a trace."""
    return set(COLUMNS) <= {each.strip() for each in line.split(",")}


def read_azure(lines: Iterable[tuple[str, str]], path: Path, most: int) -> list[Request]:
    """Read its first requests; the first comes at 0 s.

    Parameters
    ----------
    lines : iterable of (str, str)
        Where each line stands, and the line.
    path : Path
        The file.
    most : int
        Requests at most.

    Raises
    ------
    UsageError
        If a line is none of a trace's, or comes before the one before it.
    """
    found: list[Request] = []
    head: list[str] = []
    begin = math.nan
    for where, line in lines:
        row = [each.strip() for each in next(csv.reader([line]), [])]
        if not head:
            head = row
            continue
        if len(found) == most:
            break
        told = dict(zip(head, row, strict=False))
        try:
            instant = _seconds(told[COLUMNS[0]])
            begin = instant if math.isnan(begin) else begin
            counts = {"tokens_in": int(told[COLUMNS[1]]), "tokens_out": int(told[COLUMNS[2]])}
            found.append(request_of({"at": max(0.0, instant - begin), **counts}, _last(found)))
        except (KeyError, ValueError) as error:
            what = f"it is no line of {', '.join(COLUMNS)}: {error}"
            raise UsageError(what, where, f"see the line in {path.name}") from error
        except RecordError as error:
            raise UsageError(
                error.what, where, f"mend or remove the line in {path.name}"
            ) from error
    return found


def _last(found: list[Request]) -> float:
    return found[-1].at if found else 0.0


def _seconds(text: str) -> float:
    """Read an instant [s]: ISO 8601, with or without an offset, digits beyond 1 µs left out."""
    plain, dot, rest = text.partition(".")
    if dot:
        digits = "".join(each for each in rest[:9] if each.isdigit())
        zone = rest.lstrip("0123456789")
        plain = f"{plain}.{digits[:_MICROSECONDS].ljust(_MICROSECONDS, '0')}{zone}"
    when = datetime.fromisoformat(plain)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
