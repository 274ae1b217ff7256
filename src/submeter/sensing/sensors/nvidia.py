"""NVIDIA GPUs: the energy counter where the board has one, else its power.

The counter (Volta and later) is read as it is [mJ]; of boards without one the power is integrated
by trapezoid between readings. On a superchip the counter covers the whole module, so that the GPU
in it is read by its power.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import nvml as driver
from submeter.sensing.devices.nvml import Board, Nvml
from submeter.sensing.sensors.sensor import Beside, DeviceUse, Power, Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_GAIN = 0.05
"""Relative gain error of a board's own meter, 95 %: Yang, Adamek and Armour, *Part-time Power
Measurements: nvidia-smi's Lack of Attention*, SC24, arXiv:2312.02741."""

_PART_TIME = ("A100", "A800", "H100", "H800", "H200")
_CYCLE = 0.1
"""Boards whose meter looks at the power for 25 ms of each so long [s]: same source, for A100 and
H100; the others have their chips. Whether the energy counter is fed by the same looks is not
published: it is taken to be."""

_REASON = "gain ±5 % (arXiv:2312.02741); refresh not yet measured"
_REFRESH = 0.1
_AVERAGED = 1.0
"""From Ampere on, GA100 excepted, the power is the mean of a second: NVML's API reference,
``nvmlDeviceGetPowerUsage``."""

_GA100 = (8, 0)
"""Its compute capability, which no other chip has: NVIDIA, *CUDA GPU Compute Capability*."""

_ONE_GPU_A_MODULE = "GH200"
"""Of other superchips (GB200, GB300) two GPUs share a module, and NVML does not tell which two."""

COUNTER, INSTANT, AVERAGE, PLAIN = (
    "nvml-energy-counter/1",
    "nvml-power-instant/1",
    "nvml-power-average/1",
    "nvml-power/1",
)


class _Meter(NamedTuple):
    """One number that a board tells: by which method, for how long it is averaged, how asked."""

    method: str
    window: float
    ask: Callable[[], int | None]


class _Read(NamedTuple):
    """A domain and the meter by which it is read; another that tells its power, where one does."""

    board: Board
    sensed: Sensed
    meter: _Meter
    power: _Meter | None


class NvidiaSensor:
    """All boards of one NVML library.

    Parameters
    ----------
    library : str
        Path of the library; empty for the driver's own.

    Attributes
    ----------
    refused : tuple of str
        Boards that do not answer, each with the reason.
    caveats : tuple of str
        What those that do answer cannot tell.
    """

    name = "nvidia"
    may_hang = True

    def __init__(self, library: str = "") -> None:
        self._nvml = Nvml(library)
        self.driver = self._nvml.driver
        self._read: list[_Read] = []
        self._split: set[str] = set()
        caveats: list[str] = []
        refused = self._nvml.refused
        for board in self._nvml.boards:
            try:
                self._read += self._reads(board, caveats)
                self._note_split(board, caveats)
            except OSError as error:
                refused.append(f"board {board.place}: {error}")
        self.refused, self.caveats = tuple(refused), tuple(caveats)
        if not self._read:
            fix = "no remedy: this board measures neither energy nor power"
            what = "; ".join(("no NVIDIA board tells energy or power", *refused))
            raise SensorUnavailable(what, fix=fix)

    def _reads(self, board: Board, caveats: list[str]) -> Iterable[_Read]:
        """Choose how each domain of a board is read."""
        counter = self._counter(board)
        power = self._power(board)
        module = self._field(board, driver.SCOPE_MODULE)
        gpu = Domain(f"gpu:{board.uuid}", "gpu", device=board.name)
        if module is None:
            meter = counter or power
            return [_read(board, gpu, meter, power if counter else None)] if meter else []
        inner = self._field(board, driver.SCOPE_GPU)
        if _ONE_GPU_A_MODULE not in board.name or inner is None:
            caveats.append(
                f"{gpu.id}: its counter covers more than this GPU and is not read; the GPU is read "
                "by its power, what else is on its module not at all"
            )
            return [_read(board, gpu, inner, None)] if inner else []
        outer = Domain(
            f"module:{board.uuid}", "machine", device=f"{board.name} (GPU, CPU and their memory)"
        )
        return [
            _read(board, outer, counter or module, module if counter else None),
            _read(board, Domain(gpu.id, "gpu", outer.id, board.name), inner, None),
        ]

    def _counter(self, board: Board) -> _Meter | None:
        def ask() -> int | None:
            return self._nvml.energy(board)

        return _Meter(COUNTER, 0.0, ask) if ask() is not None else None

    def _field(self, board: Board, scope: int) -> _Meter | None:
        """Give the power field of a scope: that of the instant, else the mean of a second."""
        for field, method, window in (
            (driver.POWER_INSTANT, INSTANT, 0.0),
            (driver.POWER_AVERAGE, AVERAGE, _AVERAGED),
        ):

            def ask(field: int = field) -> int | None:
                return self._nvml.field(board, field, scope)

            if ask() is not None:
                return _Meter(method, window, ask)
        return None

    def _power(self, board: Board) -> _Meter | None:
        """Give the power whose meaning is known best: that of the instant first."""

        def ask() -> int | None:
            return self._nvml.power(board)

        field = self._field(board, driver.SCOPE_GPU)
        if ask() is None or (field is not None and field.method == INSTANT):
            return field
        capability = self._nvml.capability(board)
        if capability is None:
            return _Meter(PLAIN, 0.0, ask)
        if capability > _GA100:
            return _Meter(AVERAGE, _AVERAGED, ask)
        return _Meter(INSTANT, 0.0, ask)

    def _note_split(self, board: Board, caveats: list[str]) -> None:
        if self._nvml.split(board):
            self._split.add(board.uuid)
            caveats.append(
                f"gpu:{board.uuid}: it is split into instances (MIG), and its energy is the whole "
                "board's: while others hold an instance too, nobody tells whose it is"
            )

    @property
    def method(self) -> str:
        """Counter or power and which, by what the boards have."""
        return "+".join(sorted({each.meter.method for each in self._read}))

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a board; of a superchip its module too."""
        return [each.sensed for each in self._read]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every board; one that does not answer is left out."""
        samples, reason = [], "no NVIDIA board answers"
        for each in self._read:
            kind = Kind.COUNTER if each.meter.method == COUNTER else Kind.POWER
            instant = now()
            try:
                value = each.meter.ask()
            except OSError as error:
                reason = str(error)
                continue
            if value is not None:
                samples.append(Sample(each.sensed.domain.id, kind, value * 1000, instant))
        if not samples:
            raise OSError(reason)
        return samples

    def powers(self, now: Callable[[], int]) -> Sequence[Power]:
        """Read the power of the domains whose counter is read; see `TellsPower`."""
        found = []
        for domain, meter in ((each.sensed.domain.id, each.power) for each in self._read):
            instant = now()
            value = meter.ask() if meter is not None else None
            if meter is not None and value is not None:
                found.append(Power(domain, value * 1000, instant, meter.window))
        return found

    def beside(self, now: Callable[[], int]) -> Sequence[Beside]:
        """Read all that the boards tell beside their energy, for a recording; see `TellsBeside`."""
        gpu, found = driver.SCOPE_GPU, []
        for domain, board in self._boards().items():
            asks: tuple[tuple[str, int, float, Callable[[], int | None]], ...] = (
                ("instant", 1000, 0.0, partial(self._nvml.field, board, driver.POWER_INSTANT, gpu)),
                ("average", 1000, _AVERAGED,
                 partial(self._nvml.field, board, driver.POWER_AVERAGE, gpu)),
                ("plain", 1000, 0.0, partial(self._nvml.power, board)),
                ("utilisation", 1, 0.0, partial(self._nvml.utilisation, board)),
            )  # fmt: skip
            for what, unit, window, ask in asks:
                instant = now()
                with suppress(OSError):
                    value = ask()
                    if value is not None:
                        found.append(Beside(domain, what, value * unit, instant, window))
        return found

    def conditions(self) -> Mapping[str, float]:
        """Give how hot and how fast the boards are; see `TellsConditions`."""
        gpu, found = driver.SCOPE_GPU, {}
        for board in self._boards().values():
            asks: tuple[tuple[str, float, Callable[[], int | None]], ...] = (
                ("temperature", 1, partial(self._nvml.temperature, board)),
                ("clock", 1, partial(self._nvml.clock, board)),
                ("power_limit", 1e3, partial(self._nvml.enforced, board)),
                ("clock_events", 1, partial(self._nvml.clock_events, board)),
                ("held_for_power", 1e9,
                 partial(self._nvml.field, board, driver.HELD_FOR_POWER, gpu)),
                ("held_for_heat", 1e9, partial(self._nvml.field, board, driver.HELD_FOR_HEAT, gpu)),
            )  # fmt: skip
            for what, part, ask in asks:
                with suppress(OSError):
                    value = ask()
                    if value is not None:
                        found[f"gpu{board.place}.{what}"] = value / part
        return found

    def holders(self) -> dict[str, set[int]]:
        """Give the processes that hold each board, by domain; one that won't tell is left out.

        Raises
        ------
        OSError
            If none tells.
        """
        found, reason = {}, "no NVIDIA board tells who holds it"
        for board in self._boards().values():
            try:
                pids = self._nvml.holders(board, split=board.uuid in self._split)
            except OSError as error:
                reason = str(error)
                continue
            if pids is not None:
                found[f"gpu:{board.uuid}"] = pids
        if not found:
            raise OSError(reason)
        return found

    def uses(self, domain: str, since: int) -> Sequence[DeviceUse] | None:
        """Give what processes used of a board's SMs after `since` [µs, UTC]; see `TellsUse`.

        Of a board that is split nobody tells.
        """
        board = self._boards()[domain]
        found = None if board.uuid in self._split else self._nvml.uses(board, since)
        return None if found is None else [DeviceUse(*each) for each in found]

    def _boards(self) -> dict[str, Board]:
        return {f"gpu:{each.board.uuid}": each.board for each in self._read}

    def close(self) -> None:
        """Let go of the library."""
        self._nvml.close()


def _read(board: Board, domain: Domain, meter: _Meter, power: _Meter | None) -> _Read:
    counts = meter.method == COUNTER
    # A board's limit is its GPU's: what the rest of a module may draw is not told.
    limit = board.limit * 2000 if domain.component == "gpu" else 0
    part_time = any(each in board.name for each in _PART_TIME)
    reason = f"{_REASON}; looks 25 of 100 ms" if part_time else _REASON
    cycle = _CYCLE if part_time else 0.0
    accuracy = Accuracy(_REFRESH, 1 - _GAIN, 1 + _GAIN, reason, cycle)
    # Twice in the time over which it is averaged, a mean leaves out nothing.
    beat = 0.0 if counts else meter.window / 2 or _REFRESH
    sensed = Sensed(domain, CounterSpec(limit=limit), accuracy, beat, meter.window)
    return _Read(board, sensed, meter, power)


def open_sensor(root: str = "") -> NvidiaSensor:
    """Open NVML; `root` is the library's path."""
    return NvidiaSensor(root)
