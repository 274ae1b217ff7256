"""Recordings of machines whose draw is known exactly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

STEP = 10_000_000
"""Time between two numbers of a recording [ns]."""


def domain(identity: str, component: str, **told: Any) -> dict[str, Any]:
    """Describe a domain for a recording's header."""
    return {
        "id": identity, "component": component, "device": f"test {component}",
        "refresh": 0.01, "low": 0.99, "high": 1.01, **told,
    }  # fmt: skip


def record(
    path: Path, watts: dict[str, float], domains: list[dict[str, Any]], seconds: float = 100.0
) -> Path:
    """Write a recording of domains that draw constant power.

    Domains with a ``wrap`` are read as counters, the others as power.
    """
    header = {"schema": "submeter.recording/1", "machine": "test", "domains": domains}
    lines = [json.dumps(header)]
    wraps = {each["id"]: int(each.get("wrap", 0)) for each in domains}
    for step in range(round(seconds * 1e9) // STEP):
        at = step * STEP
        for name, power in watts.items():
            if wraps[name]:
                value = round(power * at / 1e3) % wraps[name]
                lines.append(json.dumps([at, name, "counter", value]))
            else:
                lines.append(json.dumps([at, name, "power", round(power * 1e6)]))
    path.write_text("\n".join(lines) + "\n")
    return path
