"""Drives the real AMD sensor on the stand-in library and a virtual clock; speaks JSON.

A process of its own, because a library stays loaded for ever. Called like
`tests.fakes.nvidia_on_virtual_clock`; the sensor is opened on the real clock, by which it holds
counters against powers.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

from submeter.errors import SensorUnavailable
from submeter.sensing.sensors.amd import open_sensor
from tests.fakes.nvidia_on_virtual_clock import measure


def main() -> None:
    library, plan = sys.argv[1], json.loads(sys.argv[2])
    fake = ctypes.CDLL(library)
    fake.fake_set_clock.argtypes = [ctypes.c_int64]
    fake.fake_truth.restype = ctypes.c_double
    fake.fake_truth.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    try:
        sensor = open_sensor(library)
    except SensorUnavailable as refusal:
        sys.stdout.write(json.dumps({"refusal": refusal.what, "fix": refusal.fix}))
        return
    told = {
        "method": sensor.method,
        "refused": list(sensor.refused),
        "wraps": [each.spec.wrap for each in sensor.domains()],
        "cases": [measure(fake, sensor, case, {os.getpid()}) for case in plan["cases"]],
    }
    sensor.close()
    sensor.close()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
