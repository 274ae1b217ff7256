"""The measured program: runs in a fresh process under one meter and tells what it cost.

It imports nothing that it can do without before the meter is measured: a module that the bare
program has loaded already would be one that no meter seems to cost.
"""

from __future__ import annotations

import resource
import time

TYPE_CHECKING = False  # `typing` itself takes 9 ms and 1 MiB; type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.meters import Meter

Facts = dict[str, float | str]

SETTLING = 9.0
"""What a meter does once a boot is over by then [s]: Submeter holds counters against powers for
five seconds. It counts as what is done once."""

CHUNK = 40_000
"""Turns of the busy loop between two looks at the clock, about 2 ms."""


def cpu() -> float:
    """Give the CPU time [s] of this process, its threads, and the children waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def memory() -> Facts:
    """Give resident, proportional and private memory now, and the peak [MiB]."""
    found: dict[str, float] = {}
    for file in ("/proc/self/smaps_rollup", "/proc/self/status"):
        with open(file, encoding="ascii", errors="replace") as lines:  # noqa: PTH123 - no pathlib
            for line in lines:
                name, _, rest = line.partition(":")
                if rest.endswith("kB\n"):
                    found[name] = found.get(name, 0.0) + float(rest.split()[0]) / 1024
    private = found["Private_Clean"] + found["Private_Dirty"]
    return {"peak": found["VmHWM"], "rss": found["Rss"], "pss": found["Pss"], "private": private}


def churn(turns: int) -> int:
    """Do a fixed amount of pure Python: arithmetic, a dict, a list."""
    seen: dict[int, int] = {}
    last = [0] * 16
    value = 1
    for turn in range(turns):
        value = (value * 1103515245 + 12345) & 0x7FFFFFFF
        seen[value & 255] = turn
        last[turn & 15] = value
    return value + len(seen) + last[0]


def start(meter: Meter, seconds: str) -> Facts:
    """Start a first window, let it be for a moment, stop it, and ask for the energy."""
    used, began = cpu(), time.perf_counter()
    meter.start()
    started = time.perf_counter()
    time.sleep(float(seconds))
    stopping = time.perf_counter()
    meter.stop()
    stopped = time.perf_counter()
    meter.energy()
    answered = time.perf_counter()
    return {
        "start": started - began,
        "stop": stopped - stopping,
        "answer": answered - stopped,
        "cpu": cpu() - used,
    }


def windows(meter: Meter, count: str) -> Facts:
    """Open and close many windows while the meter runs; all of them are settled at the end."""
    meter.start()
    time.sleep(2.0)
    meter.window()
    used = cpu()
    taken = []
    for _ in range(int(count)):
        began = time.perf_counter()
        meter.window()
        taken.append(time.perf_counter() - began)
        time.sleep(0.001)
    meter.stop()
    meter.energy()
    taken.sort()
    return {
        "median": taken[len(taken) // 2],
        "tail": taken[int(len(taken) * 0.99)],
        "cpu": (cpu() - used) / len(taken),
    }


def idle(meter: Meter, seconds: str) -> Facts:
    """Sleep under the meter: CPU time once it has settled, and from first to last."""
    before = cpu()
    meter.start()
    time.sleep(SETTLING)
    settled = cpu()
    time.sleep(float(seconds))
    steady = cpu() - settled
    held = memory()
    meter.stop()
    meter.energy()
    return {"steady": steady, "whole": cpu() - before, "peak": held["peak"], "rss": held["rss"]}


def held(meter: Meter, seconds: str) -> Facts:
    """Measure memory with a window open for a while, and once more with the answer in hand."""
    meter.start()
    time.sleep(float(seconds))
    facts = memory()
    meter.stop()
    meter.energy()
    return {**facts, "answered": memory()["peak"]}


def worked(meter: Meter, work: Callable[[], object]) -> Facts:
    """Do the same work twice: right after the start, while a meter sets itself up, and later.

    Between the two it sleeps, for a busy interpreter lets a meter's thread in only every 5 ms, and
    what that thread has still to set up would otherwise go on into the second.
    """
    work()
    began = time.perf_counter()
    meter.start()
    started, used = time.perf_counter(), cpu()
    work()
    facts: Facts = {
        "start": started - began,
        "first": time.perf_counter() - started,
        "first cpu": cpu() - used,
    }
    time.sleep(1.0)
    later, used = time.perf_counter(), cpu()
    work()
    facts |= {"later": time.perf_counter() - later, "later cpu": cpu() - used}
    meter.stop()
    return facts


def python(meter: Meter, seconds: str) -> Facts:
    """Compute in pure Python, on the thread that started the meter."""
    turns = round(float(seconds) * 6_000_000)
    return worked(meter, lambda: churn(turns))


def numpy(meter: Meter, seconds: str) -> Facts:
    """Multiply matrices on one thread, as a numerical program does."""
    import numpy as np  # noqa: PLC0415 - only this program has it

    left = np.random.default_rng(1).standard_normal((384, 384))
    right = left @ left
    turns = range(round(float(seconds) * 550))
    return worked(meter, lambda: [np.matmul(left, left, out=right) for _ in turns])


def asleep(meter: Meter, seconds: str) -> Facts:
    """Sleep, then give what the meter says of it."""
    meter.start()
    time.sleep(float(seconds))
    meter.stop()
    return meter.account()


def busy(meter: Meter, seconds: str) -> Facts:
    """Keep one core busy, then give what the meter says of it."""
    meter.start()
    until = time.perf_counter() + float(seconds)
    while time.perf_counter() < until:
        churn(CHUNK)
    meter.stop()
    return meter.account()


PROGRAMS: dict[str, Callable[[Meter, str], Facts]] = {
    each.__name__: each for each in (start, windows, idle, held, python, numpy, asleep, busy)
}


def main(arguments: list[str]) -> None:
    """Run one program under one meter; ``METER PROGRAM ARGUMENT RESULT``."""
    name, program, argument, result = arguments
    from bench.meters import METERS  # noqa: PLC0415 - after the meter's own cost is told apart

    facts = PROGRAMS[program](METERS[name](), argument)
    import json  # noqa: PLC0415 - after all is measured

    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123 - no pathlib
        json.dump(facts, file)
