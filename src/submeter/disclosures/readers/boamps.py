"""BoAmps reports, and the footprint records that give kWh, kg and litres by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Finding, Severity
from submeter.disclosures.audit.printed import read
from submeter.disclosures.audit.quantity import CLAIMED, Quantity, quantity
from submeter.reference.catalogue.accelerators import match_accelerator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULES = {
    "boamps-unit": "an inference is reported without the number of requests",
    "boamps-quality": "the quality is called high, and a part was not measured",
}
_UNMEASURED = ("constant", "load", "estimated", "tdp")
"""Tracking modes that suppose a power instead of reading one."""


def claims_of_boamps(report: Mapping[str, Any], document: str) -> Iterator[Claim]:
    """Read the measures: kWh, though the field is called ``powerConsumption``."""
    task = _map(report.get("task"))
    stage = str(task.get("taskStage") or "")
    device, count = _accelerator(report)
    for number, raw in enumerate(_list(report.get("measures")), 1):
        measure = _map(raw)
        claimed = quantity(CLAIMED, measure.get("powerConsumption"), "kWh")
        inputs: list[Quantity | None] = [
            quantity("total_tokens", tokens, "tokens") for tokens in _tokens(task)
        ]
        duration = quantity("hours", measure.get("measurementDuration"), "s")
        if duration is not None and device and count:
            inputs += [duration, quantity("devices", count)]
        yield Claim(
            f"measures[{number}]", claimed, (), "energy",
            MappingProxyType({"stage": stage, "device": device}), frozenset(), document,
            () if claimed is not None else ("powerConsumption",),
        )  # fmt: skip
        known = tuple(each for each in inputs if each is not None)
        energy = quantity("energy", measure.get("powerConsumption"), "kWh")
        if energy is not None and known:
            # Without a claim: these say what is implied, and nothing that could be recomputed.
            texts = MappingProxyType({"stage": stage, "device": device})
            yield Claim(f"measures[{number}]", None, (energy, *known), "energy", texts,
                        frozenset(), document)  # fmt: skip
    grid = quantity("grid", _map(report.get("environment")).get("powerSourceCarbonIntensity"),
                    "g/kWh")  # fmt: skip
    if grid is not None:
        yield Claim("environment", None, (grid,), document=document)


def findings_of_boamps(report: Mapping[str, Any], document: str) -> Iterator[Finding]:
    """Tell of what the schema accepts and nobody can compare."""
    task = _map(report.get("task"))
    if str(task.get("taskStage")).lower() == "inference" and not task.get("nbRequest"):
        text = "without nbRequest the energy is for nobody knows how many requests"
        yield Finding("boamps-unit", Severity.WARNING, "task", None, None, text, "", document)
    quality = str(report.get("quality") or "").lower()
    for number, raw in enumerate(_list(report.get("measures")), 1):
        modes = [
            f"{name} {_map(raw).get(name)}"
            for name in ("cpuTrackingMode", "gpuTrackingMode")
            if str(_map(raw).get(name) or "").lower() in _UNMEASURED
        ]
        if quality == "high" and modes:
            text = f"high means ±10 %, and {modes[0]} supposes a power instead of reading it"
            yield Finding("boamps-quality", Severity.WARNING, f"measures[{number}]", None, None,
                          text, "", document)  # fmt: skip


def _accelerator(report: Mapping[str, Any]) -> tuple[str, object]:
    """Give the one kind of accelerator of the machine, as the catalogue knows it."""
    parts = _list(_map(report.get("infrastructure")).get("components"))
    boards = [each for each in map(_map, parts) if str(each.get("componentType")).lower() == "gpu"]
    if len(boards) != 1:
        return "", None
    names = (boards[0].get("componentName"), boards[0].get("series"), boards[0].get("family"))
    for name in names:
        text = str(name or "").partition(" x ")[2] or str(name or "")
        if text and match_accelerator(text) is not None:
            return text, boards[0].get("nbComponent")
    return "", None


def _tokens(task: Mapping[str, Any]) -> list[object]:
    made = [
        each.get("dataQuantity")
        for each in map(_map, _list(task.get("dataset")))
        if each.get("dataUsage") == "output" and each.get("dataType") == "token"
    ]
    return made if len(made) == 1 else []


def claims_of_footprint(report: Mapping[str, Any], document: str) -> Iterator[Claim]:
    """Read a record of ``footprint``, ``compute`` and ``context`` (Data and Impact Accounting)."""
    foot, compute = _map(report.get("footprint")), _map(report.get("compute"))
    context = _map(report.get("context"))
    energy = quantity("energy", _value(foot.get("energy_kwh")), "kWh")
    hours = quantity("device_hours", compute.get("duration_gpu_hours"), "h")
    device = str(_map(compute.get("hardware")).get("gpu") or "")
    grid = quantity("grid", context.get("carbon_intensity"))
    wue = quantity("wue", _value(context.get("wue_l_per_kwh")), "L/kWh")
    texts = MappingProxyType({"device": device} if device else {})
    made = {
        "energy_kwh": ("kWh", (hours,)), "carbon_kgco2eq": ("kgCO2e", (energy, grid)),
        "water_liters": ("L", (energy, wue)),
    }  # fmt: skip
    for name, (unit, inputs) in made.items():
        claimed = quantity(CLAIMED, _value(foot.get(name)), unit)
        if claimed is None:
            continue
        known = tuple(each for each in inputs if each is not None)
        if name == "energy_kwh":
            yield Claim(f"footprint.{name}", claimed, (), "", texts, frozenset(), document)
            known = tuple(each for each in (energy, hours) if each is not None)
            yield Claim(f"footprint.{name}", None, known, "", texts, frozenset(), document)
        else:
            known = known if len(known) > 1 or name == "carbon_kgco2eq" else ()
            yield Claim(f"footprint.{name}", claimed, known, "", texts, frozenset(), document)


def _value(content: object) -> object:
    """Give the number of a metric; of an interval its middle."""
    record = _map(content)
    if record:
        content = record.get("value")
    if isinstance(content, list):
        numbers = [read(each) for each in content[:2]]
        known = [each.value for each in numbers if each is not None]
        return sum(known) / len(known) if known else None
    return content


def _map(content: object) -> Mapping[str, Any]:
    return content if isinstance(content, dict) else {}


def _list(content: object) -> list[Any]:
    return content[:10_000] if isinstance(content, list) else []
