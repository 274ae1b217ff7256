"""ML.ENERGY's leaderboard: energy a token and an answer, of configurations that were measured."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.agreement import agrees
from submeter.disclosures.audit.causes import cause
from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.quantity import CLAIMED, quantity
from submeter.disclosures.audit.reach import reach
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.readers.content import listed, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from submeter.disclosures.audit.quantity import Quantity

RULES = {"ml-energy-columns": "a column of a configuration does not follow from the others"}
_ENERGIES = frozenset({
    "energy_per_token_joules", "energy_per_image_joules", "energy_per_video_joules",
    "energy_per_request_joules",
})  # fmt: skip
_FIRST = frozenset({"model", "throughput", "response_length", "latency", "energy"})
"""Columns of the first release: joules a response."""
_FAMILIES = {"H100": "H100 SXM", "B200": "B200 SXM", "A100": "A100", "A40": "A40", "V100": "V100"}


def is_board(names: Sequence[str] | Mapping[str, Any]) -> bool:
    """Tell whether columns, or the keys of a configuration, are ML.ENERGY's."""
    said = {str(each).strip().lower() for each in names}
    return bool(said & _ENERGIES) or said >= _FIRST


def configurations(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the configurations of a model's file, or a task's, with what is said of all of them."""
    shared = {key: value for key, value in content.items() if not isinstance(value, (list, dict))}
    return [{**shared, **mapping(each)} for each in listed(content.get("configurations"))]


def claims_of_configurations(rows: Sequence[Mapping[str, Any]], document: str) -> Iterator[Claim]:
    """Read configurations."""
    for number, row in enumerate(rows, 1):
        where = _where(row, number)
        texts = MappingProxyType({
            "device": _device(row),
            "precision": str(row.get("weight_precision") or ""), "stage": "inference",
        })  # fmt: skip
        for name, (unit, _) in _FOLLOWS.items():
            claimed = quantity(CLAIMED, row.get(name), unit)
            if claimed is not None:
                yield Claim(f"{where}: {name}", claimed, (), "energy", document=document)
        physical = tuple(_physical(row))
        if len(physical) > 1:
            yield Claim(where, None, physical, "", texts, frozenset(), document)


def _device(row: Mapping[str, Any]) -> str:
    name = str(row.get("gpu_model") or "")
    return _FAMILIES.get(name, name)


def findings_of_configurations(
    rows: Sequence[Mapping[str, Any]], document: str
) -> Iterator[Finding]:
    """Hold the columns of each configuration against one another."""
    for number, row in enumerate(rows, 1):
        for name, (unit, factors) in _FOLLOWS.items():
            claimed = quantity(CLAIMED, row.get(name), unit)
            inputs = [quantity(key, row.get(key), of) for key, of, _ in factors]
            known = [each for each in inputs if each is not None]
            if claimed is None or len(known) < len(factors):
                continue
            found = reach(known[0])
            for each, (_, _, above) in zip(known[1:], factors[1:], strict=True):
                found = found * reach(each) if above else found / reach(each)
            if not found.known or agrees(claimed.number, found) or _near(claimed, found.value):
                continue
            claim = Claim(f"{_where(row, number)}: {name}", claimed, tuple(known))
            told = Figure(found.value / claimed.unit.size, unit)
            yield Finding(
                "ml-energy-columns", Severity.ERROR, claim.id, figure(claimed), told,
                cause(claim, found), f"{found.text} = {shown(told.value)} {unit}", document,
            )  # fmt: skip


def _near(claimed: Quantity, value: float) -> bool:
    return abs(claimed.value - value) <= _ROOM * abs(value)


_ROOM = 0.02
"""How far a column may lie from the product of others: means of the same run, by judgement."""
_FOLLOWS: dict[str, tuple[str, tuple[tuple[str, str, bool], ...]]] = {
    "energy_per_request_joules": (
        "J/request", (("energy_per_token_joules", "J/token", True),
                      ("avg_output_len", "tokens/request", True))),
    "energy_per_token_joules": (
        "J/token", (("avg_power_watts", "W", True),
                    ("output_throughput_tokens_per_sec", "tokens/s", False))),
    "energy_per_image_joules": (
        "J/image", (("avg_power_watts", "W", True), ("batch_latency_s", "s", True),
                    ("batch_size", "images", False))),
    "energy_per_video_joules": (
        "J/video", (("avg_power_watts", "W", True), ("batch_latency_s", "s", True),
                    ("batch_size", "videos", False))),
}  # fmt: skip
"""What follows from what, in the benchmark's own data: the columns, their units, and whether each
stands above the stroke. Energy a token is power over speed."""


def _physical(row: Mapping[str, Any]) -> Iterator[Quantity]:
    fields = (
        ("energy_per_token_joules", "gpu_energy_per_token", "J/token"),
        ("output_throughput_tokens_per_sec", "throughput", "tokens/s"),
        ("num_gpus", "devices", ""), ("max_num_seqs", "batch", ""),
    )  # fmt: skip
    for key, name, unit in fields:
        made = quantity(name, row.get(key), unit)
        if made is not None:
            yield made
    for key, name in (("total_params_billions", "parameters"),
                      ("activated_params_billions", "active_parameters")):  # fmt: skip
        made = quantity(name, row.get(key), "billion parameters")
        if made is not None:
            yield made


def claims_of_first(rows: Sequence[Mapping[str, str]], document: str) -> Iterator[Claim]:
    """Read the first release: joules and tokens of a response, seconds of its latency."""
    device = next((each for each in _FAMILIES if document.startswith(f"{each}_")), "")
    texts = MappingProxyType({"device": device, "stage": "inference"})
    for number, row in enumerate(rows, 1):
        where = str(row.get("model") or f"row {number}")[:100]
        energy = quantity("gpu_energy", row.get("energy") or "", "J")
        tokens = quantity("response_tokens", row.get("response_length") or "", "tokens")
        seconds = quantity("hours", row.get("latency") or "", "s")
        if energy is None:
            continue
        claimed = quantity(CLAIMED, row.get("energy") or "", "J")
        yield Claim(where, claimed, (), "energy", document=document)
        known = tuple(each for each in (energy, tokens, seconds) if each is not None)
        yield Claim(where, None, known, "", texts, frozenset(), document)


def is_first(names: Sequence[str]) -> bool:
    """Tell whether columns are those of the first release."""
    return {each.strip().lower() for each in names} >= _FIRST


def _where(row: Mapping[str, Any], number: int) -> str:
    name = str(row.get("model_id") or row.get("nickname") or row.get("model") or f"[{number}]")
    parts = [name, str(row.get("task") or ""), str(row.get("gpu_model") or "")]
    size = row.get("max_num_seqs") or row.get("batch_size")
    parts += [f"batch {size}"] if size else []
    return " ".join(part for part in parts if part)[:100]
