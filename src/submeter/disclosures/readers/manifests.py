"""Manifests of the Impact Framework: what the nodes of a tree state, and what they add up to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.quantity import CLAIMED, quantity
from submeter.disclosures.audit.units import ENERGY, read_unit
from submeter.disclosures.readers import pipelines
from submeter.disclosures.readers.content import DEEP, MOST, listed, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from submeter.disclosures.audit.finding import Finding
    from submeter.disclosures.audit.quantity import Quantity

_UNITS = {
    "energy": "kWh", "carbon": "gCO2e", "carbon-operational": "gCO2e", "carbon-embodied": "gCO2e",
    "grid/carbon-intensity": "gCO2e/kWh", "duration": "s",
}  # fmt: skip
"""Units by custom of the framework, where the manifest's metadata name no other."""
_PARTS = ("cpu/energy", "gpu/energy", "memory/energy", "network/energy", "storage/energy")
_SUMMED = ("carbon", "carbon-operational", "carbon-embodied", "energy")


def is_manifest(content: Mapping[str, Any]) -> bool:
    """Tell whether a document is a manifest."""
    return isinstance(content.get("tree"), dict) and isinstance(content.get("initialize"), dict)


def claims_of_manifest(content: Mapping[str, Any], document: str) -> Iterator[Claim]:
    """Read the outputs of every node, or its inputs where it was not run."""
    units = {**_UNITS, **dict.fromkeys(_PARTS, "kWh"), **_stated_units(content)}
    functional = _functional_unit(content)
    plugged = {step.output for step in pipelines.steps(content).values()}
    for path, node in _nodes(content):
        for where, record in _records(path, node):
            yield from _record(where, record, units, functional, plugged, document)
        yield from _aggregated(path, node, units, document)


def findings_of_manifest(content: Mapping[str, Any], document: str) -> Iterator[Finding]:
    """Work the steps of every node's pipeline out again."""
    steps = pipelines.steps(content)
    if pipelines.mixes(content):
        return
    for path, node in _nodes(content):
        pipeline = node.get("pipeline")
        stages = mapping(pipeline).values() if isinstance(pipeline, dict) else [pipeline]
        named = [str(name) for stage in stages for name in listed(stage)]
        own = mapping(node.get("config"))
        known = {name: steps[name] for name in named if name in steps and name not in own}
        if known and node.get("outputs"):
            for where, record in _records(path, node):
                yield from pipelines.run(where, record, known, document)


def _nodes(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    left: list[tuple[str, Mapping[str, Any], int]] = [("tree", mapping(content.get("tree")), 0)]
    read = 0
    while left and read < MOST:
        path, node, depth = left.pop(0)
        read += 1
        yield path, node
        if depth < DEEP:
            children = list(mapping(node.get("children")).items())[:MOST]
            left += [(f"{path}.{name}"[-100:], mapping(each), depth + 1) for name, each in children]


def _records(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    records = listed(node.get("outputs")) or listed(node.get("inputs"))
    defaults = mapping(node.get("defaults"))
    for number, each in enumerate(records, 1):
        yield f"{path}[{number}]", {**defaults, **mapping(each)}


def _record(
    where: str, record: Mapping[str, Any], units: Mapping[str, str], functional: str,
    plugged: set[str], document: str,
) -> Iterator[Claim]:  # fmt: skip
    def read(name: str, called: str = "") -> Quantity | None:
        return quantity(called or name, record.get(name), units.get(name, ""))

    def claim(name: str, inputs: list[Quantity | None]) -> Iterator[Claim]:
        claimed, known = read(name, CLAIMED), [each for each in inputs if each is not None]
        if claimed is not None:
            texts = MappingProxyType({"region": str(record.get("cloud/region") or "")[:100]})
            # What a plug-in of its own makes is worked out again by that.
            held = tuple(known) if len(known) == len(inputs) and name not in plugged else ()
            yield Claim(f"{where}: {name}", claimed, held, "", texts, frozenset(), document)

    parts = [made for name in _PARTS if (made := _part(record, name, units)) is not None]
    yield from claim("energy", list(parts) if len(parts) > 1 else [])
    grid = read("grid/carbon-intensity", "grid")
    yield from claim("carbon-operational", [read("energy"), grid])
    yield from claim("carbon", [read("carbon-operational"), read("carbon-embodied", "embodied")])
    if functional and functional in record and record.get("sci") is not None:
        pieces = quantity("requests", record.get(functional), functional)
        claimed = quantity(CLAIMED, record.get("sci"), f"gCO2e/{functional.rstrip('s')}")
        carbon = read("carbon")
        if claimed is not None and pieces is not None and carbon is not None:
            yield Claim(f"{where}: sci", claimed, (carbon, pieces), "sci", document=document)


def _part(record: Mapping[str, Any], name: str, units: Mapping[str, str]) -> Quantity | None:
    made = quantity("energy", record.get(name), units.get(name, "kWh"), "energy")
    return made if made is not None and made.dimension == ENERGY else None


def _aggregated(
    path: str, node: Mapping[str, Any], units: Mapping[str, str], document: str
) -> Iterator[Claim]:
    """Hold what a node sums up against its own records, or those of its children."""
    told = mapping(node.get("aggregated"))
    children = [mapping(each) for each in mapping(node.get("children")).values()]
    own = [mapping(each) for each in listed(node.get("outputs"))]
    below = [mapping(each.get("aggregated")) for each in children]
    for name in _SUMMED:
        claimed = quantity(CLAIMED, told.get(name), units[name])
        records = own or below
        parts = [
            quantity(name, each.get(name), units[name], "records")
            for each in records
            if name in each
        ]
        known = tuple(part for part in parts if part is not None)
        if claimed is not None and len(known) == len(records) > 1:
            yield Claim(f"{path}: aggregated {name}", claimed, known, document=document)


def _stated_units(content: Mapping[str, Any]) -> dict[str, str]:
    """Give the units that metadata of plug-ins or the explanation of the manifest name."""
    found: dict[str, str] = {}
    plugins = mapping(mapping(content.get("initialize")).get("plugins"))
    metadata = [mapping(mapping(each).get("parameter-metadata")) for each in plugins.values()]
    tables = [mapping(each.get(side)) for each in metadata for side in ("inputs", "outputs")]
    for table in (*tables, mapping(content.get("explain"))):
        for name, each in list(table.items())[:MOST]:
            text = str(mapping(each).get("unit") or "")
            known = read_unit(text) if text else None
            if known is not None and any(known.dimension.uncounted()):
                found[str(name)] = text
    return found


def _functional_unit(content: Mapping[str, Any]) -> str:
    plugins = mapping(mapping(content.get("initialize")).get("plugins"))
    for each in plugins.values():
        for place in ("config", "global-config"):
            named = mapping(mapping(each).get(place)).get("functional-unit")
            if isinstance(named, str) and named:
                return named[:60]
    return ""
