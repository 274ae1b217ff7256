"""What each meter says of five seconds of sleep and of five seconds of one busy core."""

from __future__ import annotations

import re

from bench.machine import where_blind
from bench.processes import Guest
from bench.table import Table

METERS = {
    "submeter-placed": "submeter",
    "codecarbon": "codecarbon",
    "codecarbon-process": "codecarbon process mode",
    "zeus": "zeus",
}
PROGRAMS = {"asleep": "asleep", "busy": "1 core busy"}
_HOW = re.compile(
    r"(CPU Tracking Method: .*|RAM Tracking Method: .*|.*alling back.*|.*default power.*)"
)


def run(*, quick: bool) -> Table:
    """Ask each in a fresh process, one after another, so that none sees another's work."""
    seconds = 2 if quick else 5
    rows, data, notes = [], {}, []
    for program, title in PROGRAMS.items():
        for name, meter in METERS.items():
            facts = Guest(name, program, f"{seconds}", more={"BENCH_LOG": "info"}).facts()
            said = str(facts.pop("said"))
            data[f"{name}, {program}"] = {**facts, "lines": said.count("\n")}
            energy = facts["energy"]
            figure = energy if isinstance(energy, str) else f"{energy:.3g} J"
            parts = [str(facts.get(part, "")) for part in ("interval", "tier", "whose", "place")]
            rows.append([f"{title}: {meter}", figure, *parts, str(said.count("\n"))])
            if program == "asleep" and name == "codecarbon":
                notes = [each.partition("] ")[2] or each for each in _HOW.findall(said)]
    return Table(
        f"What each says of {seconds} s on this machine",
        "J",
        ("", "energy", "interval", "how, by the result", "whose", "place, CO2e", "lines"),
        rows,
        (
            *where_blind(
                "Nothing here measures power, so no figure can be checked against a truth; what "
                "can be compared is what each tells of its own ground."
            ),
            (
                "Every meter is told the place. In machine mode a figure includes what neighbours "
                "did in that time. Lines are those printed at the normal log level."
            ),
            f"CodeCarbon's log, not its result, says how: {' | '.join(dict.fromkeys(notes))}",
        ),
        data,
    )
