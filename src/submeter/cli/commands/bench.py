"""``submeter bench run | list | compare | export | key | sign``: the same work, metered."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.exports.formats import FORMATS, export
from submeter.benchmarks.front import candidates_of, standings
from submeter.benchmarks.plan import SCENARIOS, Plan, published
from submeter.benchmarks.registry import backend_named, names, task_named
from submeter.benchmarks.runner import Bench
from submeter.benchmarks.runner import run as run_bench
from submeter.benchmarks.sweep import VARIED, steps
from submeter.benchmarks.verification import verify
from submeter.cli import signing
from submeter.cli.output import SHOWN, console, write_json
from submeter.cli.parser import json_flag
from submeter.cli.render.bench import print_bundle, print_choice, print_comparison, progress_line
from submeter.errors import UsageError
from submeter.quantities.parsing import parse
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from submeter.benchmarks.bundle import Bundle

PERIOD = "0.1 s"
"""Heartbeat of the meter, so that queries are told apart; what it costs is in the bundle."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "what", choices=("run", "list", "compare", "export", "key", "sign"),
        help="measure, show what there is, set bundles beside one another, write one in another's "
        "format, make a key (--out), or sign bundles (--key)",
    )  # fmt: skip
    parser.add_argument(
        "bundles", nargs="*", metavar="BUNDLE", help="those to compare, to export, or to sign"
    )
    parser.add_argument("--task", metavar="TASK", help="the work; submeter bench list")
    parser.add_argument("--model", metavar="NAME", help="the model, as the backend names it")
    parser.add_argument("--backend", metavar="NAME", help="what runs it; submeter bench list")
    parser.add_argument(
        "--scenario", choices=tuple(SCENARIOS), default="single",
        help="; ".join(f"{name}: {told}" for name, told in SCENARIOS.items()),
    )  # fmt: skip
    parser.add_argument("--out", metavar="FILE", help="the bundle; what is unfinished is resumed")
    _add_amounts(parser)
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE",
        help="the backend's own options; submeter bench list",
    )  # fmt: skip
    parser.add_argument(
        "--sweep", action="append", default=[], metavar="NAME=V,V",
        help=f"one bundle for each combination, in the folder --out: {', '.join(VARIED)}",
    )  # fmt: skip
    parser.add_argument(
        "--data", default="", metavar="FILE",
        help="other data than the task's own; of an export, their name on the Hugging Face Hub",
    )  # fmt: skip
    parser.add_argument("--key", metavar="FILE", help="the private key that signs")
    parser.add_argument("--format", choices=FORMATS, help="whose format to export in")
    parser.add_argument(
        "--dummy-weights", action="store_true",
        help="random weights of the model's shape: no quality, no stars",
    )  # fmt: skip
    parser.add_argument("--period", metavar="TIME", help=f"heartbeat of the meter ({PERIOD})")
    json_flag(parser)


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    numbers = (
        ("--queries", 1000, "queries at most"),
        ("--least", 20, "queries at least"),
        ("--batch", 1, "queries in a batch, of scenario offline"),
        ("--concurrency", 8, "queries at a time, of scenario server"),
        ("--seed", 0, "of the order of queries, of sampling and of the intervals"),
    )
    for name, default, told in numbers:
        parser.add_argument(
            name, type=int, default=default, metavar="N", help=f"{told} ({default})"
        )
    parser.add_argument("--output-tokens", type=int, metavar="N", help="tokens of each answer")
    parser.add_argument("--effort", default="", help="how much it reasons: off, low, medium, high")
    texts = (
        ("--precision", "2 %", "SHARE", "the run ends once energy a query is known this well"),
        ("--time", "10 min", "TIME", "the run ends after so long"),
        ("--idle", "3 s", "TIME", "for how long the idle machine is watched before"),
    )
    for name, usual, metavar, told in texts:
        shown = usual.replace("%", "%%")
        parser.add_argument(name, default=usual, metavar=metavar, help=f"{told} ({shown})")
    parser.add_argument(
        "--rate", type=float, default=0.0, metavar="N",
        help="queries a second at random times, of scenario server; else as fast as answered",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run a benchmark or a sweep, compare bundles, or list tasks, backends and scenarios."""
    if args.what == "list":
        return _list(args)
    if args.what == "compare":
        return _compare(args)
    if args.what == "export":
        return _export(args)
    if args.what in ("key", "sign"):
        return signing.make(args) if args.what == "key" else signing.sign_all(args)
    if args.bundles:
        fix = "submeter bench compare sets bundles beside one another"
        raise UsageError(f"{args.bundles[0]} is no option of it", "submeter bench run", fix)
    absent = [name for name in ("task", "model", "backend", "out") if not getattr(args, name)]
    if absent:
        fix = "submeter bench list shows what there is"
        raise UsageError(f"--{absent[0]} is missing", "submeter bench run", fix)
    plan = _plan(args)
    settings = load({"period": args.period or PERIOD})
    bench = Bench(plan, task_named(plan.task), backend_named(plan.backend), settings)
    if args.sweep:
        return _sweep(args, bench)
    bundle = _run_one(bench, Path(args.out))
    if args.json:
        write_json(dict(bundle.told), args.json)
    if args.json != "-":
        print_bundle(console(), bundle, args.out)
    return 0


def _run_one(bench: Bench, out: Path) -> Bundle:
    shown = progress_line(sys.stderr)
    try:
        run_bench(bench, out, shown)
    finally:
        shown.end()
    return read_bundle(out)


def _sweep(args: argparse.Namespace, bench: Bench) -> int:
    """Run one benchmark after another; those whose bundle is there already are not run again."""
    folder, whole = Path(args.out), steps(bench.plan, args.sweep)
    try:
        folder.mkdir(exist_ok=True, parents=True)
    except OSError as error:
        fix = "--out names a folder of bundles when there is a --sweep"
        raise UsageError(f"the folder cannot be made: {error.strerror}", args.out, fix) from error
    made: list[tuple[str, Bundle]] = []
    for number, (plan, name) in enumerate(whole, 1):
        out = folder / f"{name}.zip"
        is_there = out.exists() and _is_of(read_bundle(out), plan)
        sys.stderr.write(f"{number} of {len(whole)}: {name}{', is there' if is_there else ''}\n")
        bundle = read_bundle(out) if is_there else _run_one(bench._replace(plan=plan), out)
        made.append((name, bundle))
    _show_comparison(args, made)
    return 0


def _is_of(bundle: Bundle, plan: Plan) -> bool:
    """Tell whether a bundle is of that plan, as far as a bundle tells it."""
    return bundle.plan == published(plan, bundle.plan.model)


def _compare(args: argparse.Namespace) -> int:
    if len(args.bundles) < 2:  # noqa: PLR2004 - one is beside nothing
        fix = "submeter bench compare a.zip b.zip"
        raise UsageError("two bundles or more are needed", "submeter bench compare", fix)
    _show_comparison(args, [(Path(each).name, read_bundle(Path(each))) for each in args.bundles])
    return 0


def _export(args: argparse.Namespace) -> int:
    """Write a bundle that verifies in another's format; what that can't hold is told."""
    if len(args.bundles) != 1 or not (args.format and args.out):
        fix = "submeter bench export b.zip --format aies-v1 --out b.csv"
        raise UsageError("it takes a bundle, --format and --out", "submeter bench export", fix)
    (name,) = args.bundles
    bundle = read_bundle(Path(name))
    wrong = verify(bundle)
    if wrong:
        what = f"{wrong[0].where} does not follow from the readings: it is not exported"
        raise UsageError(what, name, f"see submeter verify {name}")
    made = export(bundle, Path(name).name, args.format, args.data)
    try:
        Path(args.out).write_text(made.text, encoding="utf-8")
    except OSError as error:
        fix = "name a file that can be written"
        raise UsageError(f"it cannot be written: {error.strerror}", args.out, fix) from error
    for each in made.lost:
        sys.stderr.write(f"{args.format}: {each}\n".translate(SHOWN))
    return 0


def _show_comparison(args: argparse.Namespace, bundles: Sequence[tuple[str, Bundle]]) -> None:
    """Show bundles of one kind of work, the least energy first, and who is beaten by whom."""
    for name, bundle in bundles:
        if not bundle.told["summary"]["energy"]:
            sys.stderr.write(f"{name}: no energy is told of it, so that it is left out\n")
    bundles = [each for each in bundles if each[1].told["summary"]["energy"]]
    unit = _unit(bundles)
    found = standings(candidates_of(bundles, unit))
    if args.json:
        rows = [
            {**standing._asdict(), "energy": bundle.told["summary"]["energy"],
             "quality": bundle.told["summary"]["quality"]}
            for standing, (_, bundle) in zip(found, bundles, strict=True)
        ]  # fmt: skip
        write_json({"unit": unit, "results": rows}, args.json)
    if args.json != "-":
        print_comparison(console(), bundles, found, unit)


def _unit(bundles: Sequence[tuple[str, Bundle]]) -> str:
    """Give the unit by which they are compared, if they can be."""
    kinds = {(bundle.plan.task, bundle.plan.scenario == "reasoning") for _, bundle in bundles}
    if len(kinds) > 1:
        told = ", ".join(sorted({task for task, _ in kinds}))
        fix = "compare those of one task"
        raise UsageError(f"they are not of the same work ({told})", "the bundles", fix)
    for unit in ("token", "query") if bundles else ():
        energies = [each.told["summary"]["energy"].get("node", {}) for _, each in bundles]
        if all(unit in each.get("per", {}) for each in energies):
            return unit
    fix = "leave out those whose energy was not seen"
    raise UsageError("there is no unit of work whose energy all of them tell", "the bundles", fix)


def _plan(args: argparse.Namespace) -> Plan:
    return Plan(
        task=args.task,
        model=args.model,
        backend=args.backend,
        scenario=args.scenario,
        options=_options(args.option),
        data=args.data,
        seed=args.seed,
        batch=args.batch,
        concurrency=args.concurrency if args.scenario == "server" else 1,
        rate=args.rate,
        least=min(args.least, args.queries),
        most=args.queries,
        precision=parse(args.precision, "ratio", "--precision"),
        seconds=parse(args.time, "time", "--time"),
        output=args.output_tokens,
        effort=args.effort,
        idle=parse(args.idle, "time", "--idle"),
        dummy=args.dummy_weights,
    )


def _options(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for each in given:
        name, is_pair, value = each.partition("=")
        if not is_pair:
            raise UsageError(f'"{each}" is no option', "--option", "write NAME=VALUE")
        found[name] = value
    return found


def _list(args: argparse.Namespace) -> int:
    tasks = [task_named(name) for name in names("submeter.tasks")]
    backends = [backend_named(name) for name in names("submeter.backends")]
    if args.json:
        rows = {
            "tasks": [
                {"id": each.id, "title": each.title, "ability": each.ability,
                 "metric": each.metric.name, "extra": each.extra}
                for each in tasks
            ],
            "backends": [
                {"name": each.name, "title": each.title, "abilities": sorted(each.abilities),
                 "concurrent": each.concurrent, "options": dict(each.options), "extra": each.extra}
                for each in backends
            ],
            "scenarios": dict(SCENARIOS),
        }  # fmt: skip
        write_json(rows, args.json)
    if args.json != "-":
        print_choice(console(), tasks, backends, SCENARIOS)
    return 0
