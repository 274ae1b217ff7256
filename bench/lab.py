"""Score Submeter and other meters on the lab's synthetic hardware: ``make lab``.

Usage::

    .venv-bench/bin/python bench/lab.py [--python PATH] [--folder FOLDER]

Writes ``lab-<date>.md`` and ``.json``. Ends with 1 if Submeter's interval leaves the truth.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from bench import machine  # noqa: E402 - found through the line above
from submeter.cli.commands.lab import entrants  # noqa: E402
from submeter.cli.output import console  # noqa: E402
from submeter.cli.render import lab  # noqa: E402
from submeter.lab.cases import CASES  # noqa: E402
from submeter.lab.peers import METERS  # noqa: E402
from submeter.lab.score import ALONE, Outcome, score  # noqa: E402

HEAD = (
    "Submeter and other meters on synthetic hardware whose draw is known exactly: all meters of a "
    "case at once, each in a process of its own, on the same stand-ins. The stand-ins are ideal "
    "where a case does not say otherwise, so this says how meters read their devices, not how true "
    "the devices are. The machine was used by others at the same time."
)
READ = (
    "Each meter is judged by what was drawn from the end of its start to the beginning of its "
    "stop; whether it counts what was drawn during either is no error. An empty cell is a way of "
    "asking that the case does not have. The servers of the load cases are made up, of a few watts "
    "a thread; CodeCarbon is told their full power, the others cannot be told. The cases are "
    "described by `submeter lab list`; raw numbers are in the JSON file of the same name."
)
REPEAT = (
    "`make lab` in a checkout sets up the environment and writes this page; it takes a C compiler "
    "and, for RAPL and loads under meters that read the kernel's own files, root. "
    "`.venv-bench/bin/python bench/lab.py --python PATH` takes the other meters from another "
    "environment: CarbonTracker and pyJoules are not locked in `requirements/bench.txt`."
)


def page(outcomes: list[Outcome], facts: dict[str, str]) -> str:
    """Write the page."""
    cases = list(CASES.values())
    meters = list(dict.fromkeys(each.meter for each in outcomes))
    own, kept = lab.counted(outcomes)
    found = {each.meter: each.version for each in outcomes if each.version}
    facts = facts | {name: found[name] for name in meters if name in found}
    return "\n".join([
        f"# Meters on hardware of known truth, {facts['date'][:10]}", "", HEAD, "",
        _line(["", ""]), _line(["---", "---"]), *(_line(each) for each in facts.items()), "",
        f"Submeter's intervals held the truth in {kept} of {own} cases, limits left out.", "",
        "## Errors", "", f"{lab.READ} {READ}", "",
        *(line for table in lab.tables(cases, outcomes) for line in _table(table)),
        *(f"- {each}" for each in lab.notes(cases, outcomes)), "",
        "## The cases", "",
        _line(["case", "what it is"]), _line(["---", "---"]),
        *(_line([each.name, each.title]) for each in cases), "",
        "## To repeat it", "",
        REPEAT, "",
    ])  # fmt: skip


def _table(rows: list[list[str]]) -> list[str]:
    heads, *rest = rows
    return [
        _line(heads),
        _line(["---", "---", *["---:"] * (len(heads) - 2)]),
        *map(_line, rest),
        "",
    ]


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"


def main() -> int:
    """Score, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--python", default=sys.executable, help="the Python of the other meters")
    folder = ROOT / "docs" / "benchmarks"
    parser.add_argument("--folder", type=Path, default=folder, help="where the page is written")
    args = parser.parse_args()
    names = ("date", "machine", "kernel", "python", "commit")
    facts = {name: text for name, text in machine.facts().items() if name in names}
    facts["load before"] = machine.load()
    cases = list(CASES.values())
    meters = [name for name in METERS if name != "none"]
    outcomes = score(cases, entrants(meters, args.python), lambda each: print(each, flush=True))
    facts["load after"] = machine.load()
    lab.show(console(), cases, outcomes)
    args.folder.mkdir(parents=True, exist_ok=True)
    written = args.folder / f"lab-{facts['date'][:10]}.md"
    written.write_text(page(outcomes, facts), encoding="utf-8")
    raw = {"facts": facts, **lab.as_dict(cases, outcomes)}
    written.with_suffix(".json").write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    print(f"written: {written}")
    return int(any(each.failed for each in outcomes if each.meter.startswith(ALONE)))


if __name__ == "__main__":
    sys.exit(main())
