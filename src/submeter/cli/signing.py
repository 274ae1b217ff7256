"""``submeter bench key`` and ``sign``: a key of one's own, and a name under a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.signature import make_key, sign
from submeter.benchmarks.verification import require
from submeter.cli.output import console, indented, write_json
from submeter.errors import UsageError

if TYPE_CHECKING:
    import argparse


def make(args: argparse.Namespace) -> int:
    """Make a key."""
    if not args.out or args.bundles:
        fix = "submeter bench key --out FILE"
        raise UsageError("it takes the file to be", "submeter bench key", fix)
    signer = make_key(Path(args.out))
    if args.json:
        write_json({"key": args.out, "signer": signer}, args.json)
    if args.json != "-":
        out = console()
        out.print(f"{args.out}: a private key: whoever has it signs in your name", markup=False)
        indented(out, f"fingerprint {signer}")
        indented(out, "publish the fingerprint where people know that it is yours", style="dim")
    return 0


def sign_all(args: argparse.Namespace) -> int:
    """Sign bundles that verify."""
    if not args.bundles or not args.key:
        fix = "submeter bench sign BUNDLE… --key FILE; submeter bench key makes one"
        raise UsageError("it takes bundles and a key", "submeter bench sign", fix)
    for name in args.bundles:
        require(read_bundle(Path(name)), name, "it is not signed")
    rows = [{"bundle": each, "signer": sign(Path(each), Path(args.key))} for each in args.bundles]
    if args.json:
        write_json({"signed": rows}, args.json)
    if args.json != "-":
        for row in rows:
            console().print(f"{row['bundle']}: signed by {row['signer']}", markup=False)
    return 0
