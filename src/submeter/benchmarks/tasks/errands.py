"""Errands for an agent: questions that cannot be answered without calling tools, several times.

The protocol is plain text, so that any model that chats can take part: a line ``CALL`` asks for a
tool, a line ``ANSWER`` ends it. All turns of an errand are one query: its energy and its tokens are
those of all of them, and what was read again at each turn counts again.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.backend import Answer
from submeter.benchmarks.finals import is_same
from submeter.benchmarks.metrics import SOLVED
from submeter.benchmarks.task import DataSet, Item, Limits, Task, data_set
from submeter.benchmarks.tasks.tools import PRICES, RATES, ROADS, TOLD, called
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from submeter.benchmarks.backend import Facts, Loaded

    Draw = random.Random

TURNS = 10
"""Times that a model is asked for one errand, at most."""
_OF_EACH = 12
_NUDGE = 'ERROR write one line, "CALL name {arguments}" or "ANSWER value"'


class Errand(NamedTuple):
    """How an errand went.

    Parameters
    ----------
    answer : str
        What was answered at the end; empty if nothing was.
    turns, calls : int
        How often the model was asked, and how often it called a tool.
    """

    answer: str
    turns: int
    calls: int


def _sum(chance: Draw) -> tuple[str, object]:
    shop, (one, other) = chance.choice(sorted(PRICES)), chance.sample(sorted(PRICES["Easton"]), 2)
    a, b = chance.randint(2, 9), chance.randint(2, 9)
    total = a * PRICES[shop][one] + b * PRICES[shop][other]
    return f"What do {a} kg of {one} and {b} kg of {other} cost at {shop}, in euros?", total


def _abroad(chance: Draw) -> tuple[str, object]:
    shop, goods = chance.choice(sorted(PRICES)), chance.choice(sorted(PRICES["Easton"]))
    currency, much = chance.choice(sorted(RATES)), chance.randint(3, 15)
    paid = much * PRICES[shop][goods] * RATES[currency]
    return f"How many {currency} do {much} kg of {goods} cost at {shop}?", paid


def _cheaper(chance: Draw) -> tuple[str, object]:
    goods = chance.choice([each for each in sorted(PRICES["Easton"]) if each != "salt"])
    one, other = chance.sample(sorted(PRICES), 2)
    best = min((one, other), key=lambda shop: PRICES[shop][goods])
    return f"Where is {goods} cheaper, at {one} or at {other}?", best


def _trip(chance: Draw) -> tuple[str, object]:
    one, middle = chance.choice(sorted(ROADS))
    ends = sorted({name for pair in ROADS if middle in pair for name in pair} - {one, middle})
    last = chance.choice(ends)
    whole = _road(one, middle) + _road(middle, last)
    times = chance.randint(2, 5)
    return (
        f"How many km does a van drive that goes from {one} by {middle} to {last} {times} times, "
        "and back the same way each time?"
    ), 2 * times * whole


def _road(one: str, other: str) -> int:
    return ROADS[(one, other)] if (one, other) in ROADS else ROADS[(other, one)]


def _change(chance: Draw) -> tuple[str, object]:
    shop, goods = chance.choice(sorted(PRICES)), chance.choice(sorted(PRICES["Easton"]))
    much = chance.randint(2, 8)
    cost = much * PRICES[shop][goods]
    note = cost + chance.randint(1, 50)
    return (
        f"{much} kg of {goods} are bought at {shop} and paid with {note} euros. How many euros "
        "come back?"
    ), note - cost


_KINDS: tuple[Callable[[Draw], tuple[str, object]], ...] = (_sum, _abroad, _cheaper, _trip, _change)


def errands(data: str = "") -> DataSet:
    """Give sixty errands, made from templates and a seed, with answers that are computed.

    Raises
    ------
    UsageError
        If other data are named: the tools belong to these.
    """
    if data:
        fix = "leave it out"
        raise UsageError("its tools know nothing of other data", "--data", fix)
    chance = random.Random(0)  # noqa: S311 - no secret
    found: dict[str, Item] = {}
    for kind in _KINDS:
        name = kind.__name__.removeprefix("_")
        ones: dict[str, object] = {}
        while len(ones) < _OF_EACH:
            ones |= [kind(chance)]
        for number, (question, answer) in enumerate(ones.items()):
            told = [{"role": "system", "content": TOLD}, {"role": "user", "content": question}]
            found[question] = Item(f"{name}-{number}", told, str(answer))
    return data_set("submeter-errands", "1", "Apache-2.0", list(found.values()))


class Agent:
    """A model that chats, with the tools at hand: asked again until it answers.

    Errands of a batch go on side by side: what is still open is asked together.

    Parameters
    ----------
    loaded : Loaded
        The model.
    data : DataSet
        The errands.
    """

    def __init__(self, loaded: Loaded, data: DataSet) -> None:
        del data
        self._loaded = loaded

    @property
    def facts(self) -> Facts:
        """What the model is."""
        return self._loaded.facts

    @property
    def pid(self) -> int | None:
        """The process that does the work."""
        return self._loaded.pid

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Do errands to their end; tokens are all turns', the first token's time the first's."""
        open_ones = {place: _Talk(told) for place, told in enumerate(inputs)}
        done: dict[int, Answer] = {}
        while open_ones:
            places = list(open_ones)
            said = self._loaded.answer([open_ones[each].messages for each in places], limits)
            for place, each in zip(places, said, strict=True):
                if open_ones[place].goes_on(each):
                    continue
                done[place] = open_ones.pop(place).answer()
        return [done[place] for place in range(len(inputs))]

    def close(self) -> None:
        """Let go of the model."""
        self._loaded.close()


class _Talk:
    """The turns of one errand."""

    def __init__(self, told: object) -> None:
        assert isinstance(told, list)  # noqa: S101 - as `errands` makes it
        self.messages: list[dict[str, str]] = list(told)
        self._answers: list[Answer] = []
        self._calls = 0
        self._final: str | None = None

    def goes_on(self, answer: Answer) -> bool:
        """Take what was said; tells whether the model is to be asked again."""
        self._answers.append(answer)
        said = str(answer.value).rpartition("</think>")[2]
        kept, result = said, _NUDGE
        for line in said.splitlines():
            if line.strip().startswith("ANSWER"):
                self._final = line.strip().removeprefix("ANSWER").strip(" :")
                return False
            told = called(line)
            if told is not None:
                # What comes after a call was said without knowing its result.
                kept, result = line.strip(), told
                self._calls += 1
                break
        self.messages = [
            *self.messages,
            {"role": "assistant", "content": kept},
            {"role": "user", "content": result},
        ]
        return len(self._answers) < TURNS

    def answer(self) -> Answer:
        """Give the errand as one answer."""
        last = self._answers[-1]
        is_cut = self._final is None
        return Answer(
            Errand(self._final or "", len(self._answers), self._calls),
            _sum_of([each.tokens_in for each in self._answers]),
            _sum_of([each.tokens_out for each in self._answers]),
            _sum_of([each.tokens_reasoning for each in self._answers]),
            self._answers[0].first,
            "length" if is_cut else last.finish,
            _sum_of([each.tokens_cached for each in self._answers]),
        )


def _sum_of(counts: Sequence[int | None]) -> int | None:
    """Give the sum; None if a turn did not tell."""
    known = [each for each in counts if each is not None]
    return sum(known) if len(known) == len(counts) else None


def _mark(answer: object, reference: object) -> tuple[float, float]:
    told = answer.answer if isinstance(answer, Errand) else str(answer)
    return float(is_same(told, str(reference))), 1.0


def _turns(answer: object) -> float:
    return float(answer.turns) if isinstance(answer, Errand) else 1.0


def _calls(answer: object) -> float:
    return float(answer.calls) if isinstance(answer, Errand) else 0.0


AGENTIC_TOOL_USE = Task(
    "agentic-tool-use",
    "run an errand with four tools, in at most ten turns of at most 256 tokens",
    "generate",
    replace(SOLVED, mark=_mark),
    errands,
    Limits(None, 256),
    made={"turn": _turns, "tool_call": _calls},
    session=Agent,
)
