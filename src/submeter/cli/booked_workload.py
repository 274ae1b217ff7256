"""``submeter ledger workload``: the requests on the record as a workload to be replayed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.replay.booked import workload_of
from submeter.benchmarks.replay.workload import totals
from submeter.benchmarks.replay.workload_file import write_workload
from submeter.cli.output import console, write_json
from submeter.cli.render.workload import print_workload
from submeter.errors import UsageError
from submeter.runs.parts import outermost

if TYPE_CHECKING:
    import argparse

    from submeter.ledger.book import Ledger
    from submeter.ledger.selection import Selection


def write_booked(args: argparse.Namespace, ledger: Ledger, selection: Selection) -> int:
    """Write the requests that entries count, by time and length alone.

    Raises
    ------
    UsageError
        If there are none, or too many, or the file cannot be written.
    """
    booked = workload_of(outermost(ledger.activities(selection)))
    if not booked.requests:
        fix = "count requests, tokens_in and tokens_out of the work: window.count(...)"
        raise UsageError("no entry tells requests and their tokens", str(ledger.folder), fix)
    write_workload(Path(args.out), booked.requests, "a ledger")
    if args.json:
        told = {**totals(booked.requests), "entries": booked.entries, "spread": booked.spread,
                "left_out": booked.left_out}  # fmt: skip
        write_json(told, args.json)
    if args.json != "-":
        print_workload(console(), booked, args.out)
    return 0
