"""`Window`: a stretch of a program whose energy is told apart."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError
from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate
    from submeter.runs.budget import Budget, Spent
    from submeter.runs.forecast import Forecast, Tracker
    from submeter.runs.measure import Measure
    from submeter.runs.occasions import Occasions
    from submeter.runs.session import Session
    from submeter.runs.settings import Settings
    from submeter.runs.tally import Tally
    from submeter.sensing.metering.meter import Mark
    from submeter.workloads.activity import Activity, Booking, Phase

WAIT = 5.0
"""How long a result is waited for at most [s], should a sensor hang, beside slow meters."""


class Terms(NamedTuple):
    """What a window is opened under: settings, budget, and the model at work where stated."""

    settings: Settings
    budget: Budget | None
    model: Mapping[str, str]


class Window:
    """A stretch of a program, open or closed; `submeter.measure` makes it.

    The figures below are there as soon as the window is closed and the readings at its end have
    come, which asking for one waits for: as long as the slowest meter needs to show the end, and
    `WAIT` more at most.

    Attributes
    ----------
    id : str
        Its id in the ledger; a window inside another is a phase of that one's entry.
    name : str
        What the user called it.
    """

    def __init__(self, session: Session, name: str, parent: Window | None, of: Terms) -> None:
        self.id: str = session.ids.new() if parent is None else parent.id
        self.name = name
        self.parent = parent
        self.settings = of.settings
        self.budget = of.budget
        self.model = of.model
        self.started_utc = session.clock.utc()
        self.start = session.clock.now()
        self.asleep = session.clock.asleep()
        self.tally: Tally | None = None
        self.until = self.start
        self.end: int | None = None
        self.mark: Mark | None = None
        self.metered_before = 0
        self.parts: list[Phase] = []
        self.occasions: dict[str, Occasions] = {}
        self.notes: list[str] = []
        self.entry: Activity | None = None
        self._tracker: Tracker | None = None
        self._warned: set[bool] = set()
        self._session = session
        self._counts: dict[str, float] = {}
        self._lock = threading.Lock()
        self._unsettled = threading.Lock()  # an event costs the caller five times as much
        self._unsettled.acquire()
        self._is_settled = False
        self._bookings: tuple[Booking, ...] = ()
        self._missing: tuple[str, ...] = ()
        self._activity: Activity | None = None

    def count(self, **work: float) -> None:
        """Count work done: ``requests``, ``tokens_in``, ``tokens_out``, ``images``, or your own.

        What is counted in a part is counted in the whole too, as its energy is.

        Parameters
        ----------
        **work : float
            Amounts to add; not negative.

        Raises
        ------
        UsageError
            If an amount is negative or not finite.
        """
        if self.end is not None:
            fix = "count while it is open"
            raise UsageError(f'the window "{self.name}" is closed', "window.count", fix)
        for name, amount in work.items():
            if not _is_amount(amount):
                fix = "count with a number that is finite and not negative"
                what = f"{amount!r} is not a count of {name}"
                raise UsageError(what, "window.count", fix)
        window: Window | None = self
        while window is not None:
            window._add(work)  # noqa: SLF001 - another window of this class
            window = window.parent

    def _add(self, work: Mapping[str, float]) -> None:
        with self._lock:
            for name, amount in work.items():
                self._counts[name] = self._counts.get(name, 0.0) + amount

    @property
    def counts(self) -> Mapping[str, float]:
        """Work counted so far."""
        with self._lock:
            return dict(self._counts)

    def progress(self, done: float, total: float) -> Forecast:
        """Say how far the work has come; forecasts the whole and tests the budget.

        Parameters
        ----------
        done, total : float
            Work done and work in all, in any one unit; ``0 <= done <= total``.

        Returns
        -------
        Forecast
            Energy and time of the whole, with intervals.

        Raises
        ------
        BudgetExceeded
            If a budget that raises is, or is forecast to be, passed.
        """
        from submeter.runs.forecast import Tracker  # noqa: PLC0415 - only for those who ask

        energy = self.energy_so_far
        with self._lock:
            tracker = self._tracker = self._tracker or Tracker()
            forecast = tracker.forecast(done, total, self.seconds, energy)
            if energy is not None:
                tracker.note(done, energy.value)
        if not self._is_over(energy) and forecast.energy is not None:
            self._is_over(energy, forecast.energy)
        return forecast

    def _is_over(self, energy: Estimate | None, whole: Estimate | None = None) -> bool:
        """Test the budget, if there is one, by what was drawn, or by what the whole will draw [J].

        Of what was warned of once, it warns no more.
        """
        if self.budget is None or energy is None:
            return False
        forecast = whole is not None
        if forecast in self._warned:
            return True
        spent = self._spent(self.budget, energy, whole)
        if spent is None or not self.budget.test(spent, self.name, forecast=forecast):
            return False
        self._warned.add(forecast)
        return True

    def _spent(self, budget: Budget, energy: Estimate, whole: Estimate | None) -> Spent | None:
        """Give what is held against its budget: an energy, or the carbon of its own statement."""
        if not budget.carbon:
            from submeter.runs.budget import Drawn  # noqa: PLC0415 - only where there is a budget

            return Drawn(whole or energy)
        from submeter.runs.caused import Caused  # noqa: PLC0415 - reads tables, brings numpy

        entry, settler = self.entry or self._activity, self._session.settler
        if entry is None and self.end is None and settler is not None:
            entry = settler.as_entry(self)
        return None if entry is None else Caused(entry, self.settings, energy, whole)

    @property
    def root(self) -> Window:
        """The outermost window that it lies in; itself if it lies in none."""
        return self if self.parent is None else self.parent.root

    @property
    def path(self) -> str:
        """Its name below the outermost window, such as ``epoch/validate``."""
        if self.parent is None:
            return ""
        return f"{self.parent.path}/{self.name}" if self.parent.path else self.name

    @property
    def seconds(self) -> float:
        """How long it lasted, or has lasted [s]."""
        end = self.end if self.end is not None else self._session.clock.now()
        return Span(self.start, end).seconds

    @property
    def span(self) -> Span:
        """Its stretch of monotonic time [ns], up to now while it is open."""
        end = self.end if self.end is not None else self._session.clock.now()
        return Span(self.start, end)

    @property
    def energy(self) -> Estimate | None:
        """What it drew [J], before any facility's overhead; None if nothing was seen.

        Its own share of each device, and the idle energy of the capacity that it occupied.
        """
        energy: Estimate | None = _drawn().energy_of(self.bookings)
        return energy

    @property
    def energy_so_far(self) -> Estimate | None:
        """What it has drawn as far as that was read [J], while it is open too; None if nothing.

        Asks for a reading, without waiting for it.
        """
        self._session.ask()
        settler = self._session.settler
        if self.end is not None or settler is None:
            return self.energy
        energy: Estimate | None = _drawn().energy_of(settler.books_so_far(self))
        return energy

    @property
    def power(self) -> Estimate | None:
        """What it drew on average [W]; None if nothing was seen."""
        energy, seconds = self.energy, self.seconds
        return None if energy is None or seconds <= 0 else _drawn().over(energy, seconds, "W")

    def per(self, unit: str) -> Estimate | None:
        """Give the energy [J] per counted unit, such as ``per("requests")``; None if none."""
        energy, amount = self.energy, self.counts.get(unit, 0.0)
        return None if energy is None or not amount else _drawn().over(energy, amount, "J")

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """The books of every domain [µJ]; workload + others + idle + unattributed = meter."""
        self.wait()
        return self._bookings

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not seen, in words, each with its remedy."""
        if not self.wait() and self.end is not None:
            return (f"energy: the books were not closed within {WAIT:.0f} s; ask again later",)
        return self._missing

    @property
    def phases(self) -> Mapping[str, Estimate | None]:
        """The energy [J] of each named part."""
        self.wait()
        activity = self._activity
        parts = activity.phases if activity is not None else ()
        return {phase.name: _drawn().energy_of(phase.bookings) for phase in parts}

    def mean(self, name: str) -> Estimate | None:
        """Give what one of many parts of one name drew [J]; None if there was none.

        Surer than any of them by itself, where a counter tells them and they lie apart; else their
        sum over their number.

        Parameters
        ----------
        name : str
            As in `phases`, such as ``query``.
        """
        activity, known = self.activity, self.occasions.get(name)
        parts = activity.phases if activity is not None else ()
        part = next((each for each in parts if each.name == name), None)
        if part is None or known is None:
            return None
        energy = _drawn().energy_of(known.surer(part, self.bookings, self.seconds, self.occasions))
        return None if energy is None else _drawn().over(energy, known.count, "J")

    @property
    def activity(self) -> Activity | None:
        """Its entry in the ledger; None for a window inside another, or if it is not settled."""
        self.wait()
        return self._activity

    def statement(self, method: str = "", region: str = "") -> Statement:
        """Account for it: energy, carbon, water, embodied, with intervals and sources.

        Parameters
        ----------
        method : str
            Id of an accounting method; the configured one if empty.
        region : str
            Where it ran, such as ``FR``; the configured one if empty.

        Raises
        ------
        UsageError
            If it is still open, lies inside another, or was not settled in time.
        """
        activity = self.activity
        if activity is None:
            raise UsageError(
                f'the window "{self.name}" has no entry of its own',
                fix="close it first, and ask the outermost window",
            )
        return self._session.statement(
            activity,
            method or self.settings["method"],
            {"region": region, "factors": self.settings["factors"]},
        )

    def __repr__(self) -> str:
        """Tell its name, its time, and what it drew if that is known already."""
        known = self._is_settled
        return f"<Window {self.name!r}: {self.seconds:.3f} s, {self.energy if known else 'open'}>"

    def phase(self, name: str) -> Measure:
        """Open a named part of it, such as ``load`` or ``query``; use it as a context manager.

        Parts of one name are added up in the account. One that is opened after the window was
        closed is a window of its own.

        Raises
        ------
        UsageError
            If the window is closed.
        """
        if self.end is not None:
            fix = "open the part while the window is open"
            raise UsageError(f'the window "{self.name}" is closed', "window.phase", fix)
        from submeter.runs.measure import Measure  # noqa: PLC0415 - it makes windows

        return Measure(str(name), parent=self)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait at most `timeout` [s] until it is settled; an open window never is.

        By default as long as its meters need.
        """
        if self.end is None:
            return False
        if timeout is None:
            timeout = WAIT + self._session.slowest
        if not self._unsettled.acquire(timeout=max(0.0, timeout)):
            return False
        self._unsettled.release()
        return True

    def close(self) -> None:
        """End it; closing it again changes nothing."""
        if self.end is None:
            self._session.close(self)

    def test_budget(self) -> None:
        """Test the budget against what it drew, once it is closed."""
        if self.budget is not None:
            self._is_over(self.energy)

    def settle(
        self, bookings: tuple[Booking, ...], missing: Sequence[str], activity: Activity | None
    ) -> None:
        """Close the books; called by the session."""
        self._bookings = bookings
        self._missing = tuple(missing)
        self._activity = activity
        if not self._is_settled:
            self._is_settled = True
            self._unsettled.release()


def _drawn() -> ModuleType:
    """Give the module that turns bookings into estimates; opening a window does without it."""
    from submeter.runs import drawn  # noqa: PLC0415

    return drawn


def _is_amount(amount: object) -> bool:
    """Tell whether it is a number, finite and not negative."""
    return isinstance(amount, (int, float)) and 0 <= amount < float("inf")
