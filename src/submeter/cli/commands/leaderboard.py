"""``submeter leaderboard build BUNDLES… --out FOLDER``: a static site that anybody can verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from submeter.cli.commands.rate import find, scales
from submeter.cli.output import console, write_json
from submeter.cli.parser import json_flag
from submeter.web.leaderboard import build

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("what", choices=("build",), help="build the site")
    parser.add_argument("bundles", nargs="+", metavar="BUNDLE", help="each must verify")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="the site's folder")
    parser.add_argument("--scale", default="submeter-v1", metavar="NAME", help="submeter-v1")
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Build it."""
    count = build(list(map(Path, args.bundles)), Path(args.out), find(args.scale, scales()))
    if args.json:
        write_json({"out": args.out, "results": count}, args.json)
    if args.json != "-":
        told = f"{args.out}: {count} results; look at it: python3 -m http.server -d {args.out} 8000"
        console().print(told, markup=False, soft_wrap=True)
    return 0
