"""Bundles beside one another: who is on the front, and what each effort of reasoning costs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from submeter.benchmarks.comparison import unit_of, unlike_lengths
from submeter.benchmarks.efforts import rows_of, twins, untold
from submeter.benchmarks.front import candidates_of, standings
from submeter.benchmarks.latency_bounds import broken
from submeter.benchmarks.repeats import joined
from submeter.cli.output import SHOWN, console, indented, write_json
from submeter.cli.render.bench import print_comparison
from submeter.cli.render.reasoning import print_efforts
from submeter.cli.render.repeats import print_joined
from submeter.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from submeter.benchmarks.bundle import Bundle


def show_comparison(
    args: argparse.Namespace, bundles: Sequence[tuple[str, Bundle]], notes: Sequence[str] = ()
) -> None:
    """Show bundles of one kind of work, and what must be known of them.

    Parameters
    ----------
    args : argparse.Namespace
        With ``json``.
    bundles : sequence of (str, Bundle)
        Names and bundles.
    notes : sequence of str
        What has been told of the comparison already, such as which efforts cannot be done.

    Raises
    ------
    UsageError
        If they are not of the same work.
    """
    for name, bundle in bundles:
        if not bundle.told["summary"]["energy"]:
            line = f"{name}: no energy is told of it, so that it is left out\n"
            sys.stderr.write(line.translate(SHOWN))
    bundles = [each for each in bundles if each[1].told["summary"]["energy"]]
    late = {name: "; ".join(broken(bundle.told["summary"])) for name, bundle in bundles}
    notes = [*notes, *(f"{name} misses its bound: {told}" for name, told in late.items() if told)]
    bundles = [each for each in bundles if not late[each[0]]]
    if late and not bundles:
        fix = "allow a longer --bound, or fewer at a time"
        raise UsageError("none of them keeps to its bound", "; ".join(late.values()), fix)
    unit = unit_of([bundle for _, bundle in bundles])
    unlike = unlike_lengths([bundle for _, bundle in bundles])
    notes = [*notes, *([unlike] if unlike else [])]
    is_reasoning = all(bundle.plan.scenario == "reasoning" for _, bundle in bundles)
    if is_reasoning:
        same = {each.name: each for each in twins(bundles)}
        notes += [
            f"effort {each.effort or 'as it is'} ({each.name}) is left out: its answers are as "
            f"long as those of {each.other or 'the effort as it is'}, each of them, so that the "
            "model did not take it"
            for each in same.values()
        ]
        bundles = [each for each in bundles if each[0] not in same]
        notes += [
            f"{name}: whether the model took the effort is not known, for fewer than 5 counted "
            "answers ended by themselves"
            for name in untold(bundles)
        ]
    found = standings(candidates_of(bundles, unit))
    together = joined(bundles, unit)
    rows = rows_of(bundles) if is_reasoning else []
    if args.json:
        results = [
            {**standing._asdict(), "energy": bundle.told["summary"]["energy"],
             "quality": bundle.told["summary"]["quality"]}
            for standing, (_, bundle) in zip(found, bundles, strict=True)
        ]  # fmt: skip
        told = {"unit": unit, "results": results, "notes": notes}
        told["repeated"] = [each.as_dict() for each in together]
        if is_reasoning:
            told["efforts"] = [each._asdict() for each in rows]
        write_json(told, args.json)
    if args.json != "-":
        if is_reasoning:
            print_efforts(console(), rows, notes)
            print_joined(console(), together, unit)
            return
        print_comparison(console(), bundles, found, unit)
        print_joined(console(), together, unit)
        for each in notes:
            indented(console(), each, 0, "yellow")
