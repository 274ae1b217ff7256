"""Published servers: reading them, fitting load curves to them, and judging the fits."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from math import log
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

from submeter.estimation.load_curve import LoadCurve, power_interval, share_of_range
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

FIRST_YEAR = 2015
"""Servers submitted before are left out: their threads draw two to ten times as much."""
LARGE = 32
"""Above this many hardware threads a node is a server of the kind that virtual machines run on."""
_SOURCE = Source("none", "none", "none")
_COLUMNS = (
    "avg. watts @ 100%",
    "avg. watts @ active idle",
    "Total Threads",
    "Total Memory (GB)",
    "Chips",
    "Nodes",
)
_NAMES = r"\(R\)|PROCESSOR|CPU|INTEL|XEON|PLATINUM|GOLD|SILVER|\W"


@dataclass(frozen=True)
class Server:
    """One published server."""

    year: int
    model: str
    full: float
    idle: float
    threads: float
    memory: float
    chips: float
    nodes: float

    def level(self, memory: float) -> float:
        """Give the full-load power a thread without memory [W]."""
        return (self.full - memory * self.memory) / self.threads

    def share(self, memory: float) -> float:
        """Give idle power over full-load power, memory taken out of both."""
        return (self.idle - memory * self.memory) / (self.full - memory * self.memory)


class Profile(NamedTuple):
    """One published load curve: share of the range from idle to full at each load."""

    name: str
    points: dict[float, float]


def read_servers(path: Path) -> tuple[list[Server], int]:
    """Read the servers that state watts, threads, memory and a date; and count all rows."""
    servers, rows = [], 0
    for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()):
        rows += 1
        year = row["Date Submitted"][-4:]
        try:
            numbers = [float(row[column].replace(",", "")) for column in _COLUMNS]
        except ValueError:  # "NC": not compliant, and rows without nodes
            continue
        if re.fullmatch(r"20\d\d", year):
            model = re.sub(_NAMES, "", row["CPU Description"].upper())
            servers.append(Server(int(year), model, *numbers))
    return servers, rows


def read_profiles(path: Path) -> list[Profile]:
    """Read the load curves of machines and packages; curves of GPUs alone are left out."""
    profiles = []
    for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()):
        if "GPUs" in row["cpu_or_cores"]:
            continue
        idle, full = float(row["idle_w"]), float(row["p100"])
        loads = [step for step in range(10, 100, 10) if row[f"p{step}"]]
        points = {step / 100: (float(row[f"p{step}"]) - idle) / (full - idle) for step in loads}
        profiles.append(Profile(f"{row['server']} {row['cpu_or_cores']}", points))
    return profiles


def weights(servers: Sequence[Server]) -> list[float]:
    """Let every CPU model weigh the same, however many servers were submitted with it."""
    counts = Counter(server.model for server in servers)
    return [1 / counts[server.model] for server in servers]


def quantile(values: Sequence[float], weight: Sequence[float], at: float) -> float:
    """Give a weighted quantile, linear between the midpoints of the weights."""
    pairs = sorted(zip(values, weight, strict=True))
    total, passed, places = sum(weight), 0.0, []
    for _, own in pairs:
        places.append((passed + own / 2) / total)
        passed += own
    for i in range(1, len(pairs)):
        if at <= places[i]:
            before, after = pairs[i - 1][0], pairs[i][0]
            part = max(0.0, (at - places[i - 1]) / (places[i] - places[i - 1]))
            return before + (after - before) * part
    return pairs[-1][0]


def spread(
    name: str, values: Sequence[float], weight: Sequence[float], widened: float, unit: str
) -> Factor:
    """Make an unknown from published values: median, 2.5 % and 97.5 %, widened on a log scale."""
    middle, *ends = (quantile(values, weight, at) for at in (0.5, 0.025, 0.975))
    low, high = (middle * (end / middle) ** widened for end in ends)
    return Factor(name, middle, low, high, unit, Spread.LOGNORMAL, Tier.MODELLED, _SOURCE)


def curve(
    servers: Sequence[Server], profiles: Sequence[Profile], memory: float, widened: float
) -> LoadCurve:
    """Fit the four unknowns."""
    weight = weights(servers)
    levels = [server.level(memory) for server in servers]
    shares = [max(server.share(memory), 1e-3) for server in servers]
    points = [[profile.points[at] for profile in profiles] for at in (0.1, 0.5)]
    tenth, half = (
        Factor(
            name, median(at), min(at), max(at), "ratio", Spread.LOGNORMAL, Tier.MODELLED, _SOURCE
        )
        for name, at in zip(("tenth", "half"), points, strict=True)
    )
    level = spread("level", levels, weight, widened, "W")
    return LoadCurve(level, spread("idle", shares, weight, widened, "ratio"), tenth, half, "")


def memory_slopes(servers: Sequence[Server]) -> tuple[float, float]:
    """Give what a gigabyte more draws at idle and at full load [W], same CPU, other memory."""
    groups = defaultdict(list)
    for server in servers:
        groups[server.model, server.chips / server.nodes].append(server)
    slopes: tuple[list[float], list[float]] = ([], [])
    for group in groups.values():
        for one, other in combinations(group, 2):
            more = one.memory / one.chips - other.memory / other.chips
            if abs(log(one.memory / one.chips * other.chips / other.memory)) > 0.2:  # noqa: PLR2004
                slopes[0].append((one.idle / one.chips - other.idle / other.chips) / more)
                slopes[1].append((one.full / one.chips - other.full / other.chips) / more)
    return median(slopes[0]), median(slopes[1])


def judged(fitted: LoadCurve, servers: Sequence[Server], memory: float) -> tuple[float, float]:
    """Give how many servers one curve holds at idle and at full load, each server alike."""
    check = Check(servers, [], memory, 1.0)
    idle, _ = covered([(fitted, servers)], 0.0, check.idle)
    full, _ = covered([(fitted, servers)], 1.0, check.full)
    return idle, full


def covered(
    groups: Iterable[tuple[LoadCurve, Sequence[Server]]],
    load: float,
    truth: Callable[[Server], float],
) -> tuple[float, float]:
    """Give how often the 95 % interval a thread holds the truth: a server, and a CPU model."""
    hits = defaultdict(list)
    for fitted, servers in groups:
        answer = power_interval(load, 1, fitted)
        for server in servers:
            hits[server.model].append(answer.low <= truth(server) <= answer.high)
    return fmean(hit for model in hits.values() for hit in model), fmean(map(fmean, hits.values()))


class Check(NamedTuple):
    """Servers to be judged, and how to fit without the one that is judged."""

    servers: Sequence[Server]
    profiles: Sequence[Profile]
    memory: float
    widened: float

    def folds(self, profiles: Sequence[Profile]) -> list[tuple[LoadCurve, Sequence[Server]]]:
        """Leave out one CPU model at a time."""
        models = sorted({server.model for server in self.servers})
        return [
            (
                curve(
                    [server for server in self.servers if server.model != model],
                    profiles,
                    self.memory,
                    self.widened,
                ),
                [server for server in self.servers if server.model == model],
            )
            for model in models
        ]

    def idle(self, server: Server) -> float:
        """Give the truth at idle [W a thread]."""
        return server.level(self.memory) * server.share(self.memory)

    def full(self, server: Server) -> float:
        """Give the truth at full load [W a thread]."""
        return server.level(self.memory)

    def ends(self) -> list[tuple[str, float, float]]:
        """Judge idle and full load."""
        folds = self.folds(self.profiles)
        return [
            ("idle", *covered(folds, 0.0, self.idle)),
            ("full load", *covered(folds, 1.0, self.full)),
        ]

    def between(self) -> list[tuple[str, float, float]]:
        """Judge 10 % to 90 %: each server left out, with each published curve left out."""
        results = defaultdict(list)
        for profile in self.profiles:
            folds = self.folds([other for other in self.profiles if other is not profile])
            for load, drawn in profile.points.items():
                results[load].append(
                    covered(
                        folds,
                        load,
                        lambda server, drawn=drawn: (  # type: ignore[misc]
                            self.idle(server) + (self.full(server) - self.idle(server)) * drawn
                        ),
                    )
                )
        return [
            (f"{load:.0%}", fmean(one for one, _ in found), fmean(other for _, other in found))
            for load, found in sorted(results.items())
        ]


def smallest_widening(
    servers: Sequence[Server], profiles: Sequence[Profile], memory: float
) -> float:
    """Widen level and idle until idle and full load, left out, are covered at 95 % both ways."""
    for step in range(100, 200, 5):
        ends = Check(servers, profiles, memory, step / 100).ends()
        if all(min(one, other) >= 0.95 for _, one, other in ends):  # noqa: PLR2004
            return step / 100
    raise SystemExit("no widening below 2 covers 95 %")


def shape_alone(profiles: Sequence[Profile]) -> float:
    """Give how often a curve lies within the envelope of the others, its own ends known."""
    hits = []
    for profile in profiles:
        others = [other.points for other in profiles if other is not profile]
        tenths, halves = ([points[at] for points in others] for at in (0.1, 0.5))
        for load, drawn in profile.points.items():
            low = share_of_range(load, min(tenths), min(halves))
            hits.append(low <= drawn <= share_of_range(load, max(tenths), max(halves)))
    return fmean(hits)


def furthest(profiles: Sequence[Profile]) -> float:
    """Give the largest distance of a published curve from the family at its own two points."""
    return max(
        abs(drawn - share_of_range(load, profile.points[0.1], profile.points[0.5]))
        for profile in profiles
        for load, drawn in profile.points.items()
    )
