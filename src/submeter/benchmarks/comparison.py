"""Which bundles may stand beside one another, by which unit, and what must be said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.benchmarks.front import boundary_of
from submeter.benchmarks.plan import length_of
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.bundle import Bundle

_WHERE = "the bundles"


def unit_of(bundles: Sequence[Bundle]) -> str:
    """Give the unit by which bundles are compared.

    Raises
    ------
    UsageError
        If they are not of the same work, or no unit is told by all of them.
    """
    kinds = {(each.plan.task, each.plan.scenario in ("reasoning", "workload")) for each in bundles}
    if len(kinds) > 1:
        told = ", ".join(sorted({f"{each.plan.task}, {each.plan.scenario}" for each in bundles}))
        fix = "compare those of one task, and of one scenario where that is reasoning"
        raise UsageError(f"they are not of the same work ({told})", _WHERE, fix)
    scenarios = {each.plan.scenario for each in bundles}
    if "workload" in scenarios:
        _check_workload(bundles)
    whole = scenarios & {"reasoning", "workload"}
    for unit in ("query",) if whole else ("token", "query") if bundles else ():
        if bundles and boundary_of(bundles, unit):
            return unit
    fix = "leave out those whose energy was not seen"
    raise UsageError("there is no unit of work whose energy all of them tell", _WHERE, fix)


def _check_workload(bundles: Sequence[Bundle]) -> None:
    """Refuse other requests, or other times of them: candidates are compared by the same work."""
    asked = {
        (each.told["data"]["sha256"], each.plan.most, each.plan.seconds, each.plan.speed)
        for each in bundles
    }
    if len(asked) > 1:
        fix = "replay one file, with the same --queries, --time and --speed"
        raise UsageError("they are not of the same workload", _WHERE, fix)


def unlike_lengths(bundles: Sequence[Bundle]) -> str:
    """Tell that efforts of reasoning were measured at different lengths; empty if they were not.

    What one effort draws at 10 tokens and another at 8,192 tells of the tokens, not of the
    reasoning.
    """
    lengths: dict[str, set[str]] = {}
    for each in bundles:
        effort = each.plan.effort or "as it is"
        lengths.setdefault(effort, set()).add(length_of(each.plan))
    if len({frozenset(each) for each in lengths.values()}) < 2:  # noqa: PLR2004 - all are alike
        return ""
    told = "; ".join(
        f"effort {effort} at {' and '.join(sorted(found))}" for effort, found in lengths.items()
    )
    return (
        f"not the same budgets ({told}): these energies differ by how long answers may be, and "
        "not by reasoning alone; measure each effort at one budget and at free length "
        "(--effort off,high --budget 1024)"
    )
