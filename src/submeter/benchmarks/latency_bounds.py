"""Latency bounds: what a served model must keep to, for its energy to be worth comparing.

A larger batch draws less a token and keeps everybody waiting for longer. Whoever needs an answer in
time asks for the least energy among the loads that keep to a bound, as ML.ENERGY does (Chung et al.
2025, arXiv:2505.06371).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

OF = ("latency", "first_token", "between_tokens")
"""What can be bounded: the whole answer, its first token, the time from one token to the next."""
_PARTS = ("p50", "p90", "p95", "p99")


def checked(bounds: Mapping[str, float]) -> None:
    """Refuse bounds that name nothing.

    Parameters
    ----------
    bounds : mapping of str to float
        By ``NAME.PERCENTILE``, such as ``first_token.p99``, a time [s].

    Raises
    ------
    UsageError
        If one names no latency, or no time.
    """
    for name, limit in bounds.items():
        of, _, part = name.partition(".")
        if of not in OF or part not in _PARTS:
            fix = f"one of {', '.join(OF)}, and {', '.join(_PARTS)}: first_token.p99=0.5s"
            raise UsageError(f'"{name}" is no latency', "--bound", fix)
        if not 0 < limit < math.inf:
            raise UsageError("a bound is a time of more than 0 s", f"--bound {name}")


def kept(bounds: Mapping[str, float], speed: Mapping[str, Any]) -> dict[str, Any]:
    """Tell of each bound what was seen, and whether it was kept.

    Parameters
    ----------
    bounds : mapping of str to float
        As `checked` takes them.
    speed : mapping
        ``speed`` of a bundle's summary.

    Returns
    -------
    dict
        By bound ``limit`` and ``seen`` [s], and ``kept``; both None where nothing tells it.

    Examples
    --------
    >>> kept({"latency.p99": 0.5}, {"latency": {"p99": 0.4}})["latency.p99"]["kept"]
    True
    """
    told = {}
    for name, limit in bounds.items():
        of, _, part = name.partition(".")
        seen = (speed.get(of) or {}).get(part)
        told[name] = {"limit": limit, "seen": seen, "kept": None if seen is None else seen <= limit}
    return told


def broken(summary: Mapping[str, Any]) -> list[str]:
    """Tell in words which bounds a run did not keep to, or cannot be said to."""
    told = []
    for name, each in summary.get("bounds", {}).items():
        if each["kept"] is None:
            told.append(f"{name} was not told, so that it cannot be held to {each['limit']:g} s")
        elif not each["kept"]:
            told.append(f"{name} was {each['seen']:.3g} s, more than {each['limit']:g} s")
    return told
