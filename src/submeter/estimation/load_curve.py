"""Power against load, from four unknowns: level, idle share, and two points of the curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.estimate import Estimate, Tier
from submeter.quantities.factor import Z95

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.factor import Factor

_TENTH, _HALF = 0.1, 0.5
_CENTRAL: Mapping[str, float] = MappingProxyType({})


class Shape(NamedTuple):
    """One possible machine: a draw of each unknown.

    Parameters
    ----------
    level : float
        Power at full load [W per hardware thread].
    idle : float
        Power at no load over power at full load, 0 to 1.
    tenth, half : float
        Share of the range from idle to full that is drawn at 10 % and at 50 % load.
    """

    level: float
    idle: float
    tenth: float
    half: float


@dataclass(frozen=True, slots=True)
class LoadCurve:
    """What is known of the machines that one curve stands for.

    Each unknown is a `Factor`: its id is the key of one draw, so that an estimate at low load and
    one at high load of the same machine move together.

    Parameters
    ----------
    level, idle, tenth, half : Factor
        The unknowns, as in `Shape`.
    reach : str
        The machines it holds for, and how well, for `Accuracy.reason`.
    """

    level: Factor
    idle: Factor
    tenth: Factor
    half: Factor
    reach: str

    @property
    def unknowns(self) -> tuple[Factor, ...]:
        """The four unknowns, to be drawn once each."""
        return (self.level, self.idle, self.tenth, self.half)

    def shape(self, draws: Mapping[str, float] = _CENTRAL) -> Shape:
        """Give the machine at standard normal quantiles `draws`, by factor id; 0 where absent."""
        level, idle, tenth, half = (
            unknown.quantile(draws.get(unknown.id, 0.0)) for unknown in self.unknowns
        )
        half = min(half, 1.0)
        return Shape(level, min(idle, 1.0), min(tenth, half), half)


def checked_load(utilisation: float) -> float:
    """Give a utilisation clamped to 0 to 1.

    Raises
    ------
    QuantityError
        If it is not a finite number.
    """
    if not math.isfinite(utilisation):
        raise QuantityError("a utilisation must be finite", fix="check the CPU time read")
    return min(max(utilisation, 0.0), 1.0)


def share_of_range(load: float, tenth: float, half: float) -> float:
    """Give the share of the range from idle to full that is drawn at `load`.

    Notes
    -----
    Straight between (0, 0), (0.1, `tenth`), (0.5, `half`) and (1, 1): the loads at which
    published curves differ most. It follows each of them within a tenth of the range.

    Examples
    --------
    >>> round(share_of_range(0.3, 0.13, 0.5), 3)
    0.315
    """
    if load <= _TENTH:
        return tenth * load / _TENTH
    if load <= _HALF:
        return tenth + (half - tenth) * (load - _TENTH) / (_HALF - _TENTH)
    return half + (1.0 - half) * (load - _HALF) / (1.0 - _HALF)


def thread_power(load: float, shape: Shape) -> float:
    """Give the power of one hardware thread [W] at a `load` of 0 to 1."""
    drawn = share_of_range(load, shape.tenth, shape.half)
    return shape.level * (shape.idle + (1.0 - shape.idle) * drawn)


def machine_power(
    utilisation: float,
    threads: float,
    curve: LoadCurve,
    draws: Mapping[str, float] = _CENTRAL,
) -> float:
    """Estimate what a machine, or a virtual machine's share of one, draws without its memory.

    Parameters
    ----------
    utilisation : float
        CPU time over the time of all hardware threads; clamped to 0 to 1.
    threads : float
        Hardware threads of the machine, or virtual CPUs of a virtual machine.
    curve : LoadCurve
        The curve; `submeter.estimation.cpu.curve_for` picks one.
    draws : mapping of str to float, optional
        Standard normal quantiles of the unknowns by factor id; the central machine without.

    Returns
    -------
    float
        Power [W], at the plug of the server.

    Raises
    ------
    QuantityError
        If `utilisation` is not finite or `threads` is not positive.

    Notes
    -----
    ``P(u) = n · L · (i + (1 - i) · f(u))``: threads n, full-load power a thread L, idle share i,
    and f from `share_of_range`. Valid for servers of more than 32 hardware threads submitted to
    SPECpower_ssj2008 from 2015 to 2021, and for virtual machines on them.

    Examples
    --------
    >>> from submeter.estimation.coefficients import HOST
    >>> idle, full = machine_power(0, 8, HOST), machine_power(1, 8, HOST)
    >>> 0.4 < (machine_power(0.5, 8, HOST) - idle) / (full - idle) < 0.7
    True

    References
    ----------
    SPECpower_ssj2008 results, Standard Performance Evaluation Corporation.
    """
    return checked_threads(threads) * thread_power(checked_load(utilisation), curve.shape(draws))


def process_power(own: float, utilisation: float, threads: float, curve: LoadCurve) -> float:
    """Estimate the part of a machine's power that one workload's CPU time causes.

    Parameters
    ----------
    own : float
        CPU time of the workload over the time of all hardware threads.
    utilisation : float
        The same for the whole machine.
    threads : float
        Hardware threads of the machine.
    curve : LoadCurve
        The curve.

    Returns
    -------
    float
        Power [W], never above that of the machine; the idle part is nobody's.

    Notes
    -----
    ``(P(u) - P(0)) · own / u``: what is drawn above idle, by CPU time.

    Examples
    --------
    >>> from submeter.estimation.coefficients import HOST
    >>> process_power(0.25, 0.5, 8, HOST) < machine_power(0.5, 8, HOST)
    True
    """
    load, part = checked_load(utilisation), checked_load(own)
    above = machine_power(load, threads, curve) - machine_power(0.0, threads, curve)
    return above * min(1.0, part / load) if load > 0 else 0.0


def power_interval(utilisation: float, threads: float, curve: LoadCurve) -> Estimate:
    """Estimate a machine's power with its 95 % interval.

    Parameters
    ----------
    utilisation, threads, curve
        As for `machine_power`.

    Returns
    -------
    Estimate
        Power [W], modelled.

    Examples
    --------
    >>> from submeter.estimation.coefficients import HOST
    >>> answer = power_interval(0.5, 8, HOST)
    >>> answer.low < answer.value < answer.high, answer.tier.value
    (True, 'modelled')
    """
    value = machine_power(utilisation, threads, curve)
    low, high = ratios({checked_load(utilisation): 1.0}, curve)
    return Estimate(value, value * low, value * high, "W", Tier.MODELLED)


def ratios(loads: Mapping[float, float], curve: LoadCurve) -> tuple[float, float]:
    """Give the 95 % interval of energy over its estimate for a machine that went through `loads`.

    Parameters
    ----------
    loads : mapping of float to float
        Time spent [any unit] at each load, 0 to 1.
    curve : LoadCurve
        The curve.

    Returns
    -------
    tuple of (float, float)
        Ratios below and above 1.

    Notes
    -----
    Each unknown goes to either end of its interval alone; the logarithms of what that does to the
    energy add in squares, upward and downward apart. Loads at different times share the unknowns,
    so nothing averages out over time. Within 10 % of a full Monte Carlo.
    """
    central = _energy(loads, curve.shape())
    down = up = 0.0
    for unknown in curve.unknowns:
        ends = [_energy(loads, curve.shape({unknown.id: z})) for z in (-Z95, Z95)]
        down += min(0.0, *(math.log(end / central) for end in ends)) ** 2
        up += max(0.0, *(math.log(end / central) for end in ends)) ** 2
    return math.exp(-math.sqrt(down)), math.exp(math.sqrt(up))


def checked_threads(threads: float) -> float:
    """Give a number of hardware threads back if it is positive.

    Raises
    ------
    QuantityError
        If it is not.
    """
    if not threads > 0:
        raise QuantityError(
            f"{threads} hardware threads cannot be modelled", fix="say how many are online"
        )
    return threads


def _energy(loads: Mapping[float, float], shape: Shape) -> float:
    return math.fsum(time * thread_power(load, shape) for load, time in loads.items())
