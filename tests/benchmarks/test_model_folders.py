"""Folders of models in the Hugging Face layout: found, checked, and told of; without PyTorch."""

import json
import sys

import pytest

from submeter.benchmarks.backend import Order
from submeter.benchmarks.backends.folders import folder_of, name_of
from submeter.benchmarks.backends.pytorch.checkpoint import (
    check_weights,
    checkpoint,
    licence_of,
)
from submeter.benchmarks.backends.pytorch.texts import _spans
from submeter.benchmarks.registry import backend_named
from submeter.cli.main import main
from submeter.errors import UsageError

ON_PYTORCH = {"transformers": "embed", "sentence-transformers": "embed", "diffusers": "draw"}


@pytest.mark.parametrize("name", ON_PYTORCH)
def test_without_pytorch_a_backend_says_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    backend = backend_named(name)
    with pytest.raises(UsageError, match=f"torch is not installed.*pip install torch {name}"):
        backend.load(Order("anything", ON_PYTORCH[name], {}))


def test_without_pytorch_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    words = ["bench", "run", "--task", "text-generation", "--backend", "transformers"]
    words += ["--model", "x", "--idle", "0 s", "--out", str(tmp_path / "b.zip")]
    assert main(words) == 2
    assert "pip install torch transformers" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["llama-cpp", "openai", "faster-whisper", "spacy", "onnx"])
def test_weights_that_are_there_are_not_drawn_at_random(name, tmp_path, capsys):
    tasks = {"faster-whisper": "speech-recognition", "spacy": "token-classification",
             "onnx": "image-classification"}  # fmt: skip
    words = ["bench", "run", "--task", tasks.get(name, "text-generation"), "--backend", name]
    words += ["--model", "m", "--dummy-weights", "--out", str(tmp_path / "b.zip")]
    assert main(words) == 2
    assert f"{name} takes a model's weights as they are" in capsys.readouterr().err


def test_a_model_is_found_and_named(tmp_path):
    folder = tmp_path / "ada" / "tiny"
    folder.mkdir(parents=True)
    assert checkpoint(str(folder), "", "config.json", "transformers") == (folder, "tiny", "")
    assert name_of("package:some_package/model") == "some_package"
    assert folder_of("package:submeter/benchmarks", "x").name == "benchmarks"


@pytest.mark.parametrize(
    ("model", "revision", "told"),
    [
        ("/nowhere", "", "there is no such folder.*config.json"),
        ("owner/name", "", "name it hub:owner/name"),
        ("hub:name", "", "names no model of the Hub.*hub:OWNER/NAME"),
        ("hub:../../etc", "", "names no model of the Hub"),
        ("package:no_such_package/m", "", "pip install no-such-package"),
        (".", "main", "a folder has no revisions"),
    ],
)
def test_a_model_that_is_not_there_is_told(model, revision, told):
    with pytest.raises(UsageError, match=told):
        checkpoint(model, revision, "config.json", "transformers")


def test_pickles_are_refused_unless_there_is_something_better(tmp_path):
    (tmp_path / "training_args.bin").touch()
    inside = tmp_path / "2_Dense"
    inside.mkdir()
    check_weights(tmp_path)
    (inside / "pytorch_model.bin").touch()
    with pytest.raises(UsageError, match=r"2_Dense/pytorch_model\.bin is a pickle"):
        check_weights(tmp_path)
    (inside / "model.safetensors").touch()
    check_weights(tmp_path)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\ntags: [a]\n---\n# A model\n", "apache-2.0"),
        ("---\nlicense: other\nlicense_name: gemma\n---\n", "gemma"),
        ("---\ntags: [a]\n---\n", ""),
        ("---\n- a list\n---\n", ""),
        ("---\nlicense: [unclosed\n---\n", ""),
        ("# A model\n---\nlicense: mit\n---\n", ""),
        ("", ""),
    ],
)
def test_a_card_tells_the_licence(card, licence, tmp_path):
    assert licence_of(tmp_path) == ""
    (tmp_path / "README.md").write_text(card)
    assert licence_of(tmp_path) == licence


def test_words_of_one_label_are_joined():
    text = "Ada Lovelace met Ada in Los Angeles"
    ends = [(0, 3), (4, 12), (13, 16), (17, 20), (21, 23), (24, 27), (28, 31), (31, 35)]
    words = [0, 1, 2, 3, 4, 5, 6, 6]
    labels = ["B-PER", "I-PER", "O", "B-PER", "O", "LOC", "LOC", "O"]
    found = _spans(text, [None, *words, None], ["B-PER", *labels, "O"], [(0, 0), *ends, (0, 0)])
    assert found == [["Ada Lovelace", "PER"], ["Ada", "PER"], ["Los Angeles", "LOC"]]
    side = _spans("a b", [0, 1], ["B-PER", "B-PER"], [(0, 1), (2, 3)])
    assert side == [["a", "PER"], ["b", "PER"]]


def test_backends_are_listed_without_loading_pytorch(capsys):
    assert main(["bench", "list", "--json", "-"]) == 0
    told = {each["name"]: each for each in json.loads(capsys.readouterr().out)["backends"]}
    assert "describe-image" in told["transformers"]["abilities"]
    assert "torch" not in sys.modules
