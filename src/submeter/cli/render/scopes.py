"""Scopes and categories on the terminal: both bases side by side, never added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from submeter.accounting.draws import Draws
from submeter.accounting.scopes import METHODS, Reporter, scopes
from submeter.cli.output import indented
from submeter.errors import UsageError
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.accounting.inventory import Inventory
    from submeter.accounting.scopes import Scopes
    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate


def scopes_of(
    statement: Statement,
    inventories: Sequence[Inventory],
    reporter: Reporter = Reporter.OPERATOR,
    expected: float | None = None,
) -> Scopes | None:
    """Give the scopes of a statement by the GHG Protocol; None by any other method."""
    if statement.method not in METHODS:
        return None
    draws = Draws(statement.recipe.seed, statement.recipe.draws)
    return scopes(inventories, reporter, draws, expected)


def check_books(method: str, reporter: Reporter, role: str | None, expected: float | None) -> None:
    """Refuse what was typed of a reporter's books where the account has none to show it in.

    Raises
    ------
    UsageError
        If `role` is of the GHG Protocol and `method` is not, or `expected` units were typed and the
        books are no seller's.
    """
    fix = f"name the method: --method {' or '.join(METHODS)}"
    if role in list(Reporter) and method not in METHODS:
        what = f"the role {role} is of the GHG Protocol, and {method} tells no scopes"
        raise UsageError(what, "--role", fix)
    if expected is None:
        return
    if reporter is not Reporter.SELLER:
        what = f"what a model will deliver is of its seller, and these are the {reporter}'s books"
        raise UsageError(what, "--expected", "add --role seller")
    if method not in METHODS:
        raise UsageError(f"{method} tells no scopes of what is expected", "--expected", fix)


def with_scopes(statement: Statement, found: Scopes | None) -> dict[str, Any]:
    """Give a statement for JSON, with its scopes where it has them."""
    told = statement.as_dict()
    return told if found is None else {**told, "scopes": found.as_dict()}


def print_scopes(out: Console, found: Scopes) -> None:
    """Print where each part stands in the books of who reports it."""
    out.print(Text(f"\nin the books of the {found.reporter.value}", style="bold"))
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    for title in ("", ""):
        table.add_column(title, no_wrap=True)
    for title in ("location-based", "market-based"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in found.rows:
        figures = (_written(row.location), _written(row.market))
        table.add_row(Text(row.title), Text(row.name), *figures)
    sums = (_written(found.location), _written(found.market))
    table.add_row(Text("all of it", style="bold"), "", *(Text(each, style="bold") for each in sums))
    out.print(table)
    for row in found.rows:
        if row.note:
            indented(out, f"{row.name}: {row.note}", 0, "dim")


def _written(amount: Estimate | None) -> str:
    if amount is None:
        return "not known"
    value, interval = phrase(amount.value, amount.low, amount.high, amount.unit)
    return value if amount.low == amount.high else f"{value} ({interval})"
