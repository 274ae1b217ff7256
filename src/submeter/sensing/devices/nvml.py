"""How NVIDIA's driver is spoken to: NVML by ``nvidia-ml-py``, loaded where a driver is."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import SensorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

LIBRARY = "libnvidia-ml.so.1"
_CARE = "run nvidia-smi; if it fails too, the driver needs care"


class Board(NamedTuple):
    """One GPU board: its place, NVML's handle, UUID, name, power limit [mW] (0 if not told)."""

    place: int
    handle: Any
    uuid: str
    name: str
    limit: int


class Nvml:
    """An initialised NVML library.

    Parameters
    ----------
    library : str
        Path of the library; empty for the driver's own.

    Attributes
    ----------
    boards : list of Board
        Those that answer.
    refused : list of str
        Those that do not, each with the reason.

    Raises
    ------
    SensorUnavailable
        If there is no driver, or it does not answer, or none of its boards does.
    """

    def __init__(self, library: str = "") -> None:
        try:
            handle = ctypes.CDLL(library or LIBRARY)
        except OSError as error:
            raise SensorUnavailable(
                "no NVIDIA driver: " + str(error),
                fix="none needed without an NVIDIA GPU; in a container start it with --gpus all",
            ) from error
        import pynvml  # noqa: PLC0415 - only where a driver is

        if library:
            pynvml.nvmlLib = handle
        self._nvml: Any = pynvml
        self._call(pynvml.nvmlInit)
        self.driver = str(self._call(pynvml.nvmlSystemGetDriverVersion))
        count = self._call(pynvml.nvmlDeviceGetCount)
        self._open = True
        self.boards: list[Board] = []
        self.refused: list[str] = []
        for index in range(count):
            try:
                self.boards.append(self._board(index))
            except (OSError, SensorUnavailable) as error:
                self.refused.append(f"board {index}: {getattr(error, 'what', error)}")
        if self.refused and not self.boards:
            raise SensorUnavailable("; ".join(self.refused), fix=_CARE)
        if not self.boards:
            fix = "check CUDA_VISIBLE_DEVICES and the container's device list"
            raise SensorUnavailable("the NVIDIA driver sees no GPU", fix=fix)

    def _board(self, index: int) -> Board:
        handle = self._call(self._nvml.nvmlDeviceGetHandleByIndex, index)
        uuid = self._call(self._nvml.nvmlDeviceGetUUID, handle)
        name = self._call(self._nvml.nvmlDeviceGetName, handle)
        limit = self.ask(self._nvml.nvmlDeviceGetPowerManagementLimit, handle)
        return Board(index, handle, str(uuid), str(name), int(limit or 0))

    def _call(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        try:
            return function(*arguments)
        except self._nvml.NVMLError as error:
            raise SensorUnavailable(f"NVML says: {error}", fix=_CARE) from error

    def ask(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        """Call a function that a board, or an old driver, may not have: its answer, or None."""
        try:
            return function(*arguments)
        except (self._nvml.NVMLError_NotSupported, self._nvml.NVMLError_FunctionNotFound):
            return None
        except self._nvml.NVMLError as error:
            raise OSError(f"NVML says: {error}") from error

    def energy(self, board: Board) -> int | None:
        """Give the energy since the driver was loaded [mJ], or None if it does not count."""
        value = self.ask(self._nvml.nvmlDeviceGetTotalEnergyConsumption, board.handle)
        return None if value is None else int(value)

    def power(self, board: Board) -> int | None:
        """Give the power [mW], or None if the board does not tell."""
        value = self.ask(self._nvml.nvmlDeviceGetPowerUsage, board.handle)
        return None if value is None else int(value)

    def holders(self, board: Board) -> set[int] | None:
        """Give the ids of the processes that have a compute context, or None if it is not told."""
        # By version: pynvml's plain function refuses to work with a driver that lacks the newest.
        for version in ("v3", "v2"):
            ask = getattr(self._nvml, f"nvmlDeviceGetComputeRunningProcesses_{version}")
            running = self.ask(ask, board.handle)
            if running is not None:
                return {int(process.pid) for process in running}
        return None

    def close(self) -> None:
        """Let go of the library; again is harmless."""
        if self._open:
            self._open = False
            self.ask(self._nvml.nvmlShutdown)
