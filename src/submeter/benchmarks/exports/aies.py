"""AI Energy Score's tables: the leaderboard's columns, and the runner's ``master_results.csv``."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.exports.export import Export, interval, per_1000
from submeter.benchmarks.summary import J_PER_WH, steady_of
from submeter.errors import UsageError
from submeter.ratings.result import Boundary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.bundle import Bundle
    from submeter.benchmarks.query import Query
    from submeter.ratings.result import Result

V1 = ("model", "total_gpu_energy", "energy_score", "class")
V2 = (
    "model_name", "model_class", "task", "reasoning_state", "total_prompts",
    "successful_prompts", "failed_prompts", "total_duration_seconds", "avg_total_time",
    "avg_time_to_first_token", "total_tokens", "total_prompt_tokens", "total_completion_tokens",
    "throughput_tokens_per_second", "gpu_energy_wh", "wh_per_1000_queries", "co2_emissions_g",
    "tokens_per_joule", "avg_energy_per_prompt_wh", "timestamp", "error_message",
)  # fmt: skip
_TASKS = {"text-generation": "text_gen", "reasoning": "text_gen", "image-generation": "image_gen"}
_QUERIES = ("single", "reasoning")


def v1(bundle: Bundle, result: Result) -> Export:
    """Write a row of the leaderboard: kWh per 1,000 queries.

    Raises
    ------
    UsageError
        If the bundle is not of single queries, or tells no energy of an accelerator.
    """
    _check(result)
    task = "reasoning" if result.scenario == "reasoning" else result.task
    row = {"model": result.model, "total_gpu_energy": result.energy / 1000}
    lost = (
        *_lost(bundle, result),
        "energy_score is left empty: its stars depend on who else is rated",
        f"no place for the task ({task}): the leaderboard tells it by the name of the file",
    )
    return Export(_csv(V1, row), lost)


def v2(bundle: Bundle, result: Result) -> Export:
    """Write a row of ``master_results.csv``: Wh of the run, without its warm-up.

    Raises
    ------
    UsageError
        If the bundle is not of single queries, or tells no energy of an accelerator.
    """
    _check(result)
    summary = bundle.told["summary"]
    queries = steady_of(bundle.plan, bundle.sittings, bundle.queries).queries
    joules = summary["energy"][Boundary.ACCELERATOR.value]["total"]["value"]
    prompts, answers = _sum(queries, "tokens_in"), _sum(queries, "tokens_out")
    both = None if prompts is None or answers is None else prompts + answers
    row = {
        "model_name": result.model,
        "task": _TASKS.get(result.task, result.task.replace("-", "_")),
        "reasoning_state": _state(bundle, queries),
        "total_prompts": len(queries),
        "successful_prompts": len(queries),
        "failed_prompts": 0,
        "total_duration_seconds": summary["speed"]["seconds"],
        "avg_total_time": _mean([(each.end - each.start) / 1e9 for each in queries]),
        "avg_time_to_first_token": _mean(
            [(each.first - each.start) / 1e9 for each in queries if each.first is not None]
        ),
        "total_tokens": both,
        "total_prompt_tokens": prompts,
        "total_completion_tokens": answers,
        "throughput_tokens_per_second": summary["speed"]["per_second"].get("token"),
        "gpu_energy_wh": joules / J_PER_WH,
        "wh_per_1000_queries": result.energy,
        "tokens_per_joule": None if both is None else both / joules,
        "avg_energy_per_prompt_wh": result.energy / 1000,
        "timestamp": bundle.told["created"],
    }
    empty = ", ".join(each for each in V2 if row.get(each) in (None, "") and each not in _BLANK)
    lost = (
        *_lost(bundle, result),
        "CO2 is left empty: a bundle holds energy, and submeter account tells a place's carbon",
        *((f"what was not told is empty, and no zero: {empty}",) if empty else ()),
    )
    return Export(_csv(V2, row), lost)


_BLANK = ("model_class", "co2_emissions_g", "error_message", "reasoning_state")


def _check(result: Result) -> None:
    if result.scenario not in _QUERIES:
        what = (
            f"AI Energy Score asks one query at a time, and this is the scenario {result.scenario}"
        )
        raise UsageError(what, result.source, "--format every-eval-ever has every scenario")
    if result.boundary is not Boundary.ACCELERATOR:
        what = "AI Energy Score's columns hold accelerator energy, and the bundle tells none"
        fix = "--format model-card and every-eval-ever tell the boundary"
        raise UsageError(what, result.source, fix)


def _lost(bundle: Bundle, result: Result) -> tuple[str, ...]:
    quality = result.quality
    also = (
        [f"no place for the quality ({quality.metric} {quality.value:.3g})"]
        if quality is not None
        else []
    )
    return (
        f"no place for the {interval(result)} {per_1000(result)}",
        f"no place for the tier ({result.tier}); the boundary, the accelerator's, is understood",
        f"no place for the hardware ({result.hardware})",
        *also,
        f"no place for the bundle's hash ({bundle.sha256})",
        "the class is left empty: it is one of size, and AI Energy Score's to give",
    )


def _state(bundle: Bundle, queries: Sequence[Query]) -> str:
    """Give whether it reasoned; empty where neither the plan nor the engine tells."""
    effort = bundle.plan.effort
    if bundle.plan.scenario != "reasoning" or effort == "off":
        return "Off"
    if effort:
        return f"On ({effort.capitalize()})"
    return "On" if any(each.tokens_reasoning for each in queries) else ""


def _sum(queries: Sequence[Query], name: str) -> int | None:
    """Give how many tokens there were; None where any query doesn't tell."""
    told = [getattr(each, name) for each in queries]
    return None if None in told or not told else sum(told)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _csv(columns: Sequence[str], row: Mapping[str, Any]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerow({each: "" if row.get(each) is None else row[each] for each in columns})
    return out.getvalue()
