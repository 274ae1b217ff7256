"""Reports of optimum-benchmark, which the AI Energy Score runs: energy by phase and by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.quantity import CLAIMED, quantity
from submeter.disclosures.readers.content import listed, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from submeter.disclosures.audit.quantity import Quantity

RULES = {"phase-zero": "a phase of work has no energy, or a negative one, on the accelerator"}
_PARTS = ("cpu", "gpu", "ram")


def is_report(content: Mapping[str, Any]) -> bool:
    """Tell whether a document holds phases with their energy."""
    return any("total" in _energy(each) and "unit" in _energy(each) for each in content.values())


def _energy(phase: object) -> Mapping[str, Any]:
    return mapping(mapping(phase).get("energy"))


def claims_of_phases(content: Mapping[str, Any], document: str) -> Iterator[Claim]:
    """Read the total of every phase from its parts."""
    for name, phase in content.items():
        told = _energy(phase)
        claimed = _read(CLAIMED, told, "total")
        if claimed is None:
            continue
        parts = [_read("energy", told, part) for part in _PARTS]
        known = tuple(each for each in parts if each is not None)
        yield Claim(f"{name}: total", claimed, known if len(known) > 1 else (), document=document)
        yield from _mean(str(name), told, document)


def _mean(name: str, told: Mapping[str, Any], document: str) -> Iterator[Claim]:
    """Read the energy of a phase from the measurements that it is the mean of."""
    measures = [mapping(each) for each in listed(told.get("measures"))]
    for part in (*_PARTS, "total"):
        made = [_read("energy", {**told, **each}, part, "measures") for each in measures]
        known = tuple(each for each in made if each is not None)
        claimed = _read(CLAIMED, told, part)
        if len(known) == len(made) > 1 and claimed is not None:
            yield Claim(f"{name}: mean of {part}", claimed, known, document=document)


def findings_of_phases(content: Mapping[str, Any], document: str) -> Iterator[Finding]:
    """Tell of phases in which the accelerator drew nothing though the processor did."""
    for name, phase in content.items():
        told = _energy(phase)
        runs = [told, *(mapping(each) for each in listed(told.get("measures")))]
        for number, each in enumerate(runs):
            gpu, cpu = _read("energy", {**told, **each}, "gpu"), _read("energy", told, "cpu")
            working = cpu is not None and cpu.value > 0 and each.get("gpu") is not None
            if gpu is None or gpu.value > 0 or not working:
                continue
            where = f"{name}: gpu" if not number else f"{name}: measures[{number}].gpu"
            text = "a meter that was read before it changed, or read backwards: leave the run out"
            yield Finding(
                "phase-zero", Severity.WARNING, where, Figure(gpu.value, "kWh"), None, text,
                f"gpu: {gpu.text}", document,
            )  # fmt: skip


def _read(name: str, told: Mapping[str, Any], part: str, part_of: str = "") -> Quantity | None:
    return quantity(name, told.get(part), str(told.get("unit") or "kWh"), part_of)
