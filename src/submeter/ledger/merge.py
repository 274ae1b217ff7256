"""Joining ledgers: what stands in others and not here is copied, byte for byte.

A ledger is a set of entries, and merging is the union of sets: it may be done in any order, in
any grouping and any number of times. Nothing is changed or left out: of several revisions all are
kept, and the latest is shown; contradicting ones are both kept, and told as a conflict.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.errors import RecordError
from submeter.ledger.book import LOGS, Ledger, damaged
from submeter.ledger.faults import explain
from submeter.ledger.logfile import SUFFIX
from submeter.ledger.reader import read_anyway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from submeter.ledger.book import Damaged
    from submeter.ledger.reader import Entry, LogRead
    from submeter.ledger.writer import LogWriter


@dataclass(frozen=True, slots=True)
class Source:
    """What one source had.

    Parameters
    ----------
    path : Path
        The ledger's folder, or a log.
    logs : int
        How many logs it has.
    entries : int
        Intact entries, every revision and copy counted.
    added : int
        Those of them that were not there yet.
    works : int
        Pieces of work that they tell of: ids, whatever their revisions.
    new, changed : int
        Those of them that were not known; that were known, and had other revisions here.
    damage, torn : tuple of Damaged
        What cannot be read; last writes that never finished.
    """

    path: Path
    logs: int
    entries: int
    added: int
    works: int
    new: int
    changed: int
    damage: tuple[Damaged, ...]
    torn: tuple[Damaged, ...]


def merge(
    sources: Sequence[Path], into: Ledger, clock: Callable[[], int] = time.time_ns
) -> tuple[Source, ...]:
    """Copy into a ledger what it lacks of the sources, which are only read.

    Parameters
    ----------
    sources : sequence of Path
        Ledgers' folders, folders of logs, or logs.
    into : Ledger
        Where it goes, to a new log; nothing is made where nothing is new.
    clock : callable
        Gives the time of day [ns since 1970-01-01 UTC].

    Raises
    ------
    RecordError
        If a source is no ledger (then nothing was written), or the ledger cannot be written.
        What was copied by then stays; merging again goes on.
    """
    found = [(path, logs_of(path)) for path in sources]
    own = [entry for path in into.paths() for entry in read_anyway(path).entries]
    known = {_digest(entry.payload) for entry in own}
    works = {entry.activity.id for entry in own}
    writer: LogWriter | None = None
    told = []
    try:
        for path, logs in found:
            reads, added = [], []
            for log in map(read_anyway, logs):
                fresh = list(_fresh(log, known))
                if fresh:
                    writer = writer or into.open_writer(clock)
                    writer.copy([entry.payload for entry in fresh])
                added += [entry.activity.id for entry in fresh]
                reads.append(log)
            told.append(_source(path, reads, added, works))
            works |= set(added)
    finally:
        if writer is not None:
            writer.close()
    return tuple(told)


def logs_of(path: Path) -> list[Path]:
    """Give the logs of a ledger's folder, of a folder of logs, or the log itself.

    Raises
    ------
    RecordError
        If it is none of these, or cannot be read.
    """
    if path.is_file():
        if path.suffix != SUFFIX and not read_anyway(path).entries:
            fix = f"name a ledger's folder, or a log: NAME{SUFFIX}"
            raise RecordError("this is no log of a ledger", str(path), fix)
        return [path]
    try:
        names = [each.name for each in path.iterdir()] if path.exists() else None
    except OSError as error:
        raise explain(error, "a ledger cannot be read", path) from error
    if names is None:
        raise RecordError("there is no ledger", str(path), "check its path: ls")
    if LOGS in names:
        return Ledger(path).paths()
    logs = sorted(path / name for name in names if name.endswith(SUFFIX))
    if not logs:
        fix = f'name the folder that holds "{LOGS}", such as ~/.local/state/submeter/ledger'
        raise RecordError("this is no ledger: it holds no logs", str(path), fix)
    return logs


def _fresh(log: LogRead, known: set[bytes]) -> Iterator[Entry]:
    """Give the entries that are not known, and know them from now on."""
    for entry in log.entries:
        digest = _digest(entry.payload)
        if digest not in known:
            known.add(digest)
            yield entry


def _source(path: Path, reads: Sequence[LogRead], added: Sequence[str], works: set[str]) -> Source:
    """Tell what a source had; `added` are the ids of what was copied, `works` those before it."""
    return Source(
        path,
        len(reads),
        sum(len(log.entries) for log in reads),
        len(added),
        len({entry.activity.id for log in reads for entry in log.entries}),
        len(set(added) - works),
        len(set(added) & works),
        tuple(damaged(log.path, each) for log in reads for each in log.damage),
        tuple(damaged(log.path, log.torn) for log in reads if log.torn),
    )


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()
