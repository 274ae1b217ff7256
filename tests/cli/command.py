"""The installed command, with a folder and a ledger of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from submeter.ledger.book import Ledger
from submeter.ledger.liveness import is_alive, standing
from submeter.workloads.activity_json import to_json

PYTHON = sys.executable
SUBMETER = str(Path(sys.executable).with_name("submeter"))
PATIENCE = 120.0
"""How long a command may take on a loaded machine [s]: a hang fails, slowness does not."""

BURN = "import sys, time\nwhile time.process_time() < float(sys.argv[1]): pass\n"
"""Uses a stated CPU time [s], its own start included."""


class Meter:
    """Runs ``submeter`` in `folder` with nothing of the user's own settings and records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "state"
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("SUBMETER_") and key != "COLUMNS"
        }
        self.environ = {**kept, "SUBMETER_HOME": str(self.home), "PYTHONHASHSEED": "random"}
        self.burner = folder / "burn.py"
        self.burner.write_text(BURN)

    def __call__(
        self, *words: object, env: dict[str, str] | None = None, **told: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end, with text output."""
        return subprocess.run(
            [SUBMETER, *map(str, words)],
            cwd=told.pop("cwd", self.folder),
            env={**self.environ, **(env or {})},
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=PATIENCE,
            **told,
        )

    def start(
        self, *words: object, env: dict[str, str] | None = None, **told: Any
    ) -> subprocess.Popen[bytes]:
        """Start a command away from any terminal, so that no test depends on who runs it."""
        told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **told}
        return subprocess.Popen(
            [SUBMETER, *map(str, words)],
            cwd=self.folder,
            env={**self.environ, **(env or {})},
            start_new_session=True,
            **told,
        )

    command = SUBMETER

    def start_words(
        self, words: list[str], env: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start any command with this meter's folder and environment, away from any terminal."""
        return subprocess.Popen(
            words, cwd=self.folder, env={**self.environ, **(env or {})}, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def json(self, *words: object, **told: Any) -> Any:
        """Run a command with ``--json -`` and give what it printed."""
        done = self(*words, "--json", "-", **told)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def entries(self) -> list[dict[str, Any]]:
        """Give the ledger's entries as ``submeter ledger list --json -`` tells them."""
        ledger = Ledger(Path(self.environ.get("SUBMETER_HOME", self.home)) / "ledger")
        found = [
            {**to_json(each), "standing": standing(each, is_alive)} for each in ledger.activities()
        ]
        plain = json.loads(json.dumps(found))
        assert isinstance(plain, list)
        return plain

    def only_entry(self) -> dict[str, Any]:
        """Give the one entry there is."""
        (entry,) = self.entries()
        return entry

    def burn(self, seconds: float) -> list[str]:
        """Give a command that uses so much CPU time."""
        return [PYTHON, str(self.burner), str(seconds)]

    def script(self, name: str, text: str) -> str:
        """Write a Python script and give its path."""
        path = self.folder / name
        path.write_text(text)
        return str(path)


def finish(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Wait for a started command; gives its output and errors."""
    out, err = process.communicate(timeout=PATIENCE)
    return (out or b"").decode(), (err or b"").decode()


def until(happens: Any, what: str) -> None:
    """Wait until `happens()` is true, for as long as a loaded machine may take."""
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


def cpu_seconds(entry: dict[str, Any]) -> float:
    """Give the CPU time [s] that an entry booked to its work."""
    (cpu,) = [each for each in entry["devices"] if each["kind"] == "cpu"]
    return float(cpu["reserved"] * cpu["count"] * entry["seconds"])


def booking(entry: dict[str, Any], component: str) -> dict[str, Any]:
    """Give the one booking of a component."""
    (found,) = [each for each in entry["bookings"] if each["component"] == component]
    assert isinstance(found, dict)
    return found


def assert_balanced(entry: dict[str, Any]) -> None:
    """Check that every domain's books of an entry balance to the microjoule."""
    parts = [entry, *entry.get("phases", ())]
    for each in (booked for part in parts for booked in part["bookings"]):
        accounts = (each["workload"], each["others"], each["idle"], each["unattributed"])
        assert sum(accounts) == each["meter"], each
        assert all(isinstance(amount, int) and amount >= 0 for amount in accounts), each
