"""Which process of this machine listens on a port, as the kernel tells."""

from __future__ import annotations

import os
from contextlib import suppress

_LISTENS = "0A"


def listener(port: int, root: str = "/proc") -> int | None:
    """Give the process that listens on a TCP port of this machine; None if it can't be told.

    Parameters
    ----------
    port : int
        The port.
    root : str
        Stands in for ``/proc``.

    Notes
    -----
    Of several that share one listening socket (a server and its workers) the one with the lowest
    id is given: it was there first. Processes of other users can't be looked into.
    """
    sockets = {f"socket:[{inode}]" for inode in _inodes(port, root)}
    if not sockets:
        return None
    found = [pid for pid in _pids(root) if _holds(pid, sockets, root)]
    return min(found, default=None)


def _inodes(port: int, root: str) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError), open(f"{root}/net/{table}", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                parts = line.split()
                if parts[3] == _LISTENS and int(parts[1].rpartition(":")[2], 16) == port:
                    found.add(parts[9])
    return found


def _pids(root: str) -> list[int]:
    return [int(name) for name in os.listdir(root) if name.isdigit()]


def _holds(pid: int, sockets: set[str], root: str) -> bool:
    folder = f"{root}/{pid}/fd"
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(OSError):
                if os.readlink(f"{folder}/{name}") in sockets:
                    return True
    return False
