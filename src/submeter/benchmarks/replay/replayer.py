"""A workload replayed: each request as long as its own, and at its own time, whoever is still busy.

In open loop, as the requests of real users come: one that is slow doesn't keep the next from
coming, and what a request waits for a free seat is part of its latency.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from submeter.benchmarks.desk import Asked
from submeter.benchmarks.drive import in_seats
from submeter.benchmarks.metrics import ACCURACY
from submeter.benchmarks.replay.prompts import Prompts
from submeter.benchmarks.replay.workload import Request, cut
from submeter.benchmarks.task import Item, Limits, Task, data_set

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.benchmarks.backend import Loaded
    from submeter.benchmarks.desk import Desk
    from submeter.benchmarks.plan import Plan
    from submeter.benchmarks.replay.prompts import Count
    from submeter.benchmarks.task import DataSet

TASK = "workload"
SEATS = 64
"""Requests at a time at most, unless told."""


def task_of(requests: Iterable[Request]) -> Task:
    """Give the task of replaying requests, whose data are their times and lengths.

    Parameters
    ----------
    requests : iterable of Request
        As they were read.
    """
    items = [Item(f"r{number}", each) for number, each in enumerate(requests, 1)]

    def load(data: str) -> DataSet:
        del data
        return data_set("a workload of one's own", "1", "", items)

    return Task(TASK, "replay times and lengths of requests", "generate", ACCURACY, load)


def replayed(plan: Plan, requests: Iterable[Request]) -> tuple[Request, ...]:
    """Give what of a workload a plan replays, at the plan's speed."""
    within = cut(tuple(requests), plan.most, plan.seconds)
    return tuple(each._replace(at=each.at / plan.speed) for each in within)


class Replayer:
    """Hands out a workload's requests, each at its time; may be asked by several threads.

    Parameters
    ----------
    desk : Desk
        Where they are asked and noted. Those that were answered before are not asked again: the
        first that is left comes at once, the others as long after it as they came.
    loaded : Loaded
        What answers.
    data : DataSet
        The workload.
    count : Count
        How the backend counts.
    """

    def __init__(self, desk: Desk, loaded: Loaded, data: DataSet, count: Count) -> None:
        requests = [each.input for each in data.items if isinstance(each.input, Request)]
        done = desk.answered
        told = enumerate(replayed(desk.plan, requests), 1)
        self._left = [(number, each) for number, each in told if f"r{number}" not in done]
        self._prompts = Prompts(count, desk.plan.seed)
        self._desk, self._loaded = desk, loaded
        self._lock = threading.Lock()
        self._place = 0
        self._first = self._left[0][1].at if self._left else 0.0
        self._begin = desk.now

    def ask(self) -> bool:
        """Wait for the next request's time and ask it; tells whether there was one."""
        with self._lock:
            if self._place >= len(self._left):
                return False
            number, request = self._left[self._place]
            self._place += 1
            prompt = self._prompts.prompt(number, request)
        due = self._begin + round((request.at - self._first) * 1e9)
        time.sleep(max(0.0, (due - self._desk.now) / 1e9))
        limits = Limits(request.tokens_out, request.tokens_out, self._desk.plan.seed)
        wanted = {
            name: getattr(request, name) for name in ("tokens_in", "tokens_cached", "tokens_out")
        }
        self._desk.take(self._loaded, [Item(f"r{number}", prompt)], Asked(limits, due, wanted))
        return True


def replay(desk: Desk, loaded: Loaded, data: DataSet, count: Count) -> None:
    """Replay a workload to its end."""
    in_seats(desk, Replayer(desk, loaded, data, count).ask, desk.plan.concurrency)
