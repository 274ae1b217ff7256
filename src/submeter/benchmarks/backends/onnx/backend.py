"""ONNX Runtime: a model's file with a description of what goes in and what comes out."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Facts
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine, library, whole
from submeter.benchmarks.backends.onnx.description import described
from submeter.benchmarks.backends.onnx.labels import labels_in
from submeter.benchmarks.backends.onnx.weights import weights
from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.backends.onnx.description import Description, Output

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_ERRORS_ONLY = 3
_ROW, _BATCHED = 6, 3
OPTIONS = {
    "description": "TOML file: what goes in and comes out; by default MODEL.toml beside the model",
    "device": "cpu (default) or cuda",
    "threads": "threads on a processor; as many as there are by default",
}


class OnnxBackend:
    """Runs a model in the process.

    Nothing that comes with a model is run but its graph, by ONNX Runtime's own operators.
    """

    name = "onnx"
    title = "ONNX Runtime: a .onnx file, or package:NAME/FILE of one that ships it"
    abilities = frozenset(
        {"classify-image", "detect-objects", "classify-audio", "embed", "compare-texts"}
    )
    concurrent = False
    options = OPTIONS
    extra = "onnxruntime pillow tokenizers"

    def load(self, order: Order) -> Loaded:
        """Load the model."""
        runtime = library("onnxruntime", self.name, "onnxruntime")
        if order.dummy:
            fix = "leave out --dummy, or write a model with such weights"
            raise UsageError("the weights of a file are what they are", "--dummy", fix)
        from submeter.benchmarks.backends.onnx.model import Model  # noqa: PLC0415 - numpy is heavy

        path = _file(order.model)
        beside = _description(order.options, path)
        told = described(beside)
        device = order.options.get("device", "cpu")
        session = _session(runtime, path, device, _threads(order))
        metadata = session.get_modelmeta()
        told = _completed(told, order.ability, session, labels_in(metadata.custom_metadata_map))
        count, precision = weights(path)
        facts = Facts(
            told.name or path.stem,
            revision=told.revision,
            engine=engine(_distribution(device)),
            parameters=count,
            precision=precision,
            device=device if device == "cuda" else f"cpu, {_threads(order)} threads",
            files=_hashes(path),
            packages=("onnxruntime", "onnxruntime-gpu"),
            licence=told.licence,
        )
        return Model(
            session, order.ability, told, self._tokenizer(order, told, path, beside), facts
        )

    def _tokenizer(self, order: Order, told: Description, path: Path, beside: Path | None) -> Any:  # noqa: ANN401 - the library's own
        if order.ability not in ("embed", "compare-texts"):
            return None
        tokenizers = library("tokenizers", self.name, "tokenizers")
        folders = [path.parent, *([beside.parent] if beside else [])]
        places = [each / told.text.tokenizer for each in folders]
        found = next((each for each in places if each.is_file()), None)
        if found is None:
            fix = "put its tokenizer.json there, or name another in [text]"
            raise UsageError("there is no tokenizer beside the model", str(places[0]), fix)
        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(found))
        except Exception as error:
            # The library raises nothing more exact.
            raise UsageError(f"the tokenizer cannot be read: {error}", str(found)) from error
        tokenizer.enable_padding()
        tokenizer.enable_truncation(told.text.longest)
        return tokenizer


def _file(model: str) -> Path:
    path = Path(model)
    if model.startswith("package:"):
        package, _, inside = model.removeprefix("package:").partition("/")
        try:
            path = Path(str(files(package).joinpath(inside)))
        except ImportError as error:
            fix = f"pip install {package.replace('_', '-')}"
            raise UsageError("the package is not installed", package, fix) from error
    if not path.is_file():
        fix = "name a .onnx, or package:NAME/FILE"
        raise UsageError("there is no such file", model, fix)
    return path


def _description(options: Any, path: Path) -> Path | None:  # noqa: ANN401 - a mapping
    if "description" in options:
        return Path(options["description"])
    beside = path.with_suffix(".toml")
    return beside if beside.is_file() else None


def _threads(order: Order) -> int:
    return whole(dict(order.options), "threads", os.cpu_count() or 1)


def _distribution(device: str) -> str:
    return "onnxruntime-gpu" if device == "cuda" else "onnxruntime"


def _session(runtime: Any, path: Path, device: str, threads: int) -> Any:  # noqa: ANN401 - the library's own
    """Load the model on a device, and see that it is there: the library falls back in silence."""
    if device not in _PROVIDERS:
        known = " or ".join(_PROVIDERS)
        raise UsageError(f'there is no device "{device}"', "--option device", known)
    provider = _PROVIDERS[device]
    told = runtime.SessionOptions()
    told.intra_op_num_threads = threads
    told.log_severity_level = _ERRORS_ONLY
    fix = "pip install onnxruntime-gpu, with the CUDA and cuDNN that it was built for"
    if provider not in runtime.get_available_providers():
        raise UsageError(f"this ONNX Runtime has no {provider}", "--option device", fix)
    try:
        session = runtime.InferenceSession(str(path), told, providers=[provider])
    except Exception as error:
        # Its errors have no class of their own in common.
        text = " ".join(str(error).split())[:300]
        raise UsageError(f"the model cannot be loaded: {text}", str(path)) from error
    if session.get_providers()[0] != provider:
        raise UsageError("ONNX Runtime went to the processor instead", "--option device", fix)
    return session


def _completed(
    told: Description,
    ability: str,
    session: Any,  # noqa: ANN401 - the library's own
    labels: tuple[str, ...],
) -> Description:
    """Fill in what a description leaves out."""
    output = told.output
    kind = output.kind or _kind(ability, session)
    usual = {"classify-image": ("classes", "probability"), "classify-audio": ("classes",
             "probability"), "detect-objects": ("rows", "anchors", "separate", "grid"),
             "embed": ("vectors",), "compare-texts": ("vectors",)}  # fmt: skip
    if kind not in usual[ability]:
        known = ", ".join(usual[ability])
        raise UsageError(
            f"what comes out as {kind} is no answer to {ability}", "[output] kind", known
        )
    complete = replace(output, kind=kind, labels=output.labels or labels)
    _check(complete)
    if kind == "vectors":
        _check_vectors(complete, session)
    return replace(told, output=complete)


def _kind(ability: str, session: Any) -> str:  # noqa: ANN401 - the library's own
    if ability != "detect-objects":
        return "classes" if ability.startswith("classify") else "vectors"
    outputs = session.get_outputs()
    shape = outputs[0].shape
    if len(outputs) == 1 and shape and shape[-1] == _ROW:
        return "rows"
    if len(outputs) == 1 and len(shape) == _BATCHED:
        return "anchors"
    shapes = ", ".join(f"{each.name} {each.shape}" for each in outputs)
    fix = "describe it: [output] kind, in a TOML file beside the model"
    raise UsageError(f"nothing tells how its boxes are to be read: {shapes}", "[output]", fix)


def _check(output: Output) -> None:
    needs: dict[str, tuple[str, ...]] = {
        "separate": ("boxes", "scores"),
        "grid": ("boxes", "scores", "strides"),
    }
    for name in needs.get(output.kind, ()):
        if not getattr(output, name):
            raise UsageError(f"{output.kind} needs {name}", "[output]", f"name them: {name} = […]")
    if (
        output.kind == "grid"
        and len({len(output.boxes), len(output.scores), len(output.strides)}) > 1
    ):
        fix = "one of each for every stride"
        raise UsageError("boxes, scores and strides are not equally many", "[output]", fix)


def _check_vectors(output: Output, session: Any) -> None:  # noqa: ANN401 - the library's own
    """Refuse an output that has a number a token: compared, such rows look like vectors."""
    outputs = {each.name: each.shape for each in session.get_outputs()}
    shape = outputs.get(output.name or next(iter(outputs)), [0])
    if not isinstance(shape[-1] if shape else None, int):
        told = ", ".join(f"{name} {shape}" for name, shape in outputs.items())
        fix = f"name the one with the embedding: [output] name, of {told}"
        raise UsageError("the output has no fixed size, as an embedding has", "[output]", fix)


def _hashes(path: Path) -> dict[str, str]:
    """Give the hashes of the model's file, and of those beside it that hold its weights."""
    found: dict[str, str] = {}
    for each in sorted(path.parent.glob(f"{path.name}*")):
        if each.is_file():
            found |= hashes(each)
    return found


BACKEND = OnnxBackend()
