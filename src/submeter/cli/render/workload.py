"""A replayed workload for people: how late its requests were, and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from submeter.benchmarks.replay.workload import totals
from submeter.cli.output import indented
from submeter.quantities.digits import phrase, rounded, scaled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from rich.console import Console

    from submeter.benchmarks.replay.booked import Booked

OWN = "a workload of one's own: no stars and no rank, for nobody else has this work"
_NAMES = {"tokens_in": "in", "tokens_cached": "of them cached", "tokens_out": "out"}
_FAR = 0.05
"""A part by which the tokens that were reached may be off."""
_MUCH = 0.05
"""A part of late requests from which on the replay is not quite that of the workload."""


def print_workload(out: Console, booked: Booked, name: str) -> None:
    """Print what a workload file holds, and what it doesn't."""
    told = totals(booked.requests)
    out.print(
        Text(f"{told['requests']:,} requests of {booked.entries:,} entries, "
             f"{told['tokens_in']:,} tokens in ({told['tokens_cached']:,} cached), "
             f"{told['tokens_out']:,} out, over {booked.requests[-1].at:,.1f} s")
    )  # fmt: skip
    if booked.spread:
        line = (
            f"{booked.spread:,} entries hold several requests: spread evenly, their lengths means"
        )
        indented(out, line, 0, "yellow")
    if booked.left_out:
        line = f"{booked.left_out:,} entries don't count requests with tokens in and out: left out"
        indented(out, line, 0, "yellow")
    how = f"submeter bench run --workload {name} --backend NAME --model NAME --out FILE"
    indented(out, how, 0, "dim")


def workload_energy(summary: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """Give the rows of what a replayed workload drew in all."""
    return [
        (f"{boundary} energy in all", Text(_joules(figures["total"])))
        for boundary, figures in summary["energy"].items()
    ]


def workload_rows(summary: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """Give the rows that a bundle of a workload has more than others."""
    told, speed = summary["workload"], summary["speed"]
    rows = []
    for name, label in (("first_token", "first token"), ("between_tokens", "between tokens")):
        if speed[name] is not None:
            rows.append((label, Text(percentiles(speed[name]))))
    if told["lateness"] is not None:
        late = f"{told['late']:.1%} of {told['requests']} requests; {percentiles(told['lateness'])}"
        rows.append(("asked late", Text(late)))
    parts = [
        f"{told['asked'][name]:,} {label} ({_reached(told['reached'][name])})"
        for name, label in _NAMES.items()
    ]
    rows.append(("tokens asked", Text(", ".join(parts))))
    return rows


def workload_notes(summary: Mapping[str, Any]) -> list[str]:
    """Tell what makes a replay less than the workload."""
    told = summary["workload"]
    notes = [OWN]
    if told["late"] is not None and told["late"] > _MUCH:
        notes.append(
            f"{told['late']:.0%} of the requests were asked late: the engine has no seat for them "
            "at their time; take fewer requests, a lower --speed, or more --concurrency"
        )
    if told["exact"] is not None and told["exact"] < 1:
        notes.append(
            f"{1 - told['exact']:.0%} of the answers are not as long as asked: the engine does "
            "not keep to a length"
        )
    asked, reached = told["asked"]["tokens_in"], told["reached"]["tokens_in"]
    if reached is not None and abs(reached - asked) > _FAR * asked:
        notes.append(
            f"prompts came to {reached / asked:.0%} of the tokens that were asked: the backend "
            "counts otherwise than it did before"
        )
    if told["exact"] is None:
        notes.append("the backend counts no tokens: a word of a prompt was taken for one")
    return notes


def _joules(told: Mapping[str, Any]) -> str:
    value, interval = phrase(told["value"], told["low"], told["high"], "J")
    return f"{value} ({interval}), {told['tier']}"


def percentiles(told: Mapping[str, float]) -> str:
    """Tell percentiles of a duration, each with the prefix that reads best."""
    return ", ".join(f"{name} {seconds(value)}" for name, value in told.items())


def seconds(value: float) -> str:
    """Write a duration with three digits, such as ``1.57 µs``; one of minutes in seconds too."""
    factor, unit = scaled(value, "s")
    return f"{rounded(value * factor, 3)} {unit}"


def _reached(count: int | None) -> str:
    return "not told what was reached" if count is None else f"{count:,} reached"
