"""Reading one log: every entry that is intact, and a truthful account of the rest."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from submeter.errors import RecordError
from submeter.ledger.canonical import check_kinds
from submeter.ledger.faults import explain
from submeter.ledger.frame import Damage, Frame, decode
from submeter.workloads.activity_json import from_json

if TYPE_CHECKING:
    from pathlib import Path

    from submeter.workloads.activity import Activity


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log.

    Parameters
    ----------
    activity : Activity
        What it says.
    payload : bytes
        Its canonical bytes; two entries are equal if these are.
    path : Path
        The log that it stands in.
    offset : int
        Where its frame begins there [B].
    """

    activity: Activity
    payload: bytes
    path: Path
    offset: int


@dataclass(frozen=True, slots=True)
class LogRead:
    """What one log holds.

    Parameters
    ----------
    path : Path
        The log.
    header : mapping of str to object
        What its writer said of itself: ``created`` [ns], ``host``, ``pid``, ``writer``.
    entries : tuple of Entry
        The intact entries, in the file's order.
    damage : tuple of Damage
        Ranges that were whole once and are not now, or that are not understood.
    torn : Damage or None
        A last write that never finished; or, for an instant, one that is being written.
    """

    path: Path
    header: dict[str, Any]
    entries: tuple[Entry, ...]
    damage: tuple[Damage, ...]
    torn: Damage | None


def read_log(path: Path) -> LogRead:
    """Read a log.

    Raises
    ------
    RecordError
        If the file cannot be read at all. Damaged content is no error: it is reported.
    """
    return interpret(path, _bytes(path))


def read_anyway(path: Path) -> LogRead:
    """Read a log; one that cannot be read at all is damaged as a whole."""
    try:
        return read_log(path)
    except RecordError as error:
        return LogRead(path, {}, (), (Damage(0, 0, f"{error.what}, {error.fix}"),), None)


def interpret(path: Path, data: bytes) -> LogRead:
    """Give what a log's bytes hold; it never raises. `path` says where they are from."""
    decoded = decode(data)
    entries: list[Entry] = []
    damage = list(decoded.damage)
    for frame in decoded.frames:
        found = _entry(path, frame)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            damage.append(found)
    damage.sort(key=lambda each: each.offset)
    return LogRead(
        path, _object(decoded.header or b""), tuple(entries), tuple(damage), decoded.torn
    )


def _bytes(path: Path) -> bytes:
    try:
        # Without waiting: what bears a log's name may be a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return file.read()
    except OSError as error:
        raise explain(error, "a log of the ledger cannot be read", path) from error
    raise RecordError("a log of the ledger is not a regular file", str(path), "move it away")


def _entry(path: Path, frame: Frame) -> Entry | Damage:
    told = _object(frame.payload)
    try:
        activity = from_json(told)
        check_kinds(activity)
    except (RecordError, KeyError) as error:
        reason = f"the frame is intact, but not an entry: {error}"
        return Damage(frame.offset, len(frame.payload), reason)
    return Entry(activity, frame.payload, path, frame.offset)


def _object(payload: bytes) -> dict[str, Any]:
    """Give the JSON object of a payload; an empty one where there is none."""
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
