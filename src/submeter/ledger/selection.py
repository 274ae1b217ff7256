"""Which entries are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from submeter.workloads.activity import Activity, State


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries by simple criteria; what is None is not asked about.

    Parameters
    ----------
    since, until : int or None
        Entries that started from `since` on, and before `until`; UTC [ns]. Windows that touch
        share no entry, so that their totals add up.
    name, stage, model : str or None
        What the entry is called; its stage; the name of its model. Exactly.
    state : State or None
        How far it has come.
    job : str or None
        The job that it belongs to, such as ``slurm:123``, or the run, such as ``torchrun:ID``.
    """

    since: int | None = None
    until: int | None = None
    name: str | None = None
    stage: str | None = None
    model: str | None = None
    state: State | None = None
    job: str | None = None

    def admits(self, activity: Activity) -> bool:
        """Tell whether an entry is among those asked for."""
        return (
            (self.since is None or activity.start >= self.since)
            and (self.until is None or activity.start < self.until)
            and (self.name is None or activity.name == self.name)
            and (self.stage is None or activity.stage == self.stage)
            and (self.model is None or activity.model.get("name", "") == self.model)
            and (self.state is None or activity.state is self.state)
            and (self.job is None or self.job in jobs_of(activity))
        )


def jobs_of(activity: Activity) -> tuple[str, ...]:
    """Give the job and the run that an entry belongs to, as far as they are known."""
    told = (activity.lineage.get(name, "") for name in ("job", "run"))
    return tuple(dict.fromkeys(each for each in told if each))


EVERYTHING = Selection()
"""All entries."""
