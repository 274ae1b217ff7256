"""A process that tells whether a signal was sent to the whole group or to one of it alone.

The kernel does not tell whom else a sender meant. A witness in the same group gets what the group
gets and nothing else: what it did not get was meant for the meter alone.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_END_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG``."""

PATIENCE = 0.05
"""How long the witness may take to say that it got a signal too [s]."""


class Witness:
    """A child that does nothing but say which signals it gets.

    Parameters
    ----------
    signals : collection of int
        What it watches for; it must be blocked here already.

    Notes
    -----
    Make it before any thread is started: a lock that a thread holds at a fork is held in the child
    for good, and Python from 3.12 on warns of that. `submeter run` has no thread by then. What the
    child calls is looked up before the fork all the same, so that it takes no lock of the loader.
    """

    def __init__(self, signals: Collection[int]) -> None:
        self._heard, told = os.pipe2(os.O_CLOEXEC)
        self._said: list[tuple[float, int]] = []
        parent, end_with_parent = os.getpid(), _end_with_parent()
        self.pid = os.fork()
        if not self.pid:
            with suppress(BaseException):
                end_with_parent()
                _watch(signals, told, parent)
            os._exit(0)
        os.close(told)

    def got(self, number: int) -> bool:
        """Tell whether it got the signal too, just now."""
        deadline = time.monotonic() + PATIENCE
        self._listen(0.0)
        while number not in self._just_heard() and self._listen(deadline - time.monotonic()):
            pass
        found = [each for each in self._said if each[1] == number]
        if found:
            self._said.remove(found[0])
        return bool(found)

    def _just_heard(self) -> set[int]:
        """Forget what is older than a second: it was of a signal that is settled."""
        first = time.monotonic() - 1.0
        self._said = [each for each in self._said if each[0] >= first]
        return {number for _, number in self._said}

    def _listen(self, timeout: float) -> bool:
        """Take in what it says within a time [s]; tells whether it said anything."""
        if timeout < 0 or not select.select([self._heard], [], [], timeout)[0]:
            return False
        heard = os.read(self._heard, 64)
        self._said += [(time.monotonic(), each) for each in heard]
        return bool(heard)

    def close(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        os.close(self._heard)


def _end_with_parent() -> Callable[[], object]:
    """Give what lets the process that calls it end with its parent."""
    try:
        return partial(ctypes.CDLL(None).prctl, _END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return lambda: None


def _watch(signals: Collection[int], told: int, parent: int) -> None:
    """Say of each signal that it came, and hold none of the parent's files open."""
    os.dup2(told, 0)
    os.closerange(1, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") < 1 << 20 else 4096)
    while os.getppid() == parent:
        number = signal.sigwait(signals)
        os.write(0, bytes((number,)))
