"""The library ``sentence-transformers`` on PyTorch: vectors of texts, and how alike texts are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine, library
from submeter.benchmarks.backends.pytorch.checkpoint import (
    check_weights,
    checkpoint,
    licence_of,
    off_the_net,
)
from submeter.benchmarks.backends.pytorch.device import OPTIONS, Device, precision_of
from submeter.benchmarks.backends.pytorch.source import ATTENTION, NO_EFFORT, attention_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.task import Limits


class SentenceTransformersBackend:
    """Turns texts into vectors as their model's own modules say."""

    name = "sentence-transformers"
    title = (
        "sentence-transformers on PyTorch: a model's folder, package:NAME/FOLDER of one that ships "
        "it, or hub:OWNER/NAME"
    )
    abilities = frozenset({"embed", "compare-texts"})
    concurrent = False
    options = {  # noqa: RUF012 - read only
        **OPTIONS,
        "attention": ATTENTION,
        "revision": "branch, tag or commit of a model of the Hub",
    }
    extra = "torch sentence-transformers"

    def load(self, order: Order) -> Loaded:
        """Load the model."""
        torch = library("torch", self.name, self.extra)
        sentences = library("sentence_transformers", self.name, self.extra)
        # What it prints would stand between the lines of the bench.
        transformers = library("transformers", self.name, self.extra)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        revision = order.options.get("revision", "")
        place = checkpoint(order.model, revision, "modules.json", self.name)
        check_weights(place.folder)
        device = Device(torch, order.options)
        told: dict[str, Any] = {"dtype": device.dtype or "auto", "use_safetensors": True}
        told |= attention_of(order.options)
        with device.holding(), off_the_net():
            model = sentences.SentenceTransformer(
                str(place.folder), device=device.name, local_files_only=True,
                trust_remote_code=False, model_kwargs=told,
            )  # fmt: skip
        facts = Facts(
            place.name,
            revision=place.revision,
            engine=f"{engine('sentence-transformers')}, {engine('torch')}",
            parameters=sum(each.numel() for each in model.parameters()),
            precision=precision_of(model.dtype),
            device=device.title,
            files=hashes(place.folder),
            packages=("torch", "sentence-transformers", "transformers", "tokenizers"),
            licence=licence_of(place.folder),
        )
        return _Sentences(model, facts, device, is_pair=order.ability == "compare-texts")


class _Sentences:
    def __init__(self, model: Any, facts: Facts, device: Device, *, is_pair: bool) -> None:  # noqa: ANN401 - the library's own
        self._model: Any = model
        self._device = device
        self._is_pair = is_pair
        self.facts = facts
        self.pid: int | None = None

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Give each text its vector, or each pair the cosine of the angle between theirs."""
        del limits
        with self._device.working():
            if not self._is_pair:
                found = self._read([str(each) for each in inputs])
                return [Answer(vector.tolist(), count) for vector, count in found]
            pairs = [each for each in inputs if isinstance(each, (list, tuple))]
            found = self._read([str(text) for one, other in pairs for text in (one, other)])
            return [
                _compared(self._device.torch, *found[i : i + 2]) for i in range(0, len(found), 2)
            ]

    def _read(self, texts: list[str]) -> list[tuple[Any, int | None]]:
        """Give of each text its vector and how many tokens it has."""
        # Asked for all that it made, the model tells which tokens are no padding.
        made = self._model.encode(
            texts, batch_size=len(texts), output_value=None, show_progress_bar=False
        )
        masks = [each.get("attention_mask") for each in made]
        counts = [None if mask is None else int(mask.sum()) for mask in masks]
        vectors = [each["sentence_embedding"].float() for each in made]
        return list(zip(vectors, counts, strict=True))

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort: it never can."""
        del effort
        return NO_EFFORT

    def close(self) -> None:
        """Let go of the weights."""
        self._model = None
        self._device.close()


def _compared(torch: Any, one: tuple[Any, int | None], other: tuple[Any, int | None]) -> Answer:  # noqa: ANN401 - the library
    counts = (one[1], other[1])
    tokens = None if counts[0] is None or counts[1] is None else counts[0] + counts[1]
    return Answer(float(torch.nn.functional.cosine_similarity(one[0], other[0], dim=0)), tokens)


BACKEND = SentenceTransformersBackend()
