"""A loaded ONNX model: what it is asked is laid into its inputs, what comes out is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from submeter.benchmarks.backend import Answer
from submeter.benchmarks.backends.onnx.boxes import answers, boxes
from submeter.benchmarks.backends.onnx.inputs import laid_out, pieces, samples_at, tokens_of
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from submeter.benchmarks.backend import Facts
    from submeter.benchmarks.backends.onnx.description import Description
    from submeter.benchmarks.task import Limits

_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}
_TOKENS = 3
"""Dimensions of an output with a vector a token: texts, tokens, numbers."""


class Model:
    """Answers one of the abilities of `submeter.benchmarks.backends.onnx.backend`.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        The loaded model.
    ability : str
        What it is asked for.
    told : Description
        How things go in and come out.
    tokenizer : tokenizers.Tokenizer or None
        Of a model of text.
    facts : Facts
        What it is.
    """

    def __init__(
        self,
        session: Any,  # noqa: ANN401 - the library's own
        ability: str,
        told: Description,
        tokenizer: Any,  # noqa: ANN401 - the library's own
        facts: Facts,
    ) -> None:
        self.facts = facts
        self.pid: int | None = None
        self._session: Any = session
        self._told = told
        self._tokenizer: Any = tokenizer
        self._inputs = {each.name: each for each in session.get_inputs()}
        self._names = [each.name for each in session.get_outputs()]
        self._answer = {
            "classify-image": self._classified,
            "detect-objects": self._detected,
            "classify-audio": self._heard,
            "embed": self._embedded,
            "compare-texts": self._compared,
        }[ability]

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Run the model; pictures of one size and texts go in together where it takes several."""
        del limits
        return [Answer(each) for each in self._answer(inputs)]

    def close(self) -> None:
        """Let go of the weights."""
        self._session = None

    def _run(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ready = {name: self._typed(name, value) for name, value in self._told.constants.items()}
        ready |= {name: self._typed(name, value) for name, value in given.items()}
        return dict(zip(self._names, self._session.run(None, ready), strict=True))

    def _typed(self, name: str, value: object) -> Any:  # noqa: ANN401 - an array
        kind = self._inputs[self._input(name)].type
        if kind not in _TYPES:
            fix = f"one of {', '.join(_TYPES)}"
            raise UsageError(f"an input of type {kind} is not known", name, fix)
        return np.ascontiguousarray(value, dtype=_TYPES[kind])

    def _input(self, name: str) -> str:
        found = name or next(iter(self._inputs))
        if found not in self._inputs:
            fix = f"its inputs are {', '.join(self._inputs)}"
            raise UsageError(f'the model has no input "{found}"', self.facts.name, fix)
        return found

    def _chosen(self, outputs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an array
        name = self._told.output.name or self._names[0]
        if name not in outputs:
            fix = f"its outputs are {', '.join(self._names)}"
            raise UsageError(f'the model has no output "{name}"', self.facts.name, fix)
        return outputs[name]

    def _classified(self, pictures: Sequence[Any]) -> Iterable[object]:
        name = self._input(self._told.image.input)
        shape = self._inputs[name].shape
        laid = [laid_out(each, self._told.image, shape)[0] for each in pictures]
        is_one = bool(shape) and isinstance(shape[0], int)
        together = not is_one and len({each.shape for each in laid}) == 1
        groups = [np.stack(laid)] if together else [each[None] for each in laid]
        for group in groups:
            numbers = np.asarray(self._chosen(self._run({name: group})))
            yield from (self._label(each) for each in numbers.reshape(len(group), -1))

    def _detected(self, pictures: Sequence[Any]) -> Iterable[object]:
        name = self._input(self._told.image.input)
        for each in pictures:
            laid, at = laid_out(each, self._told.image, self._inputs[name].shape)
            is_first = laid.shape[0] in (1, 3)
            size = laid.shape[1:] if is_first else laid.shape[:2]
            found = boxes(self._run({name: laid[None]}), self._told.output, size)
            yield answers(found, self._told.output, self._told.output.labels, at)

    def _heard(self, clips: Sequence[Any]) -> Iterable[object]:
        for each in clips:
            samples = samples_at(each, self._told.audio.rate)
            numbers = np.stack(list(self._pieces(samples)))
            whole = numbers.max(0) if self._told.audio.reduce == "max" else numbers.mean(0)
            yield self._label(whole)

    def _pieces(self, samples: Any) -> Iterable[Any]:  # noqa: ANN401 - arrays
        told = self._told.audio
        name = self._input(told.input)
        state = {each: self._zeros(self._input(each)) for each in told.state}
        dimensions = len(self._inputs[name].shape)
        for each in pieces(samples, told):
            outputs = self._run({name: each.reshape((1,) * (dimensions - 1) + (-1,)), **state})
            try:
                state = {one: outputs[other] for one, other in told.state.items()}
            except KeyError as error:
                fix = f"its outputs are {', '.join(self._names)}"
                raise UsageError(
                    f"the model has no output {error}", "[audio] state", fix
                ) from error
            yield np.asarray(self._chosen(outputs), dtype=float).reshape(-1)

    def _zeros(self, name: str) -> Any:  # noqa: ANN401 - an array
        return np.zeros([each if isinstance(each, int) else 1 for each in self._inputs[name].shape])

    def _label(self, numbers: Any) -> str:  # noqa: ANN401 - an array
        told = self._told.output
        if told.kind == "probability":
            number = float(numbers.reshape(-1)[-1])
            place = int((_logistic(number) if told.sigmoid else number) >= told.threshold)
        else:
            place = int(numbers.argmax())
        return told.labels[place] if place < len(told.labels) else str(place)

    def _embedded(self, texts: Sequence[Any]) -> Iterable[object]:
        return list(self._vectors([str(each) for each in texts]).tolist())

    def _compared(self, pairs: Sequence[Any]) -> Iterable[object]:
        vectors = self._vectors([str(each) for pair in pairs for each in pair])
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        alike = (vectors / lengths).reshape(len(pairs), 2, -1)
        return [float(one @ other) for one, other in alike]

    def _vectors(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - an array
        given = tokens_of(texts, self._tokenizer, list(self._inputs))
        numbers = np.asarray(self._chosen(self._run(given)), dtype=float)
        if numbers.ndim != _TOKENS or self._told.text.pool == "none":
            return numbers.reshape(len(texts), -1)
        if self._told.text.pool == "first":
            return numbers[:, 0]
        read = self._tokenizer.encode_batch(list(texts)) if "attention_mask" not in given else ()
        told = np.array([each.attention_mask for each in read]) if read else given["attention_mask"]
        mask = told[..., None].astype(float)
        return (numbers * mask).sum(1) / np.maximum(mask.sum(1), 1.0)


def _logistic(number: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(number, -60, 60))))
