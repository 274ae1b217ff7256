"""A server of the lab: eight boards and two sockets, which real meters read."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.lab.building import build
from submeter.lab.hardware import Boards
from submeter.lab.live import Live, Machine, ZonePlan
from submeter.lab.waveform import Waveform

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARDS = 8
SOCKETS = 2
_SECOND = 1_000_000_000
_BOARD = Waveform(((_SECOND // 2, 400_000_000), (_SECOND // 2, 100_000_000)))
_SOCKET = Waveform(((_SECOND, 150_000_000),))
_MEMORY = Waveform(((_SECOND, 30_000_000),))


@contextmanager
def server(latency: float = 0.0) -> Iterator[dict[str, str]]:
    """Give the variables by which meters find the server, while the context is open.

    Parameters
    ----------
    latency : float
        How long each call of the boards' library takes, asleep [s].
    """
    library = build("nvml.c")
    options = {"LATENCY": f"{1e6 * latency:g}"} if latency else {}
    boards = Boards(_BOARD, BOARDS, options)
    with tempfile.TemporaryDirectory(prefix="bench-server-") as folder:
        machine = Machine(Path(folder), tuple(_zones()))
        with Live(machine):
            yield {
                **boards.environment(0),
                "LD_LIBRARY_PATH": str(Path(library).parent),
                "SUBMETER_SENSOR_NVIDIA": library,
                "SUBMETER_SENSOR_RAPL": str(machine.tree),
            }


def _zones() -> Iterator[ZonePlan]:
    for socket in range(SOCKETS):
        yield ZonePlan(f"intel-rapl:{socket}", f"package-{socket}", _SOCKET)
        yield ZonePlan(f"intel-rapl:{socket}:0", "dram", _MEMORY)
