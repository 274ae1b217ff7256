"""Drives a real GPU sensor on a stand-in library and a virtual clock; speaks JSON.

A process of its own, because a library stays loaded for ever.

Called with the maker's interface (``NVML`` or ``AMD``), the library, and a plan,
``{"cases": [{"start": s, "beats": [s, …]}, …]}``. Each case is a window that begins at `start` and
ends with the last beat. AMD's sensor is opened on the real clock, by which it holds counters
against powers.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.holders import HolderSource
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors import amd, nvidia


def measure(fake: Any, sensor: Any, case: dict[str, Any], ours: set[int]) -> Any:
    clock = VirtualClock(round(case["start"] * SECOND))
    source, holders = SensorSource(sensor, {}), HolderSource(sensor, lambda: ours)
    for beat in (0, *case["beats"]):
        clock.forward(beat)
        fake.fake_set_clock(clock.now())
        source.read(clock)
        holders.read(clock)
    computed = holders.computing.computed()
    span = Span(round(case["start"] * SECOND), clock.now())
    boards: dict[int, Any] = {}
    modules: dict[int, Any] = {}
    for trace in source.traces(span):
        index = int(trace.domain.id[-12:])
        drawn = trace.drawn(span)
        held = holders.held().get(trace.domain.id)
        found = modules if trace.domain.id.startswith("module:") else boards
        found[index] = {
            "domain": trace.domain.id,
            "device": trace.domain.device,
            "energy": drawn.energy / 1e6,
            "low": drawn.low / 1e6,
            "high": drawn.high / 1e6,
            "coverage": drawn.coverage,
            "truth": fake.fake_truth(index, span.start, span.end),
            "gaps": [gap.reason for gap in trace.gaps],
            "steps": [reading.energy for reading in trace.readings()],
            "held": held and [track.between(span) / SECOND for track in held],
            "component": trace.domain.component,
            "inside": trace.domain.inside,
            "computed": [each.between(span) / SECOND for each in computed.get(trace.domain.id, ())],
        }
    return {
        "boards": boards,
        "modules": modules,
        "failure": source.failure,
        "holders": holders.failure,
        "notes": list(holders.computing.notes),
    }


def load(maker: str, library: str) -> Any:
    fake = ctypes.CDLL(library)
    fake.fake_set_clock.argtypes = [ctypes.c_int64]
    fake.fake_truth.restype = ctypes.c_double
    fake.fake_truth.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    if maker == "NVML":
        fake.fake_set_clock(0)
        fake.fake_set_utc.argtypes = [ctypes.c_int64]
        fake.fake_set_utc(VirtualClock(0).utc())
    return fake


def main() -> None:
    maker, library, plan = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    fake = load(maker, library)
    try:
        sensor: Any = {"NVML": nvidia, "AMD": amd}[maker].open_sensor(library)
    except SensorUnavailable as refusal:
        sys.stdout.write(json.dumps({"refusal": refusal.what, "fix": refusal.fix}))
        return
    told = {
        "method": sensor.method,
        "driver": getattr(sensor, "driver", ""),
        "refused": list(sensor.refused),
        "caveats": list(getattr(sensor, "caveats", ())),
        "wraps": [each.spec.wrap for each in sensor.domains()],
        "cases": [measure(fake, sensor, case, {os.getpid()}) for case in plan["cases"]],
    }
    sensor.close()
    sensor.close()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
