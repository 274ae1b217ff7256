"""How many numbers a model has learned, and of which kind, where the library ``onnx`` can say."""

from __future__ import annotations

import importlib
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KINDS = {
    "FLOAT": "float32", "FLOAT16": "float16", "BFLOAT16": "bfloat16", "DOUBLE": "float64",
    "INT8": "int8", "UINT8": "uint8", "INT4": "int4", "UINT4": "uint4",
    "FLOAT8E4M3FN": "float8", "FLOAT8E5M2": "float8", "FLOAT4E2M1": "float4",
}  # fmt: skip
"""Kinds of weights; numbers of other kinds are shapes and places, and nothing that was learned."""


def weights(path: Path) -> tuple[int | None, str]:
    """Give how many weights a model has and the kind of most; None and "" where that is not known.

    Notes
    -----
    Initializers, and constants of the graph: some tools write weights as such. Their shapes are
    read, and none of the files beside the model.
    """
    try:
        onnx = importlib.import_module("onnx")
    except ImportError:
        return None, ""
    counts: Counter[str] = Counter()
    for tensor in _tensors(onnx.load(str(path), load_external_data=False).graph):
        kind = _KINDS.get(onnx.TensorProto.DataType.Name(tensor.data_type))
        if kind:
            counts[kind] += math.prod(tensor.dims)
    if not counts:
        return None, ""
    return counts.total(), counts.most_common(1)[0][0]


def _tensors(graph: Any) -> Iterator[Any]:  # noqa: ANN401 - the library's own
    """Give the tensors of a graph and of those within it."""
    yield from graph.initializer
    for node in graph.node:
        for each in node.attribute:
            if node.op_type == "Constant" and each.name == "value":
                yield each.t
            if each.HasField("g"):
                yield from _tensors(each.g)
            for inner in each.graphs:
                yield from _tensors(inner)
