"""What beginning to measure, ending it, and getting the answer cost in a fresh process."""

from __future__ import annotations

from bench.machine import where_blind
from bench.processes import Guest, turns
from bench.spread import spread
from bench.table import Limit, Table

METERS = {
    "submeter": "submeter",
    "submeter-placed": "submeter, told the place",
    "codecarbon": "codecarbon, told the place",
    "zeus": "zeus",
}
LIMIT = 20.0


def run(*, quick: bool) -> Table:
    """Start each meter in fresh processes that have imported it."""
    rounds = 3 if quick else 11
    facts: dict[str, dict[str, list[float]]] = {name: {} for name in METERS}
    for name in turns(tuple(METERS), rounds):
        for what, value in Guest(name, "start", "0.5").facts().items():
            if isinstance(value, float):
                facts[name].setdefault(what, []).append(value)
    parts = ("start", "stop", "answer", "cpu")
    rows = [
        [title, *(spread(facts[name][part]).text(1e3) for part in parts)]
        for name, title in METERS.items()
    ]
    seen = [spread(facts[name]["start"]).median * 1e3 for name in METERS]
    return Table(
        "Start and stop of the first measurement",
        "ms, median (quartiles)",
        ("", "start", "stop", "answer after stop", "CPU of all of it"),
        rows,
        (
            (
                f"{rounds} fresh process(es) each, in turn, after the import. Start and stop are "
                "what the program waits for; 'answer' is asking for the energy right after."
            ),
            (
                "The CPU time is that of the whole process from start to answer, half a second "
                "apart, so it includes what a meter sets up behind the program's back."
            ),
            *where_blind("Zeus finds no sensor here and sets up nothing."),
        ),
        facts,
        (
            Limit("start", "ms", LIMIT, seen[0], 1),
            Limit("start, told the place", "ms", LIMIT, seen[1], 1),
        ),
    )
