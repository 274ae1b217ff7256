"""Fit the CPU and memory models on published servers, judge their intervals, write the figures.

Usage::

    PYTHONPATH=src python -m scripts.fit_cpu_load_curve SERVERS PROFILES          # print
    PYTHONPATH=src python -m scripts.fit_cpu_load_curve SERVERS PROFILES --write  # and write
    ruff format src/submeter/estimation/coefficients.py

SERVERS is a CSV with a row a server (watts at idle and at full load, hardware threads, memory,
date) as in Cloud Carbon Footprint's coefficients; PROFILES one with watts at 10 % steps of load.
Neither is part of the project. What is printed is the table of
docs/reference/models/cpu-load-curve.md; what is written is submeter/estimation/coefficients.py.
The same tables always give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scripts.server_fit import (
    FIRST_YEAR,
    LARGE,
    Check,
    Profile,
    Server,
    curve,
    furthest,
    judged,
    memory_slopes,
    read_profiles,
    read_servers,
    shape_alone,
    smallest_widening,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.estimation.load_curve import LoadCurve
    from submeter.quantities.factor import Factor

TARGET = Path(__file__).parents[1] / "src" / "submeter" / "estimation" / "coefficients.py"
MEMORY = 0.15
"""Memory's power [W/GiB]: between what a gigabyte more draws at idle and at full load."""
MEMORY_LOW = 0.05
"""Half of what it draws at idle in the table: modules are larger now. A judgement."""
MEMORY_HIGH = 0.40
"""Cloud Carbon Footprint's 0.392 W/GB, the mean of two vendors' ratings, rounded up."""
WIDER = 2.0
"""How much further out the ends of a small machine's level and idle share lie than those of small
servers: a judgement, for the laptops and desktops that the table lacks."""
NEWER = 2019


class Fit(NamedTuple):
    """Everything that goes into the figures and the report."""

    rows: int
    servers: Sequence[Server]
    hosts: Sequence[Server]
    small: Sequence[Server]
    profiles: Sequence[Profile]
    widened: float
    host_curve: LoadCurve
    small_curve: LoadCurve


def fit(servers_path: Path, profiles_path: Path) -> Fit:
    """Read the tables and fit both curves."""
    servers, rows = read_servers(servers_path)
    profiles = read_profiles(profiles_path)
    recent = [server for server in servers if server.year >= FIRST_YEAR]
    hosts = [server for server in recent if server.threads / server.nodes > LARGE]
    small = [server for server in recent if server.threads / server.nodes <= LARGE]
    widened = smallest_widening(hosts, profiles, MEMORY)
    host, little = curve(hosts, profiles, MEMORY, widened), curve(small, profiles, MEMORY, 1.0)
    return Fit(rows, servers, hosts, small, profiles, widened, host, little)


def coverage(found: Fit) -> list[tuple[str, float, float]]:
    """Judge the host curve at every load, whatever is judged left out of the fit."""
    check = Check(found.hosts, found.profiles, MEMORY, found.widened)
    idle, full = check.ends()
    return [idle, *check.between(), full]


def report(found: Fit, table: Sequence[tuple[str, float, float]]) -> None:
    """Print what the docs page shows."""
    models = len({server.model for server in found.hosts})
    print(
        f"{found.rows} rows, {len(found.servers)} usable; host curve: {len(found.hosts)} servers,"
    )
    print(
        f"{models} CPU models; small curve: {len(found.small)} servers. Widened {found.widened}.\n"
    )
    print("| load | servers covered | CPU models covered |\n| --- | --- | --- |")
    for load, server, model in table:
        print(f"| {load} | {server:.1%} | {model:.1%} |")
    print(f"\nshape alone, its own ends known: {shape_alone(found.profiles):.1%} of points;")
    print(f"furthest from the family: {furthest(found.profiles):.3f} of the range\n")
    before = [server for server in found.hosts if server.year < NEWER]
    after = [server for server in found.hosts if server.year >= NEWER]
    older = curve(before, found.profiles, MEMORY, found.widened)
    print("| curve | servers | idle covered | full covered |\n| --- | --- | --- | --- |")
    line = "| {} | {} | {:.1%} | {:.1%} |"
    print(line.format("fitted on 2015-2018", "2019-2021", *judged(older, after, MEMORY)))
    for first, last in ((2007, 2011), (2012, 2014), (2015, 2021)):
        some = [server for server in found.servers if first <= server.year <= last]
        name = f"{first}-{last}, {len(some)} servers"
        print(line.format("host", name, *judged(found.host_curve, some, MEMORY)))
    recent = [*found.hosts, *found.small]
    idle, full = memory_slopes(recent)
    over = sum(server.idle < 0.392 * server.memory for server in recent)
    print(f"\na gigabyte more, same CPU: {idle:.3f} W at idle, {full:.3f} W at full load;")
    print(f"whole server at idle below 0.392 W/GB of memory: {over} of {len(recent)}")


def factor(key: str, unknown: Factor, wider: float, note: str) -> str:
    """Write one unknown as Python."""
    low, high = unknown.low / wider, unknown.high * wider
    return (
        f'_unknown(\n    "{key}", ({low:.3g}, {unknown.value:.3g}, {high:.3g}), '
        f'"{unknown.unit}",\n    "{note}",\n)'
    )


def written(found: Fit, table: Sequence[tuple[str, float, float]]) -> str:
    """Write the coefficients as a module."""
    host, small = found.host_curve, found.small_curve
    hosts = f"{len(found.hosts)} servers of more than {LARGE} hardware threads"
    parts = {
        "LEVEL": factor("level", host.level, 1.0, f"full load, memory taken out; {hosts}"),
        "IDLE": factor("idle", host.idle, 1.0, f"idle over full load; {hosts}"),
        "TENTH": factor("tenth", host.tenth, 1.0, f"{len(found.profiles)} load curves"),
        "HALF": factor("half", host.half, 1.0, f"{len(found.profiles)} load curves"),
        "SMALL_LEVEL": factor(
            "small-level", small.level, WIDER,
            f"{len(found.small)} small servers, ends {WIDER:g} times further out",
        ),
        "SMALL_IDLE": factor(
            "small-idle", small.idle, WIDER,
            f"{len(found.small)} small servers, ends {WIDER:g} times further out",
        ),
    }  # fmt: skip
    unknowns = "\n".join(f"{name} = {text}" for name, text in parts.items())
    rows = "\n".join(
        f'    Coverage("{load}", {server:.3f}, {model:.3f}),' for load, server, model in table
    )
    return _MODULE.format(
        rows=found.rows, usable=len(found.servers), hosts=len(found.hosts), large=LARGE,
        models=len({server.model for server in found.hosts}), small=len(found.small),
        unknowns=unknowns, coverage=rows, memory=(MEMORY_LOW, MEMORY, MEMORY_HIGH),
    )  # fmt: skip


_MODULE = '''"""Figures of the CPU and memory models, written by scripts/fit_cpu_load_curve.py."""

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


LARGE = {large}
"""A machine that is not virtual needs more hardware threads than this for the host curve."""
ROWS = {rows}
"""Servers in the table."""
USABLE = {usable}
"""Of these, with watts, threads, memory and date."""
HOSTS = {hosts}
"""Of these, from 2015 on and of more than {large} hardware threads a node: the host curve."""
HOST_MODELS = {models}
"""CPU models among them."""
SMALL_SERVERS = {small}
"""From 2015 on and of no more than {large} hardware threads a node: the small curve."""


def _unknown(
    key: str, ends: tuple[float, float, float], unit: str, note: str
) -> Factor:
    low, value, high = ends
    return Factor(
        f"cpu-load-curve/1:{{key}}", value, low, high, unit, Spread.LOGNORMAL, Tier.MODELLED,
        SPECPOWER, note=note,
    )


{unknowns}

HOST = LoadCurve(
    LEVEL, IDLE, TENTH, HALF,
    "95 % interval of {hosts} published servers of 2015 to 2021 with more than {large} hardware "
    "threads; wall power without memory, machines tuned for the test",
)
"""Servers of more than {large} hardware threads, and virtual machines on them."""
SMALL = LoadCurve(
    SMALL_LEVEL, SMALL_IDLE, TENTH, HALF,
    "few hardware threads and not virtual: laptops and desktops are outside the published "
    "servers, so the interval of {small} small ones is doubled at both ends",
)
"""Machines of no more than {large} hardware threads that are not virtual."""

MEMORY = Factor(
    "memory-per-byte/1", {memory[1]}, {memory[0]}, {memory[2]}, "W/GiB",
    Spread.LOGNORMAL, Tier.MODELLED, MEMORY_SOURCE,
    note="constant; taken out of the servers' power before the CPU model was fitted",
)

COVERAGE = (
{coverage}
)
"""Of the host curve. Truths between idle and full load join each server with each load curve."""
'''


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Fit the CPU and memory models.")
    parser.add_argument("servers", type=Path)
    parser.add_argument("profiles", type=Path)
    parser.add_argument("--write", action="store_true", help="write coefficients.py")
    options = parser.parse_args()
    found = fit(options.servers, options.profiles)
    table = coverage(found)
    report(found, table)
    if options.write:
        TARGET.write_text(written(found, table), encoding="utf-8")


if __name__ == "__main__":
    main()
