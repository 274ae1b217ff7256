"""Stand-in files where a meter looks for the kernel's, in a mount namespace of its own (root)."""

from __future__ import annotations

import functools
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SCRIPT = """
set -e
if [ -n "$1" ]; then
    if [ ! -d /sys/class/powercap ]; then
        mount -t tmpfs tmpfs /sys/class
        mkdir /sys/class/powercap
    fi
    mount --bind "$1" /sys/class/powercap
fi
if [ -n "$2" ]; then
    mount --bind "$2" /proc/stat
fi
shift 2
exec "$@"
"""
"""Nothing outside the namespace changes; where the machine has no powercap class, its other
classes are not seen inside."""


@functools.cache
def refusal() -> str:
    """Tell why there can be no such namespace; empty if there can."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return "there is no unshare here (util-linux)"
    words = [unshare, "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    tried = subprocess.run(words, capture_output=True, check=False)
    return "needs root, for a mount namespace of its own" if tried.returncode else ""


def within(command: Sequence[str], tree: Path | None, stat: Path | None) -> list[str]:
    """Give the command that runs `command` where `tree` and `stat` are the kernel's own.

    Parameters
    ----------
    command : sequence of str
        Keeps its process id.
    tree, stat : Path or None
        To be found at ``/sys/class/powercap`` and ``/proc/stat``; None leaves what is there.
    """
    if tree is None and stat is None:
        return list(command)
    words = ["unshare", "-m", "--propagation", "private", "sh", "-c", _SCRIPT, "lab"]
    return [*words, str(tree or ""), str(stat or ""), *command]
