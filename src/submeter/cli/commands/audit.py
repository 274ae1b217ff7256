"""``submeter audit FILE…``: claims, held against their own inputs and against what is possible."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from submeter.cli.output import console, indented, write_json
from submeter.cli.parser import FACTORS, json_flag, settings_flags
from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import ORDER, Severity
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.readers.files import read_file
from submeter.runs.place import known_by
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.disclosures.audit.claim import Document
    from submeter.disclosures.audit.finding import Figure, Finding

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="a model card, a table, a disclosure, a leaderboard, rows of claims",
    )  # fmt: skip
    parser.add_argument(
        "--against", action="append", default=[], metavar="FILE",
        help="a second document that tells of the same things",
    )  # fmt: skip
    settings_flags(parser, (FACTORS,))
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Audit; the answer is no if anything is an error."""
    files = load({"factors": args.factors})["factors"]
    known = known_by(files)
    documents = [read_file(Path(each), files) for each in (*args.files, *args.against)]
    found = audit(documents, known)
    if args.json:
        write_json(_json(documents, found), args.json)
    else:
        _print(console(), documents, found)
    return 1 if any(each.severity is Severity.ERROR for each in found) else 0


def _json(documents: Sequence[Document], found: Sequence[Finding]) -> dict[str, object]:
    numbered = [{"number": number, **each.as_dict()} for number, each in enumerate(found, 1)]
    return {
        "documents": [
            {"name": each.name, "kind": each.kind, "claims": len(each.claims)} for each in documents
        ],
        "findings": numbered,
        "summary": {severity.value: _count(found, severity) for severity in ORDER},
    }


def _count(found: Sequence[Finding], severity: Severity) -> int:
    return sum(each.severity is severity for each in found)


def _print(out: Console, documents: Sequence[Document], found: Sequence[Finding]) -> None:
    several = len(documents) > 1
    alike = _notes_alike(found)
    for number, each in enumerate(found, 1):
        same = alike.get((each.rule, each.cause), []) if each.severity is Severity.NOTE else []
        if len(same) > 1:
            if same[0] is each:
                _print_notes(out, number, same)
            continue
        place = f"{each.document}: {each.where}" if several and each.document else each.where
        head = Text(f"{number}. ")
        head.append(each.severity.value, style=_STYLES[each.severity])
        head.append(f" [{each.rule}] {place}")
        _hanging(out, head)
        if each.claimed is not None:
            indented(out, f"claimed     {_figure(each.claimed)}", _INDENT)
        if each.recomputed is not None:
            indented(out, f"recomputed  {_figure(each.recomputed)}", _INDENT)
        if each.arithmetic:
            indented(out, f"arithmetic  {each.arithmetic}", _INDENT)
        indented(out, f"cause       {each.cause}", _INDENT)
    out.print(_summary(documents, found), soft_wrap=True)


def _hanging(out: Console, head: Text) -> None:
    """Print a heading; what does not fit goes on below it, where its lines begin."""
    if out.soft_wrap:
        out.print(head)
        return
    first, *rest = head.wrap(out, out.width - _INDENT)
    out.print(first)
    for line in rest:
        out.print(Text(" " * _INDENT) + line)


_INDENT = 3
"""Columns by which what belongs to a finding is set in."""


def _notes_alike(found: Sequence[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """Give the notes by what they say, which need not be read twice."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        if each.severity is Severity.NOTE:
            alike.setdefault((each.rule, each.cause), []).append(each)
    return alike


def _print_notes(out: Console, number: int, alike: Sequence[Finding]) -> None:
    """Print a note once for all its places, of which a few are named."""
    head = Text(f"{number}. ")
    head.append(Severity.NOTE.value, style=_STYLES[Severity.NOTE])
    head.append(f" [{alike[0].rule}] {len(alike)} times")
    out.print(head)
    places = [each.where for each in alike]
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    indented(out, f"places      {'; '.join(places[:_NAMED])}{more}", _INDENT)
    indented(out, f"cause       {alike[0].cause}", _INDENT)


_NAMED = 5
"""Places that are named of a note that many have."""


def _figure(figure: Figure) -> str:
    return f"{shown(figure.value)} {figure.unit}".strip()


def _summary(documents: Sequence[Document], found: Sequence[Finding]) -> str:
    counts = Counter(each.severity for each in found)
    told = ", ".join(
        f"{counts[each]} {each.value}{'s' * (counts[each] != 1)}" for each in ORDER if counts[each]
    )
    claims = sum(claim.claimed is not None for each in documents for claim in each.claims)
    read = ", ".join(f"{each.name} ({each.kind})" for each in documents)
    plural = "s" * (claims != 1)
    return f"{read}: {claims} claim{plural}, {told or 'nothing to say against them'}"
