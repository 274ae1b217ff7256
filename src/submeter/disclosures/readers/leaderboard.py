"""Leaderboards: energy for a thousand queries, and the stars that it earned."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.quantity import CLAIMED, Quantity, quantity, renamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RULES = {
    "stars": "a model has more stars than one of its group that draws less",
    "energy-columns": "two columns give the same energy and differ",
    "leaderboard-zero": "an energy is zero or negative",
    "column-shift": "a column of energy holds the digits of another column",
}
ENERGY = {
    "gpu_energy_wh_per_1000": "Wh", "wh_per_1000_queries": "Wh", "gpu_energy_wh": "Wh",
    "gpu_energy_kwh_per_1000": "kWh", "total_gpu_energy": "kWh",
    "avg_energy_per_prompt_wh": "kWh",
}  # fmt: skip
"""Columns of the AI Energy Score and their units; Wh a prompt are kWh for a thousand."""
_RUN = frozenset({"gpu_energy_wh"})
"""Columns of all the run, however many prompts it had."""
STARS = ("stars", "stars_published", "energy_score", "score")
_GROUP = ("task", "model_class", "class", "group", "cohort")
_NEAR = 0.02
"""How far two columns of the same energy may lie apart; each is rounded."""


def is_leaderboard(heading: Sequence[str]) -> bool:
    """Tell whether headings are those of a leaderboard of energy."""
    names = {each.strip().lower() for each in heading}
    return bool(names & set(ENERGY)) and any("model" in each for each in names)


def claims_of_board(rows: Sequence[Mapping[str, str]], document: str) -> Iterator[Claim]:
    """Read each row's energy, and what it says of tokens: so many for each joule."""
    for number, row in enumerate(rows, 1):
        made = _energies(row)
        first = next((each for each in made.values() if each.value > 0), None)
        if first is not None:
            yield Claim(_name(row, number), renamed(first, CLAIMED, "energy"), document=document)
        rate = quantity(CLAIMED, row.get("tokens_per_joule") or "", "tokens/J")
        tokens = quantity("total_tokens", row.get("total_tokens") or "", "tokens")
        energy = made.get("gpu_energy_wh")
        if rate is not None and tokens is not None and energy is not None and rate.value > 0:
            where = f"{_name(row, number)}: tokens_per_joule"
            yield Claim(where, rate, (tokens, energy), document=document)


def findings_of_board(rows: Sequence[Mapping[str, str]], document: str) -> Iterator[Finding]:
    """Tell of rows that contradict themselves or their group."""
    groups: dict[tuple[str, ...], list[tuple[str, float, float]]] = {}
    for number, row in enumerate(rows, 1):
        name, made = _name(row, number), _energies(row)
        for column, each in made.items():
            if each.value <= 0 and column != "energy_score":
                text = "nothing runs on no energy: was it measured?"
                yield Finding(
                    "leaderboard-zero", Severity.ERROR, name, _wh(each), None, text,
                    f"{column}: {each.text}", document,
                )  # fmt: skip
        yield from _twice(name, made, document)
        yield from _shifted(name, row, made, document)
        stars = _stars(row)
        energy = next((each.value for each in made.values() if each.value > 0), None)
        if stars is not None and energy is not None:
            key = tuple((row.get(each) or "").strip() for each in _GROUP)
            groups.setdefault(key, []).append((name, energy, stars))
    for members in groups.values():
        yield from _ranked(members, document)


def _energies(row: Mapping[str, str]) -> dict[str, Quantity]:
    found = {}
    for column, unit in ENERGY.items():
        made = quantity("energy", row.get(column) or "", unit)
        if made is not None:
            found[column] = made
    return found


def _twice(name: str, made: Mapping[str, Quantity], document: str) -> Iterator[Finding]:
    same = [made[each] for each in made if each not in _RUN]
    for one, other in pairwise(same):
        if one.value <= 0 or other.value <= 0:
            continue
        ratio = other.value / one.value
        room = _NEAR + (one.number.high - one.number.low) / one.value
        room += (other.number.high - other.number.low) / other.value
        if abs(ratio - 1) > room:
            thousand = any(abs(ratio / size - 1) < room for size in (1e3, 1e-3))
            text = "Wh stand beside kWh: off by 10^3" if thousand else "which of them is right?"
            yield Finding(
                "energy-columns", Severity.ERROR, name, _wh(other), _wh(one), text,
                f"{one.text} and {other.text}", document,
            )  # fmt: skip


def _shifted(
    name: str, row: Mapping[str, str], made: Mapping[str, Quantity], document: str
) -> Iterator[Finding]:
    """Hold the digits of the energies against those of other columns: a row that slipped."""
    for column in _BESIDE:
        other = quantity("other", row.get(column) or "")
        if other is None or other.value <= 0 or other.number.digits < _TELLING:
            continue
        for energy, each in made.items():
            printed = each.value / each.unit.size
            ratio = printed / (other.value / other.unit.size) if printed > 0 else 0.0
            if any(abs(ratio / size - 1) < _SAME for size in (1.0, 1e3, 1e-3)):
                text = f"the digits are those of {column}: the columns have slipped"
                yield Finding(
                    "column-shift", Severity.ERROR, name, _wh(each), None, text,
                    f"{energy} {each.text}, {column} {other.text}", document,
                )  # fmt: skip
                return


_BESIDE = ("throughput_tokens_per_second", "total_duration_seconds", "total_tokens")
_TELLING = 4
"""Digits from which on the same ones are no chance."""
_SAME = 1e-4


def _ranked(members: Sequence[tuple[str, float, float]], document: str) -> Iterator[Finding]:
    """Hold the stars against the energies: who draws more never has more."""
    ordered = sorted(members, key=lambda each: each[1])
    for (low, less, few), (high, more, many) in pairwise(ordered):
        if many > few and more > less:
            text = f"{many:g} stars, while {low} draws less and has {few:g}"
            yield Finding(
                "stars", Severity.ERROR, high, Figure(many, "stars"), None, text,
                f"{more * 1e3:g} Wh against {less * 1e3:g} Wh", document,
            )  # fmt: skip


def _stars(row: Mapping[str, str]) -> float | None:
    for name in STARS:
        text = (row.get(name) or "").strip()
        if text and set(text) <= {"⭐", "★", "☆", "\ufe0f"}:
            return float(text.count("⭐") + text.count("★"))
        found = quantity(CLAIMED, text)
        if found is not None and 0 <= found.number.value <= 5:  # noqa: PLR2004 - five stars
            return found.number.value
    return None


def _name(row: Mapping[str, str], number: int) -> str:
    known = (row.get(name) for name in ("model", "model_name"))
    name = next((each.strip() for each in known if each and each.strip()), f"row {number}")
    task = (row.get("task") or "").strip()
    return f"{name} ({task})" if task else name


def _wh(each: Quantity) -> Figure:
    return Figure(each.value * 1e3, "Wh")
