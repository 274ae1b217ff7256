"""`LogWriter`: entries go to the disk in groups, and each can be waited for."""

from __future__ import annotations

import atexit
import errno
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from submeter.errors import RecordError
from submeter.ledger.canonical import entry_bytes
from submeter.ledger.faults import explain
from submeter.ledger.forks import renew_in_child
from submeter.ledger.frame import encode
from submeter.ledger.logfile import LogFile
from submeter.ledger.ticket import Batch, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from submeter.workloads.activity import Activity

GROUP = 64
"""This many waiting entries are written without further delay."""
DELAY = 0.02
"""The longest that an entry waits for company [s]."""
BACKLOG = 64 * 1024 * 1024
"""Entries waiting for a slow disk [B] beyond which `LogWriter.append` waits too."""

_REMEMBERED = 1024  # failed groups, until someone is told of them


class LogWriter:
    """Writes entries to a log of its own; threads may share it.

    An entry is on the record once its ticket's `wait`, or `append_now`, has returned. A child
    process that inherits the writer by a fork gets a new file at its first entry.

    Parameters
    ----------
    folder : Path
        The folder of the logs; made if absent.
    clock : callable
        Gives the time of day [ns since 1970-01-01 UTC].

    Raises
    ------
    RecordError
        If nothing can be written there.
    """

    def __init__(self, folder: Path, clock: Callable[[], int] = time.time_ns) -> None:
        self._folder = folder
        self._clock = clock
        self._closed = False
        self._file: LogFile | None = None
        self._begin()
        self._file = LogFile(folder, clock())
        renew_in_child(self._leave_parent)
        atexit.register(self.close)

    def _begin(self) -> None:
        """Start with nothing waiting."""
        self._queue = threading.Condition(threading.Lock())
        self._disk = threading.Lock()
        self._thread: threading.Thread | None = None
        self._batch = Batch()
        self._flying: Batch | None = None
        self._hurried = False
        self._failed: deque[Batch] = deque(maxlen=_REMEMBERED)

    def _leave_parent(self) -> None:
        """In a child process: leave the parent's file and its waiting entries to the parent."""
        inherited, self._file = self._file, None
        self._begin()
        if inherited:
            inherited.close()

    @property
    def path(self) -> Path | None:
        """The file that is written now; None before the first entry of a child process."""
        return self._file.path if self._file else None

    def append(self, activity: Activity) -> Ticket:
        """Hand in an entry; it is on the disk after at most 20 ms and one write.

        Raises
        ------
        RecordError
            If it is not an entry that can be written, or the writer is closed.
        """
        frame = encode(entry_bytes(activity))
        with self._queue:
            self._check_open()
            while self._batch.size > BACKLOG:
                self._hurried = True
                self._queue.notify_all()
                self._queue.wait()
                self._check_open()
            ticket = self._batch.add(frame)
            if self._batch.count in (1, GROUP):
                self._queue.notify_all()
            unattended = not (self._thread and self._thread.is_alive()) and not self._start()
        if unattended:
            self._write_batch()
        return ticket

    def append_now(self, activity: Activity) -> None:
        """Write an entry at once, without a thread; it is on the disk when this returns.

        Raises
        ------
        RecordError
            If it is not on the record.
        """
        frame = encode(entry_bytes(activity))
        with self._disk:
            self._check_open()
            _, fault = self._put([frame])
        if fault:
            raise fault

    def copy(self, payloads: Sequence[bytes]) -> None:
        """Write entries as they stand in another log, byte for byte; they are on the disk then.

        What a newer version wrote and this one does not know is kept.

        Raises
        ------
        RecordError
            If not all are on the record.
        """
        frames = [encode(payload) for payload in payloads]
        with self._disk:
            self._check_open()
            _, fault = self._put(frames)
        if fault:
            raise fault

    def flush(self, timeout: float | None = None) -> None:
        """Wait until all that was handed in is on the disk.

        Parameters
        ----------
        timeout : float or None
            The longest wait [s] for a group; None: as long as it takes.

        Raises
        ------
        RecordError
            If the time was too short, or entries were lost and no ticket told of it.
        """
        with self._queue:
            self._hurried = True
            self._queue.notify_all()
            waiting = [each for each in (self._flying, self._batch) if each and each.count]
        if not all(batch.wait(timeout) for batch in waiting):
            raise RecordError(
                f"entries are not on the disk after {timeout} s",
                str(self.path or self._folder),
                "wait longer: the disk is slow, or hangs",
            )
        self._tell()

    def close(self) -> None:
        """Write what waits, and close the file. Closing twice does no harm.

        Raises
        ------
        RecordError
            If entries were lost and no ticket told of it.
        """
        atexit.unregister(self.close)
        with self._queue:
            self._closed = True
            self._queue.notify_all()
            thread = self._thread
        if thread:
            thread.join()
        self._write_batch()
        with self._disk:
            self._retire()
        self._tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise RecordError("the log is closed", str(self._folder), "open another writer")

    def _tell(self) -> None:
        """Raise if entries were lost without anyone having been told."""
        lost = [(batch, batch.untold) for batch in self._failed if batch.untold]
        self._failed.clear()
        if lost:
            first = lost[0][0].fault
            count = sum(untold for _, untold in lost)
            raise RecordError(f"{count} entries lost: {first.what}", first.where, first.fix)

    def _start(self) -> bool:
        """Start the thread that writes; False if the machine gives no more threads."""
        # A daemon, so that a forgotten `close` holds no program back; `atexit` closes it then.
        self._thread = threading.Thread(target=self._run, name="submeter-ledger", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            self._thread = None
            return False
        return True

    def _run(self) -> None:
        while True:
            with self._queue:
                self._queue.wait_for(lambda: self._batch.count or self._closed)
                if not self._batch.count:
                    return
                left = self._batch.since + DELAY - time.monotonic()
                self._queue.wait_for(self._due, max(0.0, left))
            self._write_batch()

    def _due(self) -> bool:
        return self._batch.count >= GROUP or self._hurried or self._closed

    def _write_batch(self) -> None:
        """Write what waits, and tell the tickets."""
        with self._disk:
            with self._queue:
                batch, self._batch = self._batch, Batch()
                self._flying = batch
                self._hurried = False
                self._queue.notify_all()
            durable, fault = 0, None
            try:
                if batch.count:
                    durable, fault = self._put(batch.frames)
            finally:
                batch.settle(durable, fault)
                if batch.untold:
                    self._failed.append(batch)
                self._flying = None

    def _put(self, frames: Sequence[bytes]) -> tuple[int, RecordError | None]:
        """Write frames; give how many are on the disk, and why the others are not."""
        durable = 0
        while True:
            try:
                file = self._usable_file()
            except RecordError as error:
                return durable, error
            fresh = file.fresh
            count, fault = file.append(frames[durable:])
            durable += count
            if fault is None:
                return durable, None
            # A file that has reached its largest size can be followed by another.
            if fault.errno != errno.EFBIG or (fresh and not count):
                return durable, explain(fault, "an entry is not on the record", file.path)
            self._retire()

    def _usable_file(self) -> LogFile:
        if self._file and not self._file.usable:
            self._retire()
        if self._file is None:
            self._file = LogFile(self._folder, self._clock())
        return self._file

    def _retire(self) -> None:
        """Close the file; what comes next goes to a new one."""
        file, self._file = self._file, None
        if file:
            file.close()
