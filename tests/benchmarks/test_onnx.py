"""ONNX models' descriptions, and what is laid in and read out; without the runtime."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.backend import Order
from submeter.benchmarks.backends.onnx.backend import BACKEND
from submeter.benchmarks.backends.onnx.description import (
    Audio,
    Description,
    Image,
    Output,
    described,
)
from submeter.benchmarks.backends.onnx.labels import labels_in
from submeter.errors import UsageError

numpy = pytest.importorskip("numpy")
from submeter.benchmarks.backends.onnx import boxes, inputs  # noqa: E402 - they need numpy


def written(folder, text):
    path = folder / "model.toml"
    path.write_text(text)
    return path


def test_a_description_is_read_and_what_it_leaves_out_is_as_usual(tmp_path):
    told = described(written(tmp_path, (
        '[model]\nname = "m"\nlicence = "MIT"\n'
        '[image]\nsize = [8, 9]\norder = "BGR"\nmean = [0.5, 0.5, 0.5]\nscale = 1\n'
        '[audio]\nstate = { h = "hn" }\n'
        '[output]\nkind = "grid"\nstrides = [8]\nboxes = "b"\nlabels = ["cat", "dog"]\n'
        "[constants]\nsr = 16000\n"
    )))  # fmt: skip
    assert (told.name, told.licence, told.revision) == ("m", "MIT", "")
    assert told.image == Image(size=(8, 9), order="BGR", mean=(0.5, 0.5, 0.5), scale=1.0)
    assert told.audio == Audio(state={"h": "hn"})
    assert told.output.labels == ("cat", "dog")
    assert told.output.boxes == ("b",)
    assert told.constants == {"sr": 16000}
    assert described(None) == Description()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nonsense", "cannot be read"),
        ("[picture]", 'nothing of "picture"'),
        ('[model]\npath = "x"', 'nothing of "path"'),
        ("[image]\nbreadth = 3", 'nothing of "breadth"'),
        ('[image]\nfit = "loose"', "is no fit"),
        ("[image]\nsize = [0, 8]", "too small"),
        ('[image]\nsize = ["wide"]', "of another kind"),
        ("[output]\ncorners = 1", "of another kind"),
        ("[output]\nthreshold = []", "of another kind"),
        ("[audio]\nstate = 3", "of another kind"),
        ("image = 3", "is no table"),
        ("[audio]\nrate = 0", "too small"),
        ("[audio]\npiece = -1", "too small"),
        ("[image]\nstd = [1, 0, 1]", "divided by 0"),
        ('[text]\ntokenizer = "../t.json"', "lies beside the model"),
    ],
)
def test_what_no_description_says_is_told(text, told, tmp_path):
    with pytest.raises(UsageError, match=told):
        described(written(tmp_path, text))


def test_a_description_that_is_not_there_or_too_large_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        described(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="too large"):
        described(written(tmp_path, "#" * ((1 << 20) + 1)))


def test_names_of_classes_as_tools_write_them():
    assert labels_in({"names": "{1: 'b', 0: 'a'}"}) == ("a", "b")
    assert labels_in({"id2label": '{"0": "a", "10": "c", "9": "b"}'}) == ("a", "b", "c")
    assert labels_in({"labels": '["a", "b"]'}) == ("a", "b")
    assert labels_in({"character": "a\nb"}) == ("a", "b")
    # What is a program and not a value is none, and is not run.
    assert labels_in({"names": "__import__('os').getcwd()"}) == ()
    assert labels_in({"names": "{'x': 'y'}"}) == ()
    assert labels_in({"names": "(" * 5000}) == ()
    assert labels_in({}) == ()


def test_a_picture_is_laid_in_as_told():
    picture = numpy.zeros((4, 6, 3), "uint8")
    picture[..., 0] = 255
    told = Image(order="BGR", mean=(0.5,), std=(0.5,))
    laid, at = inputs.laid_out(picture, told, ["n", 3, 4, 6])
    assert laid.shape == (3, 4, 6)
    assert laid[2].min() == 1
    assert laid[0].max() == -1
    assert at == boxes.Placed(4, 6, 1.0, 1.0)
    last, _ = inputs.laid_out(picture, Image(scale=1.0), [1, None, None, 3])
    assert last.shape == (4, 6, 3)
    assert last.max() == 255
    grey, _ = inputs.laid_out(picture, Image(order="L", layout="NCHW"), [1, 1, "h", "w"])
    assert grey.shape == (1, 4, 6)
    assert grey[0, 0, 0] == pytest.approx(0.299)


@pytest.mark.models
@pytest.mark.parametrize(
    ("fit", "across", "down", "left", "top"),
    [
        ("stretch", 2.0, 4.0, 0, 0),
        ("pad", 2.0, 2.0, 0, 0),
        ("letterbox", 2.0, 2.0, 0, 4),
        ("crop", 4.0, 4.0, -8, 0),
    ],
)
def test_a_box_comes_back_to_where_it_was(fit, across, down, left, top):
    picture = numpy.full((4, 8, 3), 255, "uint8")
    laid, at = inputs.laid_out(picture, Image(fit=fit, layout="NHWC"), [1, 16, 16, 3])
    assert laid.shape == (16, 16, 3)
    assert at == boxes.Placed(4, 8, across, down, left, top)
    inside = numpy.array([[2 * across + left, 1 * down + top, 6 * across + left, 3 * down + top]])
    (found,) = boxes.answers(boxes.Found(inside, numpy.array([[0.9]])), Output(), ["x"], at)
    assert found == ["x", 0.9, 2.0, 1.0, 4.0, 2.0]


def placed(side=100):
    return boxes.Placed(side, side, 1.0, 1.0)


def read(told, **outputs):
    arrays = {name: numpy.array(value, float) for name, value in outputs.items()}
    found = boxes.boxes(arrays, told, (100, 100))
    return boxes.answers(found, told, ["cat", "dog"], placed())


CAT, DOG = ["cat", 0.9, 10.0, 10.0, 20.0, 30.0], ["dog", 0.8, 50.0, 50.0, 10.0, 10.0]


def test_the_same_boxes_told_in_each_way():
    rows = [[[10, 10, 30, 40, 0.9, 0], [50, 50, 60, 60, 0.8, 1], [0, 0, 5, 5, 0.1, 1]]]
    assert read(Output(kind="rows"), o=rows) == [CAT, DOG]
    places = numpy.zeros((6, 50))
    places[:, 7], places[:, 9] = [20, 25, 20, 30, 0.9, 0], [55, 55, 10, 10, 0, 0.8]
    assert read(Output(kind="anchors"), o=places[None]) == [CAT, DOG]
    told = Output(kind="separate", boxes=("b",), scores=("s",), classes=("c",))
    corners = [[10, 10, 30, 40], [50, 50, 60, 60]]
    assert read(told, b=corners, s=[[0.9, 0.8]], c=[[0, 1]]) == [CAT, DOG]
    told = Output(kind="separate", boxes=("b",), scores=("s",), corners=False, relative=True,
                  sigmoid=True)  # fmt: skip
    middles = [[[0.2, 0.25, 0.2, 0.3], [0.55, 0.55, 0.1, 0.1]]]
    logits = [[[numpy.log(9), -99], [-99, numpy.log(4)]]]
    assert read(told, b=middles, s=logits) == [
        [label, pytest.approx(score), *map(pytest.approx, box)] for label, score, *box in (CAT, DOG)
    ]


def test_a_grid_of_distances_by_hand():
    # One stride of 50: four places, with their middles at 25 and 75. Of the second (75, 25) the
    # distance to every edge is surely 0.5 strides: half bin 0, half bin 1.
    bins = numpy.full((4, 4, 3), -99.0)
    bins[..., 0] = 0
    bins[1, :, 1] = 0
    scores = numpy.zeros((4, 2))
    scores[1, 1] = 0.7
    told = Output(kind="grid", boxes=("b",), scores=("s",), strides=(50,))
    assert read(told, b=bins.reshape(1, 4, 12), s=scores[None]) == [
        ["dog", pytest.approx(0.7), *map(pytest.approx, (50.0, 0.0, 50.0, 50.0))]
    ]


def test_of_boxes_that_cover_one_another_the_surest_stays():
    rows = [[[0, 0, 10, 10, 0.7, 0], [0, 0, 10, 11, 0.9, 0], [0, 0, 10, 10, 0.6, 1]]]
    assert [each[:2] for each in read(Output(kind="rows"), o=rows)] == [["cat", 0.9], ["dog", 0.6]]


def test_boxes_told_otherwise_than_described_say_what_came_out():
    with pytest.raises(UsageError, match="not told as rows"):
        read(Output(kind="rows"), o=[[[1, 2, 3]]])
    with pytest.raises(UsageError, match="not told as grid"):
        read(Output(kind="grid", boxes=("b",), scores=("s",), strides=(8,)), b=[1], s=[1])
    assert read(Output(kind="rows"), o=numpy.zeros((1, 0, 6))) == []


@given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 9))
def test_pieces_hold_each_sample_once_and_the_end_of_the_one_before(count, piece, context):
    samples = numpy.arange(1, count + 1, dtype="float32")
    found = list(inputs.pieces(samples, Audio(piece=piece, context=context)))
    assert all(len(each) == context + piece for each in found)
    own = numpy.concatenate([each[context:] for each in found])
    assert (own[:count] == samples).all()
    assert not own[count:].any()
    assert len(own) - count < piece
    before = numpy.concatenate([numpy.zeros(context, "float32"), own])
    for number, each in enumerate(found):
        assert (each[:context] == before[number * piece : number * piece + context]).all()


@pytest.mark.parametrize("rate", [4000, 12000, 16000])
def test_a_tone_stays_a_tone_at_another_rate(rate):
    time = numpy.arange(8000) / 8000
    clip = {"samples": numpy.sin(2 * numpy.pi * 440 * time).tolist(), "rate": 8000}
    found = inputs.samples_at(clip, rate)
    assert len(found) == rate
    expected = numpy.sin(2 * numpy.pi * 440 * numpy.arange(rate) / rate)
    assert numpy.abs(found - expected).max() < 1e-3


@pytest.mark.models
def test_a_model_that_is_not_there_is_told(tmp_path):
    for model, told in (
        (str(tmp_path / "m.onnx"), "no such file"),
        ("package:nope/m", "not installed"),
    ):
        with pytest.raises(UsageError, match=told):
            BACKEND.load(Order(model, "embed", {}))
    with pytest.raises(UsageError, match="are what they are"):
        BACKEND.load(Order("m", "embed", {}, dummy=True))
