"""Running a program that a model wrote, shut in as far as this system allows.

It runs in an interpreter of its own, isolated, in an empty folder, without the environment, with
limits on time, memory and files. Where Linux has Landlock, it reads Python and the system's
libraries only, and writes to its folder only; where Linux lets users make namespaces, it has no
network, and all that it starts ends with it. Without these it reads and deletes what its user may:
whoever runs unknown models does so in a container, or as a user of its own.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.tasks import shut_in

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 10
"""How long a program may run."""
_MEMORY, _FILE = 1 << 20, 2048
"""Address space [KiB]; the largest file [blocks of 512 bytes]."""
_LOOK = 0.01
_LIMITS = (
    f"ulimit -t {SECONDS}", f"ulimit -f {_FILE}", f"ulimit -v {_MEMORY}", "ulimit -c 0",
    "ulimit -n 64", 'exec "$@"',
)  # fmt: skip
_LIMITED = ("/bin/sh", "-c", " && ".join(_LIMITS), "sh")
_APART = ("--user", "--map-root-user", "--net", "--ipc", "--pid", "--fork", "--kill-child")


def passes(program: str, seconds: float = SECONDS) -> bool:
    """Tell whether a program runs to its end without an error.

    Parameters
    ----------
    program : str
        In Python; whether it came to its end is told by a word that only its last line knows.
    seconds : float
        How long it may run.
    """
    return _run(program, seconds, [*_apart(), *_LIMITED], _starter())


def _run(program: str, seconds: float, apart: Sequence[str], starter: Sequence[str]) -> bool:
    word = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="submeter-trial-", ignore_cleanup_errors=True) as made:
        folder = str(Path(made).resolve())
        path = Path(folder) / "answer.py"
        path.write_text(f"{program}\nprint('\\n{word}')\n", encoding="utf-8", errors="replace")
        inside = [*starter, str(path), *([folder] if starter else [])]
        # Into a file, whose size is limited as that of all others is.
        with (Path(folder) / "said").open("w+b") as said:
            running = subprocess.Popen(
                [*apart, sys.executable, "-I", "-B", *inside],
                cwd=folder, env={"HOME": folder, "TMPDIR": folder}, stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            try:
                _wait(running.pid, seconds)
            finally:
                # Before it is waited for, so that its number is not another's by now.
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                code = running.wait()
            size = said.seek(0, os.SEEK_END)
            said.seek(max(0, size - 2 * len(word)))
            return code == 0 and said.read().endswith(f"\n{word}\n".encode())


def _wait(pid: int, seconds: float) -> None:
    """Wait until a process has ended, for so long at most; it stays there to be waited for."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(_LOOK)


@cache
def _apart() -> tuple[str, ...]:
    """Give the words that start a program in namespaces of its own; none if that is forbidden."""
    tool = shutil.which("unshare")
    if tool is None:
        return ()
    tried = subprocess.run(
        [tool, *_APART, "true"], capture_output=True, check=False, timeout=SECONDS, env={}
    )
    return (tool, *_APART) if tried.returncode == 0 else ()


@cache
def _starter() -> tuple[str, ...]:
    """Give the path of what shuts a program in; nothing where this system cannot."""
    place = str(Path(shut_in.__file__).resolve())
    return (place,) if _run("", SECONDS, _LIMITED, (place,)) else ()
