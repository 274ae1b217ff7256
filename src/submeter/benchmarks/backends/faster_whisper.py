"""faster-whisper: Whisper models in CTranslate2's form, from a folder or a package."""

from __future__ import annotations

import importlib
import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine, library, whole
from submeter.errors import UsageError

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
        folder = _folder(order.model)
        options = dict(order.options)
        device, precision = options.get("device", "cpu"), options.get("precision", "int8")
        model = whisper.WhisperModel(
            str(folder), device=device, compute_type=precision, local_files_only=True,
            cpu_threads=whole(options, "threads", os.cpu_count() or 1),
        )  # fmt: skip
        facts = Facts(
            order.model.removeprefix("package:").partition("/")[0],
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


def _folder(model: str) -> Path:
    if model.startswith("package:"):
        package, _, inside = model.removeprefix("package:").partition("/")
        try:
            return Path(str(files(package).joinpath(inside)))
        except ImportError as error:
            fix = f"pip install {package.replace('_', '-')}"
            raise UsageError("the package is not installed", package, fix) from error
    folder = Path(model)
    if not folder.is_dir():
        raise UsageError("there is no such folder", model, "name a folder with model.bin in it")
    return folder


BACKEND = FasterWhisperBackend()
