"""Processors by the names that ``/proc/cpuinfo`` gives them."""

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
    from collections.abc import Mapping

    from submeter.quantities.factor import Source
    from submeter.reference.sealed import SealedTable

TABLE = Path(__file__).parent / "data" / "cpus.csv"

_UNSAID = frozenset(("r", "tm", "cpu", "processor", "gen", "core", "cores"))
"""Words that kernels put around a name; ``core`` is in Intel's own names and in ``64-Core``."""
_COUNTED = re.compile(r"\b(\d+(?:st|[nr]d|th)|\w+-cores?)\b")
"""``13th`` of ``13th Gen``, ``64-Core`` and ``Eight-Core``."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """A model of processor.

    Parameters
    ----------
    id : str
        Such as ``amd-epyc-7742``.
    vendor, name, kind : str
        Its maker, its name, and ``server``, ``workstation`` or ``desktop``.
    tdp : float or None
        Thermal design power [W]; None where databases differ.
    cores, threads : int or None
        How many of each; None where that was not looked up.
    die : float or None
        Area of all dies in the package [mm2].
    process : float or None
        The name of the process that made the cores [nm].
    source : Source
        Where the power is published.
    silicon_source : Source or None
        Where cores, area and process are published.
    note : str
        What a reader must know.
    """

    id: str
    vendor: str
    name: str
    kind: str
    tdp: float | None
    cores: int | None
    threads: int | None
    die: float | None
    process: float | None
    source: Source
    silicon_source: Source | None
    note: str = ""


@lru_cache(maxsize=1)
def cpus() -> tuple[Cpu, ...]:
    """Give every processor of the catalogue."""
    table = read_sealed(TABLE)
    return tuple(_cpu(row, table) for row in table.rows)


def _cpu(row: Mapping[str, str], table: SealedTable) -> Cpu:
    silicon = row["silicon_source"]
    return Cpu(
        id=row["id"],
        vendor=row["vendor"],
        name=row["name"],
        kind=row["kind"],
        tdp=float(row["tdp_w"]) if row["tdp_w"] else None,
        cores=int(row["cores"]) if row["cores"] else None,
        threads=int(row["threads"]) if row["threads"] else None,
        die=float(row["die_mm2"]) if row["die_mm2"] else None,
        process=float(row["process_nm"]) if row["process_nm"] else None,
        source=table.source(row),
        silicon_source=table.source({"source": silicon}) if silicon else None,
        note=row["note"],
    )


def match_cpu(name: str) -> Cpu | None:
    """Give the processor that a kernel's ``model name`` means, or None.

    Examples
    --------
    >>> match_cpu("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz").id
    'intel-xeon-e5-2680-v4'
    >>> match_cpu("AMD EPYC 7742 64-Core Processor").id
    'amd-epyc-7742'
    >>> match_cpu("AMD EPYC Processor") is None
    True
    """
    return _index().get(_words(name))


def cpu(name: str) -> Cpu:
    """Give the processor that `name` means: a kernel's name, its id, or the maker's name.

    Raises
    ------
    UsageError
        If the catalogue has none, with the nearest names.
    """
    found = match_cpu(name)
    if found is not None:
        return found
    known = {each.name.lower(): each.name for each in cpus()}
    near = [known[key] for key in get_close_matches(name.lower(), known, 3, 0.6)]
    hint = f"did you mean {', '.join(near)}?" if near else ""
    raise UsageError(f'no processor is called "{name}"', fix=hint)


@lru_cache(maxsize=1)
def _index() -> Mapping[tuple[str, ...], Cpu]:
    named = {_words(each.name): each for each in cpus()}
    return named | {_words(each.id): each for each in cpus()}


def _words(name: str) -> tuple[str, ...]:
    """Give the words that tell a processor: without marks, clock, or count of cores."""
    plain = name.lower().partition("@")[0].replace("(r)", " ").replace("(tm)", " ")
    plain = _COUNTED.sub(" ", plain)
    return tuple(w for w in re.findall(r"[a-z0-9+]+", plain) if w not in _UNSAID)
