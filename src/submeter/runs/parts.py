"""Which entries are parts of others: their joules are in those already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.runs.lineage import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.workloads.activity import Activity

_ON_HOST = ("pod", "container", "unit")


def parts_of(activities: Sequence[Activity]) -> dict[str, str]:
    """Tell, by id, in which other entry an entry is contained.

    Notes
    -----
    An entry is a part of another on the same boot of a machine if it was measured inside it
    (``lineage.parent``); or if the other metered all of a job, a step, a pod or a container on
    that machine (``lineage.covers``) and this belongs to it and lies within its time. The
    variable that tells a parent is handed on to other machines by launchers; what is measured
    there is no part of what was metered here.
    """
    known = {each.id: each for each in activities}
    found: dict[str, str] = {}
    for each in activities:
        parent = known.get(each.lineage.get("parent", ""))
        if parent is not None and parent is not each and _same_machine(parent, each):
            found[each.id] = parent.id
    covering = [each for each in activities if each.lineage.get("covers") in LEVELS]
    beside: dict[str, list[Activity]] = {machine(outer): [] for outer in covering}
    for each in activities:
        if machine(each) in beside:
            beside[machine(each)].append(each)
    for outer in covering:
        for each in beside[machine(outer)]:
            if _covers(outer, each):
                found.setdefault(each.id, outer.id)
    return found


def outermost(activities: Iterable[Activity]) -> list[Activity]:
    """Leave out the entries that are parts of others among these."""
    given = list(activities)
    parts = parts_of(given)
    return [each for each in given if each.id not in parts]


def machine(activity: Activity) -> str:
    """Give the machine, since its last boot, that an entry was metered on; empty if not known."""
    return activity.host.get("boot", "") or activity.host.get("name", "")


def _same_machine(one: Activity, other: Activity) -> bool:
    return machine(one) == machine(other)


def _covers(outer: Activity, inner: Activity) -> bool:
    if inner is outer or not machine(outer) or not _same_machine(outer, inner):
        return False
    if not (outer.start <= inner.start and inner.end <= outer.end):
        return False
    # Of two that metered the same group in the same time, one is taken for the whole.
    if (outer.start, outer.end) == (inner.start, inner.end) and _covers_all(inner, outer):
        return outer.id < inner.id
    return _covers_all(outer, inner)


def _covers_all(outer: Activity, inner: Activity) -> bool:
    level = outer.lineage.get("covers", "")
    if level not in LEVELS:
        return False
    # A step is told apart within its job, a task within its step; a container's id by itself.
    asked = LEVELS[: LEVELS.index(level) + 1] if level not in _ON_HOST else (level,)
    return all(_told(outer, each) and _told(outer, each) == _told(inner, each) for each in asked)


def _told(activity: Activity, level: str) -> str:
    return (activity.host if level in _ON_HOST else activity.lineage).get(level, "")
