"""``submeter reproduce [NAME]``: published figures, recomputed from their own inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.output import console, write_json
from submeter.cli.parser import json_flag
from submeter.errors import UsageError
from submeter.literature.cases import papers
from submeter.literature.reproduction import chosen, reproduced

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.literature.cases import Case
    from submeter.literature.reproduction import Reproduction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("name", nargs="?", help="a paper or a case; without it, all of them")
    parser.add_argument("--out", metavar="FILE", help="write the account file of one case (YAML)")
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Recompute; the answer is no if a figure is not within the rounding of what was printed."""
    cases = chosen(args.name)
    if args.out:
        return _write(cases, args.out)
    found = [reproduced(case) for case in cases]
    if args.json:
        write_json({"cases": [each.as_dict() for each in found]}, args.json)
    else:
        _print(console(), found)
    return 0 if all(each.agrees for each in found) else 1


def _write(cases: Sequence[Case], path: str) -> int:
    import yaml  # noqa: PLC0415 - only who writes one pays for it

    if len(cases) != 1 or cases[0].account is None:
        what = "only one case that is an account can be written"
        raise UsageError(what, "--out", "name it: submeter reproduce bloom_total_lifecycle")
    text = yaml.safe_dump(dict(cases[0].account), sort_keys=False, allow_unicode=True)
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"it cannot be written ({error.strerror})", path) from error
    return 0


def _print(out: Console, found: Sequence[Reproduction]) -> None:
    by_paper = {paper.id: paper for paper in papers()}
    for name in dict.fromkeys(each.case.paper for each in found):
        paper = by_paper[name]
        table = Table(box=None, pad_edge=False, title=None)
        table.add_column("case", overflow="fold")
        for title in ("published", "recomputed", "ratio"):
            table.add_column(title, justify="right", no_wrap=True)
        table.add_column("")
        for each in (each for each in found if each.case.paper == name):
            table.add_row(*_row(each))
        out.print(Text(f"{name}  {paper.citation}", style="bold"))
        out.print(Text(paper.url, style="dim"))
        out.print(table)
        out.print()
    if len(found) == 1:
        _show(out, found[0].case)
    agreeing = sum(each.agrees for each in found)
    out.print(f"{agreeing} of {len(found)} within the rounding of what was printed")


def _row(each: Reproduction) -> tuple[str, str, str, str, Text]:
    verdict = Text("ok", style="green") if each.agrees else Text("differs", style="red")
    if each.agrees and each.case.status != "match":
        verdict = Text(each.case.status, style="yellow")
    unit = f" {each.case.unit}" if len(each.case.unit) < 9 else ""  # noqa: PLR2004 - a column
    case = f"{each.case.id} ({each.case.where})" if each.case.where else each.case.id
    published = f"{each.case.value:,}".removesuffix(".0")
    return case, f"{published}{unit}", _plain(each.recomputed), f"{each.ratio:.4f}", verdict


def _plain(number: float) -> str:
    """Write a number with six significant digits or all before the point, and no exponent."""
    whole = len(f"{abs(number):.0f}")
    return f"{number:,.{max(0, 6 - whole)}f}" if abs(number) >= 1 else f"{number:.6g}"


def _show(out: Console, case: Case) -> None:
    import yaml  # noqa: PLC0415

    if case.account is None:
        title, content = f"it is {case.read} of", dict(case.inputs)
    else:
        title, content = f"it is {case.read} of this account file", dict(case.account)
    out.print(Text(title, style="bold"))
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    out.print(Text(text), soft_wrap=True)
    if case.note:
        out.print(Text(case.note, style="dim"))
