"""What ``submeter bench run`` is asked for: its plan, and one bundle or a set of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.plan import Plan, published
from submeter.benchmarks.reasoning import FLAG
from submeter.benchmarks.registry import backend_named, task_named
from submeter.benchmarks.repeats import repeated
from submeter.benchmarks.replay.replayer import SEATS, TASK, task_of
from submeter.benchmarks.replay.workload import LAST, cut
from submeter.benchmarks.replay.workload_file import read_workload
from submeter.benchmarks.runner import Bench
from submeter.benchmarks.runner import run as run_bench
from submeter.benchmarks.sweep import FREE, part, steps
from submeter.cli.output import SHOWN
from submeter.cli.render.bench import progress_line
from submeter.errors import UsageError
from submeter.quantities.parsing import parse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from submeter.benchmarks.bundle import Bundle
    from submeter.benchmarks.sweep import Step
    from submeter.benchmarks.task import Task
    from submeter.runs.settings import Settings

QUERIES, SECONDS, CONCURRENCY = 1000, "10 min", 8
"""Of a run, unless told: queries at most, time at most, queries at a time of a server."""
BUDGET = 1024
"""Tokens at most of an answer, at which efforts of reasoning are compared unless told."""


def bench_of(args: argparse.Namespace, settings: Settings) -> Bench:
    """Give the benchmark that is asked for.

    Raises
    ------
    UsageError
        If something is missing, or does not go together.
    """
    if args.workload is None and args.scenario == "workload":
        fix = "name its file: --workload FILE"
        raise UsageError("there is no workload to replay", "--scenario workload", fix)
    if args.workload is not None and args.task not in (None, TASK):
        fix = f"leave --task {args.task} out"
        raise UsageError("a workload is a task of its own", "--workload", fix)
    wanted = ["model", "backend", "out", *(["task"] if args.workload is None else [])]
    absent = [name for name in wanted if not getattr(args, name)]
    if absent:
        fix = "submeter bench list shows what there is"
        if absent[0] == "out":
            fix = "name the bundle to be: --out result.zip"
        raise UsageError(f"--{absent[0]} is missing", "submeter bench run", fix)
    return _bench(*(_replayed(args) if args.workload is not None else _asked(args)), settings)


def _bench(plan: Plan, task: Task, settings: Settings) -> Bench:
    backend = backend_named(plan.backend)
    if plan.scenario == "workload" and not backend.concurrent:
        plan = replace(plan, concurrency=1)
    return Bench(plan, task, backend, settings)


def _asked(args: argparse.Namespace) -> tuple[Plan, Task]:
    most = QUERIES if args.queries is None else args.queries
    plan = replace(
        _common(args),
        task=args.task,
        scenario=args.scenario,
        concurrency=(args.concurrency or CONCURRENCY) if args.scenario == "server" else 1,
        least=min(args.least, most),
        most=most,
        seconds=parse(args.time or SECONDS, "time", "--time"),
        data=args.data,
    )
    return plan, task_named(plan.task)


def _replayed(args: argparse.Namespace) -> tuple[Plan, Task]:
    requests = read_workload(Path(args.workload), args.queries)
    seconds = LAST if args.time is None else parse(args.time, "time", "--time")
    within = cut(requests, args.queries, seconds)
    if not within:
        fix = "allow more time"
        raise UsageError("no request comes within that time", "--time", fix)
    plan = replace(
        _common(args),
        task=TASK,
        scenario="workload",
        concurrency=args.concurrency or SEATS,
        least=min(args.least, len(within)),
        most=len(within),
        seconds=seconds,
        data=args.workload,
        speed=args.speed,
    )
    return plan, task_of(requests)


def _common(args: argparse.Namespace) -> Plan:
    is_one = "," not in args.effort and "," not in args.budget
    return Plan(
        task="",
        model=args.model,
        backend=args.backend,
        scenario="reasoning" if is_one and args.budget else "single",
        options=_options(args.option),
        seed=args.seed,
        batch=args.batch,
        rate=args.rate,
        precision=parse(args.precision, "ratio", "--precision"),
        output=args.output_tokens,
        effort="" if "," in args.effort else args.effort,
        idle=parse(args.idle, "time", "--idle"),
        dummy=args.dummy_weights,
        licence=args.licence,
        bounds=_bounds(args.bound),
        runs_answers=args.run_answers,
        budget=_number(args.budget) if is_one else None,
    )


def _number(budget: str) -> int | None:
    if budget in ("", FREE):
        return None
    if not budget.isdigit():
        raise UsageError(f'"{budget}" is no number', "--budget", "whole tokens, or free")
    return int(budget)


def _bounds(given: Sequence[str]) -> dict[str, float]:
    found = {}
    for each in given:
        name, is_pair, value = each.partition("=")
        if not is_pair:
            raise UsageError(f'"{each}" is no bound', "--bound", "write first_token.p99=0.5s")
        found[name] = parse(value, "time", f"--bound {name}")
    return found


def _options(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for each in given:
        name, is_pair, value = each.partition("=")
        if not is_pair:
            raise UsageError(f'"{each}" is no option', "--option", "write NAME=VALUE")
        found[name] = value
    return found


def varied_by(args: argparse.Namespace) -> list[str]:
    """Give all that is varied: what ``--sweep`` says, and several efforts and their lengths.

    Several efforts of the scenario ``reasoning`` are each measured at one budget (``--budget``; at
    the fixed length where ``--output-tokens`` tells one) and at free length.
    """
    found = list(args.sweep)
    if "," in args.effort:
        found.append(f"effort={args.effort}")
    lengths = args.budget if "," in args.budget else ""
    if "," in args.effort and args.scenario == "reasoning" and not lengths:
        if args.output_tokens is None:
            lengths = f"{args.budget or BUDGET},{FREE}"
        else:
            found.append(f"output-tokens={args.output_tokens},{FREE}")
    if lengths:
        found.append(f"budget={lengths}")
    return found


def run_one(bench: Bench, out: Path) -> Bundle:
    """Run one benchmark; gives its bundle."""
    shown = progress_line(sys.stderr)
    try:
        run_bench(bench, out, shown)
    finally:
        shown.end()
    return read_bundle(out)


def run_set(
    bench: Bench, varied: Sequence[str], args: argparse.Namespace
) -> tuple[list[tuple[str, Bundle]], list[str]]:
    """Run one benchmark after another; those whose bundle is there already are not run again.

    Returns
    -------
    tuple of (list of (str, Bundle), list of str)
        Names and bundles, and what could not be done, in words.
    """
    folder, whole = Path(args.out), steps(bench.plan, varied)
    if args.part:
        whole = part(whole, args.part)
    whole = repeated(whole, args.repeat)
    if any(each.plan.data != bench.plan.data for each in whole) and bench.plan.task == TASK:
        fix = "replay each in a run of its own"
        raise UsageError("one workload is replayed at a time", "--sweep data", fix)
    try:
        folder.mkdir(exist_ok=True, parents=True)
    except OSError as error:
        fix = "--out names a folder of bundles when there are several"
        raise UsageError(f"the folder cannot be made: {error.strerror}", args.out, fix) from error
    made: list[tuple[str, Bundle]] = []
    refused: list[str] = []
    for number, step in enumerate(whole, 1):
        of = f"{number} of {len(whole)}: {step.name}"
        try:
            made.append((step.name, _stepped(bench, step, folder, of)))
        except UsageError as error:
            if error.where.partition(" ")[0] != FLAG:
                raise
            told = f"effort {step.plan.effort} ({step.name}) is left out: {error.what}"
            refused.append(told)
            sys.stderr.write(f"{told}\n".translate(SHOWN))
    return made, refused


def _stepped(bench: Bench, step: Step, folder: Path, of: str) -> Bundle:
    own = _bench(step.plan, bench.task, bench.settings)
    out = folder / f"{step.name}.zip"
    bundle = read_bundle(out) if out.exists() else None
    is_there = bundle is not None and bundle.plan == published(own.plan, bundle.plan.model)
    if is_there and bundle is not None and own.plan.task == TASK:
        # A file may hold other requests by now than when it was replayed.
        is_there = bundle.told["data"]["sha256"] == own.task.load("").sha256
    sys.stderr.write(f"{of}{', is there' if is_there else ''}\n")
    return bundle if bundle is not None and is_there else run_one(own, out)
