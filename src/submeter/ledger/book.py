"""`Ledger`: all logs of a folder, read as one book."""

from __future__ import annotations

import time
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from submeter.errors import RecordError
from submeter.ledger.faults import explain
from submeter.ledger.logfile import SUFFIX
from submeter.ledger.reader import read_anyway
from submeter.ledger.selection import EVERYTHING, Selection
from submeter.ledger.writer import LogWriter
from submeter.workloads.activity import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from submeter.ledger.frame import Damage
    from submeter.ledger.reader import Entry, LogRead
    from submeter.workloads.activity import Activity

LOGS = "log"
"""The folder of the logs, inside the ledger's."""

_SHOWN = 5  # ids that an error lists


@dataclass(frozen=True, slots=True)
class Damaged:
    """A range of a file that cannot be read: `offset` and `length` [B], and the reason."""

    path: Path
    offset: int
    length: int
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different contents under one id and revision; the first of them is the one shown."""

    id: str
    revision: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong in a ledger.

    Parameters
    ----------
    damage : tuple of Damaged
        What was on the record and cannot be read.
    torn : tuple of Damaged
        Last writes that never finished: normal after a crash, and never acknowledged.
    conflicts : tuple of Conflict
        Entries that contradict each other.
    """

    damage: tuple[Damaged, ...]
    torn: tuple[Damaged, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def sound(self) -> bool:
        """Whether all that was on the record is there, without contradiction."""
        return not (self.damage or self.conflicts)


class Ledger:
    """The embedded ledger in a folder. Reading makes nothing; the first writer makes the folder.

    Parameters
    ----------
    folder : Path
        Where it is, as `submeter.ledger.location.ledger_folder` gives it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open_writer(self, clock: Callable[[], int] = time.time_ns) -> LogWriter:
        """Open a log of one's own.

        Parameters
        ----------
        clock : callable
            Gives the time of day [ns since 1970-01-01 UTC].

        Raises
        ------
        RecordError
            If nothing can be written there.
        """
        return LogWriter(self.folder / LOGS, clock)

    def activities(self, selection: Selection = EVERYTHING) -> Iterator[Activity]:
        """Give the newest revision of every entry that is asked for, by time of start.

        Damaged logs give what is intact in them; `damage` tells the rest.

        Raises
        ------
        RecordError
            If the folder of the logs is there and cannot be read.
        """
        newest = (row[0].activity for row in _newest(self._entries()).values())
        wanted = [activity for activity in newest if selection.admits(activity)]
        yield from sorted(wanted, key=_order)

    def history(self, identity: str) -> tuple[Activity, ...]:
        """Give every revision of an entry, oldest first; of contradicting ones, all.

        Parameters
        ----------
        identity : str
            The whole id.
        """
        rows = _by_revision(entry for entry in self._entries() if entry.activity.id == identity)
        return tuple(each.activity for key in sorted(rows) for each in rows[key])

    def get(self, reference: str) -> Activity:
        """Give the newest revision of one entry.

        Parameters
        ----------
        reference : str
            Its id, or as much of its beginning as only it has; or ``last``.

        Raises
        ------
        RecordError
            If there is no such entry, or there are several.
        """
        known = {activity.id: activity for activity in self.activities()}
        if reference in known:
            return known[reference]
        if not known:
            raise RecordError(
                "the ledger is empty", str(self.folder), "record something: submeter run -- CMD"
            )
        if reference == "last":
            whole = [each for each in known.values() if not each.lineage.get("parent")]
            return (whole or list(known.values()))[-1]
        start = reference.casefold()
        found = [each for each in known if start and each.casefold().startswith(start)]
        if len(found) == 1:
            return known[found[0]]
        if found:
            shown = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
            raise RecordError(
                f'"{reference}" begins {len(found)} ids', shown, "type more of the one you mean"
            )
        raise self._unknown(reference, list(known.values()))

    def damage(self) -> Report:
        """Give all that is damaged, torn or contradictory.

        Raises
        ------
        RecordError
            If the folder of the logs is there and cannot be read.
        """
        damage: list[Damaged] = []
        torn: list[Damaged] = []
        entries: list[Entry] = []
        for log in self._logs():
            damage += [damaged(log.path, each) for each in log.damage]
            torn += [damaged(log.path, log.torn)] if log.torn else []
            entries += log.entries
        conflicts = tuple(
            Conflict(*key, tuple(rows))
            for key, rows in sorted(_by_revision(entries).items())
            if len(rows) > 1
        )
        return Report(tuple(damage), tuple(torn), conflicts)

    def paths(self) -> list[Path]:
        """Give the logs, by name: those of one day stand together.

        Raises
        ------
        RecordError
            If the folder of the logs is there and cannot be read.
        """
        folder = self.folder / LOGS
        try:
            return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise explain(error, "the ledger cannot be read", folder) from error

    def _logs(self) -> Iterator[LogRead]:
        yield from map(read_anyway, self.paths())

    def _entries(self) -> Iterator[Entry]:
        for log in self._logs():
            yield from log.entries

    def _unknown(self, reference: str, known: list[Activity]) -> RecordError:
        """Give the error for an entry that is not there, with what may have been meant."""
        fix = "list the entries: submeter ledger list"
        named = [activity for activity in known if activity.name == reference]
        near = get_close_matches(reference.upper(), [each.id for each in known], 1)
        near += get_close_matches(reference, [each.name for each in known], 1)
        if named:
            fix = f'"{reference}" is a name; the latest entry of that name is {named[-1].id}'
        elif near:
            fix = f'did you mean "{near[0]}"? {fix}'
        return RecordError(f'there is no entry "{reference}"', str(self.folder), fix)


def damaged(path: Path, damage: Damage) -> Damaged:
    """Give a damage with the log that it is in."""
    return Damaged(path, damage.offset, damage.length, damage.reason)


def _order(activity: Activity) -> tuple[int, str]:
    return activity.start, activity.id


def _by_revision(entries: Iterable[Entry]) -> dict[tuple[str, int], list[Entry]]:
    """Gather entries by id and revision; equal ones are one."""
    rows: dict[tuple[str, int], dict[bytes, Entry]] = {}
    for entry in entries:
        key = entry.activity.id, entry.activity.revision
        rows.setdefault(key, {}).setdefault(entry.payload, entry)
    return {key: sorted(row.values(), key=_rank, reverse=True) for key, row in rows.items()}


def _rank(entry: Entry) -> tuple[bool, bytes]:
    """Order contradicting entries the same way whatever order they are read in."""
    return entry.activity.state is State.FINAL, entry.payload


def _newest(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Give the newest revision of every id."""
    rows: dict[str, tuple[int, list[Entry]]] = {}
    for (identity, revision), row in _by_revision(entries).items():
        if identity not in rows or revision > rows[identity][0]:
            rows[identity] = revision, row
    return {identity: row for identity, (_, row) in rows.items()}
