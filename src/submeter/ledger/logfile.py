"""One writer's own file in the ledger: only ever appended to, and written through to the disk."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import time
from typing import TYPE_CHECKING

from submeter.ledger.canonical import canonical
from submeter.ledger.faults import explain
from submeter.ledger.frame import encode_header

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
SUFFIX = ".wal"

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_FOLDER_UNSYNCABLE = (errno.EINVAL, errno.ENOTSUP)  # some network file systems
_NANOSECONDS_PER_SECOND = 1_000_000_000
_LONGEST_HOST = 64


class LogFile:
    """A new log, opened for one process alone.

    Parameters
    ----------
    folder : Path
        Where the logs are; made if absent, for its owner alone.
    now : int
        UTC [ns].

    Raises
    ------
    RecordError
        If it cannot be made; then no file is left behind.
    """

    def __init__(self, folder: Path, now: int) -> None:
        host = os.uname().nodename
        safe = re.sub(r"[^A-Za-z0-9._]+", "-", host)[:_LONGEST_HOST] or "host"
        date = time.strftime("%Y-%m-%d", time.gmtime(now // _NANOSECONDS_PER_SECOND))
        writer = os.urandom(8).hex()
        self.path = folder / f"{date}-{safe}-{os.getpid()}-{writer}{SUFFIX}"
        self.fresh = True
        """Whether no entry has been written yet."""
        self._sound = True
        header = {"created": now, "host": host, "pid": os.getpid(), "writer": writer}
        try:
            make_folder(folder)
            self._descriptor = os.open(self.path, _FLAGS, FILE_MODE)
        except OSError as error:
            raise explain(error, "the ledger cannot be opened for writing", folder) from error
        durable, fault = self.append([encode_header(canonical(header))])
        try:
            if durable:
                sync_folder(folder)
        except OSError as error:
            fault = error
        if fault:
            self.close()
            self.path.unlink(missing_ok=True)
            raise explain(fault, "the ledger cannot be opened for writing", folder) from fault
        self.fresh = True

    @property
    def usable(self) -> bool:
        """Whether entries may go on here: the end is sound, and the file still has a name.

        A file that was deleted under its writer would take every later entry with it.
        """
        try:
            return self._sound and os.fstat(self._descriptor).st_nlink > 0
        except OSError:
            return False

    def append(self, pieces: Sequence[bytes]) -> tuple[int, OSError | None]:
        """Append pieces and write them through to the disk.

        Returns
        -------
        int
            How many pieces are on the disk for certain, from the first.
        OSError or None
            Why the others are not. A half-written piece has been cut away again where possible.
        """
        fault: OSError | None = None
        whole = len(pieces)
        try:
            start = os.fstat(self._descriptor).st_size
            try:
                _write(self._descriptor, b"".join(pieces))
            except OSError as error:
                fault = error
                whole = self._keep_whole(start, pieces)
            if whole:
                os.fsync(self._descriptor)
        except OSError as error:
            # The kernel forgets unwritten pages after it has told of them once, so that a second
            # fsync would succeed and prove nothing.
            self._sound = False
            return 0, error
        self.fresh = self.fresh and not whole
        return whole, fault

    def _keep_whole(self, start: int, pieces: Sequence[bytes]) -> int:
        """Cut away the half-written piece, and give how many before it are whole."""
        size = os.fstat(self._descriptor).st_size
        end, whole = start, 0
        while whole < len(pieces) and end + len(pieces[whole]) <= size:
            end += len(pieces[whole])
            whole += 1
        try:
            if size > end:
                os.ftruncate(self._descriptor, end)
        except OSError:
            self._sound = False
        return whole

    def close(self) -> None:
        """Close the file; what was acknowledged is on the disk already."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for their owner alone, to outlast a power cut."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    try:
        folder.mkdir(FOLDER_MODE)
    except FileExistsError:
        if folder.is_dir():  # another writer was quicker
            return
        raise
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Write a folder's list of names through to the disk."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        return  # one may make files where one may not list them
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _FOLDER_UNSYNCABLE:
            raise
    finally:
        os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
