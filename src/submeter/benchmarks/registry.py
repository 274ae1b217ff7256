"""The tasks and backends that are installed, built-in or not; a broken one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.errors import UsageError
from submeter.sensing.discovery import entry_points

if TYPE_CHECKING:
    from submeter.benchmarks.backend import Backend
    from submeter.benchmarks.task import Task


def task_named(name: str) -> Task:
    """Give the task of that id.

    Raises
    ------
    UsageError
        If there is none, or what brings it is broken.
    """
    task: Task = _named("submeter.tasks", "task", name)
    return task


def backend_named(name: str) -> Backend:
    """Give the backend of that name.

    Raises
    ------
    UsageError
        If there is none, or what brings it is broken.
    """
    backend: Backend = _named("submeter.backends", "backend", name)
    return backend


def names(group: str) -> list[str]:
    """Give the names of ``submeter.tasks`` or ``submeter.backends``."""
    return sorted({point.name for point in entry_points(group)})


def _named(group: str, kind: str, name: str) -> Any:  # noqa: ANN401 - whatever the plug-in is
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    for point in entry_points(group):
        if point.name == name:
            try:
                return point.load()
            except Exception as error:
                fix = "reinstall or remove the package that brings it"
                what = f"the {kind} cannot be loaded: {error!r}"
                raise UsageError(what, name, fix) from error
    close = get_close_matches(name, names(group), 1)
    fix = f"did you mean {close[0]}?" if close else "submeter bench list shows what there is"
    raise UsageError(f'there is no {kind} "{name}"', f"--{kind}", fix)
