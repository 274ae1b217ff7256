"""Tasks of text with published sets: what is asked, what is wanted, and what is refused."""

import json

import pytest

from submeter.benchmarks.registry import task_named
from submeter.benchmarks.tasks.entities import entities
from submeter.errors import UsageError
from tests.benchmarks.test_hub import tone


def written(folder, *rows):
    path = folder / "set.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    return str(path)


def only(name, data):
    """Give the only item of a task with other data."""
    loaded = task_named(name).load(data)
    assert loaded.name.startswith("set.jsonl")
    (item,) = loaded.items
    return item


# By task: a row as AI Energy Score's or the best-known set has it, what is asked, what is wanted.
ROWS = [
    ("text-generation", {"text": "Once upon a time"}, "Once upon a time", None),
    ("text-generation", {"text": "x" * 9000}, "x" * 4000, None),
    (
        "summarization",
        {"text": "A long text.", "summary": "Short."},
        "Sum up the following text:\n\nA long text.\n\nSummary:",
        "Short.",
    ),
    (
        "summarization",
        {"article": "Long.", "highlights": "Short.", "id": "0a"},
        "Sum up the following text:\n\nLong.\n\nSummary:",
        "Short.",
    ),
    ("text-classification", {"text": "What a film!", "label": 1}, "What a film!", "1"),
    ("text-classification", {"text": "What a film!"}, "What a film!", None),
    (
        "token-classification",
        {"tokens": ["Ada", "Lovelace", "in", "Rome"], "ner_tags": ["B-PER", "I-PER", "O", "B-LOC"]},
        "Ada Lovelace in Rome",
        [["Ada Lovelace", "PERSON"], ["Rome", "GPE"]],
    ),
    (
        "extractive-qa",
        {"question": "Who?", "context": "Ada did.",
         "answers": {"text": ["Ada", "Ada did"], "answer_start": [0, 0]}},
        {"question": "Who?", "context": "Ada did."},
        ["Ada", "Ada did"],
    ),
    (
        "extractive-qa",
        {"question": "Who?", "context": "It is.", "answers": {"text": [], "answer_start": []}},
        {"question": "Who?", "context": "It is."},
        [],
    ),
    (
        "extractive-qa",
        {"question": "Who?", "context": "Ada did."},
        {"question": "Who?", "context": "Ada did."},
        None,
    ),
    (
        "sentence-similarity",
        {"sentence1": "A cat.", "sentence2": "A dog.", "score": 0.4},
        ["A cat.", "A dog."],
        0.4,
    ),
    (
        "sentence-similarity",
        {"sentence1": "A cat.", "sentence2": "A dog.", "label": "odd"},
        ["A cat.", "A dog."],
        None,
    ),
    (
        "reasoning",
        {"question": "What is 6 times 7?", "answer": "6 * 7 = 42\n#### 42"},
        ('What is 6 times 7?\n\nThink step by step. End with a line "Answer: " and the number '
        "alone."),
        "6 * 7 = 42\n#### 42",
    ),
    ("embeddings-retrieval", {"query": "who?", "passage": "Ada."}, "who?", [0]),
    (
        "rag",
        {"question": "Who wrote notes?", "context": "Ada wrote notes.", "answers": ["Ada"]},
        ("Answer the question by the passages alone, in as few words as you can.\n\n"
        "Passage 1: Ada wrote notes.\n\nQuestion: Who wrote notes?\nAnswer:"),
        ["Ada"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "row", "asked", "wanted"), ROWS)
def test_a_row_is_asked_and_wanted(tmp_path, name, row, asked, wanted):
    item = only(name, written(tmp_path, row))
    assert item.input == asked
    assert item.reference == wanted


@pytest.mark.parametrize("name", sorted({name for name, *_ in ROWS}))
def test_a_set_without_the_column_is_refused_by_name(tmp_path, name):
    path = written(tmp_path, {"odd": "x", "other": "y"})
    with pytest.raises(UsageError, match="its columns are odd, other"):
        task_named(name).load(path)


@pytest.mark.parametrize("name", sorted({name for name, *_ in ROWS}))
def test_a_set_that_is_not_there_is_told(name):
    with pytest.raises(UsageError, match="no such"):
        task_named(name).load("/nowhere/set.jsonl")


def test_classes_that_have_numbers_only_may_have_the_usual_names():
    mark = task_named("text-classification").metric.mark
    for answer in ("1", "LABEL_1", "POSITIVE", "pos", 1):
        assert mark(answer, "1") == (1, 1)
        assert mark(answer, "0") == (0, 1)
    assert mark("LABEL_3", "3") == (1, 1)
    assert mark("positive", "3") == (0, 1)
    assert mark("Positive", "positive") == (1, 1)
    assert mark("1", "positive") == (0, 1)


def test_tags_of_conll():
    tokens = ["U.N.", "official", "Rolf", "Ekeus", "heads", "for", "Baghdad", "Cup"]
    tags = ["I-ORG", "O", "I-PER", "I-PER", "O", "O", "B-LOC", "B-MISC"]
    found = [["U.N.", "ORG"], ["Rolf Ekeus", "PERSON"], ["Baghdad", "GPE"]]
    assert entities(tokens, tags) == found
    assert entities(["Ada", "Grace"], ["B-PER", "B-PER"]) == [
        ["Ada", "PERSON"],
        ["Grace", "PERSON"],
    ]
    with pytest.raises(UsageError, match="the tag 3 has no name"):
        entities(["Ada"], [3])
    mark = task_named("token-classification").metric.mark
    assert mark([["Ada", "PER"], ["Tuesday", "DATE"]], [["Ada", "PERSON"]]) == (1, 1)


def test_rows_that_are_no_lists_of_tokens_are_told(tmp_path):
    with pytest.raises(UsageError, match="no lists of tokens"):
        task_named("token-classification").load(written(tmp_path, {"tokens": "Ada"}))


def test_sounds_beside_a_table(tmp_path):
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "one.wav").write_bytes(tone())
    data = written(tmp_path, {"audio": "clips/one.wav", "text": "hello"})
    item = only("speech-recognition", data)
    assert isinstance(item.input, dict)
    assert (item.input["rate"], item.reference) == (8000, "hello")
    assert task_named("speech-recognition").work["audio_second"](item) == 0.1


def test_a_set_is_the_same_however_it_is_stored(tmp_path):
    task = task_named("summarization")
    one = task.load(written(tmp_path, {"text": "A long text.", "summary": "Short."}))
    (tmp_path / "set.csv").write_text("summary,text\nShort.,A long text.\n")
    assert task.load(str(tmp_path / "set.csv")).sha256 == one.sha256
