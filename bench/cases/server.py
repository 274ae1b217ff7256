"""What each meter costs on a server of eight boards and two sockets: the lab's stand-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.cases.idle import outside
from bench.hardware import BOARDS, SOCKETS, server
from bench.processes import Guest, turns
from bench.spread import Spread, over, spread
from bench.table import Limit, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOW = 0.0002
"""How long a call of a driver takes in the second row [s]."""
STUCK = 0.1
"""How long it takes where reading is slow beyond all measure [s]."""
PACES = {("submeter", 1.0): 0.03, ("submeter", 0.1): 0.3}
"""Heartbeats, and what is allowed in CPU seconds a minute: ten times the beats, ten times that."""
PEERS = {"codecarbon": 1.0, "zeus": 1.0}
EDGES = 100e-6
"""Two edges of a window, 50 µs each [s]."""


def run(*, quick: bool) -> Table:
    """Let a program sleep under each meter, then open and close windows."""
    seconds = 35.0 if quick else 60.0
    rows: list[list[str]] = []
    limits: list[Limit] = []
    data: dict[str, list[float]] = {}
    with server() as found:
        bare = [_steady("bare", 1.0, seconds, found)]
        for (name, period), limit in PACES.items():
            inside = over([_steady(name, period, seconds, found)], bare)
            around = outside(seconds, period, found)[0]
            for where, seen in (("inside", inside), ("outside", around)):
                title = f"{name}, {1 / period:g} Hz, {where}"
                rows.append([title, seen.text(), "", ""])
                limits.append(Limit(title, "CPU-s a minute", limit, seen.median, 4))
                data[title] = [seen.median]
        for name, period in PEERS.items():
            seen = over([_steady(name, period, seconds, found)], bare)
            rows.append([f"{name}, {1 / period:g} Hz, inside", seen.text(), "", ""])
            data[name] = [seen.median]
        names = turns(("submeter", *PEERS), 1)
        rows += [_edges(name, 0.0, found, data, limits) for name in names]
    for latency in (SLOW, STUCK):
        with server(latency) as found:
            rows.append(_edges("submeter", latency, found, data, limits))
    return Table(
        f"A server of {BOARDS} boards and {SOCKETS} sockets",
        "CPU seconds a minute; µs",
        ("", "idle, a minute", "a window, median", "99th of 100"),
        rows,
        (
            (
                "The boards and sockets are the lab's stand-ins, read through NVML and powercap "
                "by the meters' own code: what is compared is the cost of reading."
            ),
            (
                f"An idle program for {seconds:.0f} s, from 9 s on (outside: 10 s), when what a "
                "meter does once a boot is over; a window is opened and closed, a "
                "millisecond apart. The last rows have a driver whose every call sleeps."
            ),
            (
                "Peers find the boards by the library's name; they don't find the sockets, which "
                "lie elsewhere than the kernel's."
            ),
        ),
        data,
        tuple(limits),
    )


def _steady(name: str, period: float, seconds: float, found: Mapping[str, str]) -> float:
    told = Guest(name, "idle", f"{seconds}", period, found).facts()
    return float(told["steady"]) * 60.0 / seconds


def _edges(
    name: str,
    latency: float,
    found: Mapping[str, str],
    data: dict[str, list[float]],
    limits: list[Limit],
) -> list[str]:
    count = {"submeter": 500, "zeus": 500}.get(name, 20)
    told = Guest(name, "windows", str(count), 1.0, found).facts()
    median, tail = (Spread(*[float(told[part])] * 3) for part in ("median", "tail"))
    calls = f", calls of {1e3 * latency:g} ms" if latency else ""
    title = f"{name}, one more window{calls}"
    data[title] = [median.median, tail.median]
    if name == "submeter":
        limits.append(Limit(title, "µs", 1e6 * EDGES, 1e6 * median.median, 1))
    return [title, "", spread([median.median]).text(1e6), spread([tail.median]).text(1e6)]
