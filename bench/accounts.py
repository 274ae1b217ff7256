"""An account of a million entries: how long it takes, beside one entry at a time.

Entries are synthetic columns, as a ledger keeps them: a pattern's number, energies in microjoules,
shares, hours. Fifty patterns differ in meter, grid, facility and device; every realisation of every
factor is drawn. ``python bench/accounts.py --folder docs/benchmarks`` writes the page.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from machine import facts, load  # type: ignore[import-not-found]  # run by path

from submeter.accounting.columns import Sums, exact_sums, group_of, scaled
from submeter.accounting.draws import Draws, _figures, _ranks
from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounting.inventory import FunctionalUnit, Inventory
from submeter.accounting.methods import SUBMETER_1
from submeter.accounting.patterns import Group
from submeter.accounting.statement import Heading, state_groups, state_together
from submeter.accounting.surroundings import Facility, Grid
from submeter.quantities.energy import to_kwh
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from submeter.accounting.statement import Statement

PATTERNS, DRAWS, SAMPLE = 50, 10_000, 500
SOURCE = Source("bench", "synthetic", "CC0-1.0")
HEADING = Heading("all", "a million entries", "inference", FunctionalUnit("request", 1e6))


def factor(key: str, value: float, ratio: float, unit: str) -> Factor:
    """Give a lognormal factor within a ratio of its value."""
    return Factor(
        key, value, value / ratio, value * ratio, unit, Spread.LOGNORMAL, Tier.ASSUMED, SOURCE
    )


def pattern(number: int) -> Inventory:
    """Give one of the patterns: fifty meters, ten grids, five facilities, five devices."""
    grid, site, device = number % 10, number % 5, number % 5
    return Inventory(
        id=f"pattern/{number}",
        name="request",
        stage="inference",
        unit=FunctionalUnit("request", 1),
        items=(
            EnergyItem("gpu", factor(f"nvml:gpu:{number}", 1.0, 1.05, "kWh"), domain="gpu"),
            EnergyItem("cpu", factor("cpu-load-curve/1", 0.2, 1.6, "kWh"), domain="cpu"),
        ),
        idle=(IdleItem("cpu", factor("cpu-load-curve/1", 0.1, 1.6, "kWh"), 0.5, domain="cpu"),),
        embodied=(
            EmbodiedItem(
                "gpu", f"device {device}", factor(f"embodied/{device}", 250.0, 2.0, "kgCO2e"),
                1.0, 1.0, factor("lifetime", 4.5, 1.3, "years"),
                factor("utilisation", 0.5, 1.5, ""),
            ),
        ),
        facility=Facility(
            factor(f"pue/{site}", 1.25, 1.1, ""), factor(f"wue/{site}", 0.5, 3.0, "L/kWh")
        ),
        grid=Grid(
            factor(f"grid/{grid}", 40.0 * (grid + 1), 1.2, "gCO2e/kWh"),
            factor(f"ewif/{grid}", 3.0, 2.5, "L/kWh"),
        ),
    )  # fmt: skip


def columns(entries: int) -> np.ndarray:
    """Give the entries: a structured array."""
    chance = np.random.default_rng(1)
    told = np.zeros(
        entries,
        [("pattern", "i8"), ("gpu", "i8"), ("cpu", "i8"), ("idle", "i8"), ("part", "f8"),
         ("hours", "f8")],
    )  # fmt: skip
    told["pattern"] = chance.integers(0, PATTERNS, entries)
    for name, mean in (("gpu", 1e9), ("cpu", 2e8), ("idle", 1e8)):
        told[name] = chance.lognormal(np.log(mean), 1.5, entries)
    told["part"] = chance.random(entries)
    told["hours"] = chance.random(entries) / 100
    return told


def together(told: np.ndarray, patterns: list[Inventory]) -> Statement:
    """Account for all entries by pattern."""
    count, index = len(patterns), told["pattern"]
    gpu, cpu, idle = (exact_sums(index, told[name], count) for name in ("gpu", "cpu", "idle"))
    charged = np.bincount(index, told["idle"] * told["part"], count)
    hours = np.bincount(index, told["hours"], count)
    entries = np.bincount(index, minlength=count)
    groups = [
        group_of(each, Sums(int(entries[n]), (gpu[n], cpu[n]), idle=(idle[n],),
                            occupied=(charged[n] / idle[n],), hours=(hours[n],)))
        for n, each in enumerate(patterns) if entries[n]
    ]  # fmt: skip
    return state_groups(groups, SUBMETER_1, Draws(count=DRAWS), HEADING)


def entry(row: np.void, patterns: list[Inventory]) -> Inventory:
    """Give one entry as an inventory of its own."""
    base: Inventory = patterns[int(row["pattern"])]
    energies = [to_kwh(int(row[name])) for name in ("gpu", "cpu", "idle")]
    return replace(
        base,
        items=tuple(
            replace(item, energy=scaled(item.energy, kwh))
            for item, kwh in zip(base.items, energies, strict=False)
        ),
        idle=(replace(base.idle[0], energy=scaled(base.idle[0].energy, energies[2]),
                      occupied=float(row["part"])),),
        embodied=(replace(base.embodied[0], hours=float(row["hours"])),),
    )  # fmt: skip


def timed(work: Callable[[], Statement]) -> tuple[float, Statement]:
    """Give how long it takes from cold caches [s], and the result."""
    _ranks.cache_clear()
    _figures.cache_clear()
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def measure(entries: int, rounds: int) -> dict[str, Any]:
    """Measure; the ways alternate, the least and the median of the rounds are told."""
    patterns = [pattern(number) for number in range(PATTERNS)]
    told = columns(entries)
    sample = [entry(row, patterns) for row in told[:SAMPLE]]
    draws = Draws(count=DRAWS)
    ways = {
        f"{entries} entries by columns": lambda: together(told, patterns),
        f"{SAMPLE} entries by columns": lambda: together(told[:SAMPLE], patterns),
        f"{SAMPLE} entries by inventories": lambda: state_together(
            sample, SUBMETER_1, draws, HEADING
        ),
        f"{SAMPLE} entries one by one": lambda: state_groups(
            [Group(each, 1) for each in sample], SUBMETER_1, draws, HEADING
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    totals = {}
    for _ in range(rounds):
        for name, work in ways.items():
            took, statement = timed(work)
            seconds[name].append(took)
            totals[name] = [
                getattr(statement.carbon.total, end) for end in ("value", "low", "high")
            ]
    factors = len({each for one in patterns for each in _keys(one)})
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"), "machine": facts(("submeter", "numpy")),
        "load": load(), "rounds": rounds,
        "entries": entries, "patterns": PATTERNS, "factors": factors, "draws": DRAWS,
        "seconds": seconds, "kgCO2e": totals,
    }  # fmt: skip


def _keys(one: Inventory) -> list[str]:
    grid, site, device = one.grid, one.facility, one.embodied[0]
    known = (grid.intensity, grid.water, site.pue, site.wue, device.each, device.lifetime,
             device.utilisation, *(each.energy for each in one.items))  # fmt: skip
    return [each.id for each in known if each is not None]


def page(found: dict[str, Any]) -> str:
    """Write the page."""
    seconds = found["seconds"]
    rows = [
        f"| {name} | {min(each):.3f} | {np.median(each):.3f} | {max(each):.3f} |"
        for name, each in seconds.items()
    ]
    one = np.median(seconds[f"{SAMPLE} entries one by one"]) / SAMPLE
    many = np.median(seconds[f"{found['entries']} entries by columns"]) / found["entries"]
    totals = found["kgCO2e"]
    by_columns, apart = (totals[f"{SAMPLE} entries {way}"] for way in ("by columns", "one by one"))
    off = max(abs(a / b - 1) for a, b in zip(by_columns, apart, strict=True))
    return "\n".join([
        f"# A million entries, {found['date']}",
        ("Made by `python bench/accounts.py`: a whole statement (every quantity, its interval, "
         f"what widens it most) of synthetic entries in columns; {found['patterns']} patterns that "
         f"hang on {found['factors']} factors, {found['draws']} realisations, method submeter-1. "
         f"Caches are emptied before each; the ways take turns for {found['rounds']} rounds."),
        "",
        "| | least s | median s | most s |",
        "| --- | ---: | ---: | ---: |",
        *rows,
        "",
        (f"Per entry: {1e6 * many:.2f} µs by columns, {1e3 * one:.2f} ms one by one "
         f"({one / many:,.0f} times as long). The two ways' totals of the same {SAMPLE} entries "
         f"differ by {off:.0e} at most."),
        "",
        *(f"- {name}: {told}" for name, told in found["machine"].items()),
        f"- load averages: {found['load']}",
        "",
    ])  # fmt: skip


def main() -> None:
    """Measure, print, and write where told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    found = measure(args.entries, args.rounds)
    text = page(found)
    print(text)
    if args.folder:
        name = f"accounts-{found['date']}"
        (args.folder / f"{name}.md").write_text(text)
        (args.folder / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
