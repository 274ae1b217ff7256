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

TABLE = Path(__file__).parent / "data" / "accelerators.csv"


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A model of accelerator.

    Parameters
    ----------
    id : str
        Such as ``nvidia-h100-sxm-80gb``.
    vendor, name, kind : str
        Its maker, its name, and ``datacentre``, ``superchip``, ``workstation`` or ``consumer``.
    tdp : float or None
        Board power [W]; None where the maker publishes none.
    memory : float or None
        Memory [GB].
    embodied_like : str
        The id of a device with the same die, or empty.
    aliases : tuple of str
        Names that NVML, AMD SMI or the runtime report.
    source : Source
        Where power and memory are published.
    note : str
        What a reader must know.
    """

    id: str
    vendor: str
    name: str
    kind: str
    tdp: float | None
    memory: float | None
    embodied_like: str
    aliases: tuple[str, ...]
    source: Source
    note: str = ""


@lru_cache(maxsize=1)
def accelerators() -> tuple[Accelerator, ...]:
    """Give every accelerator of the catalogue."""
    table = read_sealed(TABLE)
    return tuple(_accelerator(row, table.source(row)) for row in table.rows)


def _accelerator(row: Mapping[str, str], source: Source) -> Accelerator:
    return Accelerator(
        id=row["id"],
        vendor=row["vendor"],
        name=row["name"],
        kind=row["kind"],
        tdp=_number(row["tdp_w"]),
        memory=_number(row["memory_gb"]),
        embodied_like=row["embodied_like"],
        aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
        source=source,
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
    words = _words(name)
    found, longest = None, 0
    for device in accelerators():
        for candidate in _names(device):
            if len(candidate) <= longest or words[: len(candidate)] != candidate:
                continue
            rest = words[len(candidate) :]
            if not rest or rest[0] in {"mig", "oam"}:
                found, longest = device, len(candidate)
    return found


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
    part = "-".join(_words(name))
    near = [device.id for device in accelerators() if part and part in device.id]
    if not near:
        near = [known[key] for key in get_close_matches(name.lower(), known, 3, 0.5)]
    hint = f"did you mean {', '.join(list(dict.fromkeys(near))[:4])}?" if near else ""
    raise UsageError(f'no accelerator is called "{name}"', fix=hint)


def _names(device: Accelerator) -> Iterator[tuple[str, ...]]:
    yield _words(device.id)
    yield _words(device.name)
    yield from (_words(alias) for alias in device.aliases)


def _words(name: str) -> tuple[str, ...]:
    split = re.findall(r"[a-z0-9]+", name.lower())
    makers = {"nvidia", "tesla", "geforce", "amd", "instinct", "google", "intel"}
    joined = re.sub(r"(\d) gb\b", r"\1gb", " ".join(word for word in split if word not in makers))
    return tuple(joined.split())


def _number(text: str) -> float | None:
    return float(text) if text else None
