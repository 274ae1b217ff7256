"""faster-whisper: Whisper models in CTranslate2's form, from a folder or a package."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.backends.folders import folder_of, name_of
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine, library, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.task import Limits


class FasterWhisperBackend:
    """Transcribes with Whisper, one clip after another."""

    name = "faster-whisper"
    title = (
        "faster-whisper: a folder of a Whisper model, or package:NAME/FOLDER of one that ships it"
    )
    abilities = frozenset({"transcribe"})
    concurrent = False
    options = {  # noqa: RUF012 - read only
        "device": "cpu (default) or cuda",
        "precision": "int8 (default), float16, float32",
        "threads": "threads on a processor; as many as there are by default",
        "beam": "width of the beam search (1)",
    }
    extra = "faster-whisper"

    def load(self, order: Order) -> Loaded:
        """Load the model."""
        whisper = library("faster_whisper", self.name, self.extra)
        folder = folder_of(order.model, "model.bin")
        options = dict(order.options)
        device, precision = options.get("device", "cpu"), options.get("precision", "int8")
        model = whisper.WhisperModel(
            str(folder), device=device, compute_type=precision, local_files_only=True,
            cpu_threads=whole(options, "threads", os.cpu_count() or 1),
        )  # fmt: skip
        facts = Facts(
            name_of(order.model),
            engine=engine("faster-whisper"),
            precision=precision,
            device=device,
            files=hashes(folder),
            packages=("faster-whisper", "ctranslate2"),
        )
        return _Whisper(model, facts, whole(options, "beam", 1))


class _Whisper:
    def __init__(self, model: Any, facts: Facts, beam: int) -> None:  # noqa: ANN401 - the library's
        self._model: Any = model
        self._beam = beam
        self.facts = facts
        self.pid: int | None = None

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Transcribe each clip."""
        del limits
        return [self._transcribe(each) for each in inputs]

    def _transcribe(self, clip: object) -> Answer:
        assert isinstance(clip, dict)  # noqa: S101 - as the ability has it
        numpy = importlib.import_module("numpy")
        samples = numpy.asarray(clip["samples"], dtype="float32")
        pieces, _ = self._model.transcribe(samples, beam_size=self._beam)
        told = list(pieces)
        tokens = sum(len(each.tokens) for each in told)
        return Answer(" ".join(each.text.strip() for each in told), tokens_out=tokens)

    def close(self) -> None:
        """Let go of the weights."""
        self._model = None


BACKEND = FasterWhisperBackend()
