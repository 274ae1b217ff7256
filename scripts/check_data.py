#!/usr/bin/env python3
"""Check that generated pages are current and that every factor table is the one that was sealed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from submeter.errors import FactorTableError
from submeter.reference.sealed import read_sealed

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "src" / "submeter" / "reference"
PAGES = ("make_command_docs.py", "make_method_docs.py")
"""Scripts that write a page, each with ``--check``."""


def broken_tables() -> list[str]:
    """Give what is wrong with the factor tables; a CSV without a sidecar is wrong."""
    found = []
    for path in sorted(TABLES.rglob("data/*.csv")):
        try:
            read_sealed(path)
        except FactorTableError as error:
            found.append(error.line())
    return found


def main() -> int:
    """Run all checks; gives 1 if one failed."""
    wrong = broken_tables()
    for line in wrong:
        print(line, file=sys.stderr)
    codes = [
        subprocess.run([sys.executable, ROOT / "scripts" / name, "--check"], check=False).returncode
        for name in PAGES
    ]
    return int(bool(wrong) or any(codes))


if __name__ == "__main__":
    sys.exit(main())
