"""`Plan`: all that decides what a benchmark does; a run is resumed under the same plan only."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.latency_bounds import checked
from submeter.errors import RecordError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCENARIOS = {
    "single": "one query at a time, answers of the task's fixed length: AI Energy Score's protocol",
    "offline": "batches of a fixed size, one after another",
    "server": "so many queries at a time, answered side by side; energy of the steady part",
    "reasoning": "one query at a time at a stated effort, at a fixed budget or at free length",
    "workload": "requests of one's own (--workload), each at its time and as long as it was",
}
FREE_LENGTH = "free length"
"""Of an answer that ends by itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured, and how.

    Parameters
    ----------
    task, model, backend : str
        What is done, by what, run by what.
    scenario : str
        One of `SCENARIOS`.
    options : mapping of str to str
        The backend's own.
    data : str
        Other data than the task's own, such as a file; empty for its own.
    seed : int
        Of the order of queries, of sampling, and of the intervals.
    batch, concurrency : int
        Queries in a batch; queries at a time.
    rate : float
        Queries a second on average, at random times (Poisson); 0: as fast as they are answered.
    least, most : int
        Queries at least and at most.
    precision : float
        The run ends once half of the interval of energy a query is this part of it.
    seconds : float
        The run ends after so long [s].
    output : int or None
        Tokens of each answer; None: the scenario's own length.
    effort : str
        How much a model reasons.
    idle : float
        For how long the machine is watched idle before [s].
    dummy : bool
        Random weights of the model's shape.
    runs_answers : bool
        Whether answers that are programs may be run, to mark them.
    licence : str
        Of the model, for backends that cannot tell it.
    budget : int or None
        Tokens of an answer at most, of scenario reasoning; None: free length.
    speed : float
        By how much faster than they came a workload's requests are replayed.
    power_limit : int or None
        What each accelerator may draw [W]; None: as it is set.
    bounds : mapping of str to float
        Latencies [s] to keep to; see `submeter.benchmarks.latency_bounds`.
    """

    task: str
    model: str
    backend: str
    scenario: str = "single"
    options: Mapping[str, str] = field(default_factory=dict)
    data: str = ""
    seed: int = 0
    batch: int = 1
    concurrency: int = 1
    rate: float = 0.0
    least: int = 20
    most: int = 1000
    precision: float = 0.02
    seconds: float = 600.0
    output: int | None = None
    effort: str = ""
    idle: float = 3.0
    dummy: bool = False
    licence: str = ""
    runs_answers: bool = False
    budget: int | None = None
    speed: float = 1.0
    power_limit: int | None = None
    bounds: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checks = {
            f"the scenario is one of {', '.join(SCENARIOS)}": self.scenario in SCENARIOS,
            "a batch has 1 query or more": self.batch >= 1,
            "1 query or more at a time": self.concurrency >= 1,
            "at least 2 queries, for one tells nothing of how they differ": self.least > 1,
            "at most as many queries as at least, or more": self.most >= self.least,
            "a precision between 0.001 and 1": 0.001 <= self.precision <= 1,  # noqa: PLR2004
            "a time of more than 0 s": self.seconds > 0,
            "an idle time of 0 s or more": self.idle >= 0,
            "a rate of 0 or more": self.rate >= 0,
            "answers of 1 token or more": self.output is None or self.output >= 1,
            "a budget of 1 token or more": self.budget is None or self.budget >= 1,
            "a budget in the scenario reasoning only": (
                self.budget is None or self.scenario == "reasoning"
            ),
            "a budget, or --output-tokens of a fixed length": None in (self.budget, self.output),
            "a speed of more than 0": 0 < self.speed < math.inf,
            "a power limit of 1 W or more": self.power_limit is None or self.power_limit >= 1,
        }
        for told, holds in checks.items():
            if not holds:
                raise UsageError(f"a benchmark needs {told}", "the plan", "submeter bench run -h")
        checked(self.bounds)

    def as_dict(self) -> dict[str, Any]:
        """Give the object of a bundle's ``configuration``."""
        return {**asdict(self), "options": dict(self.options), "bounds": dict(self.bounds)}


def load_of(plan: Plan) -> str:
    """Tell in words how queries come: the scenario, and how many at a time.

    Examples
    --------
    >>> load_of(Plan("text-generation", "m", "openai", "server", concurrency=8))
    'server, 8 at a time'
    """
    speed = f" at {plan.speed:g} times its speed" if plan.speed != 1 else ""
    more = {
        "offline": f", batches of {plan.batch}",
        "server": f", {plan.concurrency} at a time",
        "reasoning": f", effort {plan.effort or 'as it is'}, {length_of(plan)}",
        "workload": f", {plan.most} requests of one's own{speed}",
    }
    limit = "" if plan.power_limit is None else f", accelerators limited to {plan.power_limit} W"
    return plan.scenario + more.get(plan.scenario, "") + limit


def length_of(plan: Plan) -> str:
    """Tell in words how long answers may be.

    Examples
    --------
    >>> length_of(Plan("text-generation", "m", "openai", "reasoning", budget=512))
    'at most 512 tokens'
    """
    if plan.output is not None:
        return f"exactly {plan.output} tokens"
    if plan.budget is not None:
        return f"at most {plan.budget} tokens"
    return FREE_LENGTH if plan.scenario == "reasoning" else "the task's own length"


def published(plan: Plan, model: str) -> Plan:
    """Give a plan as it may be shown: a bundle travels, and tells nothing of its maker's folders.

    Parameters
    ----------
    plan : Plan
        As it was typed: its model may be a path, or a command with a secret in it.
    model : str
        What the model is called.
    """
    options = {name: Path(value).name for name, value in plan.options.items()}
    kept = {name: plan.options[name] for name in ("url", "api", "key-variable", "fixed")
            if name in plan.options}  # fmt: skip
    # A set on the Hub is public, and its owner is a part of its name.
    data = plan.data if plan.data.startswith("hub:") else Path(plan.data).name
    return replace(plan, model=model, data=data, options={**options, **kept})


def plan_of(told: Mapping[str, Any]) -> Plan:
    """Read a bundle's ``configuration``.

    Raises
    ------
    RecordError
        If it is none.
    """
    names = {each.name for each in fields(Plan)}
    try:
        return Plan(**{name: value for name, value in told.items() if name in names})
    except (TypeError, AttributeError, UsageError) as error:
        raise RecordError(f"the configuration cannot be read: {error}") from error
