"""One case on the stage: the stand-ins at work, and meters in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from submeter.lab import namespace
from submeter.lab.building import build
from submeter.lab.case import Asked
from submeter.lab.hardware import Boards, Server, Zones
from submeter.lab.live import Live, Machine, ZonePlan
from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from submeter.lab.case import Case

GUEST = Path(__file__).with_name("guest.py")
_SLACK = 90.0
"""How much longer than its case a meter may take [s]."""
_DROPPED = ("PYTHON", "SUBMETER_", "FAKE_", "CODECARBON_", "ZEUS_", "LD_LIBRARY_PATH", "SLURM_")


@dataclass(frozen=True, slots=True)
class Entrant:
    """A meter that is to be asked.

    Parameters
    ----------
    name : str
        One of `submeter.lab.peers.METERS`.
    python : str
        The interpreter that has it.
    through : str
        ``run`` for ``submeter run`` around the program, which then measures nothing itself.
    """

    name: str
    python: str
    through: str = ""

    @property
    def label(self) -> str:
        """What it is called in tables."""
        return f"{self.name} {self.through}".strip()


@dataclass
class Answer:
    """What one meter said, rank by rank; or why it said nothing.

    Parameters
    ----------
    ranks : list of list of dict
        A rank's windows, as `submeter.lab.peers.task.measured` gives them.
    version : str
        Of the meter.
    silent : str
        Why it said nothing: not installed, skipped, failed.
    """

    ranks: list[list[dict[str, Any]]] = field(default_factory=list)
    version: str = ""
    silent: str = ""


class Stage:
    """A case's hardware, while the context is open.

    Parameters
    ----------
    case : Case
        The case.
    lead : float
        How long before the first window the meters are started [s].
    """

    def __init__(self, case: Case, lead: float) -> None:
        self.case = case
        self._lead = lead
        self._open = ExitStack()
        self._folder = Path()
        self._library = ""
        self._begin = 0
        self._machine = Machine(Path())

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            made = tempfile.TemporaryDirectory(prefix="submeter-lab-", ignore_cleanup_errors=True)
            self._folder = Path(stack.enter_context(made))
            if isinstance(self.case.hardware, Boards):
                self._library = build("nvml.c")
            lead = round((self._lead + self.case.warm) * NANOSECONDS_PER_SECOND)
            self._begin = time.monotonic_ns() + lead
            self._machine = self._planned()
            if self._machine.zones or self._machine.load:
                stack.enter_context(Live(self._machine))
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._open.close()

    def _planned(self) -> Machine:
        zones = self.case.hardware.zones if isinstance(self.case.hardware, Zones) else ()
        plans = tuple(
            ZonePlan(
                each.folder, each.name, each.draws, self._at(each.wraps),
                self._at(each.fault.after if each.fault else 0.0),
                each.fault.kind if each.fault else "",
            )
            for each in zones
        )  # fmt: skip
        load = self.case.load.load if self.case.load else None
        return Machine(self._folder / "machine", plans, None if namespace.refusal() else load)

    def _at(self, after: float) -> int:
        return self._begin + round(after * NANOSECONDS_PER_SECOND) if after else 0

    def ask(self, entrants: Sequence[Entrant]) -> dict[str, Answer]:
        """Ask meters, all at once; gives their answers by label."""
        started = {each.label: self._start(each) for each in entrants}
        return {
            label: Answer(silent=each) if isinstance(each, str) else self._wait(each)
            for label, each in started.items()
        }

    def _refusal(self, entrant: Entrant) -> str:
        """Tell why a meter cannot be asked; Submeter takes a tree that is not the kernel's."""
        why = namespace.refusal()
        if not why:
            return ""
        if isinstance(self.case.hardware, Server):
            return why
        told = entrant.name == "submeter" or isinstance(self.case.hardware, Boards)
        return "" if told else why

    def _start(self, entrant: Entrant) -> list[_Guest] | str:
        why = self._refusal(entrant)
        if why:
            return why
        folder = self._folder / entrant.label.replace(" ", "-")
        pids = folder / "pids"
        folder.mkdir()
        for each in (pids, folder / "pids.use"):
            each.touch()
        return [self._guest(entrant, folder / str(rank), pids) for rank in range(self.case.ranks)]

    def _guest(self, entrant: Entrant, folder: Path, pids: Path) -> _Guest:
        folder.mkdir()
        task = {
            "meter": "none" if entrant.through else entrant.name,
            "asked": "device" if self.case.asked is Asked.DEVICE else "process",
            "windows": list(self.case.windows),
            "warm": self.case.warm,
            "at": self._begin,
            "folder": str(folder),
            "pids": str(pids),
            "use": round(100 / self.case.ranks),
            "full_power": self.case.load.full if self.case.load else 0,
        }
        command = [entrant.python, "-I", str(GUEST), json.dumps(task)]
        if entrant.through:
            own = [sys.executable, "-m", "submeter.cli.main", "run"]
            command = [*own, "--json", str(folder / "statement.json"), "--", *command]
        command = namespace.within(command, self._machine.tree, self._machine.stat)
        with (folder / "output.txt").open("wb") as output:
            began = time.monotonic_ns()
            process = subprocess.Popen(
                command, env=self._environment(folder, pids), cwd=folder,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        return _Guest(process, folder, began)

    def _environment(self, folder: Path, pids: Path) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith(_DROPPED)}
        own = {"HOME": str(folder), "SUBMETER_HOME": str(folder / "state")}
        if self._machine.tree is not None:
            own["SUBMETER_SENSOR_RAPL"] = str(self._machine.tree)
        if isinstance(self.case.hardware, Boards):
            own |= self.case.hardware.environment(self._begin)
            own["FAKE_NVML_PIDS"] = f"@{pids}"
            if self.case.hardware.tells_use:
                own["FAKE_NVML_SM"] = f"@{pids}.use"
            own["SUBMETER_SENSOR_NVIDIA"] = self._library
            own["LD_LIBRARY_PATH"] = str(Path(self._library).parent)
        own["PATH"] = self._path(kept.get("PATH", os.defpath))
        return {**kept, **own}

    def _path(self, path: str) -> str:
        """Give the search path with a stand-in ``nvidia-smi`` in it, or with none at all."""
        folders = [each for each in path.split(os.pathsep) if not Path(each, "nvidia-smi").exists()]
        if self.case.smi and isinstance(self.case.hardware, Boards):
            tools = self._folder / "bin"
            tools.mkdir(exist_ok=True)
            tool = tools / "nvidia-smi"
            tool.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
            tool.chmod(0o755)
            folders.insert(0, str(tools))
        return os.pathsep.join(folders)

    def _wait(self, guests: Sequence[_Guest]) -> Answer:
        answer = Answer()
        limit = self._begin / NANOSECONDS_PER_SECOND + self.case.seconds + _SLACK
        for each in guests:
            told = each.answer(limit - time.monotonic())
            answer.version = answer.version or told.get("version", "")
            if "absent" in told:
                answer.silent = "not installed"
            elif "unasked" in told:
                answer.silent = told["unasked"]
            elif "failed" in told:
                answer.silent = f"failed: {told['failed']}"
            else:
                answer.ranks.append(told["windows"])
        return answer


class _Guest:
    """A process under a meter."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, began: int) -> None:
        self.process = process
        self._folder = folder
        self._began = began

    def answer(self, patience: float) -> Mapping[str, Any]:
        """Wait for its end and give what it wrote."""
        try:
            self.process.wait(max(1.0, patience))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return {"failed": "it did not end in time"}
        ended = time.monotonic_ns()
        try:
            told: dict[str, Any] = json.loads((self._folder / "answer.json").read_text("utf-8"))
            statement = self._folder / "statement.json"
            if statement.exists():
                self._take(told, json.loads(statement.read_text("utf-8")), ended)
        except (OSError, ValueError, KeyError):
            said = (self._folder / "output.txt").read_text("utf-8", errors="replace").strip()
            return {"failed": said.rpartition("\n")[2] or f"ended with {self.process.returncode}"}
        return told

    def _take(self, told: dict[str, Any], statement: Mapping[str, Any], ended: int) -> None:
        """Take the figures of an account of the whole process."""
        (window,) = told["windows"]
        window["outer"] = [self._began, ended]
        window["told"] = {
            name: {
                "energy": each["value"] * 3.6e6, "low": each["low"] * 3.6e6,
                "high": each["high"] * 3.6e6, "coverage": each["coverage"],
            }
            for name, each in statement["energy"]["by_component"].items()
            if each is not None
        }  # fmt: skip
