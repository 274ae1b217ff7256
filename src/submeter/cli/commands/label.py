"""``submeter label BUNDLE``: a result as a picture, with its data inside."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.results import result_of
from submeter.benchmarks.verification import require
from submeter.cli.commands.rate import find, scales
from submeter.cli.output import console, write_json
from submeter.cli.parser import json_flag
from submeter.errors import UsageError
from submeter.ratings.label import About, as_data, described, label

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", help="made by submeter bench run")
    parser.add_argument("--out", required=True, metavar="FILE", help="a .svg, or a .png")
    parser.add_argument("--scale", default="submeter-v1", metavar="NAME", help="submeter-v1")
    parser.add_argument("--link", default="", metavar="URL", help="where the bundle can be had")
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Draw a label of a bundle that verifies."""
    bundle = read_bundle(Path(args.bundle))
    require(bundle, args.bundle, "it gets no label")
    (rating,) = find(args.scale, scales()).rate([result_of(bundle, Path(args.bundle).name)])
    about = About(str(bundle.told["created"])[:10], bundle.sha256, args.link)
    _write(Path(args.out), label(rating, about))
    if args.json:
        write_json(as_data(rating, about), args.json)
    if args.json != "-":
        console().print(f"{args.out}: {described(rating, about)}", markup=False, soft_wrap=True)
    return 0


def _write(path: Path, svg: str) -> None:
    if path.suffix not in (".svg", ".png"):
        raise UsageError(f'"{path.suffix}" is no kind of picture', str(path), "name a .svg or .png")
    content = svg.encode() if path.suffix == ".svg" else _png(svg)
    try:
        path.write_bytes(content)
    except OSError as error:
        fix = "name a file that can be written"
        raise UsageError(f"it cannot be written: {error.strerror}", str(path), fix) from error


def _png(svg: str) -> bytes:
    try:
        resvg = importlib.import_module("resvg_py")
    except ImportError as error:
        fix = "pip install submeter[bench], or name a .svg"
        raise UsageError("pictures in PNG need resvg-py", "--out", fix) from error
    drawn = resvg.svg_to_bytes(svg_string=svg, zoom=2, sans_serif_family="DejaVu Sans")
    return bytes(drawn)
