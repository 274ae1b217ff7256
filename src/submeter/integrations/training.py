"""A training as one window: its parts, its work, and its end, however it ends."""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import BudgetExceeded, ConfigError
from submeter.integrations.figures import so_far
from submeter.runs.measure import measure
from submeter.runs.settings import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.runs.measure import Measure
    from submeter.runs.window import Window

UNFINISHED = "training: it did not come to its end{}; what it drew until then is here"


class _Part(NamedTuple):
    """A window that is open, and what closes it."""

    name: str
    opened: Measure
    window: Window


class Training:
    """The window of a training, driven by the callbacks of whatever trains.

    Parameters
    ----------
    name : str
        What to call it.
    options : mapping of str to object
        What `submeter.measure` takes besides; the stage is ``training`` where none is stated.

    Attributes
    ----------
    window : Window or None
        The window of the training that goes on, or of the last one.
    """

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self._name = name
        self._options = options
        measure(name, **options)  # refuses what cannot be used before any work is begun
        self._open: list[_Part] = []
        self._pid = 0
        self.window: Window | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether a training goes on in this process."""
        return bool(self._open) and self._pid == os.getpid()

    def begin(self, model: Mapping[str, str]) -> None:
        """Open the window.

        Parameters
        ----------
        model : mapping of str to str
            ``name`` and ``parameters`` of the model, as far as they are known; a name that was
            stated stands before this one.
        """
        if self.is_open:
            self.end(UNFINISHED.format(": another one began"))
        self._open = []
        opened = measure(self._name, **_with_stage(self._options))
        self.window = opened.__enter__()
        self.window.model = {**model, **self.window.model}
        self._open.append(_Part("", opened, self.window))
        self._pid = os.getpid()
        atexit.register(self._at_exit)

    def enter(self, part: str) -> None:
        """Open a part of it, within those that are open; nothing if that one is."""
        if self.is_open and part not in self._parts:
            opened = self._open[-1].window.phase(part)
            self._open.append(_Part(part, opened, opened.__enter__()))

    def leave(self, part: str) -> None:
        """Close a part and what is open within it; nothing if it is not open."""
        while self.is_open and part in self._parts:
            self._open.pop().opened.__exit__(None, None, None)

    @property
    def _parts(self) -> list[str]:
        return [each.name for each in self._open[1:]]

    def count(self, **work: float) -> None:
        """Count work done in the innermost part that is open."""
        if self.is_open:
            self._open[-1].window.count(**work)

    def figures(self) -> dict[str, float]:
        """Give what it has drawn so far, as in `so_far`; nothing if no training goes on."""
        return so_far(self.window) if self.is_open and self.window is not None else {}

    def progress(self, done: float, total: float) -> None:
        """Test the budget, if there is one, after `done` of `total` steps.

        Raises
        ------
        BudgetExceeded
            If a budget that raises is, or is forecast to be, passed; the window is closed then.
        """
        if not self.is_open or self.window is None or self.window.budget is None or total <= 0:
            return
        try:
            self.window.progress(min(done, total), total)
        except BudgetExceeded:
            self.end(UNFINISHED.format(": its budget was passed"))
            raise

    def end(self, note: str = "") -> None:
        """Close the window and all that is open in it; nothing if none is.

        Parameters
        ----------
        note : str
            What went wrong: it stands in the account under what is missing.

        Raises
        ------
        BudgetExceeded
            If nothing went wrong and a budget that raises is passed.
        """
        if not self.is_open or self.window is None:
            return
        atexit.unregister(self._at_exit)
        while len(self._open) > 1:
            self._open.pop().opened.__exit__(None, None, None)
        opened = self._open.pop().opened
        if note:
            self.window.notes.append(note)
            opened.__exit__(RuntimeError, None, None)  # tests no budget
        else:
            opened.__exit__(None, None, None)

    def crashed(self, error: BaseException) -> None:
        """Close it after an error, of which the kind alone is kept: its text may hold data."""
        self.end(UNFINISHED.format(f": {type(error).__name__}"))

    def _at_exit(self) -> None:
        """Close what a program leaves open that ends in the middle of a training."""
        self.end(UNFINISHED.format(""))


def _with_stage(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options with the stage ``training``, unless they or the settings state one."""
    stated = {name: value for name, value in options.items() if value is not None}
    with suppress(ConfigError):  # told in the window's account, as for every other
        if load({}, typed=False).origin("stage") != "default":
            return stated
    return {"stage": "training", **stated}
