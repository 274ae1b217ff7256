"""Word problems whose answers are computed: sixty, made here from templates and a seed.

They take two to four steps of whole-number arithmetic, as those of GSM8K do, but there are ten
kinds of them only: they show whether a model reasons, not how well it reasons about anything else.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import SOLVED
from submeter.benchmarks.task import DataSet, Item, Limits, Task, data_set
from submeter.benchmarks.tasks.hub import Column
from submeter.benchmarks.tasks.published import published

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Draw = Callable[[int, int], int]

ASKED = '{}\n\nThink step by step. End with a line "Answer: " and the number alone.'
"""How a problem is put."""
_OF_EACH = 6
_NAMES = ("Amina", "Bruno", "Chen", "Dora", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jun")
_COLUMNS = (
    Column("question", ("question", "problem")),
    Column("answer", ("answer", "solution", "final_answer"), needed=False),
)


def _shopping(who: str, n: Draw) -> tuple[str, int]:
    pens, pads, price, dear = n(3, 9), n(2, 6), n(2, 5), n(6, 11)
    paid = pens * price + pads * dear
    note = paid + n(1, 40)
    return (
        f"{who} buys {pens} pens at {price} euros each and {pads} pads at {dear} euros each, and "
        f"pays with {note} euros. How many euros does {who} get back?"
    ), note - paid


def _bus(who: str, n: Draw) -> tuple[str, int]:
    start, off, on, last = n(20, 45), n(3, 9), n(5, 15), n(4, 12)
    return (
        f"{who} drives a bus with {start} passengers. At the first stop {off} get off and {on} get "
        f"on; at the second stop {last} get off. How many passengers are left?"
    ), start - off + on - last


def _boxes(who: str, n: Draw) -> tuple[str, int]:
    boxes, each, broken, per = n(4, 9), n(6, 12), n(2, 4), n(2, 5)
    left = boxes * each - boxes * broken
    return (
        f"{who} unpacks {boxes} boxes of {each} cups. In every box {broken} cups are broken. The "
        f"others are sold at {per} euros each. How many euros does {who} take?"
    ), left * per


def _pages(who: str, n: Draw) -> tuple[str, int]:
    a_day, days, more = n(8, 20), n(4, 9), n(3, 8)
    first = a_day * days
    rest = (a_day + more) * n(3, 7)
    return (
        f"{who} reads {a_day} pages a day for {days} days, and then {a_day + more} pages a day "
        f"until the book of {first + rest} pages is finished. How many days does {who} read in all?"
    ), days + rest // (a_day + more)


def _train(who: str, n: Draw) -> tuple[str, int]:
    fast, slow, hours, rest = 10 * n(7, 12), 10 * n(3, 6), n(2, 5), n(2, 4)
    return (
        f"{who} rides a train for {hours} hours at {fast} km an hour, and then a bus for {rest} "
        f"hours at {slow} km an hour. How many kilometres is that?"
    ), fast * hours + slow * rest


def _garden(who: str, n: Draw) -> tuple[str, int]:
    long, wide, step = n(6, 15), n(4, 9), n(2, 3)
    around = 2 * (long + wide) * step
    return (
        f"{who} puts a fence around a garden {long * step} m long and {wide * step} m wide, with "
        f"one post every {step} metres. How many posts are needed?"
    ), around // step


def _share(who: str, n: Draw) -> tuple[str, int]:
    people, each, eaten = n(3, 8), n(4, 9), n(2, 10)
    return (
        f"{who} bakes {people * each + eaten} biscuits. {eaten} are eaten at once, and the others "
        f"are shared out evenly among {people} people. How many does each of them get?"
    ), each


def _ages(who: str, n: Draw) -> tuple[str, int]:
    age, times, years = n(6, 12), n(3, 5), n(2, 9)
    return (
        f"{who} is {age} years old, and {who}'s grandmother is {times} times as old less {years} "
        f"years. How old will the grandmother be in {years + 3} years?"
    ), age * times - years + years + 3


def _tank(who: str, n: Draw) -> tuple[str, int]:
    fill, drain, minutes, start = n(12, 25), n(3, 9), n(5, 15), n(20, 80)
    return (
        f"A tank holds {start} litres. {who} lets {fill} litres a minute in, while {drain} litres "
        f"a minute run out. How many litres does it hold after {minutes} minutes?"
    ), start + (fill - drain) * minutes


def _discount(who: str, n: Draw) -> tuple[str, int]:
    price, part, pieces = 20 * n(2, 9), 5 * n(1, 8), n(2, 5)
    return (
        f"A chair costs {price} euros, and {part} per cent less if several are bought. {who} buys "
        f"{pieces}. How many euros does {who} pay in all?"
    ), price * (100 - part) // 100 * pieces


_KINDS = (
    _shopping, _bus, _boxes, _pages, _train, _garden, _share, _ages, _tank, _discount,
)  # fmt: skip


def problems(data: str = "") -> DataSet:
    """Give problems and their answers, or those of a published set, such as GSM8K.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column.
    """
    if data:
        return published(data, _COLUMNS, _row)
    chance = random.Random(0)  # noqa: S311 - no secret
    items: list[Item] = []
    for number in range(_OF_EACH):
        for kind in _KINDS:
            told, answer = kind(chance.choice(_NAMES), chance.randint)
            name = f"{kind.__name__.removeprefix('_')}-{number}"
            items.append(Item(name, ASKED.format(told), str(answer)))
    return data_set("submeter-word-problems", "1", "Apache-2.0", items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    told = row["answer"]
    return ASKED.format(row["question"]), None if told is None else str(told)


REASONING = Task(
    "reasoning",
    "solve a word problem; its final number is marked",
    "generate",
    SOLVED,
    problems,
    Limits(None, 1024),
)
