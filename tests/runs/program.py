"""Programs that measure themselves, run as a user runs them: in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import textwrap
from typing import TYPE_CHECKING, Any

from tests.cli.command import PATIENCE, PYTHON, Meter

if TYPE_CHECKING:
    from pathlib import Path

PRELUDE = """
import json, os, sys, time
import submeter

def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

def tell(**told):
    print(json.dumps(told), flush=True)

def joules(estimate):
    return None if estimate is None else [estimate.low, estimate.value, estimate.high]
"""


class Programs(Meter):
    """Runs Python programs with a ledger of their own."""

    def plug_in(self, name: str, text: str) -> Path:
        """Install a sensor, as a stranger's package would be; gives its module."""
        site = self.folder / "site"
        described = site / f"{name}-1.0.dist-info"
        described.mkdir(parents=True)
        (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        points = f"[submeter.sensors]\n{name} = {name}:open_sensor\n"
        (described / "entry_points.txt").write_text(points)
        (site / f"{name}.py").write_text(text)
        path = [str(site), *filter(None, [self.environ.get("PYTHONPATH")])]
        self.environ["PYTHONPATH"] = os.pathsep.join(path)
        return site / f"{name}.py"

    def path(self, text: str, name: str = "program.py") -> Path:
        """Write a program below `PRELUDE`."""
        path = self.folder / name
        path.write_text(PRELUDE + textwrap.dedent(text))
        return path

    def python(
        self, text: str, *words: object, env: dict[str, str] | None = None, **told: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; if it hangs, it goes with all that it started."""
        command = [PYTHON, "-W", "always", str(self.path(text)), *map(str, words)]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
            **told,
        ) as process:
            try:
                out, err = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def told(self, text: str, *words: object, **more: Any) -> dict[str, Any]:
        """Run a program that ends well and give all that it told."""
        done = self.python(text, *words, **more)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        found: dict[str, Any] = {}
        for line in done.stdout.splitlines():
            found.update(json.loads(line))
        return found
