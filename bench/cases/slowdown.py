"""By how much a program gets slower while it is measured."""

from __future__ import annotations

from bench.processes import Guest, turns
from bench.spread import ratios, spread
from bench.table import Table

METERS = ("bare", "submeter", "codecarbon", "zeus")
HOSTS = {"python": "pure Python", "numpy": "numpy"}
PARTS = ("start", "first", "first cpu", "later", "later cpu")


def run(*, quick: bool) -> Table:
    """Let a fixed amount of work be done under each, in turn, and compare within the round."""
    rounds, seconds = (2, 0.7) if quick else (5, 1.0)
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    rows = []
    for host, title in HOSTS.items():
        seen = found[host] = {name: {part: [] for part in PARTS} for name in METERS}
        for name in turns(METERS, rounds):
            facts = Guest(name, host, f"{seconds}").facts()
            for part in PARTS:
                seen[name][part].append(float(facts[part]))
        bare = seen["bare"]
        rows.append([f"{title}: bare", f"({spread(bare['later']).text()} s)", "", "", ""])
        rows += [[f"{title}: {name}", *_ratios(seen[name], bare)] for name in METERS[1:]]
    return Table(
        "Slowdown of a busy program at 1 Hz",
        "ratio to bare Python of the same round, median (quartiles)",
        ("", "start and first second", "first second", "later", "later, CPU"),
        rows,
        (
            (
                f"{rounds} rounds of fresh processes, in turn; in each the same work of about a "
                "second right after the start of the meter, when it may still set itself up behind "
                "the program's back, and the same once more after a second's sleep."
            ),
            (
                "On a shared machine the quartiles of wall time say how much a difference means; "
                "the CPU time, of all threads of the process, suffers less from neighbours."
            ),
        ),
        found,
    )


def _ratios(here: dict[str, list[float]], bare: dict[str, list[float]]) -> list[str]:
    began = [start + first for start, first in zip(here["start"], here["first"], strict=True)]
    return [
        ratios(began, bare["first"]).text(figures=3),
        ratios(here["first"], bare["first"]).text(figures=4),
        ratios(here["later"], bare["later"]).text(figures=4),
        ratios(here["later cpu"], bare["later cpu"]).text(figures=4),
    ]
