"""Jupyter and IPython: ``%%submeter`` measures a cell, ``%submeter`` a statement.

>>> # %load_ext submeter
>>> # %%submeter "fit the model" --region FR
"""

from __future__ import annotations

import ast
import functools
import re
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import UsageError
from submeter.integrations.figures import place_of, stated
from submeter.integrations.libraries import library
from submeter.quantities.energy import JOULES_PER_KWH
from submeter.runs.drawn import over
from submeter.runs.measure import measure
from submeter.runs.settings import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.runs.window import Window

_WORD = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)""")
_OPTIONS = frozenset((*KNOWN, "name", "budget", "on_budget", "as"))
_ROUTINE = frozenset(
    ("pue", "wue", "ewif", "on_site", "adpe", "resources", "primary", "primary_energy", "money",
     "idle", "embodied_water", "mix", "grid", "embodied")
)  # fmt: skip
"""What is left out of most accounts: told in the whole of it alone."""

_MOST = 4
"""At most so many things that are left out are told."""


class Asked(NamedTuple):
    """What was written behind the magic: options, and what is left of the line."""

    options: dict[str, str]
    rest: str


def read(line: str, *, cell: bool) -> Asked:
    """Read the line of a magic.

    Parameters
    ----------
    line : str
        In a cell: a name and ``--OPTION VALUE`` in any order. Else the options, then a statement.
    cell : bool
        Which of them.

    Raises
    ------
    UsageError
        If an option is not known, or has no value.
    """
    options: dict[str, str] = {}
    names: list[str] = []
    place = 0
    while (found := _WORD.match(line, place)) is not None:
        word = found[1]
        if not word.startswith("--"):
            if not cell:
                break
            names.append(_bare(word))
        place = found.end()
        if word == "--":
            break
        if word.startswith("--"):
            name, equals, value = word.removeprefix("--").partition("=")
            if not equals:
                following = _WORD.match(line, place)
                value, place = (following[1], following.end()) if following else ("", place)
            options[_known(name.replace("-", "_"))] = _bare(value)
            if not value or value.startswith("--"):
                raise UsageError(f"--{name} has no value", "%submeter", f"write --{name} VALUE")
    if names:
        options.setdefault("name", " ".join(names))
    return Asked(options, line[place:].strip())


def _bare(word: str) -> str:
    return re.sub(r"""(["'])(.*?)\1""", r"\2", word)


def _known(name: str) -> str:
    if name in _OPTIONS:
        return name
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    close = get_close_matches(name, _OPTIONS, 1)
    fix = f"did you mean --{close[0]}?" if close else "submeter config lists the settings"
    raise UsageError(f"there is no option --{name}", "%submeter", fix)


class Account:
    """The short account of a window, as text and as a table.

    Parameters
    ----------
    window : Window
        Closed.
    """

    def __init__(self, window: Window) -> None:
        self._title = f"submeter  {window.name}: {window.seconds:.2f} s"
        self._rows = list(_rows(window))

    def __repr__(self) -> str:
        """Write it as text."""
        width = max(len(label) for label, _ in self._rows)
        lines = [f"{label:<{width}}  {text}" for label, text in self._rows]
        return "\n".join([self._title, *lines])

    def _repr_html_(self) -> str:
        """Write it as a table of a notebook."""
        cell = '<td style="text-align: left">'
        rows = "".join(
            f"<tr>{cell}{escape(label)}</td>{cell}{escape(text)}</td></tr>"
            for label, text in self._rows
        )
        return f"<table><caption>{escape(self._title)}</caption>{rows}</table>"


def _rows(window: Window) -> Iterator[tuple[str, str]]:
    statement, missing = stated(window)
    energy = window.energy if statement is None else statement.energy.total
    yield "energy", str(energy) if energy is not None else "not known"
    scale = 1.0 if statement is None else JOULES_PER_KWH
    for unit, amount in window.counts.items():
        if energy is not None and amount:
            yield f"per {unit}", f"{over(energy, amount / scale, 'J')}; {amount:,.10g} counted"
    if statement is not None:
        carbon = statement.carbon.total
        label = f"carbon ({statement.carbon.basis}-based)"
        yield label, str(carbon) if carbon is not None else "not known"
        yield "where", f"{place_of(statement)} ({statement.place.words.get('from', '')})"
    told = [each for each in missing if each.partition(": ")[0] not in _ROUTINE]
    for each in told[:_MOST]:
        yield "left out", each
    if told[_MOST:]:
        yield "left out", f"and {len(told) - _MOST} more"
    unwritten = any(each.startswith("record: ") for each in missing)
    if statement is not None and window.settings.records and not unwritten:
        yield "the whole", f"submeter account {statement.id}"


def _measured(shell: Any, source: str, options: dict[str, str]) -> Any:
    """Run a piece of the notebook's code in a window; gives what its last expression gives."""
    named: dict[str, Any] = dict(options)
    variable = named.pop("as", "")
    if variable and not variable.isidentifier():
        raise UsageError(f'"{variable}" is no name of a variable', "--as", "write --as window")
    body, last = _compiled(shell, source)
    window: Window | None = None
    try:
        with measure(named.pop("name", "cell"), **named) as window:
            if variable:
                shell.user_ns[variable] = window
            shell.ex(body)
            return shell.ev(last) if last is not None else None
    finally:
        if window is not None:
            library("IPython.display", "jupyter", "ipython").display(Account(window))


def _compiled(shell: Any, source: str) -> tuple[Any, Any]:
    """Compile code as a cell is: its statements, and its last expression, whose value is shown."""
    text = shell.transform_cell(source)
    file = shell.compile.cache(text, shell.execution_count, raw_code=source)
    tree = shell.transform_ast(shell.compile.ast_parse(text, filename=file))
    statements, last = tree.body, None
    if statements and isinstance(statements[-1], ast.Expr):
        expression = ast.Expression(statements[-1].value)
        statements, last = statements[:-1], shell.compile(expression, file, "eval")
    return shell.compile(ast.Module(statements, []), file, "exec"), last


def _cell(shell: Any, line: str, cell: str) -> Any:
    """Measure a cell: ``%%submeter [NAME] [--region FR] [--grid "57 gCO2e/kWh"] [--as window]``.

    Options are those of `submeter.measure`; ``--as`` puts the window into a variable.
    """
    asked = read(line, cell=True)
    if asked.rest:
        fix = "put the code on the lines below"
        raise UsageError(f'"{asked.rest}" stands beside %%submeter', "%%submeter", fix)
    return _measured(shell, cell, asked.options)


def _line(shell: Any, line: str) -> Any:
    """Measure a statement: ``%submeter [--name NAME] [--region FR] STATEMENT``."""
    asked = read(line, cell=False)
    if not asked.rest:
        fix = "write %submeter STATEMENT, or %%submeter above a whole cell"
        raise UsageError("there is nothing to measure", "%submeter", fix)
    return _measured(shell, asked.rest, {"name": "statement", **asked.options})


def load_ipython_extension(shell: Any) -> None:
    """Register the magics; ``%load_ext`` calls it."""
    magic = library("IPython.core.magic", "jupyter", "ipython")
    for kind, function in (("cell", _cell), ("line", _line)):
        # Braces and dollars of a statement are its own, and not IPython's.
        bound = magic.no_var_expand(functools.partial(function, shell))
        bound.__doc__ = function.__doc__
        shell.register_magic_function(bound, magic_kind=kind, magic_name="submeter")
