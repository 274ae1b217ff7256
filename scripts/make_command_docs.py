#!/usr/bin/env python3
"""Write docs/reference/commands.md from the parsers of the command line.

Usage::

    python scripts/make_command_docs.py            # write the page
    python scripts/make_command_docs.py --check    # fail if the page is not what would be written
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.cli.main import COMMANDS
from submeter.cli.parser import Parser

if TYPE_CHECKING:
    import argparse

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"

HEAD = """\
# Commands

<!-- Written by scripts/make_command_docs.py from the parsers; `make check` fails when stale. -->

`submeter COMMAND [options]`. Results go to standard output, errors and warnings to standard \
error. The account of `run` and `attach` goes to standard error, so that a pipe gets the work's \
own output.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | the answer is no: nothing was found |
| 2 | bad usage or input; standard error says `error[CODE]: what, where, the next step`, \
see [errors](errors.md) |
| 130 | Ctrl-C |

`run` ends with its command's own code instead: 127 where there is no such command, 126 where it \
cannot be executed, 128 + n where signal n ended it.

Options that are settings (`--region`, `--grid`, `--pue`, `--wue`, `--lifetime`, \
`--utilisation`, `--stage`, `--purpose`, `--model`, `--base`, `--teacher`, `--tenant`, \
`--contract`, `--ledger`, `--method`, `--period`) can also stand in the environment \
or in a file: [settings](settings.md). An option cannot be shortened. `submeter --version` prints \
the version, `submeter COMMAND --help` the options of one command.
"""

NOTES = {
    "run": "Everything from `--` on is the command. Its standard streams, open files, signals and "
    "exit code pass through. What it starts is metered with it until it ends; a process that "
    "outlives it is named under *left out*. `--json -` is refused, because standard output belongs "
    "to the command. The account at the end is a few lines; `submeter account last` "
    "shows all of it. Where the work is not recorded, all of it is printed at once.",
    "attach": "Meters the process and its descendants, or a control group, until it ends, the time "
    "is over, or Ctrl-C or SIGTERM. What it used before is not counted. A pod, a container and a "
    "job are found by their control groups, on the node where they run. How to: "
    "[measure a running service](../how-to/measure-a-running-service.md).",
    "top": "Ctrl-C ends it. Where standard output is no terminal it looks once and ends. Energy "
    "above idle is shared out by CPU time; processes that lived and died between two looks are in "
    "*seen too briefly*. Where a place is stated (`--region` or `--grid`, or in the settings) it "
    "tells too what each domain emits an hour there, its facility included.",
    "account": "All of a statement: every figure and its parts, the books, what is left out, what "
    "most widens it, and the sources. The entry is not changed: the same joules are accounted "
    "for again ([how to](../how-to/account-again-by-another-method.md)). `--compare` shows the "
    "statement that was issued when the work ended beside the new one, with what changed. A file "
    "is an account file ([schema](account-file.md)). With `--job` it is of all "
    "entries of a job, each joule once ([how to](../how-to/account-for-a-job-on-many-nodes.md)).",
    "ledger": "`list` shows the latest revision of each entry, `show` one of them in full, `merge` "
    "copies what other ledgers hold ([what a merge does](ledger.md#merging)), `workload` writes "
    "the requests that they count, to be replayed ([workload file](workload.md)). Damaged bytes "
    "are reported on standard error and cost only what they touch.",
    "doctor": "Takes a second or a few; with an NVIDIA board some more, for its counter is held "
    "against its power for five. It reads every sensor, measures how often its value changes and "
    "what a read costs, and keeps that until the next boot. Each sensor that does not answer comes "
    "with its remedy.",
    "lab": "`list` names the cases. `score` runs each against Submeter and whatever other meters "
    "are installed, in processes of their own on stand-in hardware, for a few minutes in all. It "
    "takes a C compiler; what it would need root for is named as skipped without. Ends with 1 if "
    "Submeter's interval leaves the truth in any case. How to point another meter at it: "
    "[test your own meter](../how-to/test-your-own-meter.md). `record FILE` keeps the raw numbers "
    "of every sensor that answers while the machine idles, runs a square wave on its processors, "
    "or runs the command behind `--`, whose exit code is passed on; `show FILE` tells what is seen "
    "in them ([recordings](sensors/replay.md#record-one)).",
    "factors": "Ends with 1 if nothing is found. The tables are described under "
    "[factor tables](factors.md) and [grids by year and zone](grids.md). `live` asks the provider "
    "that is named for the hours of a grid, "
    "the last 24 by default ([live providers](live-providers.md), "
    "[how to](../how-to/live-grid.md)).",
    "explain": "`A` and `B` are the id of an entry, an account file or a published case. Of one it "
    "tells where each number comes from, what it leaves out and how sure it is. Of two it splits "
    "the gap exactly into its causes ([how to](../how-to/explain-a-difference.md)).",
    "life": "Of all entries whose `--model` it is, and of the account files that are given. "
    "Failed and development runs stand by themselves; what several entries hold is counted once; "
    "of a teacher or a base the share that is stated ([how to](../how-to/sum-a-models-life.md)).",
    "reproduce": "The cases, and what is reproduced: [the literature](literature.md). It ends with "
    "1 if a figure is not within the rounding of what was printed.",
    "audit": "Findings are numbered, errors first; each shows what was claimed, what follows from "
    "the inputs, the arithmetic and the most likely cause. It ends with 1 if any is an error. "
    "Which files are read, and each rule with its reason: [audit rules](audit-rules.md); "
    "[how to](../how-to/audit-a-model-card.md).",
    "bench": "`run` measures, `list` shows tasks, backends and scenarios. A run that was broken "
    "off goes on ([benchmarks](benchmarks.md)).",
    "verify": "It ends with 1 if a figure does not follow from the readings "
    "([benchmarks](benchmarks.md)).",
    "rate": "Columns, scales and the result's fields: [ratings](ratings.md); the reasons: "
    "[what a star says](../explanation/stars.md).",
    "leaderboard": "Sorts, filters, compares, and works a bundle out again in the reader's browser "
    "([how to](../how-to/publish-a-leaderboard.md)).",
    "label": "Only of a bundle that verifies. What it says is in it for programs too: the JSON in "
    "an SVG's `metadata`. PNG needs `pip install submeter[bench]`.",
    "methods": "Of one it tells the rules in words, why they are so, and the source "
    "([accounting methods](methods.md)).",
    "config": "Shows each setting, its value and where it came from ([settings](settings.md)). "
    "What cannot be used is told on standard error, with its source and the next step, and it ends "
    "with 2; what looks like a setting and is none is warned of.",
    "schema": "[`statement`](statement.md), [`account`](account-file.md), `life`, "
    "[`workload`](workload.md).",
}
"""What the parsers do not say; a command without a note fails."""


def parser_of(name: str) -> Parser:
    """Give a command's parser, as ``submeter`` builds it."""
    module = import_module(f"submeter.cli.commands.{name}")
    parser = Parser(prog=f"submeter {name}", add_help=False, allow_abbrev=False)
    module.add_arguments(parser)
    return parser


def usage(name: str, actions: list[argparse.Action]) -> str:
    """Write one line of usage, independent of the terminal's width."""
    if name == "run":
        return "submeter run [options] -- CMD [ARGUMENTS…]"
    words = [f"submeter {name}"]
    for action in actions:
        if action.option_strings:
            continue
        shown = "|".join(action.choices) if action.choices else str(action.metavar or action.dest)
        shown = f"{shown}…" if action.nargs in ("+", "*") else shown
        words.append(f"[{shown}]" if action.nargs in ("?", "*") else shown)
    return " ".join([*words, "[options]"])


def row(action: argparse.Action) -> str:
    """Write one argument as a row of a table."""
    if action.option_strings:
        value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        shown = ", ".join(f"{option}{value}" for option in action.option_strings)
    else:
        shown = "`, `".join(action.choices or [str(action.metavar or action.dest)])
        shown = " or ".join(shown.rsplit(", ", 1))
    meaning = (action.help or "").replace("%%", "%").replace("|", "\\|")
    return f"| `{shown}` | {meaning} |"


def section(name: str) -> str:
    """Write the section of one command."""
    actions = list(parser_of(name)._actions)  # noqa: SLF001 - argparse has no other list
    lines = [f"## {name}", f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}.", "", "```text"]
    lines += [usage(name, actions), "```", "", NOTES[name], ""]
    table = [row(action) for action in actions if action.dest != "command"]
    if table:
        lines += ["| argument or option | meaning |", "| --- | --- |", *table, ""]
    return "\n".join(lines)


def page() -> str:
    """Give the whole page."""
    return "\n".join([HEAD, *(section(name) for name in COMMANDS)]).rstrip() + "\n"


def main() -> int:
    """Write or check the page."""
    if sys.argv[1:] == ["--check"]:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE.name} is stale: run python scripts/make_command_docs.py", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
