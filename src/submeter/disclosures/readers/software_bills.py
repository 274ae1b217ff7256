"""Bills of materials: CycloneDX model cards, and the energy of SPDX's AI profile."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.quantity import CLAIMED, Quantity, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULES = {"spdx-unit": "an energy of SPDX is in a unit that the format does not name"}
_MOST = 10_000
_SPDX_UNITS = {"kilowattHour": "kWh", "megajoule": "MJ"}
_SPDX = "ai_{}EnergyConsumption"


def claims_of_cyclonedx(bom: Mapping[str, Any], document: str) -> Iterator[Claim]:
    """Read the environmental considerations of every component."""
    for component in _list(bom.get("components")):
        name = str(_map(component).get("name") or "component")[:100]
        card = _map(_map(component).get("modelCard"))
        told = _map(_map(card.get("considerations")).get("environmentalConsiderations"))
        for each in _list(told.get("energyConsumptions")):
            yield from _consumption(_map(each), name, document)


def _consumption(each: Mapping[str, Any], name: str, document: str) -> Iterator[Claim]:
    activity = str(each.get("activity") or "activity")[:50]
    energy = _measured(each.get("activityEnergyCost"), "energy", "kWh")
    carbon = _measured(each.get("co2CostEquivalent"), CLAIMED, "tCO2eq")
    texts = MappingProxyType({"stage": activity, "model": name})
    if carbon is not None:
        inputs = (energy,) if energy is not None else ()
        yield Claim(f"{name} {activity}: co2CostEquivalent", carbon, inputs, "", texts,
                    frozenset(), document)  # fmt: skip
    provided = [
        _measured(_map(one).get("energyProvided"), "", "kWh", "energyProviders")
        for one in _list(each.get("energyProviders"))
    ]
    parts = tuple(part for part in provided if part is not None)
    whole = _measured(each.get("activityEnergyCost"), CLAIMED, "kWh")
    if whole is not None:
        yield Claim(f"{name} {activity}: activityEnergyCost", whole, parts, "", texts,
                    frozenset(), document)  # fmt: skip


def _measured(content: object, name: str, unit: str, part_of: str = "") -> Quantity | None:
    record = _map(content)
    return quantity(name or "energy", record.get("value"), str(record.get("unit") or unit), part_of)


def claims_of_spdx(content: object, document: str) -> Iterator[Claim]:
    """Read the energy of every AI package."""
    for package, stage, number, each in _spdx(content):
        unit = _SPDX_UNITS.get(str(each.get("ai_energyUnit")))
        if unit is not None:
            claimed = quantity(CLAIMED, each.get("ai_energyQuantity"), unit)
            yield Claim(
                f"{package} {stage}[{number}]", claimed, (), "energy",
                MappingProxyType({"stage": stage}), frozenset(), document,
                () if claimed is not None else ("ai_energyQuantity",),
            )  # fmt: skip


def findings_of_spdx(content: object, document: str) -> Iterator[Finding]:
    """Tell of energies without a unit."""
    for package, stage, number, each in _spdx(content):
        if str(each.get("ai_energyUnit")) not in _SPDX_UNITS:
            claimed = quantity(CLAIMED, each.get("ai_energyQuantity"))
            told = Figure(claimed.number.value, "") if claimed is not None else None
            text = f'the unit is "{each.get("ai_energyUnit")}": nobody can use the number'
            yield Finding("spdx-unit", Severity.WARNING, f"{package} {stage}[{number}]", told,
                          None, text, "", document)  # fmt: skip


def _spdx(content: object) -> Iterator[tuple[str, str, int, Mapping[str, Any]]]:
    every = _list(_map(content).get("@graph")) or [content]
    for element in every:
        package = _map(element)
        told = _map(package.get("ai_energyConsumption"))
        name = str(package.get("name") or package.get("spdxId") or "package")[:100]
        for stage in ("training", "finetuning", "inference"):
            listed = told.get(_SPDX.format(stage))
            for number, each in enumerate(_list(listed) or ([listed] if listed else []), 1):
                yield name, stage, number, _map(each)


def _map(content: object) -> Mapping[str, Any]:
    return content if isinstance(content, dict) else {}


def _list(content: object) -> list[Any]:
    return content[:_MOST] if isinstance(content, list) else []
