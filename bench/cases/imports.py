"""What importing each meter adds to the start of a program."""

from __future__ import annotations

import sys

from bench.processes import cost, quiet_home, turns
from bench.spread import over, spread
from bench.table import Limit, Table

PROGRAMS = {
    "bare": "pass",
    "submeter": "import submeter",
    "codecarbon": "import codecarbon",
    "zeus": "import zeus.monitor",
}
LIMIT = 30.0


def run(*, quick: bool) -> Table:
    """Time whole processes from outside, in turn; what is told is the excess over a bare one."""
    rounds = 7 if quick else 21
    wall: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    cpu: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    with quiet_home() as home:
        for program in PROGRAMS.values():
            cost([sys.executable, "-c", program], home)
        for name in turns(tuple(PROGRAMS), rounds):
            taken = cost([sys.executable, "-c", PROGRAMS[name]], home)
            wall[name].append(taken.wall)
            cpu[name].append(taken.cpu)
    bare = spread(wall["bare"])
    rows = [["bare Python", f"({bare.text(1e3)} in all)", ""]]
    for name in list(PROGRAMS)[1:]:
        more, burnt = over(wall[name], wall["bare"]), over(cpu[name], cpu["bare"])
        rows.append([name, more.text(1e3), burnt.text(1e3)])
    seen = over(wall["submeter"], wall["bare"]).median * 1e3
    return Table(
        "Warm import, over a bare interpreter",
        "ms, median (quartiles)",
        ("", "wall", "CPU"),
        rows,
        (f"{rounds} fresh process(es) each, in turn, the whole process timed from outside.",),
        {"wall": wall, "cpu": cpu},
        (Limit("import", "ms", LIMIT, seen, 1),),
    )
