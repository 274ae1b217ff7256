"""Whether the process that opened an entry still runs, so that dead work is not shown as live."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from submeter.workloads.activity import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from submeter.workloads.activity import Activity

Standing = Literal["final", "running", "interrupted", "unknown"]
"""How an entry stands; unknown: it is open, on a machine that cannot be seen from here."""

_PROC = Path("/proc")
_STATE, _START = 0, 19  # of /proc/PID/stat, counted after the command's closing bracket


def standing(activity: Activity, is_alive: Callable[[Mapping[str, str]], bool | None]) -> Standing:
    """Say whether an entry is final, still running, or was interrupted.

    Parameters
    ----------
    activity : Activity
        The newest revision of the entry.
    is_alive : callable
        Tells of `Activity.host` whether the process that it names runs; None: cannot be known.
    """
    if activity.state is State.FINAL:
        return "final"
    alive = is_alive(activity.host)
    if alive is None:
        return "unknown"
    return "running" if alive else "interrupted"


def this_process(proc: Path = _PROC) -> dict[str, str]:
    """Give what `is_alive` needs of `Activity.host`: ``name, boot, pid, pid_start``."""
    told = {
        "name": os.uname().nodename,
        "boot": _boot(proc),
        "pid": str(os.getpid()),
        "pid_start": _start(proc, str(os.getpid())),
    }
    return {key: value for key, value in told.items() if value}


def is_alive(host: Mapping[str, str], proc: Path = _PROC) -> bool | None:
    """Tell whether the process that an entry's `host` names runs on this machine.

    Returns
    -------
    bool or None
        None where it cannot be known: another machine, no process named, or no /proc.
    """
    pid = str(host.get("pid", ""))
    if not pid.isdecimal() or host.get("name") != os.uname().nodename:
        return None
    boot = _boot(proc)
    if not boot:
        return None
    if host.get("boot", boot) != boot:
        return False
    start = _start(proc, pid)
    return bool(start) and host.get("pid_start", start) == start


def _boot(proc: Path) -> str:
    """Give the id of the machine's current boot, or an empty text."""
    try:
        return (proc / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _start(proc: Path, pid: str) -> str:
    """Give when a process started [clock ticks since boot]; empty if it is dead or a zombie."""
    try:
        stat = (proc / pid / "stat").read_bytes()
    except OSError:
        return ""
    told = stat.rpartition(b")")[2].split()
    if len(told) <= _START or told[_STATE] in b"ZXx":
        return ""
    return told[_START].decode("ascii", "replace")
