"""What each meter burns while the program sleeps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.machine import where_blind
from bench.processes import Guest, environment, quiet_home, threads_cpu
from bench.spread import Spread, over, spread
from bench.table import Limit, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACES = {
    ("bare", 1.0): "bare Python",
    ("submeter", 1.0): "submeter, 1 Hz (its default)",
    ("submeter", 0.1): "submeter, 10 Hz",
    ("codecarbon", 15.0): "codecarbon, every 15 s (its default)",
    ("codecarbon", 1.0): "codecarbon, 1 Hz",
    ("codecarbon", 0.1): "codecarbon, 10 Hz",
    ("codecarbon-process", 1.0): "codecarbon, 1 Hz, process mode",
    ("zeus", 1.0): "zeus",
}
LIMIT = 0.03
SETTLING = 10.0
"""What is done once a boot is over by then [s]: three seconds of watching, five of holding counters
against powers."""


def run(*, quick: bool) -> Table:
    """Let all of them sleep at the same time: together they need a few hundredths of a core."""
    seconds = 35.0 if quick else 60.0
    copies = 1 if quick else 2
    guests = {
        pace: [Guest(pace[0], "idle", f"{seconds}", pace[1]) for _ in range(copies)]
        for pace in PACES
    }
    seen = outside(seconds)
    facts = {pace: [each.facts() for each in guests[pace]] for pace in PACES}
    per_minute = 60.0 / seconds
    steady = {p: [float(each["steady"]) * per_minute for each in facts[p]] for p in PACES}
    once = {p: [float(each["whole"]) - float(each["steady"]) for each in facts[p]] for p in PACES}
    peak = {p: [float(each["peak"]) for each in facts[p]] for p in PACES}
    bare = ("bare", 1.0)
    rows = [
        [title, *_texts(over(steady[pace], steady[bare]), spread(once[pace])),
         over(peak[pace], peak[bare]).text()]
        for pace, title in PACES.items()
    ]  # fmt: skip
    rows.append(["submeter run -- sleep (the meter outside)", *_texts(*seen), ""])
    data = {f"{name} {period:g} s": steady[name, period] for name, period in PACES}
    return Table(
        "An idle program under the meter",
        "CPU seconds; MiB",
        ("", "a minute", "once: start, stop", "peak MiB added"),
        rows,
        (
            (
                f"{copies} fresh process(es) each, asleep side by side for {seconds:.0f} s, after"
                " 9 s to settle; CPU time of all threads and of children waited for. 0.6 is 1 % "
                "of a core."
            ),
            "'Once' is from before the start to after the answer, less the sleep.",
            *where_blind("Zeus finds no sensor here, and reads nothing."),
            (
                "For `submeter run`, threads of the meter by the kernel's schedstat; 'once' is "
                "the rest of its process: interpreter, import, report, and the sleep command "
                "itself."
            ),
        ),
        {"per_minute": data, "outside": list(seen)},
        (
            Limit("idle at 1 Hz", "CPU-s a minute", LIMIT, _median(steady, bare), 4),
            Limit("idle at 1 Hz, outside", "CPU-s a minute", LIMIT, seen[0].median, 4),
        ),
    )


def _median(steady: dict[tuple[str, float], list[float]], bare: tuple[str, float]) -> float:
    return over(steady["submeter", 1.0], steady[bare]).median


def _texts(*found: Spread) -> Sequence[str]:
    return [found[0].text(), found[1].text()]


def outside(
    seconds: float, period: float = 1.0, more: Mapping[str, str] | None = None
) -> tuple[Spread, Spread]:
    """Meter a sleep from outside; gives CPU seconds a minute, and those of the rest."""
    with quiet_home() as home:
        surroundings = {**environment(home), "SUBMETER_PERIOD": f"{period:g} s", **(more or {})}
        command = str(Path(sys.executable).with_name("submeter"))
        words = [command, "run", "--", "sleep", f"{seconds + SETTLING + 1:g}"]
        meter = subprocess.Popen(
            words, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(SETTLING)
        before = threads_cpu(meter.pid)
        time.sleep(seconds)
        steady = threads_cpu(meter.pid) - before
        _, _, usage = os.wait4(meter.pid, 0)
        meter.returncode = 0
    whole = usage.ru_utime + usage.ru_stime
    return spread([steady * 60.0 / seconds]), spread([whole - steady])
