"""Every case against every meter: what was told, what is true, and whether the interval held."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.lab.case import Asked
from submeter.lab.processors import busy_seconds
from submeter.lab.rehearsal import rehearse
from submeter.lab.stage import Answer, Entrant, Stage
from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from submeter.lab.case import Case

ALONE = "submeter"
_LEAD, _CROWDED_LEAD = 3.0, 9.0
"""How long before its windows a case is begun [s]: several meters import for some seconds."""
_AT_ONCE = 3
"""Cases at a time where Submeter is alone; its processes sleep nearly all of the time."""
_ENERGY = 1e-6
"""What a figure may be beyond an end of an interval [J]: records are in whole microjoules."""


class Verdict(NamedTuple):
    """What a meter told of one part of the hardware in one window, and what is true.

    Parameters
    ----------
    part : str
        ``gpu``, ``cpu``, ``dram``, ``whole``.
    seconds : float
        Length of the window.
    truth : tuple of (float, float)
        Least and most that may be called true [J]: what was drawn between the end of the meter's
        start and the beginning of its stop, and what was drawn with both; one and the same where
        the meter tells its instants.
    told : float or None
        What it told [J]; None if nothing.
    interval : tuple of (float, float) or None
        Its interval [J]; None if it has none.
    coverage : float or None
        The share of the time that it says it saw; None if it doesn't say.
    error : float or None
        How far it is off what may be called true, over what the hardware drew.
    held : bool or None
        Whether its interval holds the truth, and enough was seen; None if it has none.
    """

    part: str
    seconds: float
    truth: tuple[float, float]
    told: float | None
    interval: tuple[float, float] | None
    coverage: float | None
    error: float | None
    held: bool | None


@dataclass
class Outcome:
    """One case of one meter.

    Parameters
    ----------
    case, meter : str
        Their names.
    version : str
        The meter's.
    silent : str
        Why it told nothing at all; empty if it did.
    limit : str
        See `submeter.lab.case.Case`.
    verdicts : list of Verdict
        By window and part.
    """

    case: str
    meter: str
    version: str = ""
    silent: str = ""
    limit: str = ""
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def error(self) -> float | None:
        """The error that is furthest from 0."""
        return worst(self.verdicts)

    @property
    def held(self) -> bool | None:
        """Whether every interval held; None if there are none."""
        return held(self.verdicts)

    @property
    def skipped(self) -> bool:
        """Whether it could not be asked here."""
        return bool(self.silent) and not self.failed

    @property
    def failed(self) -> bool:
        """Whether a meter with intervals left one, told nothing, or fell over."""
        return self.silent.startswith("failed") or (self.held is False and not self.limit)

    def of(self, part: str) -> list[Verdict]:
        """Give the verdicts of one part."""
        return [each for each in self.verdicts if each.part == part]

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "case": self.case, "meter": self.meter, "version": self.version,
            "silent": self.silent or None, "error": self.error, "held": self.held,
            "limit": self.limit or None,
            "windows": [
                {
                    "part": each.part, "seconds": each.seconds, "truth_J": list(each.truth),
                    "told_J": each.told, "error": each.error, "coverage": each.coverage,
                    "interval_J": list(each.interval) if each.interval else None,
                    "held": each.held,
                }
                for each in self.verdicts
            ],
        }  # fmt: skip


def worst(verdicts: Iterable[Verdict]) -> float | None:
    """Give the error that is furthest from 0; None if none is known."""
    known = [each.error for each in verdicts if each.error is not None]
    return max(known, key=abs, default=None)


def held(verdicts: Iterable[Verdict]) -> bool | None:
    """Tell whether every interval held; None if there are none."""
    known = [each.held for each in verdicts if each.held is not None]
    return all(known) if known else None


def score(
    cases: Sequence[Case], entrants: Sequence[Entrant], done: Callable[[str], object] = str
) -> list[Outcome]:
    """Run every case against every meter.

    Parameters
    ----------
    cases : sequence of Case
        One after another; all meters of a case at once, on the same hardware. A few cases at a
        time where Submeter is alone, as it always is on the virtual clock.
    entrants : sequence of Entrant
        The meters.
    done : callable
        Called with the name of each case that is over.

    Raises
    ------
    SensorUnavailable
        If a case needs a compiler and there is none.
    """
    names = {each.name for each in entrants}
    own, alone = ALONE in names, names == {ALONE}

    def one(case: Case) -> list[Outcome]:
        if case.scene is not None:
            answer = rehearse(case, case.scene, version(ALONE)) if own else None
            done(case.name)
            return [judged(case, ALONE, answer)] if answer is not None else []
        asked = [each for each in entrants if not each.through or case.by_run]
        with Stage(case, _LEAD if alone else _CROWDED_LEAD) as stage:
            answers = stage.ask(asked)
        done(case.name)
        return [judged(case, label, answer) for label, answer in answers.items()]

    with ThreadPoolExecutor(_AT_ONCE if alone else 1) as pool:
        return [outcome for found in pool.map(one, cases) for outcome in found]


def judged(case: Case, meter: str, answer: Answer) -> Outcome:
    """Judge what a meter answered."""
    outcome = Outcome(case.name, meter, answer.version, answer.silent, case.limit)
    if answer.silent:
        return outcome
    if len({len(each) for each in answer.ranks}) != 1 or not answer.ranks[0]:
        outcome.silent = "failed: it did not answer for every window"
        return outcome
    for windows in zip(*answer.ranks, strict=False):
        outcome.verdicts += [verdict(case, part, windows) for part in case.parts]
    if meter.partition(" ")[0] == ALONE:
        # It has an interval for whatever it tells: to tell nothing at all is no way to pass.
        outcome.verdicts = [
            each if each.held is not None else each._replace(held=False)
            for each in outcome.verdicts
        ]
    return outcome


def verdict(case: Case, part: str, ranks: Sequence[Mapping[str, Any]]) -> Verdict:
    """Judge one window, as its ranks told it."""
    outer = Span(min(each["outer"][0] for each in ranks), max(each["outer"][1] for each in ranks))
    start, end = (
        max(each["inner"][0] for each in ranks),
        min(each["inner"][1] for each in ranks),
    )
    inner = Span(start, max(start, end))
    whole = case.truth(part, outer)
    truth = case.truth(part, inner), whole
    if case.asked is Asked.PROCESS:
        truth = 0.0, whole * _own_part(case, ranks, outer)
    figures = [each["told"].get(part) for each in ranks]
    if part in case.untold:
        numbers = [each["energy"] for each in figures if each is not None]
        told = sum(numbers) if numbers else None
        return Verdict(part, inner.seconds, truth, told, None, None, None, told is None)
    if any(each is None for each in figures):
        # A process that is charged with nothing need not be told of it.
        held = False if any("low" in one for one in _told(ranks)) else None
        return Verdict(part, inner.seconds, truth, None, None, None, None, held)
    told = sum(each["energy"] for each in figures)
    coverage = min((each["coverage"] for each in figures if "coverage" in each), default=None)
    if case.partly and coverage is not None:
        truth = truth[0] * coverage, truth[1] * coverage
    nearest = min(max(told, truth[0]), truth[1])
    error = (told - nearest) / whole if whole else None
    if any("low" not in each for each in figures):
        return Verdict(part, inner.seconds, truth, told, None, coverage, error, None)
    ends = sum(each["low"] for each in figures), sum(each["high"] for each in figures)
    holds = ends[0] <= truth[1] + _ENERGY and ends[1] >= truth[0] - _ENERGY
    seen = coverage is not None and coverage >= case.seen
    return Verdict(part, inner.seconds, truth, told, ends, coverage, error, holds and seen)


def _told(ranks: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, float]]:
    return (one for each in ranks for one in each["told"].values())


def _own_part(case: Case, ranks: Sequence[Mapping[str, Any]], span: Span) -> float:
    """Give the most that a process can have drawn of the processors' energy.

    Its part of the CPU time: of all that was used, or of all that there was where nothing is known
    of the others.
    """
    own = float(sum(each["cpu"] for each in ranks))
    if case.load is None:
        return 1.0
    busy = busy_seconds(case.load.load, span.start, span.end)
    return min(1.0, own / busy) if busy else 1.0
