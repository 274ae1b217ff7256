"""``submeter factors``: find a published number, show one with all beside it, a grid's hours."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from submeter.cli import live
from submeter.cli.output import console, write_json
from submeter.cli.parser import FACTORS, json_flag, settings_flags
from submeter.cli.render.factors import as_dict, print_card, print_factors, print_sources
from submeter.errors import UsageError
from submeter.reference.factors import gazetteer, search
from submeter.reference.factors.own import with_own
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

_BESIDE = 12
"""Other published values that are printed beside one; `--limit` asks for another number."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    meaning = (
        "find: search by id, name or place, and a year: France 2023; show: one by its id, with all "
        "published beside it; live: ask a provider for a grid's hours"
    )
    parser.add_argument("action", choices=("find", "show", "live"), help=meaning)
    parser.add_argument("text", nargs="*", help="what to look for, such as France or H100")
    parser.add_argument("--all", action="store_true", help="find: every year that was published")
    parser.add_argument(
        "--year", type=int, metavar="YEAR",
        help="what an account of work of that year takes of a place; this year by default",
    )  # fmt: skip
    parser.add_argument("--limit", type=int, metavar="N", help="at most N (find 20, show 12)")
    settings_flags(parser, (FACTORS,))
    live.add_arguments(parser)
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Search the factors, show one, or show a grid's hours; 1 if none is found."""
    if args.action == "live":
        if args.text:
            raise UsageError("live takes no text", " ".join(args.text), "name it: --zone ZONE")
        return live.run(args)
    if not args.text:
        example = "submeter factors find France" if args.action == "find" else "… show grid/FR"
        raise UsageError(f"there is nothing to {args.action}", fix=example)
    if args.limit is not None and args.limit < 1:
        raise UsageError(f"a limit of {args.limit} shows nothing", "--limit", "choose 1 or more")
    files = load({"factors": args.factors})["factors"].split(os.pathsep)
    registry = with_own(tuple(filter(None, files)))
    return _find(args, registry) if args.action == "find" else _show(args, registry)


def _find(args: argparse.Namespace, registry: Registry) -> int:
    words, limit = " ".join(args.text), args.limit or 20
    year, rest = _year(args), words
    published = search.published(words, registry, every=args.all) if args.year is None else ()
    drawn = search.taken(words, registry, year)
    if not published and not drawn:
        rest, years = search.years_in(words)
        year = args.year or (years[-1] if years else year)
        drawn = search.taken(rest, registry, year)
    is_near = not published and not drawn and not registry.matches(rest)
    near = () if drawn and not registry.matches(rest) else registry.find(rest, limit=limit + 1)
    alike = (search.as_taken(each, registry, year) for each in near)
    rows = published or tuple(dict.fromkeys((*drawn, *_but_rows_of(drawn, alike))))
    found, more = rows[:limit], len(rows) > limit
    if args.json:
        of_year = {"year": year} if drawn and not published else {}
        write_json({**of_year, "factors": [as_dict(each) for each in found]}, args.json)
        return int(is_near)
    out = console()
    if not found:
        told = f'no factor matches "{words}"; try a country, a device, or pue'
        out.print(told, markup=False)
        return 1
    if is_near:
        out.print(f'nothing is called "{words}"; spelt much like it are:', markup=False)
    elif drawn and not published:
        out.print(f"as an account of work in {year} takes them; year: that of the row", style="dim")
    print_factors(out, found, beside=bool(published))
    if more:
        told = f"there are more than {limit}: say more of its name, or a higher --limit"
        out.print(told, style="dim")
    out.print()
    print_sources(out, found)
    return int(is_near)


def _but_rows_of(drawn: Sequence[Factor], found: Iterable[Factor]) -> Iterator[Factor]:
    """Leave out the very rows that stand there already under the id of their place."""
    known = {(each.id, each.period) for each in drawn}
    for each in found:
        place, _, last = each.id.rpartition("/")
        if (each.id, each.period) not in known and (place, last) not in known:
            yield each


def _year(args: argparse.Namespace) -> int:
    year: int = datetime.now(UTC).year if args.year is None else args.year
    if not 1900 <= year <= 2200:  # noqa: PLR2004 - far beyond any table
        raise UsageError(f"{year} is no year of work", "--year", "write it in full: --year 2024")
    return year


def _show(args: argparse.Namespace, registry: Registry) -> int:
    year = _year(args)
    factor = search.any_factor(" ".join(args.text), registry, year)
    others = search.beside(factor, registry)
    age, users = search.age(factor, datetime.now(UTC).year), search.users(factor)
    name = _name(factor, registry)
    if args.json:
        told = {
            "year": year, "factor": as_dict(factor), "name": name, "age": age,
            "taken_by": list(users), "beside": [as_dict(each) for each in others],
        }  # fmt: skip
        write_json(told, args.json)
        return 0
    out, limit = console(), args.limit or _BESIDE
    print_card(out, factor, name, age, users)
    if others:
        rest = f", {limit} of {len(others)}" if len(others) > limit else ""
        out.print(f"\nbeside it{rest}", style="bold")
        print_factors(out, others[:limit], beside=True)
        out.print()
        print_sources(out, others[:limit])
    return 0


def _name(factor: Factor, registry: Registry) -> str:
    if not factor.id.startswith("grid/"):
        return registry.names.get(factor.id, "")
    spots = gazetteer.named(search.region_of(factor))
    return spots[0].name if spots else registry.names.get(factor.id, "")
