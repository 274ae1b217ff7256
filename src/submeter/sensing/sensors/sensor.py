"""What every sensor is: watts come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from submeter.traces.counter import CounterSpec
    from submeter.traces.domain import Domain
    from submeter.traces.reading import Sample
    from submeter.traces.trace import Accuracy


class Sensed(NamedTuple):
    """A domain that a sensor reads, and what is known of the meter behind it.

    Parameters
    ----------
    domain, spec, accuracy
        What it is, how its counter behaves, how it errs.
    beat : float
        It must be read at least this often [s]; 0 if a slow heartbeat will do, as for a counter.
    window : float
        What it tells is a mean over the last so many seconds, however often that changes; 0 if it
        is none.
    """

    domain: Domain
    spec: CounterSpec
    accuracy: Accuracy
    beat: float = 0.0
    window: float = 0.0


class Power(NamedTuple):
    """The power of a domain whose counter is read otherwise.

    Parameters
    ----------
    domain : str
        Its id.
    power : int
        Its power [µW].
    instant : int
        When it was asked for [ns, monotonic].
    window : float
        It is a mean over the last so many seconds; 0 if it is that of the instant.
    """

    domain: str
    power: int
    instant: int
    window: float


class Beside(NamedTuple):
    """A number that a device tells beside the one that it is metered by: recorded, never booked.

    Parameters
    ----------
    domain : str
        Its id.
    what : str
        ``instant``: power of the instant [µW]; ``average``: a mean power [µW]; ``plain``: power of
        which it is not known which [µW]; ``utilisation``: part of the time in use [%].
    value : int
        The number.
    instant : int
        When it was asked for [ns, monotonic].
    window : float
        It is a mean over the last so many seconds; 0 if it is none, or not known.
    """

    domain: str
    what: str
    value: int
    instant: int
    window: float


class DeviceUse(NamedTuple):
    """A process's use of an accelerator, as its driver sampled it.

    Parameters
    ----------
    pid : int
        The process.
    timestamp : int
        When it was sampled, by the time of day [µs since 1970-01-01 UTC].
    percent : int
        Part of the time in which it computed on the device, 0 to 100.
    """

    pid: int
    timestamp: int
    percent: int


class Sensor(Protocol):
    """A sensor that answers on this machine.

    An entry point of the group ``submeter.sensors`` names a function ``open_sensor(root)`` that
    gives one, or raises `SensorUnavailable` with the one-line remedy. `root` is the tree, library
    or address to read instead of the machine's own; empty for the machine's own.
    """

    @property
    def name(self) -> str:
        """The entry point's name."""
        ...

    @property
    def method(self) -> str:
        """Id and version of how it measures, such as ``nvml-energy-counter/1``."""
        ...

    @property
    def may_hang(self) -> bool:
        """Whether a read goes into a driver or a network that may never answer."""
        ...

    def domains(self) -> Sequence[Sensed]:
        """Give the domains that it reads; the list does not change."""
        ...

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every domain once; `now` is the clock [ns] that stamps each number when asked for.

        A domain that cannot be read at the moment is left out. Raises `OSError` or
        `SensorUnavailable` if none can.
        """
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...
