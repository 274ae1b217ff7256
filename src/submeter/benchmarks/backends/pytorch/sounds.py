"""Sounds to texts and labels."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer
from submeter.benchmarks.backends.pytorch.generation import (
    START,
    answers_of,
    within,
    wording_of,
    write,
)
from submeter.benchmarks.backends.pytorch.source import labels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.backends.pytorch.device import Device
    from submeter.benchmarks.backends.pytorch.source import Source
    from submeter.benchmarks.task import Limits

_PIECE = 30
"""How much Whisper hears at a time [s]."""


class Listener:
    """Makes what a model hears of clips: at its rate, in one array."""

    def __init__(self, source: Source, kinds: Sequence[str], makers: Sequence[str]) -> None:
        self.model = source.model(*kinds)
        self.processor = source.processor(*makers)
        self.device: Device = source.device
        maker = getattr(self.processor, "feature_extractor", self.processor)
        self.rate = int(maker.sampling_rate)

    def heard(self, clips: Sequence[object], **told: object) -> dict[str, Any]:
        """Give the tensors of clips, on the device."""
        arrays = [self._samples(each) for each in clips]
        tensors = self.processor(
            arrays, sampling_rate=self.rate, return_tensors="pt",
            **{"padding": True, **told},
        )  # fmt: skip
        return self.device.given(tensors, self.model.dtype)

    def length(self, clip: object) -> int:
        """Give how many samples a clip has as the model hears it."""
        return len(self._samples(clip))

    def _samples(self, clip: object) -> Any:
        assert isinstance(clip, dict)  # noqa: S101 - as the ability has it
        # A copy: what a task hands out may be read only, of which PyTorch warns.
        samples = importlib.import_module("numpy").array(clip["samples"], dtype="float32")
        torch = self.device.torch
        given = torch.from_numpy(samples)
        return resampled(torch, given, int(clip["rate"]), self.rate).numpy()


def resampled(torch: Any, samples: Any, rate: int, wanted: int) -> Any:
    """Give samples at another rate.

    Notes
    -----
    By the discrete Fourier transform: frequencies that the lower rate cannot hold are left out, the
    others stay as they are. Exact for what repeats with the clip's length.
    """
    if rate == wanted:
        return samples
    before, after = len(samples), max(1, round(len(samples) * wanted / rate))
    spectrum = torch.fft.rfft(samples)[: after // 2 + 1]
    return torch.fft.irfft(spectrum, n=after) * (after / before)


class Transcriber:
    """Writes down speech with Whisper and other models that write token by token."""

    def __init__(self, source: Source) -> None:
        self._listener = Listener(source, ["AutoModelForSpeechSeq2Seq"], ["AutoProcessor"])
        self.model = self._listener.model
        self._tokenizer = self._listener.processor.tokenizer
        self._wording = wording_of(self.model, self._tokenizer)
        self._is_whisper = self.model.config.model_type == "whisper"

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Write down each clip."""
        if self._is_whisper:
            return self._by_whisper(inputs, limits)
        limits = within(limits, self.model.config, START)
        written = write(self.model, self._listener.heard(inputs), limits)
        read: list[int | None] = [None] * len(inputs)
        return answers_of(written, self._wording, limits, read)

    def _by_whisper(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Write down pieces of 30 s, and longer clips piece by piece, as its own code does."""
        lengths = [len(each["samples"]) / each["rate"] for each in inputs if isinstance(each, dict)]
        is_long = max(lengths) > _PIECE
        told: dict[str, Any] = {}
        if is_long:
            heard = self._listener.heard(
                inputs, truncation=False, padding="longest", return_attention_mask=True
            )
            told["return_timestamps"] = True
        else:
            heard = self._listener.heard(inputs, padding="max_length")
        if limits.most is not None:
            told["max_new_tokens"] = limits.most
        if limits.least:
            told["min_new_tokens"] = limits.least
        found = self.model.generate(**heard, **told)
        known = set(self._tokenizer.all_special_ids)
        texts = self._tokenizer.batch_decode(found, skip_special_tokens=True)
        counts = [sum(each not in known for each in row) for row in found.tolist()]
        return [
            Answer(text.strip(), tokens_out=count)
            for text, count in zip(texts, counts, strict=True)
        ]


class Speller:
    """Writes down speech with models that give each moment a letter (CTC)."""

    def __init__(self, source: Source) -> None:
        self._listener = Listener(source, ["AutoModelForCTC"], ["AutoProcessor"])
        self.model = self._listener.model
        self.device = source.device

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Write down each clip, each moment's likeliest letter."""
        del limits
        heard = self._listener.heard(inputs)
        letters = self.model(**heard).logits.argmax(dim=-1)
        moments = getattr(self.model, "_get_feat_extract_output_lengths", None)
        if moments is not None and len(inputs) > 1:
            # Behind the end of a shorter clip nothing is said.
            lengths = self.device.torch.tensor(
                [self._listener.length(each) for each in inputs], device=letters.device
            )
            places = self.device.torch.arange(letters.shape[1], device=letters.device)
            behind = places >= moments(lengths)[:, None]
            letters = letters.masked_fill(behind, self.model.config.pad_token_id)
        texts = self._listener.processor.batch_decode(letters)
        return [Answer(each) for each in texts]


class SoundClassifier:
    """Gives clips labels."""

    def __init__(self, source: Source) -> None:
        makers = ["AutoFeatureExtractor"]
        self._listener = Listener(source, ["AutoModelForAudioClassification"], makers)
        self.model = self._listener.model

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Give each clip its likeliest label."""
        del limits
        told = self.model(**self._listener.heard(inputs))
        return [Answer(each) for each in labels_of(self.model, told.logits.argmax(-1).tolist())]


def transcriber(source: Source) -> Transcriber | Speller:
    """Give what writes down speech with this model."""
    return Speller(source) if source.is_made_for("ForCTC") else Transcriber(source)
