"""What a failing disk or folder means to the one who keeps a ledger on it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from submeter.errors import RecordError

if TYPE_CHECKING:
    from pathlib import Path

_ELSEWHERE = "name another place with --ledger DIR or SUBMETER_HOME"
_FAULTS = {
    errno.ENOSPC: (
        "the disk is full",
        f"free some space and write the entry again, or {_ELSEWHERE}",
    ),
    errno.EDQUOT: ("the disk quota is used up", f"free some of your files, or {_ELSEWHERE}"),
    errno.EROFS: ("the file system is read-only", f"mount it writable, or {_ELSEWHERE}"),
    errno.EIO: ("the disk failed", f"look at the kernel's log (dmesg), and {_ELSEWHERE}"),
    errno.EFBIG: ("the largest file size is reached", "raise the limit (ulimit -f)"),
    errno.EACCES: ("permission is denied", f"give yourself access (chmod u+rwX), or {_ELSEWHERE}"),
    errno.EPERM: ("the operation is not permitted", _ELSEWHERE),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", _ELSEWHERE),
    errno.EEXIST: ("there is a file where a folder should be", _ELSEWHERE),
    errno.ELOOP: ("a symbolic link stands in the way", _ELSEWHERE),
    errno.ENAMETOOLONG: ("the path is too long", _ELSEWHERE),
    errno.EMFILE: ("too many files are open", "close some, or raise the limit (ulimit -n)"),
    errno.ENFILE: ("too many files are open on this machine", "close some"),
    errno.ESTALE: ("the network file system has gone", f"mount it again, or {_ELSEWHERE}"),
}


def explain(error: OSError, doing: str, where: Path) -> RecordError:
    """Give the error that tells what could not be done, where, and what to do next.

    Parameters
    ----------
    error : OSError
        What the operating system said.
    doing : str
        What failed, such as ``an entry cannot be recorded``.
    where : Path
        The file or folder concerned.
    """
    reason, fix = _FAULTS.get(error.errno or 0, (error.strerror or str(error), _ELSEWHERE))
    return RecordError(f"{doing}: {reason}", str(where), fix)
