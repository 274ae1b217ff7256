"""CodeCarbon's ``emissions.csv``: its parts, its rate, and what was not measured."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.quantity import CLAIMED, Quantity, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULES = {
    "codecarbon-zero": "a device is named and its energy is zero",
    "codecarbon-rate": "the rate times the duration is not the emissions",
}
COLUMNS = frozenset({"energy_consumed", "emissions", "duration"})
"""What tells the file from others."""
_PARTS = ("cpu_energy", "gpu_energy", "ram_energy")
_NEAR = 1e-2
"""How far rate times duration may lie from the emissions; both are written in full."""


def is_codecarbon(heading: object) -> bool:
    """Tell whether headings, or the keys of a mapping, are CodeCarbon's."""
    try:
        return {str(each).strip().lower() for each in heading} >= COLUMNS  # type: ignore[attr-defined]
    except TypeError:
        return False


def claims_of_run(row: Mapping[str, str], number: int, document: str) -> Iterator[Claim]:
    """Read a row: its energy from its parts, its emissions from its energy."""
    where = row.get("project_name") or row.get("run_id") or ""
    where = f"row {number} {where}".strip()[:100]
    texts = {"stage": "", "device": _device(row), "region": row.get("country_iso_code", "") or ""}
    told = MappingProxyType({key: text for key, text in texts.items() if text})
    energy = _number(row, "energy_consumed", "kWh")
    parts = [part for name in _PARTS if (part := _number(row, name, "kWh")) is not None]
    if energy is not None and len(parts) > 1:
        yield Claim(
            f"{where}: energy_consumed", energy, (*parts, *_facility(row, energy, parts)), "",
            MappingProxyType({}), frozenset(), document,
        )  # fmt: skip
    emissions = _number(row, "emissions", "kgCO2e")
    if emissions is not None and energy is not None:
        named = quantity("energy", row.get("energy_consumed", ""), "kWh")
        yield Claim(
            f"{where}: emissions", emissions, (named,) if named is not None else (), "", told,
            frozenset(), document,
        )  # fmt: skip

    yield from _beside(row, where, told, document)


def _beside(
    row: Mapping[str, str], where: str, told: Mapping[str, str], document: str
) -> Iterator[Claim]:
    """Read the water of the energy, and what the accelerators drew in their time."""
    water, energy = _number(row, "water_consumed", "L"), row.get("energy_consumed", "")
    if water is not None and water.value > 0:
        made = (quantity("energy", energy, "kWh"), quantity("wue", row.get("wue") or "", "L/kWh"))
        inputs = tuple(each for each in made if each is not None)
        held = inputs if len(inputs) > 1 and inputs[1].value > 0 else ()
        yield Claim(f"{where}: water_consumed", water, held, "water", document=document)
    gpu = (
        quantity("gpu_energy", row.get("gpu_energy") or "", "kWh"),
        quantity("hours", row.get("duration") or "", "s"),
        quantity("devices", row.get("gpu_count") or ""),
    )
    used = tuple(each for each in gpu if each is not None)
    if len(used) == len(gpu) and told.get("device") and used[0].value > 0:
        device = MappingProxyType({"device": told["device"]})
        yield Claim(f"{where}: gpu_energy", None, used, "energy", device, document=document)


def findings_of_run(row: Mapping[str, str], number: int, document: str) -> Iterator[Finding]:
    """Tell of zeros that were not measured, and of a rate in another unit."""
    where = f"row {number}"
    for part, names in (("gpu", ("gpu_count", "gpu_model")), ("cpu", ("cpu_model",))):
        energy = _number(row, f"{part}_energy", "kWh")
        there = any((row.get(name) or "").strip() not in {"", "0", "0.0"} for name in names)
        if energy is not None and energy.value == 0 and there and _value(row, "duration") > 1:
            text = f"{row.get(names[-1]) or part} is named, and its energy is 0: not measured?"
            yield Finding(
                "codecarbon-zero", Severity.WARNING, where, Figure(0.0, "kWh"), None, text,
                f"{part}_energy: {row.get(f'{part}_energy')}", document,
            )  # fmt: skip
    rate, duration = _value(row, "emissions_rate"), _value(row, "duration")
    emissions = _value(row, "emissions")
    if min(rate, duration, emissions) > 0 and abs(rate * duration / emissions - 1) > _NEAR:
        grams = abs(rate * duration / emissions / 1e3 - 1) <= _NEAR
        text = "the rate is in g/s, not kg/s" if grams else "neither kg/s nor g/s fits"
        yield Finding(
            "codecarbon-rate", Severity.NOTE, where, Figure(emissions, "kgCO2e"),
            Figure(rate * duration, "kgCO2e"), text,
            f"emissions_rate {rate:g} × duration {duration:g} s", document,
        )  # fmt: skip


def _facility(
    row: Mapping[str, str], energy: Quantity, parts: list[Quantity]
) -> tuple[Quantity, ...]:
    """Give the PUE where the energy has it inside; versions differ."""
    pue = quantity("pue", row.get("pue") or "")
    whole = sum(part.value for part in parts)
    if pue is None or whole <= 0:
        return ()
    near = abs(energy.value / whole - pue.value) < abs(energy.value / whole - 1)
    return (pue,) if near else ()


def _device(row: Mapping[str, str]) -> str:
    return (row.get("gpu_model") or "").partition(" x ")[2] or row.get("gpu_model") or ""


def _number(row: Mapping[str, str], name: str, unit: str) -> Quantity | None:
    key = name if name in _PARTS else CLAIMED
    return quantity(key, row.get(name) or "", unit)


def _value(row: Mapping[str, str], name: str) -> float:
    found = quantity(CLAIMED, row.get(name) or "")
    return found.number.value if found is not None else 0.0
