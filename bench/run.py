"""Measure Submeter beside CodeCarbon and Zeus: ``make bench``.

Usage::

    .venv-bench/bin/python bench/run.py [--quick] [--only CASE] [--folder FOLDER]

Every figure comes from fresh processes, the meters in turn in one run, so that what disturbs the
machine disturbs them alike. It is no test: nothing fails because a machine is slow.
"""

from __future__ import annotations

import argparse
import compileall
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from bench import machine, paper  # noqa: E402 - found through the line above
from bench.cases import idle, imports, memory, says, server, slowdown, starts, windows  # noqa: E402

CASES = {
    "imports": imports.run,
    "starts": starts.run,
    "windows": windows.run,
    "idle": idle.run,
    "server": server.run,
    "memory": memory.run,
    "slowdown": slowdown.run,
    "says": says.run,
}


def main() -> None:
    """Run the cases, print their tables, and write the page if all were run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: two to three minutes")
    parser.add_argument("--only", choices=CASES, action="append", help="only this; can be repeated")
    folder = ROOT / "docs" / "benchmarks"
    parser.add_argument("--folder", type=Path, default=folder, help="where the page is written")
    args = parser.parse_args()
    facts = {**machine.facts(), "load before": machine.load()}
    # pip compiles what it installs; this checkout is installed as a path, so nobody has.
    compileall.compile_dir(ROOT / "src", quiet=2)
    tables = []
    for name in args.only or CASES:
        print(f"{name} …", file=sys.stderr, flush=True)
        table = CASES[name](quick=args.quick)
        tables.append(table)
        paper.show(table)
    facts["load after"] = machine.load()
    paper.show_limits([limit for table in tables for limit in table.limits], facts)
    if args.only or (args.quick and args.folder == folder):
        print("nothing was written: a page takes all cases, in full or with --folder")
        return
    command = ".venv-bench/bin/python bench/run.py" + (" --quick" if args.quick else "")
    print(f"written: {paper.write(args.folder, tables, facts, command)}")


if __name__ == "__main__":
    main()
