"""The library ``transformers`` on PyTorch: text, pictures and sound, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from submeter.benchmarks.backends.libraries import library
from submeter.benchmarks.backends.pytorch import language, pictures, sounds, texts
from submeter.benchmarks.backends.pytorch.checkpoint import checkpoint, off_the_net
from submeter.benchmarks.backends.pytorch.device import OPTIONS, Device
from submeter.benchmarks.backends.pytorch.source import ATTENTION, NO_EFFORT, Source
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.benchmarks.backend import Answer, Loaded, Order
    from submeter.benchmarks.task import Limits


class Worker(Protocol):
    """A model with what goes before and behind it, for one ability."""

    @property
    def model(self) -> Any:  # noqa: ANN401 - the library's own
        """The model."""
        ...

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Answer a batch."""
        ...


def _answerer(source: Source) -> Worker:
    """Give what answers from a text: by cutting from it, or by writing."""
    if source.is_made_for("ForQuestionAnswering", "ForQuestionAnsweringSimple"):
        return texts.Extractor(source)
    return language.Writer(source)


_WORKERS: Mapping[str, Callable[[Source], Worker]] = {
    "generate": language.Writer,
    "classify-text": texts.TextClassifier,
    "classify-tokens": texts.TokenClassifier,
    "embed": texts.Embedder,
    "answer-from-text": _answerer,
    "classify-image": pictures.PictureClassifier,
    "detect-objects": pictures.Detector,
    "describe-image": pictures.Captioner,
    "answer-about-image": pictures.answerer,
    "chat-with-images": pictures.Captioner,
    "transcribe": sounds.transcriber,
    "classify-audio": sounds.SoundClassifier,
}


class TransformersBackend:
    """Runs models of the Hugging Face layout, a batch at a time."""

    name = "transformers"
    title = (
        "transformers on PyTorch: a model's folder, package:NAME/FOLDER of one that ships it, or "
        "hub:OWNER/NAME; random weights of a config.json"
    )
    abilities = frozenset(_WORKERS)
    concurrent = False
    makes_dummies = True
    options = {  # noqa: RUF012 - read only
        **OPTIONS,
        "attention": ATTENTION,
        "revision": "branch, tag or commit of a model of the Hub",
        "api": "chat: plain texts are asked as messages; or completions (default)",
        "pooling": f"a text's vector: {', '.join(texts.POOLINGS)} of its tokens' (mean)",
        "threshold": f"score from which on a box is told ({pictures.THRESHOLD})",
    }
    extra = "torch transformers pillow"

    def load(self, order: Order) -> Loaded:
        """Load the model, or make one of its shape."""
        torch = library("torch", self.name, self.extra)
        transformers = library("transformers", self.name, self.extra)
        # What it prints would stand between the lines of the bench.
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        place = checkpoint(order.model, order.options.get("revision", ""), "config.json", self.name)
        if not (place.folder / "config.json").is_file():
            fix = "name a folder with config.json and model.safetensors in it"
            raise UsageError("there is no model in the folder", order.model, fix)
        if order.options.get("api", "completions") not in ("chat", "completions"):
            raise UsageError("that is no way to ask", "--option api", "chat or completions")
        device = Device(torch, order.options)
        with device.holding(), off_the_net():
            source = Source(transformers, place, device, order.options, order.ability, order.dummy)
            worker = _WORKERS[order.ability](source)
            return _Transformer(worker, source)


class _Transformer:
    def __init__(self, worker: Worker, source: Source) -> None:
        self._worker: Worker | None = worker
        self._tells = getattr(worker, "cannot", None)
        self._device = source.device
        self.facts = source.facts(worker.model)
        self.pid: int | None = None

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Answer a batch at once."""
        assert self._worker is not None  # noqa: S101 - it was not closed
        with self._device.working():
            return self._worker.answer(inputs, limits)

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort; empty if it can."""
        return str(self._tells(effort)) if self._tells else NO_EFFORT

    def close(self) -> None:
        """Let go of the weights."""
        self._worker = self._tells = None
        self._device.close()


BACKEND = TransformersBackend()
