"""What each meter adds to the memory of the measured program."""

from __future__ import annotations

from bench.processes import Guest, turns
from bench.spread import over, spread
from bench.table import Limit, Table

METERS = {
    "bare": "bare Python",
    "submeter": "submeter",
    "submeter-placed": "submeter, told the place",
    "codecarbon": "codecarbon, told the place",
    "zeus": "zeus",
}
LIMIT = 15.0


def run(*, quick: bool) -> Table:
    """Look with a window open for some seconds, and once the answer is in hand."""
    rounds = 1 if quick else 3
    facts: dict[str, dict[str, list[float]]] = {name: {} for name in METERS}
    for name in turns(tuple(METERS), rounds):
        for what, value in Guest(name, "held", "4").facts().items():
            if isinstance(value, float):
                facts[name].setdefault(what, []).append(value)
    parts = ("peak", "pss", "private", "answered")
    bare = facts["bare"]
    rows = [["bare Python", *(f"({spread(bare[part]).text()} in all)" for part in parts)]]
    rows += [
        [title, *(over(facts[name][part], bare[part]).text() for part in parts)]
        for name, title in list(METERS.items())[1:]
    ]
    seen = [over(facts[name]["peak"], bare["peak"]).median for name in METERS]
    return Table(
        "Memory added to the measured program",
        "MiB over bare Python, median (quartiles)",
        ("", "peak RSS", "PSS", "private", "peak RSS with the answer"),
        rows,
        (
            (
                f"{rounds} fresh process(es) each, in turn, after 4 s in a window. PSS shares "
                "pages out among the processes that map them, so it falls where other Pythons "
                "run."
            ),
        ),
        facts,
        (
            Limit("memory added", "MiB", LIMIT, seen[1], 1),
            Limit("memory added, told the place", "MiB", LIMIT, seen[2], 1),
        ),
    )
