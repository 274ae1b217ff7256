"""Accelerators by the names that drivers give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from submeter.quantities.factor import Source
    from submeter.reference.sealed import SealedTable

TABLE = Path(__file__).parent / "data" / "accelerators.csv"

KINDS = ("datacentre", "superchip", "workstation", "consumer", "module", "soc")
"""What an accelerator is: a ``superchip`` has a CPU in its power, a ``module`` (Jetson) and a
``soc`` (Apple) are the whole computer."""

_UNSAID = frozenset(
    ("nvidia", "tesla", "geforce", "amd", "instinct", "google", "intel", "amazon", "r", "tm")
)
"""Words that drivers put before a name or leave away."""
_AFTER = frozenset(("mig", "oam"))
"""Words that begin what may follow a name without making another device of it."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A model of accelerator.

    Parameters
    ----------
    id : str
        Such as ``nvidia-h100-sxm-80gb``.
    vendor, name, kind : str
        Its maker, its name, and one of `KINDS`.
    tdp : float or None
        Board power [W]; None where the maker publishes none.
    tdp_range : tuple of float or None
        The lowest and highest board power [W] that goes by this name, or that sources name; None
        where they agree.
    seen : str
        What confirms the power beside its source: ``limit`` (the limit that the driver shows),
        ``database``, or nothing.
    memory : float or None
        Memory [GB].
    die : float or None
        Area of the silicon that computes, memory not counted [mm2].
    process : float or None
        The name of the process that made it [nm].
    embodied_like : str
        The id of a device with the same die, or empty.
    aliases : tuple of str
        Names that NVML, AMD SMI or the runtime report.
    named : str
        Where the first alias was read (a source's id), or nothing where it was inferred.
    source : Source
        Where power and memory are published.
    die_source : Source or None
        Where area and process are published.
    note : str
        What a reader must know.
    """

    id: str
    vendor: str
    name: str
    kind: str
    tdp: float | None
    tdp_range: tuple[float, float] | None
    seen: str
    memory: float | None
    die: float | None
    process: float | None
    embodied_like: str
    aliases: tuple[str, ...]
    named: str
    source: Source
    die_source: Source | None
    note: str = ""


@lru_cache(maxsize=1)
def accelerators() -> tuple[Accelerator, ...]:
    """Give every accelerator of the catalogue."""
    table = read_sealed(TABLE)
    return tuple(_accelerator(row, table) for row in table.rows)


def _accelerator(row: Mapping[str, str], table: SealedTable) -> Accelerator:
    silicon = row["die_source"]
    low, high = _number(row["tdp_low_w"]), _number(row["tdp_high_w"])
    return Accelerator(
        id=row["id"],
        vendor=row["vendor"],
        name=row["name"],
        kind=row["kind"],
        tdp=_number(row["tdp_w"]),
        tdp_range=None if low is None or high is None else (low, high),
        seen=row["seen"],
        memory=_number(row["memory_gb"]),
        die=_number(row["die_mm2"]),
        process=_number(row["process_nm"]),
        embodied_like=row["embodied_like"],
        aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
        named=row["named"],
        source=table.source(row),
        die_source=table.source({"source": silicon}) if silicon else None,
        note=row["note"],
    )


def match_accelerator(name: str) -> Accelerator | None:
    """Give the accelerator that a driver's `name` means, or None.

    A longer name matches by its beginning (``NVIDIA A100-SXM4-80GB MIG 1g.10gb``); the longest
    alias wins, and a name that stops short of telling variants apart (``H100``) matches nothing.

    Examples
    --------
    >>> match_accelerator("NVIDIA H100 80GB HBM3").id
    'nvidia-h100-sxm-80gb'
    >>> match_accelerator("NVIDIA A100-SXM4-80GB MIG 1g.10gb").id
    'nvidia-a100-sxm4-80gb'
    >>> match_accelerator("H100") is None
    True
    """
    told, index = words(name), _index()
    for length in range(len(told), 0, -1):
        device = index.get(told[:length])
        if device is not None and (length == len(told) or told[length] in _AFTER):
            return device
    return None


@lru_cache(maxsize=1)
def _index() -> Mapping[tuple[str, ...], Accelerator]:
    return {each: device for device in accelerators() for each in _names(device)}


def accelerator(name: str) -> Accelerator:
    """Give the accelerator that `name` means.

    Raises
    ------
    UsageError
        If the catalogue has none, or several, with the nearest names.
    """
    found = match_accelerator(name)
    if found is not None:
        return found
    known = {device.id: device.id for device in accelerators()}
    known |= {device.name.lower(): device.id for device in accelerators()}
    part = "-".join(words(name))
    near = [device.id for device in accelerators() if part and part in device.id]
    if not near:
        near = [known[key] for key in get_close_matches(name.lower(), known, 3, 0.5)]
    hint = f"did you mean {', '.join(list(dict.fromkeys(near))[:4])}?" if near else ""
    raise UsageError(f'no accelerator is called "{name}"', fix=hint)


def _names(device: Accelerator) -> Iterator[tuple[str, ...]]:
    yield words(device.id)
    yield words(device.name)
    yield from (words(alias) for alias in device.aliases)


def words(name: str) -> tuple[str, ...]:
    """Give the words of a name that tell devices apart, in lower case: ``A100``, ``80gb``."""
    split = re.findall(r"[a-z0-9]+", name.lower())
    joined = re.sub(r"(\d) gb\b", r"\1gb", " ".join(word for word in split if word not in _UNSAID))
    return tuple(joined.split())


def _number(text: str) -> float | None:
    return float(text) if text else None
