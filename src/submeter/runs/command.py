"""Running a command under the meter; the command notices nothing of it."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError
from submeter.runs.job import Job, Patience
from submeter.runs.relay import Relay
from submeter.runs.settings import PARENT, PREFIX
from submeter.sensing.devices import procfs
from submeter.sensing.probes.processes import ProcessTree, own_children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from submeter.runs.settings import Settings
    from submeter.workloads.activity import Activity

NOT_FOUND = 127
NOT_EXECUTABLE = 126
_ADOPT_ORPHANS = 36
"""``PR_SET_CHILD_SUBREAPER``: descendants whose parent dies become children of this process."""


class CommandError(UsageError):
    """A command that cannot be started; `exit_code` is what a shell would give."""

    code = "SM150"

    def __init__(self, what: str, where: str, fix: str, exit_code: int) -> None:
        super().__init__(what, where, fix)
        self.exit_code = exit_code


class Outcome(NamedTuple):
    """A metered command: its entry, and the exit code to pass on."""

    activity: Activity
    exit_code: int


class _Relayed(Patience):
    """Waits for slow meters until somebody asks for the end by a signal."""

    def __init__(self, relay: Relay, told: Callable[[str], object]) -> None:
        super().__init__(told)
        self._relay = relay

    def sleep(self, seconds: float) -> bool:
        """Sleep; tells whether to go on waiting."""
        return self._relay.is_quiet(seconds)


def run(
    arguments: Sequence[str],
    settings: Settings,
    name: str = "",
    told: Callable[[str], object] = str,
) -> Outcome:
    """Run a command and meter it and all that it starts, until it ends.

    Its standard streams, open files, signals and exit code pass through untouched. Processes
    that outlive it are named in the entry and no longer metered.

    Parameters
    ----------
    arguments : sequence of str
        The command and its arguments.
    settings : Settings
        Settings in force.
    name : str
        What to call it; the program's name, and its script's, by default.
    told : callable
        Takes what whoever waits should know.

    Returns
    -------
    Outcome
        The entry; the command's exit code, 128 + n if signal n ended it.

    Raises
    ------
    CommandError
        If it is not there or cannot be executed.
    """
    check_program(arguments[0])
    with Relay() as relay:
        job = Job(settings, name or default_name(arguments))
        job.begin()
        _adopt_orphans()
        before = own_children()
        child = spawn(relay, arguments, inherited(settings, job.id))
        tree = ProcessTree(
            child, lambda: own_children() - before, os.getpid(), outsiders=relay.helpers
        )
        job.follow(tree)
        ended = relay.wait(child)
        code = ended if ended >= 0 else 128 - ended
        tree.scan_now()
        job.look()
        job.notes += _survivors(tree.pids_now() - {child})
        return Outcome(job.end(code, _Relayed(relay, told)), code)


def _survivors(pids: frozenset[int]) -> list[str]:
    """Tell of processes that outlive the command."""
    left = sorted(_alive(pids))
    if not left:
        return []
    told = (
        f"{len(left)} process(es) that it started still run and are no longer metered "
        f"(pid {', '.join(map(str, left[:5]))}): submeter attach {left[0]} goes on"
    )
    return [told]


def default_name(arguments: Sequence[str]) -> str:
    """Name a command by its program and its script; other arguments may hold secrets.

    Examples
    --------
    >>> default_name(["/usr/bin/env", "--token=abc"])
    'env'
    """
    program = os.path.basename(arguments[0])
    scripts = [each for each in arguments[1:2] if not each.startswith("-") and os.path.isfile(each)]
    return " ".join([program, *(os.path.basename(script) for script in scripts)])


def check_program(program: str) -> None:
    """Refuse a program that is not there or cannot be executed, as a shell would."""
    if shutil.which(program) is not None:
        return
    if os.sep in program and os.path.exists(program):
        fix = f"make it executable: chmod +x {program}"
        raise CommandError("the command cannot be executed", program, fix, NOT_EXECUTABLE)
    fix = "check its spelling and PATH; write the command after --"
    raise CommandError("there is no such command", program, fix, NOT_FOUND)


_NOT_WITHIN = ("method", "period")
"""Options of the account and of the meter, and not of the work."""
_PATHS = ("ledger", "factors")


def inherited(settings: Settings, entry: str) -> dict[str, str]:
    """Give the variables by which what is measured inside a command is a part of its entry.

    What was typed of the work holds for its parts: where it ran, whose it is, and its ledger.
    """
    told = {PARENT: entry} if settings.records else {}
    for name, value in settings.values.items():
        if value.origin == f"--{name}" and name not in _NOT_WITHIN:
            paths = value.text.split(os.pathsep) if name in _PATHS else ()
            text = os.pathsep.join(map(os.path.abspath, paths)) if paths else value.text
            told[f"{PREFIX}{name.upper()}"] = text
    return told


def spawn(relay: Relay, arguments: Sequence[str], within: Mapping[str, str]) -> int:
    """Start a command with these variables beside its own; gives its process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        return relay.spawn(arguments, _environment(within))
    except OSError as error:
        fix = "check that it is a program for this machine"
        what = f"the command cannot be started: {error.strerror}"
        raise CommandError(what, arguments[0], fix, NOT_EXECUTABLE) from error


def _environment(within: Mapping[str, str]) -> dict[str, str]:
    """Give the environment that this process was given, with variables of the command's own.

    Python itself may have added to it.

    Under the locale C it sets LC_CTYPE (PEP 538), which would change what the command prints.
    """
    environ = {**os.environ, **within}
    try:
        with open("/proc/self/environ", "rb") as file:
            given = file.read().split(b"\0")
    except OSError:
        return environ
    if not any(each.startswith(b"LC_CTYPE=") for each in given):
        environ.pop("LC_CTYPE", None)
    return environ


def _adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, so that their CPU time is seen."""
    try:
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    except (OSError, AttributeError):
        return


def _alive(pids: Iterable[int]) -> set[int]:
    found = set()
    for pid in pids:
        try:
            if procfs.process_times(pid).state != "Z":
                found.add(pid)
        except (OSError, ValueError):
            continue
    return found
