"""A task and backends of the tests' own: real work, on this machine, under the real meter."""

import time

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.metrics import ACCURACY
from submeter.benchmarks.plan import Plan
from submeter.benchmarks.runner import Bench
from submeter.benchmarks.task import Item, Limits, Task, data_set
from submeter.runs.settings import load


def squares(data):
    """Give 25 numbers and their squares."""
    assert data == ""
    return data_set("squares", "1", "CC0-1.0", [Item(str(i), i, i * i) for i in range(25)])


SQUARES = Task(
    "squares",
    "square a number",
    "generate",
    ACCURACY,
    squares,
    Limits(1, 1),
    {"digits": lambda item: float(len(str(item.input)))},
)


def rounds(seconds):
    """Give how many rounds of work take so long on this machine [s]."""
    tried = 500_000
    start = time.process_time()
    for _ in range(tried):
        pass
    return int(tried * seconds / max(time.process_time() - start, 1e-3))


LONG = rounds(0.02)
"""Rounds of work a query of which 60 last more than a second: long enough for several portions,
however fast the machine is."""


class Squarer:
    """Squares numbers after `cost` rounds of work; fails at the query `fails_at`."""

    name, title, extra = "squarer", "squares", ""
    abilities = frozenset({"generate"})

    def __init__(self, cost=20_000, fails_at=None, *, concurrent=False, dummy=False, wrong=()):
        self.cost, self.fails_at, self.concurrent = cost, fails_at, concurrent
        self.dummy, self.wrong, self.asked, self.closed = dummy, wrong, 0, 0
        self.options = {"slow": "waits"}
        self.pid = None
        self.batches = []

    def load(self, order):
        if order.model == "missing":
            raise FileNotFoundError("no such weights")
        self.facts = Facts(order.model, engine="test", packages=("pytest",), dummy=self.dummy)
        return self

    def answer(self, inputs, limits):
        answers = []
        self.batches.append(len(inputs))
        for each in inputs:
            if self.fails_at is not None and self.asked == self.fails_at:
                raise MemoryError("CUDA out of memory")
            self.asked += 1
            for _ in range(self.cost):
                pass
            first = time.monotonic_ns()
            value = -1 if each in self.wrong else each * each
            answers.append(Answer(value, 3, limits.most, None, first, "length"))
        return answers

    def close(self):
        self.closed += 1


class Thinker(Squarer):
    """Takes a quarter of a second to its first token, and so long again for the others."""

    def answer(self, inputs, limits):
        (answer,) = super().answer(inputs, limits)
        time.sleep(0.25)
        first = time.monotonic_ns()
        until = first + 250_000_000
        while time.monotonic_ns() < until:
            pass
        return [answer._replace(first=first)]


def bench(backend, **told):
    plan = {"least": 20, "most": 60, "precision": 0.5, "idle": 0.1, "seconds": 30.0, **told}
    settings = load({"period": "0.1 s"}, {})
    return Bench(
        Plan("squares", plan.pop("model", "m"), "squarer", **plan), SQUARES, backend, settings
    )


def unheard(progress):
    """Hear how far a run has come, and do nothing."""
    assert progress.done > 0
