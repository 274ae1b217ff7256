"""Pairs of sentences and how alike they are, from 0 to 5: written and graded for this task.

The grades follow the guide of the STS tasks (Cer et al. 2017, doi:10.18653/v1/S17-2001, table 1):
5 the same, 4 the same but for what hardly matters, 3 roughly the same, 2 some details, 1 the topic,
0 nothing. One person graded them, so that they rank models roughly; STS-B has five people a pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import SPEARMAN
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.hub import Column
from submeter.benchmarks.tasks.published import published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PAIRS = (
    ("The cat sleeps on the sofa.", "A cat is asleep on the couch.", 5),
    ("She closed the door quietly.", "Quietly, she shut the door.", 5),
    ("The meeting starts at nine.", "The meeting begins at 9 o'clock.", 5),
    ("He forgot his keys at home.", "He left his keys at home by mistake.", 5),
    ("Two children play in the park.", "A couple of kids are playing in a park.", 5),
    ("A man plays the guitar.", "A man is playing an old guitar.", 4),
    ("The train was late again.", "The train to Oslo was late again this morning.", 4),
    ("She bought bread and milk.", "She bought fresh bread and some milk at the shop.", 4),
    ("The dog runs across the field.", "A brown dog runs across the green field.", 4),
    ("The soup is too hot to eat.", "The tomato soup is still too hot to eat.", 4),
    ("A woman slices an onion.", "A woman cuts vegetables.", 3),
    ("The team won the final.", "The team won its match on Sunday.", 3),
    ("He repairs bicycles in a small shop.", "He works in a shop for bicycles.", 3),
    ("The bridge was closed after the storm.", "The storm damaged the bridge.", 3),
    ("The price of oil rose by two per cent.", "Oil became dearer this week.", 3),
    ("A boy rides a horse.", "A girl rides a bicycle.", 2),
    ("The minister visited a school.", "The minister spoke about the budget.", 2),
    ("She paints the kitchen wall white.", "She washes the kitchen floor.", 2),
    ("The ship left the harbour at dawn.", "A ship sank far from the harbour.", 2),
    ("He drinks coffee without sugar.", "He drinks tea with milk.", 2),
    ("The violinist tuned her instrument.", "The concert hall has new seats.", 1),
    ("Snow is expected in the mountains.", "The weather service opened an office.", 1),
    ("The bakery sells rye bread.", "Wheat harvests were poor last year.", 1),
    ("The phone has a large screen.", "The repair of a phone takes two days.", 1),
    ("The doctor wrote a prescription.", "The hospital has a new car park.", 1),
    ("The volcano erupted at night.", "She knitted a scarf for her niece.", 0),
    ("Bananas are rich in potassium.", "The court rejected the appeal.", 0),
    ("He tied his shoes.", "Interest rates stayed as they were.", 0),
    ("The frog jumped into the pond.", "Our printer is out of paper.", 0),
    ("The choir sang two songs.", "Granite is harder than marble.", 0),
)

_COLUMNS = (
    Column("sentence1", ("sentence1", "text1", "premise", "phrase1", "anchor")),
    Column("sentence2", ("sentence2", "text2", "hypothesis", "phrase2", "positive")),
    Column("score", ("score", "similarity_score", "label", "similarity"), needed=False),
)


def pairs(data: str = "") -> DataSet:
    """Give pairs of sentences and their grades, or those of a published set, such as STS-B.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column.
    """
    if data:
        return published(data, _COLUMNS, _row)
    items = [Item(str(n), [one, other], grade) for n, (one, other, grade) in enumerate(_PAIRS)]
    return data_set("submeter-pairs", "1", "Apache-2.0", items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    return [str(row["sentence1"]), str(row["sentence2"])], _grade(row["score"])


def _grade(cell: object) -> float | None:
    """Give a grade; None where there is none, as in sets that are for energy only."""
    try:
        return None if cell is None else float(str(cell))
    except ValueError:
        return None


SENTENCE_SIMILARITY = Task(
    "sentence-similarity",
    "tell how alike two sentences are",
    "compare-texts",
    SPEARMAN,
    pairs,
)
