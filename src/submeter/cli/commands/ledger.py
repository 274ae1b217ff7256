"""``submeter ledger list | show | merge | workload``: what is on the record."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from submeter.cli.booked_workload import write_booked
from submeter.cli.output import console, indented, one_line, write_json
from submeter.cli.parser import LEDGER, json_flag, settings_flags
from submeter.cli.render.books import books_table, energy_columns, energy_words, phase_lines
from submeter.cli.render.merge import as_dict as merge_as_dict
from submeter.cli.render.merge import print_merge, warn_of_damage
from submeter.errors import UsageError
from submeter.ledger.book import Ledger
from submeter.ledger.liveness import is_alive, standing
from submeter.ledger.location import ledger_folder
from submeter.ledger.merge import merge
from submeter.ledger.selection import Selection
from submeter.quantities.digits import phrase
from submeter.quantities.energy import to_kwh
from submeter.runs.claims import overlaps
from submeter.runs.overhead import WITHIN
from submeter.runs.parts import outermost
from submeter.runs.settings import load
from submeter.workloads.activity_json import to_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from submeter.workloads.activity import Activity, Device


_HOST = ("name", "machine", "system", "pod", "container", "unit", "lifetime", "utilisation")
"""What of an entry's host a reader wants to know."""


_CONTAINER = 12
"""Digits of a container's id that are shown, as its engine shows them."""

_WIDE, _SHORT = 98, 13
"""Columns that whole ids need, and how much of an id is shown on fewer."""
_LEAST = 6
"""Columns of a name that are shown at least."""
_NAMELESS = "(no name)"
_DEEPEST = 5
"""Levels of work within work that are set in; records of others may name one another in a ring."""
_PIPED = 160
"""Columns of a list that goes into a pipe: nobody's terminal cuts it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("action", choices=("list", "show", "merge", "workload"))
    meaning = "show: an id, its beginning, or last; merge: ledgers, which are only read"
    parser.add_argument("which", nargs="*", metavar="ID or SOURCE", help=meaning)
    parser.add_argument("--into", metavar="LEDGER", help="merge: where to; --ledger by default")
    parser.add_argument("--out", metavar="FILE", help="workload: the file to write")
    some = "list, workload:"
    parser.add_argument("--since", metavar="DATE", help=f"{some} from this UTC date (2026-11-24)")
    parser.add_argument("--until", metavar="DATE", help=f"{some} before this UTC date")
    parser.add_argument("--name", help=f"{some} entries of this name")
    parser.add_argument("--stage", help=f"{some} entries of this stage")
    parser.add_argument("--job", metavar="ID", help=f"{some} entries of this job (slurm:123)")
    settings_flags(parser, (LEDGER,))
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """List the entries, or show one."""
    _check(args)
    settings = load({"ledger": args.into or args.ledger})
    ledger = Ledger(ledger_folder(settings["ledger"] or None, settings.environ))
    does = {"list": _list, "show": _show, "merge": _merge, "workload": _workload}
    code = does[args.action](args, ledger)
    _warn_of_damage(ledger)
    return code


def _check(args: argparse.Namespace) -> None:
    """Refuse what the action has no use for."""
    count = len(args.which)
    if args.action == "merge" and not count:
        raise UsageError("merge what?", fix="submeter ledger merge SOURCE… --into LEDGER")
    if args.action == "workload" and not args.out:
        raise UsageError("--out is missing", fix="submeter ledger workload --out FILE")
    if count > {"list": 0, "show": 1, "merge": count, "workload": 0}[args.action]:
        what = f"{args.action} does not take {' '.join(args.which)}"
        raise UsageError(what, fix="submeter ledger --help")
    if args.out and args.action != "workload":
        raise UsageError(f"{args.action} does not take --out", fix="submeter ledger --help")
    if args.into and args.action != "merge":
        raise UsageError(f"{args.action} does not take --into", fix="name it by --ledger")


def _merge(args: argparse.Namespace, ledger: Ledger) -> int:
    """Join ledgers, and tell what several entries claim of one device."""
    told = merge([Path(each) for each in args.which], ledger)
    doubled = overlaps(outermost(ledger.activities()))
    if args.json:
        write_json(merge_as_dict(ledger, told, doubled), args.json)
    else:
        print_merge(console(), ledger, told, doubled)
    warn_of_damage(told)
    return 0


def _workload(args: argparse.Namespace, ledger: Ledger) -> int:
    return write_booked(args, ledger, _selection(args))


def _selection(args: argparse.Namespace) -> Selection:
    return Selection(
        since=_instant(args.since),
        until=_instant(args.until),
        name=args.name,
        stage=args.stage,
        job=args.job,
    )


def _list(args: argparse.Namespace, ledger: Ledger) -> int:
    selection = _selection(args)
    entries = list(ledger.activities(selection))
    if args.json:
        write_json({"entries": [_with_standing(each) for each in entries]}, args.json)
        return 0
    out = console()
    if not entries:
        return _none(out, ledger, selection)
    if not out.is_terminal:
        out.width = max(out.width, _PIPED)
    out.print(_table(entries, out.width))
    out.print("energy before the facility; submeter account ID tells the whole", style="dim")
    return 0


def _table(entries: Sequence[Activity], width: int) -> Table:
    """Give a line for each entry; on a narrow terminal names are cut, and never figures."""
    rows = []
    parents = {each.id: each.lineage.get("parent", "") for each in entries}
    for each in entries:
        value, interval, how = energy_columns(each.bookings)
        state = standing(each, is_alive)
        how = how if state == "final" else ", ".join(filter(None, (how, state)))
        name = one_line(each.name) or _NAMELESS
        within = _depth(each, parents)
        name = f"{'  ' * (within - 1)}└ {name}" if within else name
        start = utc(each.start)[:16]
        rows.append([each.id, start, name, f"{each.seconds:.1f} s", value, interval, how])
    if width < _WIDE:
        for row in rows:
            row[0], row[1] = row[0][:_SHORT], row[1][len("2026-") :]
    heads = ("id", "start, UTC", "name", "time", "energy", "95 %", "how")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, head in enumerate(heads):
        others = sum(max(cell_len(row[i]) for row in (heads, *rows)) + 2
                     for i in range(len(heads)) if i != place)  # fmt: skip
        most = max(_LEAST, width - others) if head == "name" else None
        table.add_column(
            head, justify="right" if head in ("time", "energy", "95 %") else "left",
            no_wrap=True, overflow="ellipsis", max_width=most,
        )  # fmt: skip
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _depth(entry: Activity, parents: Mapping[str, str]) -> int:
    """Give how deep within others an entry lies, as far as these are listed."""
    parent, depth = entry.lineage.get("parent", ""), 0
    while parent and depth < _DEEPEST:
        depth += 1
        parent = parents.get(parent, "")
    return depth


def _none(out: Console, ledger: Ledger, selection: Selection) -> int:
    """Tell why nothing is listed: 1 where there is something, and none of it was meant."""
    known = sum(1 for _ in ledger.activities())
    if known and selection != Selection():
        out.print(f"none of the {known} entries in {ledger.folder} matches", markup=False)
        return 1
    out.print(f"no entries in {ledger.folder}; make one: submeter run -- CMD", markup=False)
    return 0


def _show(args: argparse.Namespace, ledger: Ledger) -> int:
    entry = ledger.get(args.which[0] if args.which else "last")
    if args.json:
        write_json(_with_standing(entry), args.json)
        return 0
    out = console()
    name = one_line(entry.name) or _NAMELESS
    out.print(f"{entry.id}  {name}", markup=False, style="bold")
    out.print(f"{utc(entry.start)} UTC, {entry.seconds:.3f} s, {standing(entry, is_alive)}, "
              f"stage {entry.stage}, revision {entry.revision}", markup=False)  # fmt: skip
    out.print(f"energy, facility left out: {energy_words(entry.bookings)}", markup=False)
    out.print(books_table(entry.bookings))
    for line in phase_lines(entry.phases):
        indented(out, f"phase {line}", 0)
    for each in entry.devices:
        words = f"{each.kind}: {_device(each)}, {each.reserved:.1%} of it this work's"
        out.print(Text(words))
    host = {key: entry.host[key] for key in _HOST if key in entry.host}
    if "container" in host:
        host["container"] = host["container"][:_CONTAINER]
    belongs = {key: text for key, text in entry.lineage.items() if key != "covers"}
    tables = {
        "host": host, "place": _place(entry), "counts": entry.counts, "model": entry.model,
        "part of": belongs,
    }  # fmt: skip
    for title, table in tables.items():
        if table:
            words = ", ".join(f"{key} {value}" for key, value in table.items())
            indented(out, f"{title}: {words}", 0)
    if entry.overhead.get("cpu"):
        out.print(Text(_metering(entry.overhead)))
    if "covers" in entry.lineage:
        out.print(Text(f"covers: all of the {entry.lineage['covers']}"))
    for each_missing in entry.missing:
        indented(out, f"left out: {each_missing}", 0)
    hint = "" if entry.place else " --region FR"
    out.print(f"\naccount for it: submeter account {entry.id}{hint}", style="dim")
    return 0


def _place(entry: Activity) -> dict[str, str]:
    """Give the place as it was stated, and last where."""
    stated = {key: text for key, text in entry.place.items() if key != "from"}
    return {**stated, **({"from": entry.place["from"]} if "from" in entry.place else {})}


def _metering(overhead: Mapping[str, int]) -> str:
    """Write what metering it took, and whether that is in its energy."""
    told = f"metering: {overhead['cpu'] / 1e9:.2f} s of CPU time"
    if "energy" not in overhead:
        return told
    kwh = to_kwh(overhead["energy"])
    value, _ = phrase(kwh, kwh / 2, kwh * 2, "kWh")
    return f"{told}, about {value}, {'in' if WITHIN in overhead else 'beside'} the energy above"


def _device(device: Device) -> str:
    if device.kind == "memory":
        return f"{device.count / 2**30:.1f} GiB"
    size = f" × {device.count:g}" if device.count != 1 else ""
    return f"{device.name or 'name not told'}{size}"


def _with_standing(entry: Activity) -> dict[str, object]:
    return {**to_json(entry), "standing": standing(entry, is_alive)}


def _warn_of_damage(ledger: Ledger) -> None:
    report = ledger.damage()
    for each in report.damage:
        sys.stderr.write(
            f"warning: {each.path} is damaged at byte {each.offset} ({each.length} bytes): "
            f"{each.reason}; every other entry was read\n"
        )
    for conflict in report.conflicts:
        sys.stderr.write(
            f"warning: entry {conflict.id} revision {conflict.revision} has "
            f"{len(conflict.entries)} different contents; the first is shown\n"
        )


def _instant(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        what = f'"{text}" is not a date'
        raise UsageError(what, "--since or --until", "write it as 2026-11-24") from error
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return round(when.timestamp()) * 1_000_000_000


def utc(nanoseconds: int) -> str:
    """Write an instant [ns since 1970 UTC] to the second."""
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
