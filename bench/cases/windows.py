"""What one more window costs when the meter already runs."""

from __future__ import annotations

from bench.machine import where_blind
from bench.processes import Guest, turns
from bench.spread import spread
from bench.table import Table

METERS = {
    "submeter": ("submeter, a part of an open window", 1000),
    "submeter-alone": ("submeter, an entry of its own", 300),
    "codecarbon": ("codecarbon, a task", 20),
    "zeus": ("zeus", 1000),
}


def run(*, quick: bool) -> Table:
    """Open and close windows in a row, a millisecond apart."""
    rounds = 1 if quick else 3
    facts: dict[str, dict[str, list[float]]] = {name: {} for name in METERS}
    for name in turns(tuple(METERS), rounds):
        found = Guest(name, "windows", str(METERS[name][1])).facts()
        for what, value in found.items():
            if isinstance(value, float):
                facts[name].setdefault(what, []).append(value)
    rows = [
        [title, *(spread(facts[name][part]).text(1e6) for part in ("median", "tail", "cpu"))]
        for name, (title, _) in METERS.items()
    ]
    counts = ", ".join(f"{name} {count}" for name, (_, count) in METERS.items())
    return Table(
        "One more window, opened and closed while the meter runs",
        "µs, median (quartiles) of the processes",
        ("", "wall, median", "wall, 99th of 100", "CPU, settled"),
        rows,
        (
            f"{rounds} fresh process(es) each; windows in each: {counts}.",
            (
                "Wall time is what the program waits for. CPU time is that of the whole process "
                "over the number of windows, until the last is settled: Submeter reads, closes "
                "the books and, for an entry of its own, writes to the ledger behind the "
                "program's back; the millisecond's sleep between two windows is in it for every "
                "meter."
            ),
            *where_blind("Zeus finds no sensor here: its window reads a clock and nothing else."),
        ),
        facts,
    )
