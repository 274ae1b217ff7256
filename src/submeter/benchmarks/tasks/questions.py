"""Questions whose answers stand in a text beside them, written for this task.

As in SQuAD 2.0 some questions have no answer in their passage; what is wanted then is nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import SQUAD
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.hub import Column
from submeter.benchmarks.tasks.published import published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PASSAGES = (
    (
        ("Ada Lovelace published notes on the Analytical Engine in 1843. They held a method for "
        "computing Bernoulli numbers, which many call the first program. The engine itself was "
        "designed by Charles Babbage and was never finished."),
        ("When did Ada Lovelace publish her notes?", "1843"),
        ("Who designed the Analytical Engine?", "Charles Babbage"),
        ("Which numbers did the method compute?", "Bernoulli numbers"),
        ("How much did the engine weigh?", ""),
    ),
    (
        ("Lake Baikal in Siberia is the deepest lake on Earth, with 1,642 metres at its deepest "
        "point. It holds about a fifth of the fresh water on the surface that is not frozen. The "
        "Angara is the only river that flows out of it."),
        ("How deep is Lake Baikal?", "1,642 metres"),
        ("Which river flows out of Lake Baikal?", "the Angara"),
        ("In which region does the lake lie?", "Siberia"),
        ("Who first mapped the lake?", ""),
    ),
    (
        ("The kettle was filled at six in the morning and boiled after four minutes. Mira poured "
        "the tea, and her brother Jonas carried two cups to the garden. Rain began before he came "
        "back."),
        ("How long did the kettle take to boil?", "four minutes"),
        ("Who carried the cups?", "Jonas"),
        ("Where were the cups carried to?", "the garden"),
        ("What colour were the cups?", ""),
    ),
    (
        ("A heat pump moves heat instead of making it. For each unit of electricity it gives three "
        "to four units of heat, a ratio that is called the coefficient of performance. The ratio "
        "falls when the air outside grows colder."),
        ("What does a heat pump move?", "heat"),
        ("What is the ratio called?", "the coefficient of performance"),
        ("When does the ratio fall?", "when the air outside grows colder"),
        ("Who invented the heat pump?", ""),
    ),
    (
        ("The night train leaves Vienna at 19:42 and reaches Rome at 09:05 the next morning. It "
        "stops in Klagenfurt, Villach and Florence. A bed in a cabin for two costs 89 euros."),
        ("When does the train leave Vienna?", "19:42"),
        ("What does a bed in a cabin for two cost?", "89 euros"),
        ("At what time does it reach Rome?", "09:05"),
        ("How many passengers does it carry?", ""),
    ),
    (
        ("Honey bees tell one another where food is by dancing. In the waggle dance the angle to "
        "the vertical is the angle to the sun, and the length of the run is the distance. Karl "
        "von Frisch received a Nobel Prize in 1973 for decoding it."),
        ("How do honey bees tell one another where food is?", "by dancing"),
        ("What does the length of the run stand for?", "the distance"),
        ("Who decoded the dance?", "Karl von Frisch"),
        ("How old does a honey bee become?", ""),
    ),
    (
        ("The library of the village has 4,200 books, most of them novels. It is open on Tuesdays "
        "and on Saturdays. Since the roof was mended in March, children read in the attic."),
        ("How many books does the library have?", "4,200"),
        ("What was mended in March?", "the roof"),
        ("Where do children read?", "in the attic"),
        ("Who pays for the library?", ""),
    ),
    (
        ("Copper is mined in Chile more than in any other country. It is drawn into wires because "
        "it conducts electricity well; only silver conducts better. Its symbol is Cu, from the "
        "Latin word cuprum."),
        ("Which country mines the most copper?", "Chile"),
        ("Which metal conducts better than copper?", "silver"),
        ("From which Latin word does the symbol come?", "cuprum"),
        ("At what temperature does copper melt?", ""),
    ),
    (
        ("The match ended two to one. Keller scored first for the guests, and after the break "
        "Okafor turned the game with two goals within five minutes. 11,300 people watched."),
        ("How many people watched?", "11,300"),
        ("Who scored first?", "Keller"),
        ("Who scored two goals?", "Okafor"),
        ("Who was the referee?", ""),
    ),
    (
        ("Glass is made of sand, soda and lime, melted at about 1,500 degrees. Broken glass melts "
        "at a lower temperature, so that each tenth of it in the mixture saves about three per "
        "cent of the energy. Green glass may hold up to nine tenths of it."),
        ("At what temperature is glass melted?", "about 1,500 degrees"),
        ("How much energy does each tenth of broken glass save?", "about three per cent"),
        ("Which glass may hold nine tenths of it?", "green glass"),
        ("Where was glass first made?", ""),
    ),
)  # fmt: skip

_COLUMNS = (
    Column("question", ("question",)),
    Column("context", ("context", "passage", "text")),
    Column("answers", ("answers", "answer"), needed=False),
)


def questions(data: str = "") -> DataSet:
    """Give questions with their passages, or those of a published set, such as SQuAD.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column.
    """
    if data:
        return published(data, _COLUMNS, _row)
    items = [
        Item(f"{number}-{place}", {"question": question, "context": passage}, answer)
        for number, (passage, *asked) in enumerate(_PASSAGES)
        for place, (question, answer) in enumerate(asked)
    ]
    return data_set("submeter-questions", "1", "Apache-2.0", items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    asked = {"question": str(row["question"]), "context": str(row["context"])}
    return asked, texts_of(row["answers"])


def texts_of(cell: object) -> list[str] | None:
    """Give the right answers in a cell: SQuAD's ``{text, answer_start}``, a list, or a text.

    None where the set has none; a list without any is a question without an answer.

    Examples
    --------
    >>> texts_of({"text": ["Rome", "in Rome"], "answer_start": [4, 1]})
    ['Rome', 'in Rome']
    """
    if isinstance(cell, dict):
        cell = cell.get("text")
    if cell is None:
        return None
    return [str(each) for each in cell] if isinstance(cell, (list, tuple)) else [str(cell)]


EXTRACTIVE_QA = Task(
    "extractive-qa",
    "answer a question with words of the passage beside it, or tell that it has no answer",
    "answer-from-text",
    SQUAD,
    questions,
)
