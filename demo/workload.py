"""Real models at work, measured from within by `submeter.measure`.

By itself: ``.venv/bin/python -m demo.workload``. ``make demo`` also meters it from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

import submeter
from demo import file_types, pages

if TYPE_CHECKING:
    from demo.task import Task

JOULES = 3600.0
"""In a watt-hour. Submeter gives energy in joules; people are billed in watt-hours."""

TEN = 10
"""From here on a decimal would promise too much."""


@dataclass(frozen=True)
class Result:
    """A task done: the whole, its two phases, and the share of right answers."""

    task: Task[Any]
    whole: submeter.Window
    load: submeter.Window
    query: submeter.Window
    right: float


def do(task: Task[Any]) -> Result:
    """Load a model and put every question to it, each in a phase of its own."""
    # `make demo` meters this whole process from outside and enters it into the ledger. These
    # windows would be entered as parts of that entry; here they are shown and forgotten.
    with submeter.measure(task.name, record="no") as whole:
        with whole.phase("load") as load:
            model = task.load()
        with whole.phase("query") as query:
            answers = []
            for example in task.examples:
                answers.append(model(example.given))
                query.count(requests=1)
    pairs = zip(answers, task.examples, strict=True)
    right = fmean(task.score(answer, example.known) for answer, example in pairs)
    return Result(task, whole, load, query, right)


def show(result: Result) -> None:
    """Print what one task drew: loading and querying told apart, then per request."""
    task, load, query = result.task, result.load, result.query
    one, mixed = query.per("requests"), result.whole.per("requests")
    print(f"{task.name}: {len(task.examples)} {task.unit}s, {result.right:.1%} right")
    print(f"  load      {load.seconds:5.1f} s  {words(load.energy)}")
    print(f"  query     {query.seconds:5.1f} s  {words(query.energy)}")
    print(f"  per {task.unit}           {words(one)}")
    if load.energy and one and mixed:
        more, alone = mixed.value / one.value - 1, load.energy.value / one.value + 1
        print(f"  Mixed with loading, a {task.unit} seems to draw {more:.0%} more;", end=" ")
        print(f"in a run for one alone, {alone:.2g} times as much.")
    print(flush=True)


def words(energy: submeter.Estimate | None) -> str:
    """Write an energy [J] in watt-hours, with its 95 % interval and how it came about."""
    if energy is None:
        return "not seen"
    size, unit = (1e-3, "mWh") if energy.value > 1e-3 * JOULES else (1e-6, "µWh")
    parts = (number / JOULES / size for number in (energy.value, energy.low, energy.high))
    value, low, high = (f"{part:.0f}" if part >= TEN else f"{part:.1f}" for part in parts)
    return f"{value:>4} {unit}  {f'({low} to {high})':16} {energy.tier}"


def main() -> None:
    """Do both tasks, one after the other."""
    print(f"{'energy (95 % interval)':>44}\n")
    seen = []
    for task in (file_types.task(), pages.task()):
        result = do(task)
        show(result)
        seen.append(result.whole.energy)
    if any(energy is None or energy.tier is not submeter.Tier.MEASURED for energy in seen):
        print("modelled: no sensor answers for it here; .venv/bin/submeter doctor tells why")


if __name__ == "__main__":
    main()
