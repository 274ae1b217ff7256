"""AI Energy Score's second release: ``reasoning.csv`` and the runner's ``master_results.csv``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.imports.hints import model_of, task_of_file
from submeter.ratings.result import Result, task_name
from submeter.ratings.table import Read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from submeter.benchmarks.imports.hints import Hints
    from submeter.benchmarks.imports.sheet import Row, Sheet

WHOLE = "gpu_energy_wh"
"""Energy of the whole run [Wh], however many prompts it had."""
PER_1000 = {
    "wh_per_1000_queries": 1.0,
    "total_gpu_energy": 1000.0,
    "avg_energy_per_prompt_wh": 1000.0,
}
"""Columns of the energy of 1,000 queries, and what makes Wh of them."""
PROMPTS = 1000
SHORT = 10
"""Tokens of an answer where reasoning is off."""

_TASKS = {"text-gen": "text-generation", "image-gen": "image-generation"}
_NEAR = 0.02
_SAME = 1e-4
_TELLING = 4
"""Digits from which on the same ones are no chance."""
_ROUNDED = 0.5
_APART = 0.1


def is_run(columns: Collection[str]) -> bool:
    """Tell whether columns are those of a run with its tokens and prompts."""
    told = {"total_completion_tokens", "successful_prompts"}
    return WHOLE in columns and bool(told & set(columns))


class _Run(NamedTuple):
    """A row's figures: prompts, Wh per 1,000 by column, and Wh per 1,000 of the whole over them."""

    prompts: float | None
    stated: Mapping[str, float]
    follows: float | None


def read(sheet: Sheet, hints: Hints) -> Read:
    """Read it: the energy of the whole run over its prompts, else what is stated for 1,000.

    Raises
    ------
    UsageError
        If a row cannot be read, or nothing tells the task.
    """
    results: list[Result] = []
    defects: list[str] = []
    for row in sheet.rows:
        model = model_of(row, "model_name", "model")
        failed = row.text("error_message")
        if failed:
            defects.append(f"{row.where}: {model} failed: {' '.join(failed.split())[:200]}")
            continue
        run = _run(row)
        energy = run.follows or next((each for each in run.stated.values() if each > 0), None)
        slipped = next(_slipped(row), None)
        if slipped is not None or energy is None:
            told = slipped or "no energy; nothing measured is not zero"
            defects.append(f"{row.where}: {model}: {told}: left out")
            continue
        told_task = row.text("task") or hints.task or task_of_file(sheet.name)
        task, told_of = _task(row, run, task_name(hints.task_for(told_task, row.where)))
        results.append(Result(
            task=task, model=f"{model}{_effort(row, task)}", energy=energy,
            model_class=row.text("model_class") or row.text("class"),
            scenario="reasoning" if task == "reasoning" else "single", source=row.where,
        ))  # fmt: skip
        every = (*told_of, *_of_prompts(row, run), *_of_energies(row, run, energy))
        defects += [f"{row.where}: {model}: {each}" for each in every]
    return Read(tuple(results), tuple(defects))


def _run(row: Row) -> _Run:
    stated = {}
    for column, size in PER_1000.items():
        value = row.number(column)
        if value is not None:
            stated[column] = value * size
    prompts, whole = _prompts(row), row.number(WHOLE)
    follows = whole / prompts * 1000 if whole and whole > 0 and prompts else None
    return _Run(prompts, stated, follows)


def _prompts(row: Row) -> float | None:
    """Give how many prompts were answered: as counted, else by time, else by energy."""
    counted = row.number("successful_prompts")
    if counted is not None:
        return counted if counted > 0 else None
    by_time = _over(row, "total_duration_seconds", "avg_latency_seconds")
    by_energy = _over(row, WHOLE, "avg_energy_per_prompt_wh")
    # Time has the pauses in it, so that energy tells the number better, unless it is not of one.
    if by_time and by_energy and abs(by_energy / by_time - 1) > _APART:
        return by_time
    return by_energy or by_time


_MOST = 1e9
"""More prompts than any run has: what comes to more is no number of prompts."""


def _over(row: Row, whole: str, one: str) -> float | None:
    above, below = row.number(whole), row.number(one)
    if not (above and below and above >= below > 0):
        return None
    number = above / below
    return float(round(number)) if number < _MOST else None


def _slipped(row: Row) -> Iterator[str]:
    """Tell of an energy that has the digits of the throughput."""
    column = "throughput_tokens_per_second"
    speed = row.number(column)
    if sum(each.isdigit() for each in row.text(column).lstrip("0.")) < _TELLING:
        return
    for name in (*PER_1000, WHOLE):
        energy = row.number(name)
        if not energy or not speed or speed < 0:
            continue
        if any(abs(energy * size / speed - 1) < _SAME for size in (1.0, 1000.0)):
            yield f"{name} {energy:g} has the digits of {column} {speed:g}: columns have slipped"


def _task(row: Row, run: _Run, task: str) -> tuple[str, list[str]]:
    """Give the task that was really done, and what is wrong with the one that is told."""
    task = _TASKS.get(task, task)
    state = row.text("reasoning_state")
    tokens = row.number("total_completion_tokens")
    if state.lower().startswith("on"):
        task = "reasoning"
    if tokens is None or not run.prompts:
        return task, []
    each = tokens / run.prompts
    if task == "reasoning" and each <= SHORT + _ROUNDED:
        told = f"reasoning is {state or 'told'}, and answers have {each:.3g} tokens: it was off"
        return "text-generation", [f"{told}; read as text-generation"]
    if task == "text-generation" and each > SHORT + _ROUNDED:
        told = f"answers have {each:.4g} tokens where the protocol has {SHORT}"
        return task, [f"{told}: not comparable with the others"]
    return task, []


def _effort(row: Row, task: str) -> str:
    """Give how much it reasoned, as the runner tells it: ``On (High)``."""
    effort = row.text("reasoning_state").lower().partition("(")[2].rstrip(" )")
    return f" ({effort})" if effort and task == "reasoning" else ""


def _of_prompts(row: Row, run: _Run) -> Iterator[str]:
    failed = row.number("failed_prompts")
    if failed:
        yield f"{failed:.0f} prompts failed, and their energy is charged to those answered"
    if run.prompts and abs(run.prompts / PROMPTS - 1) > _NEAR:
        yield f"{run.prompts:.0f} prompts, where the protocol has 1,000"


def _of_energies(row: Row, run: _Run, energy: float) -> Iterator[str]:
    """Hold what is stated for 1,000 queries against what is taken for it."""
    whole = row.number(WHOLE)
    for column, value in run.stated.items():
        # The last digit may be all that the figure has.
        decimals = len(row.text(column).partition(".")[2])
        grain = 0.5 * 10**-decimals * PER_1000[column]
        if value <= 0 or abs(value - energy) <= _NEAR * energy + grain:
            continue
        ratio = value / energy
        printed = value / PER_1000[column]
        if any(abs(ratio / size - 1) <= _NEAR for size in (1e3, 1e-3)):
            yield f"{column} {printed:g} is off by a factor of 1,000: kWh and Wh"
        elif whole and any(abs(each / whole - 1) <= _NEAR for each in (value, printed)):
            told = f"{column} {printed:g} is the whole run's energy of {run.prompts or 0:.0f}"
            yield f"{told} prompts; {energy:.4g} Wh per 1,000 follow"
        else:
            yield f"{column} tells {value:.4g} Wh per 1,000, and {energy:.4g} follow"
