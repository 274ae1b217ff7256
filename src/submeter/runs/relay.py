"""A child process that is sent what this process is sent, and whose end is waited for."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from submeter.runs.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PASSED_ON = (
    signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
    signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGALRM,
)  # fmt: skip
_ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
_KEYS = (signal.SIGINT, signal.SIGQUIT)
_SENT_BY_KERNEL = 0x80
"""``SI_KERNEL``: the sender was no process but the kernel, for a key that was pressed."""

_LOOK = 5.0
"""The child is looked at so often [s] even where nothing is told: a thread that was there before,
and does not block SIGCHLD, may have taken it."""

_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


class CutShort(KeyboardInterrupt):
    """A second wish that this process end, once its child is over; holds the exit code."""


class Relay:
    """Starts a child and passes on to it what this process is sent, until it ends.

    A key pressed at a terminal (Ctrl-C), and what somebody sends to the whole group, reaches the
    child by itself; what is sent to this process alone is passed on, in a terminal's foreground as
    elsewhere. What this process ignores the child ignores too, and is not touched. Once the child
    is over, a first SIGTERM and a first SIGHUP are passed over, so that the books are closed and
    shown; a second raises `CutShort`.

    Notes
    -----
    The signals are blocked and taken from the queue one by one, since only so does the kernel tell
    who sent them. Enter it before any thread is started: a thread that does not block them would
    be ended by them.
    """

    def __init__(self) -> None:
        self._taken = {each for each in _PASSED_ON if signal.getsignal(each) != signal.SIG_IGN}
        self._before: set[int] = set()
        self._witness: Witness | None = None

    def __enter__(self) -> Self:
        # With it ignored the kernel would tell nobody how a child ended.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {*self._taken, signal.SIGCHLD})
        with suppress(OSError):  # without one, what is sent to the group reaches the child twice
            self._witness = Witness(self._taken)
        return self

    @property
    def helpers(self) -> frozenset[int]:
        """Its own processes, which are no part of the child's tree."""
        return frozenset() if self._witness is None else frozenset((self._witness.pid,))

    def __exit__(self, *_: object) -> None:
        if self._witness is not None:
            self._witness.close()
        # The command is over, and with it whatever these were to end.
        self._waiting()
        for each in self._taken & {signal.SIGTERM, signal.SIGHUP}:
            signal.signal(each, _pass_over)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    def spawn(self, arguments: Sequence[str], environ: Mapping[str, str]) -> int:
        """Start the child with all open files of this process; gives its id.

        What came before it was there is sent to it first.

        Raises
        ------
        OSError
            If it cannot be started.
        """
        early = self._waiting()
        child = os.posix_spawnp(
            arguments[0],
            list(arguments),
            environ,
            setsigmask=self._before,
            setsigdef=_IGNORED_BY_PYTHON,
        )
        for number in early:
            _send(child, number)
        return child

    def wait(self, child: int) -> int:
        """Wait for the child; gives its exit code, or less than 0 if a signal ended it.

        Orphans that were adopted and end before it are collected.
        """
        while True:
            got = signal.sigtimedwait({*self._taken, signal.SIGCHLD}, _LOOK)
            if got is None or got.si_signo == signal.SIGCHLD:
                code = _collect(child)
                if code is not None:
                    return code
            elif not self._reached(got):
                _send(child, got.si_signo)

    def is_quiet(self, seconds: float) -> bool:
        """Wait so long [s] once the child is over; tells whether nobody asked for the end."""
        got = signal.sigtimedwait(self._taken, seconds)
        return got is None or got.si_signo not in _ENDS

    def _reached(self, got: signal.struct_siginfo) -> bool:
        """Tell whether a signal reaches the child by itself."""
        has_witness = self._witness is not None and self._witness.got(got.si_signo)
        return has_witness or (got.si_code == _SENT_BY_KERNEL and got.si_signo in _KEYS)

    def _waiting(self) -> list[int]:
        """Take what waits in the queue, without waiting."""
        found = []
        while got := signal.sigtimedwait(self._taken, 0):
            found.append(got.si_signo)
        return found


def _pass_over(number: int, _: object) -> None:
    """Pass over a first wish that this process end: accounting for the command takes a moment."""
    signal.signal(number, _cut_short)


def _cut_short(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # what is still to be said is one line
    raise CutShort(128 + number)


def _collect(child: int) -> int | None:
    """Collect the children that have ended; gives the exit code of `child` if it is among them."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            return os.waitstatus_to_exitcode(status)
        if not pid:
            return None


def _send(child: int, number: int) -> None:
    # A child that became another user (sudo) is not ours to signal: it must not end the meter.
    with suppress(ProcessLookupError, PermissionError):
        os.kill(child, number)
