"""Meters work of minutes with a real rig on the stand-in NVML and a virtual clock; speaks JSON.

A process of its own, because pynvml keeps one library for ever. Called with the library, the
seconds that the work lasts, and those after which its books are added up.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

from submeter.lab.clock import VirtualClock
from submeter.runs.rig import Rig
from submeter.runs.settings import Settings
from submeter.runs.tally import Tally
from submeter.sensing.metering.reader import Needed
from submeter.sensing.probes.processes import ProcessTree


def main() -> None:
    library, seconds, every = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    fake = ctypes.CDLL(library)
    fake.fake_set_clock.argtypes = fake.fake_set_utc.argtypes = [ctypes.c_int64]
    clock = VirtualClock()
    fake.fake_set_clock(clock.now())
    fake.fake_set_utc(clock.utc() - clock.now())
    settings = Settings({}, {**os.environ, "SUBMETER_SENSOR_NVIDIA": library})
    rig = Rig(settings, clock, ProcessTree(os.getpid()), lambda: Needed((), 0), {})
    sources = [*rig._sensors, rig.machine, rig.own, *rig._holders]

    def read(*, edge: bool) -> None:
        fake.fake_set_clock(clock.now())
        for each in sources:
            if each is not None:
                each.read(clock, edge=edge)

    read(edge=True)
    tally = Tally(clock.now())
    for second in range(1, seconds + 1):
        clock.forward(1)
        read(edge=second == seconds)
        if second % every == 0:
            tally.advance(rig, clock.now(), ())
    end = clock.now()
    clock.forward(0.5)
    read(edge=False)
    (gpu,) = [
        each for each in tally.upto(rig, end, ())[1].bookings if each.domain.startswith("gpu:")
    ]
    names = ("meter", "workload", "others", "idle", "unattributed", "coverage")
    sys.stdout.write(json.dumps({name: getattr(gpu, name) for name in names}))
    rig.close()


if __name__ == "__main__":
    main()
