"""spaCy: a pipeline that finds names, from a folder or an installed package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine, library
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.task import Limits


class SpacyBackend:
    """Finds names with a spaCy pipeline."""

    name = "spacy"
    title = "spaCy: a pipeline's folder, or package:NAME of one that ships it"
    abilities = frozenset({"classify-tokens"})
    concurrent = False
    options: dict[str, str] = {}  # noqa: RUF012 - it has none
    extra = "spacy"

    def load(self, order: Order) -> Loaded:
        """Load the pipeline."""
        spacy = library("spacy", self.name, self.extra)
        folder = _folder(order.model)
        pipeline = spacy.load(folder)
        facts = Facts(
            folder.name, engine=engine("spacy"), precision="float32", device="cpu",
            files=hashes(folder), packages=("spacy", "thinc"),
            licence=str(pipeline.meta.get("license", "")),
        )  # fmt: skip
        return _Pipeline(pipeline, facts)


class _Pipeline:
    def __init__(self, pipeline: Any, facts: Facts) -> None:  # noqa: ANN401 - the library's own
        self._pipeline: Any = pipeline
        self.facts = facts
        self.pid: int | None = None

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Find the names in each text."""
        del limits
        found = self._pipeline.pipe(map(str, inputs))
        return [Answer([[each.text, each.label_] for each in text.ents]) for text in found]

    def close(self) -> None:
        """Let go of the weights."""
        self._pipeline = None


def _folder(model: str) -> Path:
    """Give the folder with ``config.cfg`` in it."""
    root = Path(model)
    if model.startswith("package:"):
        name = model.removeprefix("package:")
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            fix = f"pip install {name.replace('_', '-')}"
            raise UsageError("the package is not installed", name, fix)
        root = Path(spec.origin).parent
    found = sorted(root.rglob("config.cfg")) if root.is_dir() else []
    if not found:
        raise UsageError("there is no pipeline", model, "name a folder with config.cfg in it")
    return found[0].parent


BACKEND = SpacyBackend()
