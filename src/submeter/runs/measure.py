"""`measure`: open a window as a context manager, a decorator, or in async code."""

from __future__ import annotations

import functools
import os
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, cast, overload

from submeter.errors import UsageError
from submeter.runs.accelerators import synchronise
from submeter.runs.window import Terms, Window

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import Token
    from types import TracebackType

    from submeter.runs.budget import Budget
    from submeter.runs.session import Session

_COROUTINE = 0x80
"""``inspect.CO_COROUTINE``."""
_GENERATORS = 0x20 | 0x200
"""``inspect.CO_GENERATOR`` and ``inspect.CO_ASYNC_GENERATOR``."""

P = ParamSpec("P")
T = TypeVar("T")

_current: ContextVar[Window | None] = ContextVar("submeter_window", default=None)


class _Process:
    """The session of this process; a child process after a fork begins its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._parent = ""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._hold, after_in_child=self._forget)

    def _hold(self) -> None:
        if self._session is not None:
            self._session.before_fork()

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._session = None
        around = _current.get()
        if around is not None and around.end is None and around.settings.records:
            self._parent = around.id
        _current.set(None)

    def session(self) -> Session:
        """Give the session, begun when first needed."""
        with self._lock:
            if self._session is None:
                from submeter.runs.session import Session  # noqa: PLC0415 - not at import

                self._session = Session({}, self._parent)
            return self._session


_PROCESS = _Process()


class Measure:
    """A window to be opened: a context manager (also async) and a decorator.

    Parameters
    ----------
    name : str
        What to call it.
    parent : Window or None
        The window that it is a part of; by default the one open around it.
    budget : Budget or None
        Tested at each `Window.progress` and at the end.
    repeat : int
        How often a decorated function is called in one window.
    flags : str
        Settings of this window, such as ``region="FR"``.
    """

    def __init__(
        self,
        name: str,
        parent: Window | None = None,
        budget: Budget | None = None,
        model: str = "",
        repeat: int = 1,
        **flags: str,
    ) -> None:
        self._repeat = repeat
        self._name = name
        self._parent = parent
        self._budget = budget
        self._model = {"name": model} if model else {}
        self._flags = flags
        self._window: Window | None = None
        self._token: Token[Window | None] | None = None

    def __enter__(self) -> Window:
        if self._repeat > 1:
            fix = "put it into a function and decorate that"
            raise UsageError("a block cannot be repeated, only a function", "measure", fix)
        if self._window is not None and self._window.end is None:
            fix = "call submeter.measure() again for another one"
            raise UsageError(f'the window "{self._name}" is open already', "measure", fix)
        session = _PROCESS.session()
        settings, faults = session.settings_with(self._flags)
        parent = self._parent or _current.get()
        if parent is not None and parent.end is not None:
            parent = None
        notes = synchronise()
        window = Window(session, self._name, parent, Terms(settings, self._budget, self._model))
        window.notes += [*faults, *notes]
        session.open(window)
        self._window = window
        self._token = _current.set(window)
        return window

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        window = self._window
        if window is None:
            return
        try:
            window.notes += synchronise()
        finally:
            self._close(window)
        if kind is None and window.budget is not None:
            window.test_budget()

    def _close(self, window: Window) -> None:
        window.close()
        if self._token is not None:
            try:
                _current.reset(self._token)
            except (ValueError, RuntimeError):
                _current.set(window.parent)

    async def __aenter__(self) -> Window:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """Measure every call of `function`, plain or async, in a window of its own.

        Raises
        ------
        UsageError
            If it is a generator, whose work is done between its items, while others wait; or a
            class, which would be one no more.
        """
        name = getattr(function, "__qualname__", "it")
        if isinstance(function, type):
            fix = "decorate its methods"
            raise UsageError(f"the class {name} cannot be measured as a call", "measure", fix)
        if _has(function, _GENERATORS):
            fix = "open a window inside it: with submeter.measure(...)"
            raise UsageError(f"the generator {name} cannot be measured as a call", fix=fix)
        if _has(function, _COROUTINE):

            @functools.wraps(function)
            async def awaited(*args: P.args, **kwargs: P.kwargs) -> object:
                async with self._again(function) as window:
                    for _ in range(self._counted(awaited, window) - 1):
                        await cast("Awaitable[object]", function(*args, **kwargs))
                    return await cast("Awaitable[object]", function(*args, **kwargs))

            return cast("Callable[P, T]", awaited)

        @functools.wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> T:
            with self._again(function) as window:
                for _ in range(self._counted(called, window) - 1):
                    function(*args, **kwargs)
                return function(*args, **kwargs)

        return called

    def _counted(self, wrapper: object, window: Window) -> int:
        """Give how often to call; the window is left on the wrapper, for `Window.per`."""
        wrapper.__dict__["window"] = window
        if self._repeat > 1:
            window.count(calls=self._repeat)
        return self._repeat

    def _again(self, function: Callable[..., Any]) -> Self:
        name = self._name or getattr(function, "__qualname__", "call")
        model = self._model.get("name", "")
        return type(self)(name, self._parent, self._budget, model, 1, **self._flags)


def _has(function: Callable[..., Any], flags: int) -> bool:
    """Tell whether its code has a flag; `inspect` would cost 15 ms at import."""
    code = getattr(function, "__code__", None)
    return bool(code is not None and code.co_flags & flags)


@overload
def measure(name: Callable[P, T], /) -> Callable[P, T]: ...


@overload
def measure(
    name: str = "",
    *,
    budget: str = "",
    on_budget: str = "warn",
    model: str = "",
    repeat: int = 1,
    **settings: str | float | None,
) -> Measure: ...


def measure(
    name: str | Callable[P, T] = "",
    *,
    budget: str = "",
    on_budget: str = "warn",
    model: str = "",
    repeat: int = 1,
    **settings: str | float | None,
) -> Measure | Callable[P, T]:
    """Measure a stretch of this program.

    Parameters
    ----------
    name : str
        What to call it in the account; a decorated function's own name by default.
    budget : str
        What it may draw, such as ``"0.5 kWh"`` or ``"2 kgCO2e"``; tested at each
        `Window.progress` and at its end.
    on_budget : str
        ``warn`` (a `BudgetWarning`) or ``raise`` (`BudgetExceeded`).
    model : str
        The model at work.
    repeat : int
        Call a decorated function so often in one window, and count ``calls``: for one too short
        for the meter. Its last result is returned, and ``function.window.per("calls")`` tells a
        call's energy, as many times surer as it was repeated.
    **settings : str, float, bool or None
        Settings for this window, such as ``region="FR"``, ``purpose="search"``, ``pue=1.2``,
        ``record=False``; they beat environment and file. None states nothing.

    Returns
    -------
    Measure
        To be used with ``with``, ``async with``, or as a decorator, also of async functions.

    Raises
    ------
    UsageError
        If a setting or the budget cannot be used.

    Examples
    --------
    >>> import submeter
    >>> with submeter.measure("demo", record="no") as window:
    ...     window.count(requests=1)
    ...     total = sum(range(100_000))
    >>> window.counts
    {'requests': 1.0}
    """
    if callable(name):
        return Measure("")(name)
    if not _is_count(repeat):
        fix = "say how often to call the function, 1 or more"
        raise UsageError(f"repeat={repeat!r} calls nothing", "measure", fix)
    limit = None
    if budget:
        from submeter.runs.budget import budget as parsed  # noqa: PLC0415 - only if there is one

        limit = parsed(budget, on_budget)
    stated = {}
    if settings:
        from submeter.runs.check import check  # noqa: PLC0415 - not at import
        from submeter.runs.settings import Settings, text_of  # noqa: PLC0415

        stated = {each: text_of(value) for each, value in settings.items()}
        check(Settings(stated, {}, typed=False))
    return Measure(str(name), None, limit, model, repeat, **stated)


def _is_count(value: object) -> bool:
    """Tell whether it is a whole number of 1 or more."""
    return isinstance(value, int) and value >= 1
