"""The receipt for an entry on its way to the disk."""

from __future__ import annotations

import os
import threading
import time

from submeter.errors import RecordError


class Batch:
    """Entries that go to the disk together; its writer alone changes it."""

    __slots__ = ("_durable", "_event", "_fault", "_told", "count", "frames", "pid", "since", "size")

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.count = 0
        self.size = 0
        self.since = 0.0
        self.pid = os.getpid()
        self._event = threading.Event()
        self._durable = 0
        self._fault: RecordError | None = None
        self._told: set[int] = set()

    def add(self, frame: bytes) -> Ticket:
        """Take a frame in."""
        if not self.frames:
            self.since = time.monotonic()
        self.frames.append(frame)
        self.count += 1
        self.size += len(frame)
        return Ticket(self, self.count - 1)

    def settle(self, durable: int, fault: RecordError | None) -> None:
        """Say how many frames are on the disk, from the first, and why the others are not."""
        self._durable, self._fault = durable, fault
        self.frames = []
        self._event.set()

    @property
    def settled(self) -> bool:
        """Whether the fate of its entries is known."""
        return self._event.is_set()

    @property
    def untold(self) -> int:
        """How many entries are lost without anyone having been told."""
        return self.count - self._durable - len(self._told) if self.settled else 0

    @property
    def fault(self) -> RecordError:
        """A new error that says why entries are not on the record."""
        told = self._fault or RecordError("an entry is not on the record: its writer failed")
        return RecordError(told.what, told.where, told.fix)

    def wait(self, timeout: float | None) -> bool:
        """Wait [s] until the fate of its entries is known; False if the time was too short."""
        if not self.settled and self.pid != os.getpid():
            raise RecordError(
                "an entry cannot be waited for in a child process",
                f"process {self.pid} is writing it",
                "wait in the process that appended it",
            )
        return self._event.wait(timeout)

    def check(self, index: int) -> None:
        """Raise the error of one entry, if it is not on the disk."""
        if index >= self._durable:
            self._told.add(index)
            raise self.fault


class Ticket:
    """The receipt for one appended entry."""

    __slots__ = ("_batch", "_index")

    def __init__(self, batch: Batch, index: int) -> None:
        self._batch = batch
        self._index = index

    @property
    def done(self) -> bool:
        """Whether the entry's fate is known: `wait` then returns or raises at once."""
        return self._batch.settled

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the entry is on the disk.

        Parameters
        ----------
        timeout : float or None
            The longest wait [s]; None: as long as it takes.

        Raises
        ------
        RecordError
            If it could not be written, or is not on the disk in time (it may still come).
        """
        if not self._batch.wait(timeout):
            raise RecordError(
                f"an entry is not on the disk after {timeout} s",
                fix="wait longer: the disk is slow, or hangs",
            )
        self._batch.check(self._index)
