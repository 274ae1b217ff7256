"""Pipelines of a manifest: each output again, by the arithmetic that its own plug-in states."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.printed import read, shown
from submeter.disclosures.readers.content import listed, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULES = {"manifest-pipeline": "an output does not follow from its inputs by its own plug-in"}
_ROOM = 1e-6
"""Part by which a number may miss what follows, beyond its own last digit."""
_MIXES = frozenset({"TimeSync", "TimeConverter", "Shell"})
"""Plug-ins behind which a record is no longer that of one moment."""


class Step(NamedTuple):
    """One plug-in: what it makes, of what, and how it is told.

    Parameters
    ----------
    output : str
        The parameter that it makes.
    inputs : tuple of str or float
        Parameters, or numbers of its configuration.
    sign : str
        ``+``, ``-``, ``×`` or ``/`` between them.
    """

    output: str
    inputs: tuple[str | float, ...]
    sign: str


def steps(content: Mapping[str, Any]) -> dict[str, Step]:
    """Give the plug-ins whose arithmetic is stated, by their name."""
    plugins = mapping(mapping(content.get("initialize")).get("plugins"))
    found = {str(name): _step(mapping(each)) for name, each in plugins.items()}
    return {name: step for name, step in found.items() if step is not None}


def _step(plugin: Mapping[str, Any]) -> Step | None:
    config = mapping(plugin.get("config")) or mapping(plugin.get("global-config"))
    method, names = str(plugin.get("method")), listed(config.get("input-parameters"))
    inputs = tuple(each for each in names if isinstance(each, str))
    output = config.get("output-parameter") or config.get("output")
    if plugin.get("mapping") or not isinstance(output, str):
        return None
    if method in _OVER_ALL and len(inputs) > 1:
        return Step(output, inputs, _OVER_ALL[method])
    if method == "Coefficient":
        pair = (config.get("input-parameter"), config.get("coefficient"))
    elif method == "Divide":
        pair = (config.get("numerator"), config.get("denominator"))
    else:
        return None
    known = tuple(each for each in pair if isinstance(each, (str, int, float)))
    return Step(output, known, "/" if method == "Divide" else "×") if len(known) > 1 else None


_OVER_ALL = {"Sum": "+", "Multiply": "×", "Subtract": "-"}


def mixes(content: Mapping[str, Any]) -> bool:
    """Tell whether a plug-in makes other records of the records."""
    plugins = mapping(mapping(content.get("initialize")).get("plugins"))
    return any(str(mapping(each).get("method")) in _MIXES for each in plugins.values())


def run(
    where: str, record: Mapping[str, Any], named: Mapping[str, Step], document: str
) -> Iterator[Finding]:
    """Work every step of a record out again."""
    made = [step.output for step in named.values()]
    for name, step in named.items():
        stated = read(record.get(step.output))
        if stated is None or made.count(step.output) > 1 or step.output in step.inputs:
            continue
        values = [
            read(record.get(each) if isinstance(each, str) else float(each)) for each in step.inputs
        ]
        known = [each.value for each in values if each is not None]
        if len(known) < len(step.inputs):
            continue
        follows = _worked(known, step.sign)
        half = max(stated.value - stated.low, 0.0)
        if not math.isfinite(follows) or abs(stated.value - follows) <= half + _ROOM * abs(follows):
            continue
        told = f" {step.sign} ".join(
            f"{each} {shown(value)}" if isinstance(each, str) else shown(value)
            for each, value in zip(step.inputs, known, strict=True)
        )
        yield Finding(
            "manifest-pipeline", Severity.ERROR, f"{where}: {step.output}",
            Figure(stated.value, ""), Figure(follows, ""), _why(stated.value, follows, name),
            f"{told} = {shown(follows)}", document,
        )  # fmt: skip


def _worked(values: list[float], sign: str) -> float:
    if sign == "+":
        return math.fsum(values)
    if sign == "-":
        return values[0] - math.fsum(values[1:])
    if sign == "/":
        return values[0] / values[1] if values[1] else math.nan
    return math.prod(values)


def _why(stated: float, follows: float, name: str) -> str:
    ratio = stated / follows if follows else 0.0
    for power in (3, 6):
        for size, word in ((10.0**power, "too high"), (10.0**-power, "too low")):
            if abs(ratio / size - 1) < 1e-3:  # noqa: PLR2004 - written in full
                return f"a unit is off by 10^{power}, {word}, beside what the plug-in {name} gives"
    return f"it was changed after the plug-in {name}, or made with another configuration"
