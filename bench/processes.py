"""Fresh processes, one kind after another in turn, all in the same surroundings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.guest import Facts

ROOT = Path(__file__).resolve().parent.parent
GUEST = "import sys; from bench.guest import main; main(sys.argv[1:])"

_DROPPED = ("PYTHON", "SUBMETER_", "CODECARBON_", "ZEUS_")
"""Variables that would make a process unlike what a user starts: no bytecode, other settings."""


class Cost(NamedTuple):
    """What a whole process took, seen from outside.

    Parameters
    ----------
    wall, cpu : float
        Seconds from its start to its end; its CPU time and that of children it waited for.
    """

    wall: float
    cpu: float


class Guest:
    """A program on its way under one meter.

    Parameters
    ----------
    meter, program, argument : str
        See `bench.guest`.
    period : float
        The heartbeat asked of the meter [s].
    more : mapping of str to str
        Variables to add to its environment.
    """

    def __init__(
        self,
        meter: str,
        program: str,
        argument: str,
        period: float = 1.0,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="bench-")
        self._what = f"{program} under {meter}"
        self._result = Path(self._home.name) / "result.json"
        self._output = Path(self._home.name) / "output.txt"
        words = [sys.executable, "-c", GUEST, meter, program, argument, str(self._result)]
        surroundings = {
            **environment(self._home.name),
            "SUBMETER_PERIOD": f"{period:g} s",
            "BENCH_PERIOD": f"{period:g}",
            **(more or {}),
        }
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                words, env=surroundings, cwd=self._home.name, stdout=output, stderr=output
            )

    def facts(self) -> Facts:
        """Wait for its end and give what it found, with the lines that the meter wrote."""
        code = self._process.wait()
        said = self._output.read_text(encoding="utf-8", errors="replace")
        if code or not self._result.exists():
            raise RuntimeError(f"{self._what} ended with {code}:\n{said[-2000:]}")
        facts: Facts = json.loads(self._result.read_text(encoding="utf-8"))
        self._home.cleanup()
        return {**facts, "said": said}


def environment(home: str) -> dict[str, str]:
    """Give a plain environment: its own home, one thread for numerical libraries."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_DROPPED)}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **kept,
        **threads,
        "HOME": home,
        "SUBMETER_HOME": f"{home}/submeter",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
    }


@contextmanager
def quiet_home() -> Iterator[str]:
    """Give a folder that is empty, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        yield home


def cost(words: Sequence[str], home: str) -> Cost:
    """Run a command to its end and give what it took; its output is dropped."""
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    surroundings = environment(home)
    began = time.perf_counter()
    pid = os.posix_spawn(words[0], list(words), surroundings, file_actions=nowhere)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise RuntimeError(f"{words[0]} … {words[-1]} ended with status {status}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def turns(names: Sequence[str], rounds: int) -> Iterator[str]:
    """Give every name once a round, each round beginning with the next: nobody is always first."""
    for number in range(rounds):
        first = number % len(names)
        yield from (*names[first:], *names[:first])


def threads_cpu(pid: int) -> float:
    """Give the CPU time [s] of the living threads of a process, to the nanosecond."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return total / 1e9
