"""Where queries are asked and noted; in pauses answers are marked and all is written down."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.portions import energies, spread
from submeter.benchmarks.query import Query
from submeter.benchmarks.sitting import Sitting, Stage
from submeter.benchmarks.summary import steady_of
from submeter.benchmarks.surroundings import conditions
from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from submeter.benchmarks.backend import Answer, Loaded
    from submeter.benchmarks.bench_meter import BenchMeter, BlindMeter
    from submeter.benchmarks.journal import Journal
    from submeter.benchmarks.plan import Plan
    from submeter.benchmarks.task import Item, Limits, Task
    from submeter.runs.books import Evidence

FIRST_PAUSE = 2.0
"""When a run is first looked at [s]."""
LONGEST = 20.0
"""How long a stretch is at most [s]: a kill loses no more."""
_LONGER = 1.5
_REST = 50
"""A pause may take this part of the stretch before it, as one over it; else stretches grow."""


class Asked(NamedTuple):
    """What a workload says of one query: what its answer may be, when it is due, how long it is.

    Parameters
    ----------
    limits : Limits
        What the answer may be.
    due : int
        When it should be asked [ns].
    wanted : mapping of str to int
        Tokens that it should have.
    """

    limits: Limits
    due: int
    wanted: Mapping[str, int]


class Progress(NamedTuple):
    """How far a run has come.

    Parameters
    ----------
    done, most : int
        Queries answered, and at most.
    half_width : float
        Half of the interval of energy a query, over it, as it stands.
    seconds_left : float
        Until the run ends at the latest, or is precise enough by the pace so far [s].
    """

    done: int
    most: int
    half_width: float
    seconds_left: float


class Desk:
    """One sitting of a run.

    Parameters
    ----------
    plan, task : Plan, Task
        What is measured.
    journal : Journal
        Where it is written.
    limits : Limits
        What an answer may be.
    before : tuple
        Sittings, queries and readings of earlier sittings.
    report : callable
        Is told how far the run has come.
    """

    def __init__(
        self,
        plan: Plan,
        task: Task,
        journal: Journal,
        limits: Limits,
        before: tuple[Sequence[Sitting], Sequence[Query], dict[int, Evidence]],
        report: Callable[[Progress], None],
    ) -> None:
        self.plan = plan
        self._task = task
        self._journal = journal
        self._limits = limits
        self._earlier, self._asked_before, self._seen = before
        self._report = report
        self._meter: BenchMeter | BlindMeter | None = None
        self._sitting = Sitting(len(self._earlier), 0)
        self._queries: list[Query] = []
        self._unmarked: list[tuple[int, Item, Answer]] = []
        self._batches = 0
        self._lock = threading.Lock()
        self._stretch_start = 0
        self._length = FIRST_PAUSE

    @property
    def done(self) -> int:
        """Queries answered, in all sittings."""
        return len(self._asked_before) + len(self._queries)

    @property
    def answered(self) -> set[str]:
        """Ids of the items that were answered in earlier sittings."""
        return {each.item for each in self._asked_before}

    @property
    def has_begun(self) -> bool:
        """Whether this sitting has begun."""
        return self._meter is not None

    @property
    def now(self) -> int:
        """The meter's time [ns]."""
        return self._of_meter.clock.now()

    @property
    def _of_meter(self) -> BenchMeter | BlindMeter:
        assert self._meter is not None  # noqa: S101 - `sit` comes first
        return self._meter

    def sit(self, meter: BenchMeter | BlindMeter, stages: Iterable[Stage]) -> None:
        """Begin: what is asked from now on is metered by `meter`."""
        self._meter = meter
        self._sitting = replace(
            self._sitting,
            started=meter.clock.utc() - (meter.clock.now() - meter.start),
            stages=tuple(stages),
        )
        # What boards count is told from here on.
        meter.thermometer.ask()
        meter.thermometer.answer()
        self._stretch_start = self.now

    def take(self, loaded: Loaded, items: Sequence[Item], asked: Asked | None = None) -> None:
        """Ask a batch and note it; may be called by several threads at a time."""
        inputs = [each.input for each in items]
        limits = self._limits if asked is None else asked.limits
        start = self.now
        answers = loaded.answer(inputs, limits)
        end = self.now
        with self._lock:
            batch = self._batches
            self._batches += 1
            for item, answer in zip(items, answers, strict=True):
                self._unmarked.append((len(self._queries), item, answer))
                self._queries.append(
                    Query(
                        self._sitting.number, batch, item.id, start, end, answer.first,
                        answer.tokens_in, answer.tokens_out, answer.tokens_reasoning,
                        answer.finish, None, self._work(item, answer), answer.tokens_cached,
                        *(() if asked is None else (asked.due, asked.wanted)),
                    )
                )  # fmt: skip

    def _work(self, item: Item, answer: Answer) -> dict[str, float]:
        asked = {name: amount(item) for name, amount in self._task.work.items()}
        return asked | {name: of(answer.value) for name, of in self._task.made.items()}

    def is_due(self) -> bool:
        """Tell whether a pause is due."""
        lasted = (self.now - self._stretch_start) / NANOSECONDS_PER_SECOND
        return lasted >= self._length or self.done >= self.plan.most

    def pause(self) -> bool:
        """Mark answers, read the meters, write all down; tells whether the run may end."""
        end = self.now
        # First of all: a board that has nothing to do cools down, and its clock falls.
        thermometer = self._of_meter.thermometer
        thermometer.ask()
        seen, until, missing = self._of_meter.read()
        with self._lock:
            queries = self._marked()
        stretches = (*self._sitting.stretches, Span(self._stretch_start, end))
        self._sitting = replace(
            self._sitting,
            stretches=stretches,
            until=until,
            overhead=self._of_meter.cpu,
            conditions=(*self._sitting.conditions, conditions() | thermometer.answer()),
            missing=missing,
        )
        if seen is not None:
            self._seen[self._sitting.number] = seen
        self._journal.keep(self._sitting, queries, seen)
        is_over = self._is_over(queries)
        cost = (self.now - end) / NANOSECONDS_PER_SECOND
        self._length = min(LONGEST, max(self._length * _LONGER, cost * _REST))
        self._stretch_start = self.now
        return is_over

    def _marked(self) -> list[Query]:
        mark = self._task.metric.mark
        # What random weights say is neither right nor wrong.
        may = not self.plan.dummy and (self.plan.runs_answers or not self._task.runs_answers)
        for place, item, answer in self._unmarked:
            if may and item.reference is not None:
                marked = mark(answer.value, item.reference)
                self._queries[place] = replace(self._queries[place], mark=marked)
        self._unmarked.clear()
        return list(self._queries)

    def _is_over(self, queries: Sequence[Query]) -> bool:
        plan, sittings = self.plan, [*self._earlier, self._sitting]
        everything = [*self._asked_before, *queries]
        steady = steady_of(plan, sittings, everything)
        width = spread(steady.portions, energies(steady.portions, self._seen))
        lasted = sum(span.seconds for each in sittings for span in each.stretches)
        done = len(everything)
        enough, precise = done >= plan.most, False
        if plan.scenario != "workload":  # which is replayed to its end, however sure it is before
            enough = enough or lasted >= plan.seconds
            precise = done >= plan.least and width <= plan.precision
        self._report(Progress(done, plan.most, width, _left(plan, done, width, lasted)))
        return enough or precise


def _left(plan: Plan, done: int, width: float, lasted: float) -> float:
    """Give how long the run goes on at most [s], by its pace and how its interval narrows."""
    by_count = lasted * (plan.most / max(done, 1) - 1)
    by_width = lasted * ((width / plan.precision) ** 2 - 1)
    return max(0.0, min(by_count, by_width, plan.seconds - lasted))
