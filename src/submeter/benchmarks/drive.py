"""The scenarios: in what order, and how many at a time, queries are asked."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING

from submeter.benchmarks.task import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from submeter.benchmarks.backend import Loaded
    from submeter.benchmarks.desk import Desk
    from submeter.benchmarks.plan import Plan
    from submeter.benchmarks.task import DataSet, Item, Task

_LOOK = 0.05
FREE = 8192
"""Tokens at most of an answer of free length: what AI Energy Score allows a model that reasons."""


def limits_of(plan: Plan, task: Task) -> Limits:
    """Give what an answer may be under a plan."""
    if plan.output is not None:
        return Limits(plan.output, plan.output, plan.seed, plan.effort)
    if plan.scenario == "reasoning":
        return Limits(None, plan.budget or FREE, plan.seed, plan.effort)
    return task.limits._replace(seed=plan.seed, effort=plan.effort)


def stream(data: DataSet, seed: int, skip: int = 0) -> Iterator[Item]:
    """Give a set's items in an order that the seed decides, again and again.

    Parameters
    ----------
    data : DataSet
        The items.
    seed : int
        Of the order.
    skip : int
        How many have been asked already, by an earlier sitting.
    """
    order = list(data.items)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    place = skip % len(order)
    while True:
        yield order[place]
        place = (place + 1) % len(order)


def drive(desk: Desk, loaded: Loaded, items: Iterator[Item]) -> None:
    """Ask until the run has said enough."""
    if desk.plan.scenario == "server":
        _side_by_side(desk, loaded, items)
        return
    batch = desk.plan.batch if desk.plan.scenario == "offline" else 1
    while True:
        desk.take(loaded, [next(items) for _ in range(batch)])
        if desk.is_due() and desk.pause():
            return


class _Counter:
    """Hands out queries to threads, no more than the plan's most, and at random times if asked."""

    def __init__(self, desk: Desk, items: Iterator[Item]) -> None:
        self._items = items
        self._left = desk.plan.most - desk.done
        self._rate = desk.plan.rate
        self._draw = random.Random(desk.plan.seed)  # noqa: S311 - no secret
        self._due = time.monotonic()
        self._lock = threading.Lock()

    def next(self) -> tuple[Item, float] | None:
        """Give the next query and when it is due [s, monotonic]; None once there are no more."""
        with self._lock:
            if self._left <= 0:
                return None
            self._left -= 1
            self._due += self._draw.expovariate(self._rate) if self._rate else 0.0
            return next(self._items), self._due


def _side_by_side(desk: Desk, loaded: Loaded, items: Iterator[Item]) -> None:
    """Keep as many at work as the plan says, in threads, and look on now and then.

    With a rate, queries come at random times (Poisson) and wait where all seats are taken.
    """
    counter = _Counter(desk, items)

    def work() -> bool:
        given = counter.next()
        if given is None:
            return False
        item, due = given
        time.sleep(max(0.0, due - time.monotonic()))
        desk.take(loaded, [item])
        return True

    in_seats(desk, work, desk.plan.concurrency)


def in_seats(desk: Desk, work: Callable[[], bool], seats: int) -> None:
    """Let so many threads work until there is no more work, or the run has said enough.

    Parameters
    ----------
    desk : Desk
        Where a pause is made now and then meanwhile, and one at the end.
    work : callable
        Does one piece of work; tells whether there was any left.
    seats : int
        Threads.
    """
    is_over = threading.Event()
    failures: list[BaseException] = []

    def sit() -> None:
        try:
            while not is_over.is_set() and work():
                pass
        except BaseException as error:  # noqa: BLE001 - told by the caller's thread
            failures.append(error)
            is_over.set()

    threads = [
        threading.Thread(target=sit, name=f"submeter-ask-{i}", daemon=True) for i in range(seats)
    ]
    for each in threads:
        each.start()
    try:
        # Others may wait long for their time: a failure does not wait for them.
        while not failures and any(each.is_alive() for each in threads):
            time.sleep(_LOOK)
            if not is_over.is_set() and desk.is_due() and desk.pause():
                is_over.set()
    finally:
        is_over.set()
    if failures:
        raise failures[0]
    desk.pause()
