"""Started by path, with a program and a folder: runs it, so that it writes to the folder only.

By Linux's Landlock: from then on this process and all that it starts read Python's own folders and
the system's libraries, and write to the folder, and reach no other file. Where there is no Landlock
it ends with `NOT_HERE`, before the program runs.

References
----------
https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import sys

NOT_HERE = 75
_NO_NEW_PRIVILEGES = 38
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _BENEATH = 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_AND_REMOVE = ((1 << 13) - 1) & ~((1 << 4) - 1)
_OF_A_FOLDER_ONLY = _LIST | _MAKE_AND_REMOVE
_TRUNCATE, _TRUNCATES_FROM = 1 << 14, 3
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def shut_in(folder: str) -> bool:
    """Give up all files but those named above; tells whether the system could do that."""
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    if version < 1:
        return False
    truncate = _TRUNCATE if version >= _TRUNCATES_FROM else 0
    reading = _EXECUTE | _READ | _LIST
    everything = reading | _WRITE | _MAKE_AND_REMOVE | truncate
    rules = _Ruleset(everything)
    size = ctypes.c_size_t(ctypes.sizeof(rules))
    ruleset = system.syscall(_CREATE, ctypes.byref(rules), size, ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    allowed = dict.fromkeys((sys.prefix, sys.base_prefix, *_SYSTEM), reading)
    allowed |= {os.devnull: _READ | _WRITE | truncate, folder: everything}
    for path, rights in allowed.items():
        if os.path.exists(path) and not _allow(system, ruleset, path, rights):  # noqa: PTH110 - os is loaded
            return False
    if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return not system.syscall(_RESTRICT, ruleset, ctypes.c_uint32(0))


def _allow(system: ctypes.CDLL, ruleset: int, path: str, rights: int) -> bool:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):  # noqa: PTH112 - os is loaded
        rights &= ~_OF_A_FOLDER_ONLY
    rule = _Beneath(rights, parent)
    refused = system.syscall(_ADD, ruleset, _BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
    os.close(parent)
    return not refused


if __name__ == "__main__":
    _, program, its_folder = sys.argv
    if not shut_in(its_folder):
        sys.exit(NOT_HERE)
    os.execv(sys.executable, [sys.executable, "-I", "-B", program])  # noqa: S606 - no shell is due
