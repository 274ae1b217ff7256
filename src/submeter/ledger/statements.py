"""Statements that were issued: each with all that it was made from, so that it can be checked.

One file an entry, ``statements/ID.ndjson`` in the ledger's folder, appended to and never changed.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from submeter.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = "statements"


def issued(ledger: Path, entry_id: str) -> list[dict[str, Any]]:
    """Give every statement issued of an entry, the oldest first; a torn last line is left out.

    Raises
    ------
    RecordError
        If they are there and cannot be read.
    """
    path = ledger / FOLDER / f"{entry_id}.ndjson"
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        what = f"the issued statements cannot be read ({error.strerror})"
        raise RecordError(what, str(path)) from error
    try:
        return [json.loads(line) for line in lines if line]
    except ValueError as error:
        what = "the issued statements are damaged"
        raise RecordError(what, str(path), "move the file away; the entry is whole") from error


def issue(ledger: Path, entry_id: str, record: Mapping[str, Any]) -> None:
    """Append a statement, in one write and synced.

    Raises
    ------
    RecordError
        If it cannot be written.
    """
    path = ledger / FOLDER / f"{entry_id}.ndjson"
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                line = b"\n" + line  # the one before was torn
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        what = f"the statement cannot be recorded ({error.strerror})"
        raise RecordError(what, str(path)) from error
