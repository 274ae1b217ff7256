"""A recording from beginning to end: of an idle machine, a square wave, a command."""

from __future__ import annotations

import os
import select
import signal
from typing import TYPE_CHECKING, NamedTuple, Self

from submeter.lab.load import IDLE, Square
from submeter.lab.tape import LONGEST
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.runs.command import check_program, default_name, spawn
from submeter.runs.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.lab.record import Recorder
    from submeter.lab.tape import Tape
    from submeter.quantities.clock import Clock

AROUND = 2.0
"""How long the machine is recorded before a command and after it [s]: what it draws without it,
and what a meter that averages over a second still shows of it."""

LOAD = "load"


class Ended(NamedTuple):
    """How a recording ended: the exit code to pass on, and what to tell of it."""

    exit_code: int
    notes: tuple[str, ...]


class Session:
    """Records one load.

    Parameters
    ----------
    open_recorder : callable
        Opens the sensors that answer. It starts threads, and so is called once signals are held.
    tape : callable
        Begins the recording, in the words by which the load is described.
    every : float
        Time between two readings [s].
    clock : Clock
        The machine's.
    """

    def __init__(
        self,
        open_recorder: Callable[[], Recorder],
        tape: Callable[[Recorder, Mapping[str, object]], Tape],
        every: float,
        clock: Clock,
    ) -> None:
        self._open = open_recorder
        self._tape = tape
        self._every = every
        self._clock = clock

    def idle(self, seconds: float) -> Ended:
        """Record for so long [s], or until Ctrl-C."""
        with _Interrupt() as interrupt:
            recorder, tape = self._begin({"kind": IDLE})
            interrupt.wait(seconds)
            return _end(recorder, tape, self._clock.now())

    def square(self, period: float, seconds: float) -> Ended:
        """Record a square wave of all processors for so long [s], or until Ctrl-C."""
        with _Interrupt() as interrupt:
            recorder, tape = self._begin({"kind": "square", "period": period})
            start = self._clock.now()
            with Square(start, period, seconds) as load:
                for edge in load.edges():
                    if interrupt.wait(self._until(edge.instant)):
                        return _end(recorder, tape, self._clock.now())
                    tape.phase(*edge)
                interrupt.wait(self._until(start + round(seconds * NANOSECONDS_PER_SECOND)))
            return _end(recorder, tape, self._clock.now())

    def command(self, words: Sequence[str]) -> Ended:
        """Record while a command runs, and for `AROUND` before and after it.

        Ctrl-C reaches the command; the recording ends after it.
        """
        check_program(words[0])
        with Relay() as relay:
            name = default_name(words)
            recorder, tape = self._begin({"kind": "command", "name": name})
            select.select([], [], [], AROUND)
            tape.phase(self._clock.now(), LOAD)
            try:
                code = relay.wait(spawn(relay, words, {}))
            finally:
                tape.phase(self._clock.now(), IDLE)
                select.select([], [], [], AROUND)
                ended = _end(recorder, tape, self._clock.now())
            return ended._replace(exit_code=code if code >= 0 else 128 - code)

    def _until(self, instant: int) -> float:
        return max(0.0, (instant - self._clock.now()) / NANOSECONDS_PER_SECOND)

    def _begin(self, load: Mapping[str, object]) -> tuple[Recorder, Tape]:
        recorder = self._open()
        tape = self._tape(recorder, load)
        tape.phase(self._clock.now(), IDLE)
        recorder.start(tape, self._every)
        return recorder, tape


def _end(recorder: Recorder, tape: Tape, instant: int) -> Ended:
    hanging = recorder.stop()
    cut = tape.ended
    tape.close(instant)
    notes = [f"the recording ended early: {cut}"] if cut else []
    notes += [f"{name} did not answer at the end and was left behind" for name in hanging]
    return Ended(0, tuple(notes))


class _Interrupt:
    """Ctrl-C and SIGTERM end a wait instead of the program."""

    def __init__(self) -> None:
        self._waker, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]
        os.close(self._waker)
        os.close(self._wake)

    def _stop(self, number: int, frame: object) -> None:
        del number, frame
        os.write(self._wake, b".")

    def wait(self, seconds: float) -> bool:
        """Wait so long [s]; tells whether it was interrupted."""
        return bool(select.select([self._waker], [], [], min(seconds, LONGEST))[0])
