"""Figures of the CPU and memory models, written by scripts/fit_cpu_load_curve.py."""

from __future__ import annotations

from typing import NamedTuple

from submeter.estimation.load_curve import LoadCurve
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread

SPECPOWER = Source(
    "specpower-ccf",
    "Standard Performance Evaluation Corporation: SPECpower_ssj2008 results, 2007 to 2021, "
    "https://www.spec.org/power_ssj2008/results/, as collected by Cloud Carbon Footprint, "
    "cloud-carbon-coefficients, https://github.com/cloud-carbon-footprint/"
    "cloud-carbon-coefficients. Statistics derived from them; not SPEC results. SPEC and "
    "SPECpower_ssj are trademarks of SPEC.",
    "Apache-2.0; SPEC fair use",
)
MEMORY_SOURCE = Source(
    "memory-per-gb",
    "Slopes of power over memory among servers of one CPU model in SPECpower_ssj2008 results "
    "2015 to 2021; upper end: Cloud Carbon Footprint, memory coefficient 0.000392 kWh/GBh, "
    "https://www.cloudcarbonfootprint.org/docs/methodology/",
    "Apache-2.0; SPEC fair use",
)


class Coverage(NamedTuple):
    """How often the 95 % interval held the truth, that truth left out of the fit."""

    load: str
    servers: float
    models: float


LARGE = 32
"""A machine that is not virtual needs more hardware threads than this for the host curve."""
ROWS = 761
"""Servers in the table."""
USABLE = 719
"""Of these, with watts, threads, memory and date."""
HOSTS = 256
"""Of these, from 2015 on and of more than 32 hardware threads a node: the host curve."""
HOST_MODELS = 37
"""CPU models among them."""
SMALL_SERVERS = 18
"""From 2015 on and of no more than 32 hardware threads a node: the small curve."""


def _unknown(key: str, ends: tuple[float, float, float], unit: str, note: str) -> Factor:
    low, value, high = ends
    return Factor(
        f"cpu-load-curve/1:{key}",
        value,
        low,
        high,
        unit,
        Spread.LOGNORMAL,
        Tier.MODELLED,
        SPECPOWER,
        note=note,
    )


LEVEL = _unknown(
    "level",
    (1.32, 3.55, 8.43),
    "W",
    "full load, memory taken out; 256 servers of more than 32 hardware threads",
)
IDLE = _unknown(
    "idle",
    (0.0426, 0.13, 0.371),
    "ratio",
    "idle over full load; 256 servers of more than 32 hardware threads",
)
TENTH = _unknown(
    "tenth",
    (0.0505, 0.132, 0.242),
    "ratio",
    "9 load curves",
)
HALF = _unknown(
    "half",
    (0.398, 0.497, 0.686),
    "ratio",
    "9 load curves",
)
SMALL_LEVEL = _unknown(
    "small-level",
    (1.59, 5.69, 15.4),
    "W",
    "18 small servers, ends 2 times further out",
)
SMALL_IDLE = _unknown(
    "small-idle",
    (0.0589, 0.22, 0.612),
    "ratio",
    "18 small servers, ends 2 times further out",
)

HOST = LoadCurve(
    LEVEL,
    IDLE,
    TENTH,
    HALF,
    "95 % interval of 256 published servers of 2015 to 2021 with more than 32 hardware "
    "threads; wall power without memory, machines tuned for the test",
)
"""Servers of more than 32 hardware threads, and virtual machines on them."""
SMALL = LoadCurve(
    SMALL_LEVEL,
    SMALL_IDLE,
    TENTH,
    HALF,
    "few hardware threads and not virtual: laptops and desktops are outside the published "
    "servers, so the interval of 18 small ones is doubled at both ends",
)
"""Machines of no more than 32 hardware threads that are not virtual."""

MEMORY = Factor(
    "memory-per-byte/1",
    0.15,
    0.05,
    0.4,
    "W/GiB",
    Spread.LOGNORMAL,
    Tier.MODELLED,
    MEMORY_SOURCE,
    note="constant; taken out of the servers' power before the CPU model was fitted",
)

COVERAGE = (
    Coverage("idle", 0.980, 0.965),
    Coverage("10%", 0.964, 0.952),
    Coverage("20%", 0.958, 0.948),
    Coverage("30%", 0.958, 0.951),
    Coverage("40%", 0.962, 0.956),
    Coverage("50%", 0.970, 0.959),
    Coverage("60%", 0.963, 0.959),
    Coverage("70%", 0.960, 0.958),
    Coverage("80%", 0.962, 0.958),
    Coverage("90%", 0.975, 0.963),
    Coverage("full load", 0.977, 0.965),
)
"""Of the host curve. Truths between idle and full load join each server with each load curve."""
