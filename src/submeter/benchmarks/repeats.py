"""Runs of one plan on one machine, joined: what a single run cannot tell is how runs differ."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.front import boundary_of
from submeter.benchmarks.steady import half_width
from submeter.benchmarks.summary import beyond
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.bundle import Bundle
    from submeter.benchmarks.sweep import Step

_MOST = 100


class Joined(NamedTuple):
    """Several runs of one plan.

    Parameters
    ----------
    names : tuple of str
        What the runs are called.
    value : float
        The mean of their energies a unit [J].
    low, high : float or None
        Its 95 % interval [J], in which runs differ; None where one run tells no interval.
    between : float
        Standard deviation between runs, over the mean.
    half_width : float
        Half of the 95 % interval of the mean by how runs differ, over the mean; the meter's own
        error is not in it.
    apart : tuple of (str, str)
        The pairs whose own intervals do not overlap: something other than chance was different.
    """

    names: tuple[str, ...]
    value: float
    low: float | None
    high: float | None
    between: float
    half_width: float
    apart: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the object that is written as JSON."""
        told = {"value": self.value, "low": self.low, "high": self.high, "unit": "J"}
        return {
            "names": list(self.names),
            "energy": told,
            "between": self.between,
            "half_width": self.half_width,
            "apart": [list(pair) for pair in self.apart],
        }


def repeated(steps: Sequence[Step], count: int) -> list[Step]:
    """Give each benchmark so many times, all of them once before any of them twice.

    Raises
    ------
    UsageError
        If that is less than once, or more than 100 times.
    """
    if not 1 <= count <= _MOST:
        raise UsageError(f"{count} runs", "--repeat", f"1 to {_MOST}")
    if count == 1:
        return list(steps)
    return [
        each._replace(name="_".join(part for part in (each.name, f"run-{number}") if part))
        for number in range(1, count + 1)
        for each in steps
    ]


def joined(bundles: Sequence[tuple[str, Bundle]], unit: str) -> list[Joined]:
    """Join those of one plan, model, data and machine; what was run once is not among them.

    Parameters
    ----------
    bundles : sequence of (str, Bundle)
        Names and bundles, all of which tell an energy a unit at one boundary at least.
    unit : str
        Such as ``query``.
    """
    alike: list[list[tuple[str, Bundle]]] = []
    for each in bundles:
        for group in alike:
            if _is_same(group[0][1], each[1]):
                group.append(each)
                break
        else:
            alike.append([each])
    boundary = boundary_of([bundle for _, bundle in bundles], unit)
    return [_joined(group, boundary, unit) for group in alike if len(group) > 1]


def _is_same(one: Bundle, other: Bundle) -> bool:
    return one.plan == other.plan and _about(one) == _about(other)


def _about(bundle: Bundle) -> list[object]:
    told = bundle.told
    named = [told["model"].get(name) for name in ("name", "revision", "engine", "files")]
    where = [told["environment"].get(name) for name in ("machine", "threads", "accelerators")]
    return [*named, told["data"]["sha256"], *where]


def _joined(group: Sequence[tuple[str, Bundle]], boundary: str, unit: str) -> Joined:
    names = tuple(name for name, _ in group)
    energies = [bundle.told["summary"]["energy"][boundary] for _, bundle in group]
    per = [each["per"][unit] for each in energies]
    values = [float(each["value"]) for each in per]
    mean = sum(values) / len(values)
    variance = sum((each - mean) ** 2 for each in values) / (len(values) - 1)
    between = math.sqrt(variance) / mean
    widths = [bundle.told["summary"]["statistics"]["half_width"] for _, bundle in group]
    own = _own(values, widths)
    ends: list[float | None] = [None, None]
    if own is not None:
        # The meter errs alike in every run: its interval is not narrowed by repeating.
        below = min(each["total"]["low"] / each["total"]["value"] for each in energies)
        above = max(each["total"]["high"] / each["total"]["value"] for each in energies)
        wide = math.log1p(own)
        ends = [mean * beyond(below, wide, -1), mean * beyond(above, wide, 1)]
    known = [(name, each) for name, each in zip(names, per, strict=True) if each["low"] is not None]
    apart = tuple((a[0], b[0]) for a, b in combinations(known, 2) if not _overlap(a[1], b[1]))
    return Joined(names, mean, ends[0], ends[1], between, half_width(values), apart)


def _own(values: Sequence[float], widths: Sequence[float | None]) -> float | None:
    """Give half of the mean's interval over it: as runs differ, and no less than within them.

    Notes
    -----
    Few runs may lie closer together by chance than each is known by itself.
    """
    known = [each for each in widths if each is not None]
    if len(known) < len(widths):
        return None
    within = math.sqrt(sum(each**2 for each in known)) / len(known)
    return max(half_width(values), within)


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["low"] <= other["high"] and other["low"] <= one["high"])
