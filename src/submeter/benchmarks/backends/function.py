"""Any Python callable: ``module:name`` or ``file.py:name``, one query in, one answer out."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import ABILITIES, Answer, Facts
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.task import Limits


class FunctionBackend:
    """Runs a function of the user's own.

    It is called with one query's input, and gives the answer, or an `Answer` that tells tokens too.
    One that has a parameter ``limits`` is given what its answer may be: ``least`` and ``most``
    tokens, ``seed``, ``effort``.
    """

    name = "function"
    title = "any Python function: module:name, or file.py:name"
    abilities = frozenset(ABILITIES)
    concurrent = False
    options = {"setup": "a function of the same module that is called once, to load"}  # noqa: RUF012
    extra = ""

    def load(self, order: Order) -> Loaded:
        """Find the function, and call its ``setup``."""
        module, name = _module(order.model)
        function = _of(module, name, order.model)
        if "setup" in order.options:
            _of(module, order.options["setup"], order.model)()
        return _LoadedFunction(function, order.model)


class _LoadedFunction:
    def __init__(self, function: Callable[..., object], name: str) -> None:
        self.pid: int | None = None
        self._function = function
        self._is_limited = _takes_limits(function)
        # The path may tell more of its owner than of the model.
        self.facts = Facts(Path(name).name, engine=f"Python {sys.version.split()[0]}")

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Call it once a query."""
        more = {"limits": limits} if self._is_limited else {}
        told = [self._function(each, **more) for each in inputs]
        return [each if isinstance(each, Answer) else Answer(each) for each in told]

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort; empty if it is told of it."""
        del effort
        if self._is_limited:
            return ""
        return "the function is not told of it: it has no parameter limits"

    def close(self) -> None:
        """Do nothing: the module stays loaded."""


def _takes_limits(function: Callable[..., object]) -> bool:
    try:
        return "limits" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False  # one of C's, which doesn't tell


def _module(model: str) -> tuple[Any, str]:
    place, _, name = model.rpartition(":")
    if not place or not name:
        fix = "write module:name, or file.py:name"
        raise UsageError(f'"{model}" names no function', "--model", fix)
    try:
        if not place.endswith(".py"):
            # A module beside whoever calls is found too, after what is installed.
            if "" not in sys.path:
                sys.path.append("")
            return import_module(place), name
        spec = importlib.util.spec_from_file_location(Path(place).stem, place)
        if spec is None or spec.loader is None or not Path(place).exists():
            raise UsageError("there is no such file", place, "check its path")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError as error:
        fix = "see that it is installed, or name a file: file.py:name"
        raise UsageError(f"the module cannot be imported: {error}", place, fix) from error
    return module, name


def _of(module: object, name: str, model: str) -> Any:  # noqa: ANN401 - the user's own
    function = getattr(module, name, None)
    if not callable(function):
        raise UsageError(f'there is no function "{name}" in it', model, "check its spelling")
    return function


BACKEND = FunctionBackend()
