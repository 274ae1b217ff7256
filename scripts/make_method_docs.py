#!/usr/bin/env python3
"""Write the tables of docs/reference/methods.md and of the methods' pages from the methods.

Only what stands between the marks is written; the rest of a page is its author's.

Usage::

    python scripts/make_method_docs.py            # write the tables
    python scripts/make_method_docs.py --check    # fail if one is not what would be written
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.accounting.methods import METHODS
from submeter.accounting.rules import SHORT, in_short, in_words

if TYPE_CHECKING:
    from submeter.accounting.method import Method

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
BEGIN = "<!-- Written by scripts/make_method_docs.py; `make check` fails when stale. -->"
END = "<!-- End of what is written. -->"


def index() -> str:
    """Give the table over all methods."""
    head = ["method", *SHORT]
    rows = [head, ["---"] * len(head)]
    rows += [[f"[`{each.id}`](methods/{each.id}.md)", *in_short(each)] for each in METHODS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def rules(method: Method) -> str:
    """Give the table of one method's rules."""
    rows = [("", f"version {method.version}"), ("---", "---"), *in_words(method).items()]
    return "\n".join(f"| {about} | {text} |" for about, text in rows)


def filled(page: str, table: str) -> str:
    """Give a page with the table between its marks."""
    block = f"{BEGIN}\n{table}\n{END}"
    pattern = f"{re.escape(BEGIN)}.*?{re.escape(END)}"
    return re.sub(pattern, lambda _: block, page, count=1, flags=re.DOTALL)


def wanted() -> dict[Path, str]:
    """Give each page with its table as it should be."""
    tables = {REFERENCE / "methods.md": index()}
    tables |= {REFERENCE / "methods" / f"{each.id}.md": rules(each) for each in METHODS}
    return {path: filled(path.read_text(encoding="utf-8"), text) for path, text in tables.items()}


def main() -> int:
    """Write or check the tables; each built-in method has a page, and each page a method."""
    pages = wanted()
    strays = set((REFERENCE / "methods").glob("*.md")) - set(pages)
    if sys.argv[1:] == ["--check"]:
        stale = [path for path, text in pages.items() if path.read_text("utf-8") != text]
        unmarked = [path for path, text in pages.items() if BEGIN not in text]
        for path in sorted({*stale, *strays, *unmarked}):
            print(f"{path.name} is stale: run python scripts/make_method_docs.py", file=sys.stderr)
        return 1 if stale or strays or unmarked else 0
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
