"""Published sets of pictures and sounds, by whatever their columns are called."""

import json
import wave

import pytest

from submeter.benchmarks.registry import task_named
from submeter.benchmarks.tasks import published
from submeter.errors import UsageError

pytestmark = pytest.mark.models
pillow = pytest.importorskip("PIL.Image")


@pytest.fixture
def folder(tmp_path):
    """Give a folder with a red and a blue picture and a sound."""
    for name, colour, size in (("red.png", "red", (6, 4)), ("blue.png", "blue", (8, 8))):
        pillow.new("RGB", size, colour).save(tmp_path / name)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x00\x40" * 4000)
    return tmp_path


def rows(folder, *told):
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in told))
    return str(path)


def items(task, data):
    return task_named(task).load(data).items


def test_classes_of_pictures(folder):
    (item,) = items("image-classification", rows(folder, {"img": "red.png", "label": "rose"}))
    assert item.reference == "rose"
    assert item.input.shape == (4, 6, 3)
    assert tuple(item.input[0, 0]) == (255, 0, 0)


def test_a_folder_for_each_name(folder):
    for name, picture in (("rose", "red.png"), ("sky", "blue.png")):
        (folder / name).mkdir()
        (folder / picture).rename(folder / name / picture)
    found = items("image-classification", str(folder))
    assert [(each.id, each.reference) for each in found] == [
        ("rose/red.png", "rose"), ("sky/blue.png", "sky"),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="no picture whose name is known"):
        items("image-classification", str(folder / "rose"))


@pytest.mark.parametrize(
    "objects",
    [
        {"bbox": [[1, 2, 3, 2]], "category": ["cat"]},
        [{"bbox": [1, 2, 3, 2], "category": "cat"}],
        {"bbox": [[1, 2, 3, 2]], "label": ["cat"]},
    ],
)
def test_boxes_in_either_form(folder, objects):
    (item,) = items("object-detection", rows(folder, {"image": "red.png", "objects": objects}))
    assert item.reference == [["cat", 1.0, 1.0, 2.0, 3.0, 2.0]]


@pytest.mark.parametrize(
    "objects", [{"bbox": [[1, 2, 3, 2]], "category": []}, {"bbox": [["x"]], "category": [1]}]
)
def test_boxes_that_are_none_are_told(folder, objects):
    with pytest.raises(UsageError, match="boxes cannot be read"):
        items("object-detection", rows(folder, {"image": "red.png", "objects": objects}))


def test_captions_questions_and_chats(folder):
    data = rows(folder, {"image": "red.png", "sentences": ["Red.", "A red field."]})
    (item,) = items("image-captioning", data)
    assert item.reference == ["Red.", "A red field."]
    asked = {"image": "red.png", "question": "Which colour?", "answers": [{"answer": "red"}] * 3}
    (item,) = items("visual-question-answering", rows(folder, asked))
    assert item.input["question"] == "Which colour?"
    assert item.reference == ["red"] * 3
    (item,) = items("multimodal-chat", rows(folder, {**asked, "answers": "red"}))
    (message,) = item.input
    assert [each["type"] for each in message["content"]] == ["image", "text"]
    assert item.reference == ["red"]


def test_frames_of_a_clip(folder):
    told = {"frames": ["red.png", "blue.png"], "question": "What comes last?", "answer": "blue"}
    (item,) = items("video-chat", rows(folder, told))
    task = task_named("video-chat")
    assert task.work["frame"](item) == 2
    assert task.work["megapixel"](item) == pytest.approx((24 + 64) / 1e6)


def test_sounds_prompts_and_texts(folder):
    (item,) = items("audio-classification", rows(folder, {"audio": "a.wav", "label": "hum"}))
    assert item.reference == "hum"
    assert task_named("audio-classification").work["audio_second"](item) == 0.5
    (item,) = items("image-generation", rows(folder, {"Prompt": "A cat"}))
    assert item == ("0", "A cat", None)
    (item,) = items("speech-synthesis", rows(folder, {"text": "Hello there."}))
    assert item == ("0", "Hello there.", None)
    assert task_named("speech-synthesis").work["character"](item) == 12


def test_no_more_is_kept_than_has_room(folder, monkeypatch):
    data = rows(folder, *[{"image": "blue.png", "label": "sky"}] * 5)
    monkeypatch.setattr(published, "LARGEST", 3 * 8 * 8 * 3)
    assert len(items("image-classification", data)) == 3
    sounds = rows(folder, *[{"audio": "a.wav", "label": "hum"}] * 3)
    monkeypatch.setattr(published, "LARGEST", 5000 * 32)
    assert len(items("audio-classification", sounds)) == 1


def test_what_is_no_set_is_told(folder):
    for task in ("image-captioning", "audio-classification", "image-generation"):
        with pytest.raises(UsageError, match="has no such data"):
            items(task, str(folder / "nothing"))
