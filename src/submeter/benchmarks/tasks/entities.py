"""Sentences with the people, organisations and places in them, written and marked for this task."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import F1
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.hub import Column
from submeter.benchmarks.tasks.published import published
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LABELS = ("PERSON", "ORG", "GPE")
"""What is marked: people, organisations, countries and cities."""
_ALSO = {"PER": "PERSON", "LOC": "GPE", "LOCATION": "GPE", "ORGANIZATION": "ORG"}
"""What others call them; CoNLL-2003 calls every place LOC."""
_COLUMNS = (
    Column("tokens", ("tokens", "words")),
    Column("tags", ("ner_tags", "tags", "labels"), needed=False),
)

_SENTENCES = (
    "[Ada Lovelace|PERSON] lived in [London|GPE].",
    "[Grace Hopper|PERSON] worked on a compiler at [Remington Rand|ORG].",
    "The [World Bank|ORG] lends to [Kenya|GPE] and to [Peru|GPE].",
    "[Marie Curie|PERSON] was born in [Warsaw|GPE] and died in [France|GPE].",
    "Nobody knows when the rain will stop.",
    "[Google|ORG] opened an office in [Zurich|GPE].",
    "In [Tokyo|GPE], [Sony|ORG] showed a new camera.",
    "[Alan Turing|PERSON] studied in [Cambridge|GPE].",
    "The committee met again on Tuesday and decided nothing.",
    "[Angela Merkel|PERSON] visited [Washington|GPE] twice that year.",
    "[Toyota|ORG] and [Ford|ORG] agreed to share a factory in [Brazil|GPE].",
    "Snow fell on the mountains while the valley stayed green.",
    "[Nelson Mandela|PERSON] became president of [South Africa|GPE].",
    "A spokesman for [Microsoft|ORG] did not answer.",
    "From [Oslo|GPE] the train takes seven hours to [Bergen|GPE].",
    "[Katherine Johnson|PERSON] computed orbits for [NASA|ORG].",
    "The price of bread rose faster than wages.",
    "[Linus Torvalds|PERSON] was born in [Helsinki|GPE].",
    "[Airbus|ORG] builds wings in [Germany|GPE] and fits them in [Toulouse|GPE].",
    "[Barack Obama|PERSON] spoke at [Harvard University|ORG].",
    "They walked along the river until it was dark.",
    "[Samsung|ORG] plans a plant in [Texas|GPE].",
    "[Rosalind Franklin|PERSON] took the picture at [King's College London|ORG].",
    "[Canada|GPE] and [Mexico|GPE] signed the treaty in [Ottawa|GPE].",
)  # fmt: skip


def _split(marked: str) -> tuple[str, list[list[str]]]:
    """Give a sentence without its marks, and what was marked.

    Examples
    --------
    >>> _split("[Ada|PERSON] is in [Rome|GPE].")
    ('Ada is in Rome.', [['Ada', 'PERSON'], ['Rome', 'GPE']])
    """
    text, found = "", []
    for piece in marked.split("["):
        inside, bracket, rest = piece.partition("]")
        if bracket:
            words, _, label = inside.partition("|")
            found.append([words, label])
            text += words + rest
        else:
            text += piece
    return text, found


def sentences(data: str = "") -> DataSet:
    """Give the sentences and what is in them.

    Parameters
    ----------
    data : str
        A published set of tokens with IOB tags instead, such as CoNLL-2003.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column, or its tags have no names.
    """
    if data:
        return published(data, _COLUMNS, _row)
    pairs = [_split(each) for each in _SENTENCES]
    items = [Item(str(number), text, found) for number, (text, found) in enumerate(pairs)]
    return data_set("submeter-entities", "1", "Apache-2.0", items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    tokens, tags = row["tokens"], row["tags"]
    if not isinstance(tokens, list) or not (tags is None or isinstance(tags, list)):
        fix = "each row needs a list of tokens and one of tags, such as B-PER, I-PER and O"
        raise UsageError("the rows are no lists of tokens", "--data", fix)
    return " ".join(map(str, tokens)), None if tags is None else entities(tokens, tags)


def entities(tokens: Sequence[object], tags: Sequence[object]) -> list[list[str]]:
    """Give what tokens with IOB tags tell, as far as `LABELS` go.

    Raises
    ------
    UsageError
        If the tags are numbers that nobody named.

    Examples
    --------
    >>> entities(["Ada", "Lovelace", "saw", "Rome"], ["B-PER", "I-PER", "O", "B-LOC"])
    [['Ada Lovelace', 'PERSON'], ['Rome', 'GPE']]
    """
    found: list[list[str]] = []
    before = ""
    for token, tag in zip(tokens, tags, strict=False):
        if not isinstance(tag, str):
            fix = "name a copy with tags such as B-PER"
            raise UsageError(f"the tag {tag} has no name", "--data", fix)
        mark, _, label = tag.partition("-")
        if mark == "I" and label == before:
            found[-1][0] += f" {token}"
        elif label:
            found.append([str(token), label])
        before = label
    return _known(found)


def _known(found: Sequence[Sequence[str]]) -> list[list[str]]:
    """Give those of `LABELS`, by their names here."""
    named = [[*each[:-1], _ALSO.get(each[-1], each[-1])] for each in found if each]
    return [each for each in named if each[-1] in LABELS]


def _mark(answer: object, reference: object) -> tuple[float, ...]:
    """Mark what was found of `LABELS`; other kinds are neither right nor wrong."""
    found = answer if isinstance(answer, (list, tuple)) else []
    pairs = [[str(part) for part in each] for each in found if isinstance(each, (list, tuple))]
    return F1.mark(_known(pairs), reference)


TOKEN_CLASSIFICATION = Task(
    "token-classification",
    "find people, organisations and places in a sentence",
    "classify-tokens",
    replace(F1, mark=_mark),
    sentences,
)
