"""``submeter bench run | list | compare | export | key | sign``: the same work, metered."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.exports.formats import FORMATS, export
from submeter.benchmarks.latency_bounds import OF
from submeter.benchmarks.plan import SCENARIOS
from submeter.benchmarks.registry import backend_named, names, task_named
from submeter.benchmarks.replay.replayer import SEATS
from submeter.benchmarks.sweep import VARIED
from submeter.benchmarks.verification import NotRecomputed, require, verify
from submeter.cli import signing
from submeter.cli.benching import (
    BUDGET,
    CONCURRENCY,
    QUERIES,
    SECONDS,
    bench_of,
    run_one,
    run_set,
    varied_by,
)
from submeter.cli.comparing import show_comparison
from submeter.cli.output import SHOWN, console, write_json
from submeter.cli.parser import json_flag
from submeter.cli.render.bench import print_bundle, print_choice
from submeter.errors import UsageError
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse

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
        help=f"one bundle for each combination, in the folder --out: {', '.join(VARIED)}, "
        "option.NAME; NAME+NAME=V+V,V+V varies several together",
    )  # fmt: skip
    parser.add_argument(
        "--part", metavar="K/N", help="only every N-th bundle of a sweep, from the K-th on"
    )
    parser.add_argument(
        "--workload", metavar="FILE",
        help="replay one's own requests: submeter.workload/1, or a trace in Azure's CSV",
    )  # fmt: skip
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="N",
        help="by how much faster than they came the requests of a workload are replayed (1)",
    )  # fmt: skip
    parser.add_argument(
        "--data", default="", metavar="DATA",
        help="other data than the task's own: a file or folder, or hub:OWNER/NAME; of an export, "
        "their name on the Hugging Face Hub",
    )  # fmt: skip
    parser.add_argument(
        "--run-answers", action="store_true",
        help="run answers that are programs, to mark them: on a machine where they may do harm",
    )  # fmt: skip
    parser.add_argument(
        "--licence", default="", metavar="NAME",
        help="licence of the model, where the backend cannot tell it; closed where there is none",
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
        ("--least", 20, "queries at least"),
        ("--batch", 1, "queries in a batch, of scenario offline"),
        ("--repeat", 1, "runs of the same plan, each a bundle in the folder --out"),
        ("--seed", 0, "of the order of queries, of sampling and of the intervals"),
    )
    for name, default, told in numbers:
        parser.add_argument(
            name, type=int, default=default, metavar="N", help=f"{told} ({default})"
        )
    parser.add_argument(
        "--queries", type=int, metavar="N", help=f"queries at most ({QUERIES}; a whole workload)"
    )
    parser.add_argument(
        "--concurrency", type=int, metavar="N",
        help=f"queries at a time at most, of a server ({CONCURRENCY}) or a workload ({SEATS})",
    )  # fmt: skip
    parser.add_argument("--output-tokens", type=int, metavar="N", help="tokens of each answer")
    parser.add_argument(
        "--effort", default="", metavar="WORD,WORD",
        help="how much it reasons: off, low, medium, high; several of scenario reasoning make a "
        "set of bundles, each at one budget and at free length",
    )  # fmt: skip
    parser.add_argument(
        "--budget", default="", metavar="N",
        help=f"tokens of an answer at most, of scenario reasoning ({BUDGET} of several efforts)",
    )  # fmt: skip
    texts = (
        ("--precision", "2 %", "SHARE", "the run ends once energy a query is known this well"),
        ("--idle", "3 s", "TIME", "for how long the idle machine is watched before"),
    )
    for name, usual, metavar, told in texts:
        shown = usual.replace("%", "%%")
        parser.add_argument(name, default=usual, metavar=metavar, help=f"{told} ({shown})")
    parser.add_argument(
        "--time", metavar="TIME",
        help=f"the run ends after so long ({SECONDS}); of a workload, what comes within it",
    )  # fmt: skip
    parser.add_argument(
        "--bound", action="append", default=[], metavar="NAME=TIME",
        help=f"a latency to keep to, such as first_token.p99=0.5s: of {', '.join(OF)}",
    )  # fmt: skip
    parser.add_argument(
        "--rate", type=float, default=0.0, metavar="N",
        help="queries a second at random times, of scenario server; else as fast as answered",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Do what is asked for: run, list, compare, export, make a key or sign."""
    does = {
        "run": _run, "list": _list, "compare": _compare, "export": _export, "key": signing.make,
        "sign": signing.sign_all,
    }  # fmt: skip
    return does[args.what](args)


def _run(args: argparse.Namespace) -> int:
    """Run a benchmark or a set of them."""
    if args.bundles:
        fix = "submeter bench compare sets bundles beside one another"
        raise UsageError(f"{args.bundles[0]} is no option of it", "submeter bench run", fix)
    settings = load({"period": args.period or PERIOD})
    bench, varied = bench_of(args, settings), varied_by(args)
    if varied or args.repeat != 1:
        made, refused = run_set(bench, varied, args)
        if made:
            show_comparison(args, made, refused)
        return 0 if made else 1
    if args.part:
        raise UsageError("a single run has no parts", "--part", "vary something: --sweep NAME=V,V")
    if Path(args.out).exists():
        # It may be signed, and nothing brings its readings back.
        fix = "name another --out, or remove it first"
        raise UsageError("there is a file already", args.out, fix)
    bundle = run_one(bench, Path(args.out))
    if args.json:
        write_json(dict(bundle.told), args.json)
    if args.json != "-":
        print_bundle(console(), bundle, args.out)
    return 0


def _compare(args: argparse.Namespace) -> int:
    if len(args.bundles) < 2:  # noqa: PLR2004 - one is beside nothing
        fix = "submeter bench compare a.zip b.zip"
        raise UsageError("two bundles or more are needed", "submeter bench compare", fix)
    bundles = [(Path(each).name, read_bundle(Path(each))) for each in args.bundles]
    for name, bundle in bundles:
        if doubt := _doubt(bundle):
            sys.stderr.write(f"{name}: {doubt}; it is compared as it tells\n".translate(SHOWN))
    show_comparison(args, bundles)
    return 0


def _doubt(bundle: Bundle) -> str:
    """Tell why a bundle does not verify; empty if it does."""
    try:
        wrong = verify(bundle)
    except NotRecomputed as error:
        return error.what
    return f"{wrong[0].where} does not follow from its readings" if wrong else ""


def _export(args: argparse.Namespace) -> int:
    """Write a bundle that verifies in another's format; what that can't hold is told."""
    if len(args.bundles) != 1 or not (args.format and args.out):
        fix = "submeter bench export b.zip --format aies-v1 --out b.csv"
        raise UsageError("it takes a bundle, --format and --out", "submeter bench export", fix)
    (name,) = args.bundles
    bundle = read_bundle(Path(name))
    require(bundle, name, "it is not exported")
    made = export(bundle, Path(name).name, args.format, args.data)
    try:
        Path(args.out).write_text(made.text, encoding="utf-8")
    except OSError as error:
        fix = "name a file that can be written"
        raise UsageError(f"it cannot be written: {error.strerror}", args.out, fix) from error
    for each in made.lost:
        sys.stderr.write(f"{args.format}: {each}\n".translate(SHOWN))
    return 0


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
