"""Two statements side by side, and what changed between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from submeter.cli.output import console, indented, write_json
from submeter.cli.render.statement import DIGITS
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from submeter.runs.restatement import Change

_LINES = (
    ("energy", ("energy", "total")), ("carbon", ("carbon", "total")),
    ("  operational", ("carbon", "operational")), ("  idle", ("carbon", "idle")),
    ("  embodied", ("carbon", "embodied")), ("water", ("water", "total")),
    ("minerals", ("resources",)), ("primary energy", ("primary_energy",)), ("price", ("money",)),
)  # fmt: skip


def show(
    args: argparse.Namespace,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    found: Sequence[Change],
    again: bool | None,  # noqa: FBT001 - three answers
) -> int:
    """Print two statements, or write them as JSON.

    Parameters
    ----------
    args : Namespace
        With ``json``.
    before, now : mapping
        The statements.
    found : sequence of Change
        What changed.
    again : bool or None
        Whether the old one was recomputed bit for bit from its own inputs; None if not asked.
    """
    if args.json:
        rows = [{"what": each.what, "before": each.before, "now": each.now} for each in found]
        answer = {"before": before, "now": now, "changes": rows, "recomputed": again}
        write_json(answer, args.json)
        return 0
    out = console()
    table = Table(box=None, pad_edge=False)
    for title in ("", f"before ({before['method']})", f"now ({now['method']})", "ratio"):
        table.add_column(title, justify="right" if title else "left")
    for name, one, other in _pairs(before, now):
        table.add_row(name, _shown(one), _shown(other), _ratio(one, other))
    out.print(Text(f"{now['id']}  {now['name']}", style="bold"))
    out.print(table)
    out.print(Text("\nwhat changed", style="bold"))
    for change in found:
        indented(out, f"{change.what}: {change.before or '–'} → {change.now or '–'}")
    if not found:
        out.print("  nothing: rules, factors and inputs are the same")
    if again is not None:
        told = "is" if again else "is NOT"
        out.print(f"\nThe old statement {told} what its own inputs and rules give, bit for bit.")
    return 0 if again in {True, None} else 1


def _pairs(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name, path in _LINES:
        one, other = before, now
        for key in path:
            one, other = one[key], other[key]
            if one is None and other is None:
                break
            one, other = one or {}, other or {}
        if one or other:
            yield name, one, other


_Q = ("value", "low", "high", "unit")


def _shown(quantity: Mapping[str, Any]) -> str:
    if not quantity:
        return "not known"
    amount, low, high, unit = (quantity[key] for key in _Q)
    value, interval = phrase(amount, low, high, unit, DIGITS)
    return value if interval == "exact" else f"{value} ({interval})"


def _ratio(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    if not one or not other or not one["value"]:
        return ""
    return f"{other['value'] / one['value']:.3g}"
