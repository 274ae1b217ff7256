"""Tasks of pictures and sounds, done by small honest functions under the real meter."""

import zipfile

import pytest

from submeter.benchmarks.backends import openai
from submeter.benchmarks.backends.function import BACKEND
from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.plan import Plan
from submeter.benchmarks.registry import task_named
from submeter.benchmarks.runner import Bench, run
from submeter.benchmarks.verification import verify
from submeter.errors import UsageError
from submeter.runs.settings import load
from tests.benchmarks.servers import served
from tests.benchmarks.work import unheard

pytest.importorskip("numpy")

MODELS = pytest.mark.models
"""Their pictures come in packages that only the environment of real models has."""
TASKS = [
    pytest.param("image-classification", "digit", "", 0.2, marks=MODELS),
    pytest.param("object-detection", "box_of_words", "pages", 0.6, marks=MODELS),
    pytest.param("image-captioning", "caption", "", 0.15, marks=MODELS),
    pytest.param("visual-question-answering", "answer", "", 0.2, marks=MODELS),
    pytest.param("multimodal-chat", "chat", "", 0.2, marks=MODELS),
    pytest.param("video-chat", "way", "", 0.9, marks=MODELS),
    pytest.param("audio-classification", "voice", "", 0.7),
    pytest.param("image-generation", "draw", "", None),
    pytest.param("speech-synthesis", "speak", "", None),
]


def measured(tmp_path, task, function, data):
    plan = Plan(task, f"tests/benchmarks/honest.py:{function}", "function", data=data, least=20,
                most=300, precision=0.5, idle=0.1, seconds=8)  # fmt: skip
    out = tmp_path / "b.zip"
    try:
        run(Bench(plan, task_named(task), BACKEND, load({"period": "0.1 s"}, {})), out, unheard)
    except UsageError as error:
        if "there is no speech here" not in str(error):
            raise
        pytest.skip(str(error))
    return read_bundle(out)


@pytest.mark.parametrize(("task", "function", "data", "least"), TASKS)
def test_a_task_is_measured_and_its_bundle_verifies(tmp_path, task, function, data, least):
    bundle = measured(tmp_path, task, function, data)
    assert verify(bundle) == []
    summary, told = bundle.told["summary"], bundle.told["data"]
    assert told["metric"] == task_named(task).metric.name
    quality = summary["quality"]
    if least is None:
        assert quality is None
        assert told["metric"] == "none"
        assert "correct answer" not in summary["work"]
    else:
        assert least < quality["value"] <= 1
    for unit, amount in summary["work"].items():
        assert amount > 0, unit
    units = {*task_named(task).work, *task_named(task).made}
    assert units <= set(summary["work"])


def test_what_was_made_is_work_done(tmp_path):
    spoken = measured(tmp_path, "speech-synthesis", "speak", "")
    summary = spoken.told["summary"]
    # A letter is a hundredth of a second.
    seconds, characters = summary["work"]["audio_second"], summary["work"]["character"]
    assert seconds == pytest.approx(characters / 100)
    per = summary["energy"]["node"]["per"]
    assert per["audio_second"]["value"] == pytest.approx(100 * per["character"]["value"])


@MODELS
@pytest.mark.parametrize(
    ("task", "pictures"), [("image-captioning", 1), ("multimodal-chat", 1), ("video-chat", 8)]
)
def test_a_server_is_sent_the_pictures_of_a_task(tmp_path, task, pictures):
    with served() as server:
        options = {"url": f"http://127.0.0.1:{server.server_port}/v1"}
        plan = Plan(task, "m", "openai", options=options, most=20, precision=0.5, idle=0)
        out = tmp_path / "b.zip"
        run(Bench(plan, task_named(task), openai.BACKEND, load({}, {})), out, unheard)
        parts = [body["messages"][0]["content"] for _, body, _ in server.asked]
    sent = [
        each["image_url"]["url"] for content in parts for each in content if "image_url" in each
    ]
    assert len(sent) == pictures * len(parts) == pictures * 20
    assert all(each.startswith("data:image/png;base64,") for each in sent)
    assert all(content[-1]["type"] == "text" for content in parts)
    bundle = read_bundle(out)
    assert verify(bundle) == []
    assert bundle.told["summary"]["work"]["token"] > 0
    with zipfile.ZipFile(out) as file:
        held = b"".join(file.read(each) for each in file.namelist())
    assert b"queries" in held
    assert b"base64" not in held
