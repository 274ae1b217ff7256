"""One account for a job: all its entries over ranks, nodes and retries, each joule once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.statement import Heading, state_together
from submeter.errors import UsageError
from submeter.ledger.selection import Selection, jobs_of
from submeter.runs.account import inventory_of, unit_of, wanted
from submeter.runs.charges import charged
from submeter.runs.claims import charged_once
from submeter.runs.methods import all_methods
from submeter.runs.parts import machine, parts_of
from submeter.workloads.activity import Activity, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.accounting.statement import Statement
    from submeter.runs.claims import Overlap


@dataclass(frozen=True, slots=True)
class Joint:
    """The entries of a job, ready to be accounted for as one.

    Parameters
    ----------
    job : str
        Such as ``slurm:123``.
    entries : tuple of Activity
        By start, without what is contained in others of them; what several claim of one device
        is scaled down to what it drew.
    parts : mapping of str to str
        By id, in which entry of the job each that was left out is contained.
    overlaps : tuple of Overlap
        What was claimed twice.
    """

    job: str
    entries: tuple[Activity, ...]
    parts: Mapping[str, str]
    overlaps: tuple[Overlap, ...]

    @property
    def summary(self) -> Activity:
        """The job as if it were one entry, without books: its name, its time, its work."""
        counts: dict[str, float] = {}
        for each in self.entries:
            for unit, amount in each.counts.items():
                counts[unit] = counts.get(unit, 0.0) + amount
        start = min(each.start for each in self.entries)
        end = max(each.end for each in self.entries)
        return Activity(
            id=self.job,
            name=_common([each.name for each in self.entries], self.job),
            start=start,
            end=end,
            seconds=(end - start) / 1e9,
            stage=_common([each.stage for each in self.entries], "other"),
            counts=counts,
        )

    @property
    def ranks(self) -> int:
        """How many ranks have entries."""
        return len({each.lineage["rank"] for each in self.entries if "rank" in each.lineage})

    @property
    def machines(self) -> int:
        """How many machines they ran on, as far as that is known."""
        return len({machine(each) for each in self.entries} - {""})

    @property
    def retries(self) -> int:
        """How many times a rank was begun anew."""
        tries = {
            (told.get("step"), told["rank"], told.get("requeues"), told.get("restarts"))
            for told in (each.lineage for each in self.entries)
            if "rank" in told
        }
        return len(tries) - len({row[:2] for row in tries})

    def missing(self) -> tuple[str, ...]:
        """Tell what of the job is not here, and what was charged once."""
        told = [f"record: {line}" for line in (*self.absent(), *self._unfinished())]
        told += [
            f"books: {each.line()}; it is charged once, shared in proportion to the claims"
            for each in self.overlaps if each.telling
        ]  # fmt: skip
        return tuple(told)

    def absent(self) -> list[str]:
        """Tell which of its ranks and nodes have no entries here."""
        fix = "merge the others' ledgers: submeter ledger merge SOURCE"
        found = []
        ranks = _stated(self.entries, "ranks")
        if 0 < self.ranks < ranks:
            found.append(f"entries of {self.ranks} of {ranks} ranks are here; {fix}")
        nodes = _stated(self.entries, "nodes")
        if self.machines < nodes:
            found.append(f"entries of {self.machines} of {nodes} nodes are here; {fix}")
        return found

    def _unfinished(self) -> list[str]:
        count = sum(each.state is State.OPEN for each in self.entries)
        if not count:
            return []
        return [f"{count} of {len(self.entries)} entries are not final: what follows is not in it"]

    def as_dict(self) -> dict[str, Any]:
        """Give the ``job`` object: what was added up, energies in whole µJ."""
        rows = [_row(each) for each in self.entries]
        return {
            "id": self.job,
            "ranks": self.ranks,
            "machines": self.machines,
            "retries": self.retries,
            "energy_uj": sum(row["energy_uj"] or 0 for row in rows),
            "entries": rows,
            "parts": dict(self.parts),
            "overlaps": [
                {"domain": each.domain, "host": each.host, "entries": list(each.entries),
                 "claimed_uj": each.claimed, "drawn_uj": each.drawn}
                for each in self.overlaps
            ],
        }  # fmt: skip


def joined(job: str, activities: Sequence[Activity]) -> Joint:
    """Gather the entries of a job.

    Parameters
    ----------
    job : str
        Such as ``slurm:123`` or ``torchrun:ID``.
    activities : sequence of Activity
        The newest revision of every entry there is.

    Raises
    ------
    UsageError
        If there is none of that job, with what may have been meant.
    """
    selection = Selection(job=job)
    own = [each for each in activities if selection.admits(each)]
    if not own:
        known = dict.fromkeys(each for entry in activities for each in jobs_of(entry))
        raise _unknown(job, list(known))
    parts = parts_of(own)
    entries, overlaps = charged_once([each for each in own if each.id not in parts])
    return Joint(job, tuple(entries), parts, tuple(overlaps))


class JointAccount(NamedTuple):
    """The statement of a job, and the inventories of its entries, which it was made from."""

    statement: Statement
    inventories: tuple[Inventory, ...]


def account_jointly(
    joint: Joint,
    method: str,
    asked: Mapping[str, str],
    configured: Mapping[str, str],
    in_time: Callable[[Activity, Inventory, Method], Inventory] | None = None,
) -> JointAccount:
    """Account for a job.

    Parameters
    ----------
    joint : Joint
        Its entries; they are not changed.
    method : str
        Id of the accounting method.
    asked : mapping of str to str
        What to account by instead of what was recorded, as for one entry.
    configured : mapping of str to str
        What holds for entries that recorded nothing, where nothing is asked for.
    in_time : callable, optional
        Gives the inventory of an entry the grid of its own hours.

    Raises
    ------
    MethodError, RegionError, QuantityError
        As for one entry.
    """
    rules = find(method, all_methods())
    inventories = [inventory_of(each, wanted(each, asked, configured)) for each in joint.entries]
    if in_time is not None:
        pairs = zip(joint.entries, inventories, strict=True)
        inventories = [in_time(entry, inventory, rules) for entry, inventory in pairs]
    summary = joint.summary
    heading = Heading(joint.job, summary.name, summary.stage, unit_of(summary), joint.missing())
    statement = state_together(inventories, rules, Draws(), heading)
    return JointAccount(statement, tuple(inventories))


def _row(entry: Activity) -> dict[str, Any]:
    energy = charged(entry.bookings)
    return {
        "id": entry.id,
        "name": entry.name,
        "state": entry.state.value,
        "start": entry.start,
        "seconds": entry.seconds,
        "host": entry.host.get("name", ""),
        "lineage": dict(entry.lineage),
        "energy_uj": None if energy is None else energy[0],
    }


def _stated(entries: Sequence[Activity], name: str) -> int:
    """Give the largest number that the entries state; 0 where none does."""
    told = (str(each.lineage.get(name, "")) for each in entries)
    return max((int(text) for text in told if text.isdecimal()), default=0)


def _common(words: Sequence[str], otherwise: str) -> str:
    """Give the word that all share, or another."""
    ((word, count),) = Counter(words).most_common(1)
    return word if count == len(words) else otherwise


def _unknown(job: str, known: Sequence[str]) -> UsageError:
    close = get_close_matches(job, known, 1) or [
        each for each in known if each.partition(":")[2] == job
    ]
    if close:
        fix = f'did you mean "{close[0]}"?'
    elif known:
        fix = f"known are {', '.join(known[-5:])}"
    else:
        fix = "no entry here belongs to a job: merge the ledgers of its nodes first"
    return UsageError(f'no entry belongs to the job "{job}"', "--job", fix)
