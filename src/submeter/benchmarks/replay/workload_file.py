"""A workload as a file: ``submeter.workload/1`` as NDJSON or JSON, or a trace in Azure's CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.replay.azure_trace import is_azure, read_azure
from submeter.benchmarks.replay.workload import MOST, SCHEMA, Request, request_of
from submeter.errors import RecordError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_BYTES = 64 << 20
"""Of a file at most."""
_LINE = 4096
"""Letters of a line at most."""
_MAKE = "submeter ledger workload makes such files; docs/reference/workload.md tells the form"


def read_workload(path: Path, most: int | None = None) -> tuple[Request, ...]:
    """Read a workload.

    Parameters
    ----------
    path : Path
        An NDJSON or JSON file of the schema, or a CSV of the Azure LLM inference traces.
    most : int or None
        The first so many requests; None: all, and 100,000 at most.

    Raises
    ------
    UsageError
        If it is none: it names the file, the line, and what is wrong there.
    """
    try:
        if path.stat().st_size > _BYTES:
            fix = "cut it: its first lines are a workload too"
            raise UsageError(f"a workload has at most {_BYTES >> 20} MiB", str(path), fix)
        with path.open(encoding="utf-8-sig") as file:
            first = file.readline(_LINE + 1)
            file.seek(0)
            if is_azure(first):
                found = read_azure(_lines(file, path), path, _bound(most))
            elif _is_header(first):
                found = _of_lines(_lines(file, path), path, _bound(most))
            else:
                found = _of_document(file.read(), path, _bound(most))
    except OSError as error:
        raise UsageError(
            f"it cannot be read: {error.strerror}", str(path), "check its path"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError("it is no text in UTF-8", str(path), _MAKE) from error
    if not found:
        raise UsageError("there is no request in it", str(path), _MAKE)
    if most is None and len(found) > MOST:
        fix = f"replay its beginning: --queries {MOST}"
        raise UsageError(f"it has more than {MOST:,} requests", str(path), fix)
    return tuple(found)


def write_workload(path: Path, requests: Iterable[Request], source: str = "") -> None:
    """Write a workload as NDJSON: the schema on the first line, then one line a request.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    head = {"schema": SCHEMA, **({"source": source} if source else {})}
    lines = [head, *(each.as_dict() for each in requests)]
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(each, ensure_ascii=False)}\n" for each in lines)
    except OSError as error:
        fix = "name a file that can be written"
        raise UsageError(f"it cannot be written: {error.strerror}", str(path), fix) from error


def _bound(most: int | None) -> int:
    """Give how many are read: one more than may be, so that too many are noticed."""
    return MOST + 1 if most is None else min(most, MOST)


def _lines(file: Iterable[str], path: Path) -> Iterator[tuple[str, str]]:
    """Give where each line that is not empty stands, and the line."""
    for number, line in enumerate(file, 1):
        where = f"{path}:{number}"
        if len(line) > _LINE:
            raise UsageError(f"a line has at most {_LINE} letters", where, _MAKE)
        if line.strip():
            yield where, line


def _is_header(line: str) -> bool:
    """Tell whether a first line is a whole object, as that of NDJSON is, and no document."""
    try:
        told = json.loads(line)
    except ValueError:
        return False
    return isinstance(told, dict) and "requests" not in told


def _of_lines(lines: Iterable[tuple[str, str]], path: Path, most: int) -> list[Request]:
    found: list[Request] = []
    for where, line in lines:
        try:
            told = json.loads(line)
        except ValueError as error:
            raise UsageError(f"it is no JSON: {error}", where, _MAKE) from error
        if where == f"{path}:1":
            _check_schema(told, where)
        elif len(found) < most:
            found.append(_request(told, where, found))
        else:
            break
    return found


def _of_document(text: str, path: Path, most: int) -> list[Request]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"it is neither JSON, NDJSON nor a known CSV: {error}", str(path), _MAKE
        ) from error
    if not isinstance(told, dict):
        raise UsageError("a workload is an object", str(path), _MAKE)
    _check_schema(told, str(path))
    requests = told.get("requests")
    if not isinstance(requests, list):
        raise UsageError("requests is a list", str(path), _MAKE)
    found: list[Request] = []
    for number, each in enumerate(requests[:most], 1):
        found.append(_request(each, f"{path}: request {number}", found))
    return found


def _check_schema(told: Any, where: str) -> None:  # noqa: ANN401 - whatever JSON holds
    schema = str(told.get("schema")) if isinstance(told, dict) else "none"
    if schema != SCHEMA:
        name, _, version = schema.partition("/")
        newer = name == SCHEMA.partition("/")[0] and version.isdigit()
        fix = "use a newer Submeter" if newer else f'begin with {{"schema": "{SCHEMA}"}}'
        raise UsageError(f'the schema is "{schema[:40]}", this reads {SCHEMA}', where, fix)


def _request(told: Any, where: str, before: Sequence[Request]) -> Request:  # noqa: ANN401
    if not isinstance(told, dict):
        raise UsageError("a request is an object", where, _MAKE)
    try:
        return request_of(told, before[-1].at if before else 0.0)
    except RecordError as error:
        raise UsageError(error.what, where, _MAKE) from error
