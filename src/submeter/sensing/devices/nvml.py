"""How NVIDIA's driver is spoken to: NVML by ``nvidia-ml-py``, loaded where a driver is."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import SensorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LIBRARY = "libnvidia-ml.so.1"

POWER_AVERAGE, POWER_INSTANT = 185, 186
"""Field values: ``NVML_FI_DEV_POWER_AVERAGE``, ``NVML_FI_DEV_POWER_INSTANT`` [mW] in ``nvml.h``."""

HELD_FOR_POWER, HELD_FOR_HEAT = 74, 75
"""Field values: ``NVML_FI_DEV_PERF_POLICY_POWER``, ``NVML_FI_DEV_PERF_POLICY_THERMAL`` in
``nvml.h``: how long clocks were held back so far [ns]. Newer fields that part the second have other
numbers in other releases."""

SCOPE_GPU, SCOPE_MODULE = 0, 1
"""Of a power field: ``NVML_POWER_SCOPE_GPU``, ``NVML_POWER_SCOPE_MODULE`` in ``nvml.h``."""

_USUAL = 16
"""Most boards have no more processes than this on them."""

_ALL = 100
_MEMBERS = {0: "dVal", 1: "uiVal", 2: "ulVal", 3: "ullVal", 4: "sllVal", 5: "siVal", 6: "usVal"}
"""By ``nvmlValueType_t``, the member of a field value's union that holds it."""

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
        self._count = getattr(pynvml.nvmlLib, "nvmlDeviceGetTotalEnergyConsumption", None)
        self._list = getattr(pynvml.nvmlLib, "nvmlDeviceGetComputeRunningProcesses_v3", None)
        self._processes_type = pynvml.c_nvmlProcessInfo_v3_t * _USUAL
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
        if self._count is not None:
            # Called directly, since this is called at every beat; what fails is asked again.
            count = ctypes.c_uint64()
            if self._count(board.handle, ctypes.byref(count)) == 0:
                return count.value
        value = self.ask(self._nvml.nvmlDeviceGetTotalEnergyConsumption, board.handle)
        return None if value is None else int(value)

    def power(self, board: Board) -> int | None:
        """Give the power [mW], or None if the board does not tell."""
        value = self.ask(self._nvml.nvmlDeviceGetPowerUsage, board.handle)
        return None if value is None else int(value)

    def field(self, board: Board, field: int, scope: int) -> int | None:
        """Give a field, such as a power [mW], or None where the board or an old driver has none.

        The call succeeds whatever becomes of the fields: each has a return code of its own.
        """
        values = self.ask(self._nvml.nvmlDeviceGetFieldValues, board.handle, [(field, scope)])
        if values is None:
            return None
        (value,) = values
        nvml = self._nvml
        if value.nvmlReturn in (nvml.NVML_ERROR_NOT_SUPPORTED, nvml.NVML_ERROR_INVALID_ARGUMENT):
            return None
        if value.nvmlReturn != nvml.NVML_SUCCESS:
            raise OSError(f"NVML says: {nvml.NVMLError(value.nvmlReturn)}")
        member = _MEMBERS.get(value.valueType)
        return None if member is None else round(getattr(value.value, member))

    def utilisation(self, board: Board) -> int | None:
        """Give the part of its last sampling period in which the board computed [%], or None."""
        rates = self.ask(self._nvml.nvmlDeviceGetUtilizationRates, board.handle)
        return None if rates is None else int(rates.gpu)

    def capability(self, board: Board) -> tuple[int, int] | None:
        """Give the CUDA compute capability, such as (8, 0) of GA100, or None if it is not told."""
        found = self.ask(self._nvml.nvmlDeviceGetCudaComputeCapability, board.handle)
        return None if found is None else (int(found[0]), int(found[1]))

    def limits(self, board: Board) -> tuple[int, int] | None:
        """Give the least and the greatest power limit [mW] that a board takes, or None."""
        found = self.ask(self._nvml.nvmlDeviceGetPowerManagementLimitConstraints, board.handle)
        return None if found is None else (int(found[0]), int(found[1]))

    def limit(self, board: Board) -> int | None:
        """Give a board's power limit as it is now [mW], or None if it has none."""
        value = self.ask(self._nvml.nvmlDeviceGetPowerManagementLimit, board.handle)
        return None if value is None else int(value)

    def enforced(self, board: Board) -> int | None:
        """Give the power limit [mW] that holds, the least of all that are set, or None."""
        value = self.ask(self._nvml.nvmlDeviceGetEnforcedPowerLimit, board.handle)
        return None if value is None else int(value)

    def temperature(self, board: Board) -> int | None:
        """Give the temperature of the chip [°C], or None if the board does not tell."""
        sensor = self._nvml.NVML_TEMPERATURE_GPU
        value = self.ask(self._nvml.nvmlDeviceGetTemperature, board.handle, sensor)
        return None if value is None else int(value)

    def clock(self, board: Board) -> int | None:
        """Give the clock of the SMs [MHz], or None if the board does not tell."""
        value = self.ask(self._nvml.nvmlDeviceGetClockInfo, board.handle, self._nvml.NVML_CLOCK_SM)
        return None if value is None else int(value)

    def clock_events(self, board: Board) -> int | None:
        """Give why the clocks are as they are now, as bits ``nvmlClocksEventReason…``, or None."""
        # Drivers before 535 call them throttle reasons.
        for name in ("Event", "Throttle"):
            ask = getattr(self._nvml, f"nvmlDeviceGetCurrentClocks{name}Reasons")
            value = self.ask(ask, board.handle)
            if value is not None:
                return int(value)
        return None

    def set_limit(self, board: Board, limit: int) -> None:
        """Set a board's power limit [mW]; it holds for whoever uses the board, until the next boot.

        Raises
        ------
        OSError
            If it can't be set; `PermissionError` if it could by root.
        """
        try:
            self._nvml.nvmlDeviceSetPowerManagementLimit(board.handle, limit)
        except self._nvml.NVMLError_NoPermission as error:
            raise PermissionError(f"NVML says: {error}") from error
        except self._nvml.NVMLError as error:
            raise OSError(f"NVML says: {error}") from error

    def split(self, board: Board) -> bool:
        """Tell whether a board is split into instances (MIG)."""
        mode = self.ask(self._nvml.nvmlDeviceGetMigMode, board.handle)
        return bool(mode and mode[0] == self._nvml.NVML_DEVICE_MIG_ENABLE)

    def holders(self, board: Board, *, split: bool = False) -> set[int] | None:
        """Give the ids of the processes that have a compute context, or None if it is not told.

        Of a board that is `split`, those in its instances: the board itself lists them only to
        whom the driver trusts. One instance that does not tell leaves the board unknown.
        """
        pids: set[int] = set()
        for handle in self._instances(board) if split else [board.handle]:
            found = self._processes(handle)
            if found is None:
                return None
            pids |= found
        return pids

    def _instances(self, board: Board) -> Iterable[Any]:
        for index in range(self.ask(self._nvml.nvmlDeviceGetMaxMigDeviceCount, board.handle) or 0):
            try:
                yield self._nvml.nvmlDeviceGetMigDeviceHandleByIndex(board.handle, index)
            except self._nvml.NVMLError_NotFound:
                continue
            except self._nvml.NVMLError as error:
                raise OSError(f"NVML says: {error}") from error

    def _processes(self, handle: Any) -> set[int] | None:  # noqa: ANN401
        if self._list is not None:
            # One call where pynvml takes two; where they are more, it is asked.
            count, found = ctypes.c_uint(_USUAL), self._processes_type()
            if self._list(handle, ctypes.byref(count), found) == 0:
                return {found[place].pid for place in range(count.value)}
        # By version: pynvml's plain function refuses to work with a driver that lacks the newest.
        for version in ("v3", "v2"):
            ask = getattr(self._nvml, f"nvmlDeviceGetComputeRunningProcesses_{version}")
            running = self.ask(ask, handle)
            if running is not None:
                return {int(process.pid) for process in running}
        return None

    def uses(self, board: Board, since: int) -> list[tuple[int, int, int]] | None:
        """Give what processes used of the SMs after `since` [µs, UTC], or None if it is not told.

        Process, time of the sample [µs, UTC] and percentage; a process that used none has no entry.
        Entries that cannot be are left out: some drivers tell more than 100 % of processes that are
        gone (https://github.com/Syllo/nvtop/issues/110).
        """
        ask = self._nvml.nvmlDeviceGetProcessUtilization
        try:
            found = ask(board.handle, since)
        except self._nvml.NVMLError_NotFound:
            return []
        except (self._nvml.NVMLError_NotSupported, self._nvml.NVMLError_FunctionNotFound):
            return None
        except self._nvml.NVMLError as error:
            if error.value == self._nvml.NVML_SUCCESS:
                return []  # pynvml takes it for an error that no buffer was wanted
            raise OSError(f"NVML says: {error}") from error
        uses = [(int(each.pid), int(each.timeStamp), int(each.smUtil)) for each in found]
        return [each for each in uses if each[2] <= _ALL and each[1] > since]

    def close(self) -> None:
        """Let go of the library; again is harmless."""
        if self._open:
            self._open = False
            self.ask(self._nvml.nvmlShutdown)
