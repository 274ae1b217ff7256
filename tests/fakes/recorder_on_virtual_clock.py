"""Records the stand-in NVML by the real sensor and recorder on a virtual clock.

A process of its own, because pynvml keeps one library for ever. Called with the library, the file
to write, how long [s] and how often [s].
"""

from __future__ import annotations

import ctypes
import sys

from submeter.lab.clock import VirtualClock
from submeter.lab.record import Pace, Recorder
from submeter.lab.tape import Tape
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.runs.host import describe
from submeter.sensing.sensors.nvidia import open_sensor


def main() -> None:
    library, path, seconds, every = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:])
    fake = ctypes.CDLL(library)
    fake.fake_set_clock.argtypes = [ctypes.c_int64]
    clock = VirtualClock()
    fake.fake_set_clock(clock.now())
    recorder = Recorder([open_sensor(library)], clock)
    tape = Tape(path, recorder.header(describe(), {"kind": "wave"}, every), clock.now())
    end = clock.now() + round(seconds * NANOSECONDS_PER_SECOND)

    def wait(pause: float) -> bool:
        clock.go_to(clock.now() + round(pause * NANOSECONDS_PER_SECOND))
        fake.fake_set_clock(clock.now())
        return clock.now() >= end

    (track,) = recorder.tracks
    track.follow(tape, clock, Pace(every, cpu=lambda: 0), wait)
    tape.close(clock.now())


if __name__ == "__main__":
    main()
