"""Ratings for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.output import indented
from submeter.quantities.digits import phrase, rounded
from submeter.ratings.rating import STARS
from submeter.ratings.stability import entropy, leave_one_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.ratings.ranks import Rank
    from submeter.ratings.rating import Bands, Rating, Scale
    from submeter.ratings.result import Result

_SURE = 0.95
_SHOWN = 0.05
_FEW = 3


def as_rows(ratings: Sequence[Rating], placed: Sequence[Rank | None]) -> list[dict[str, object]]:
    """Give one object a rating, in the order in which the results came."""
    return [_row(each, rank) for each, rank in zip(ratings, placed, strict=True)]


def _row(rating: Rating, rank: Rank | None) -> dict[str, object]:
    result = rating.result
    quality = result.quality
    return {
        "task": result.task,
        "model_class": result.model_class,
        "model": result.model,
        "stars": rating.stars,
        "scale": rating.scale,
        "chances": _chances(rating),
        "energy": {
            "value": result.energy,
            "low": result.low,
            "high": result.high,
            "unit": f"Wh/1000 {result.unit}",
            "tier": result.tier or None,
        },
        "boundary": result.boundary.value,
        "scenario": result.scenario,
        "hardware": result.hardware or None,
        "rank": None if rank is None else {**rank._asdict(), "beside": list(rank.beside)},
        "quality": None
        if quality is None
        else {
            "metric": quality.metric,
            "value": quality.value,
            "more_is_better": quality.more_is_better,
        },
        "bands": None
        if rating.bands is None
        else {"edges": list(rating.bands.edges), "why": rating.bands.why},
        "reason": rating.reason or None,
        "source": result.source or None,
    }


def _chances(rating: Rating) -> dict[str, float] | None:
    if rating.chances is None:
        return None
    return {str(stars): chance for stars, chance in zip(STARS, rating.chances, strict=True)}


def print_ratings(
    out: Console,
    scale: Scale,
    ratings: Sequence[Rating],
    placed: Sequence[Rank | None],
    defects: Sequence[str],
) -> None:
    """Print one table a task, the least energy first."""
    pairs = list(zip(ratings, placed, strict=True))
    for task in dict.fromkeys(each.result.task for each in ratings):
        of_task = [(rating, rank) for rating, rank in pairs if rating.result.task == task]
        _print_task(out, task, sorted(of_task, key=lambda pair: pair[0].result.energy))
    out.print(Text(f"scale {scale.id}: {scale.title}", style="dim"))
    if any(each.result.low is None for each in ratings):
        indented(out, "without an interval nothing tells how sure a star or a rank is", 0, "dim")
    print_defects(out, defects)


def print_defects(out: Console, defects: Sequence[str]) -> None:
    """Print what is wrong with the files that were read."""
    for each in defects:
        indented(out, f"defect: {each}", 0, "yellow")


def _print_task(out: Console, task: str, pairs: Sequence[tuple[Rating, Rank | None]]) -> None:
    results = [rating.result for rating, _ in pairs]
    kinds = {(each.unit, each.scenario, each.boundary.value) for each in results}
    table = Table(box=None, pad_edge=False, title=Text(task, style="bold"), title_justify="left")
    table.add_column("stars", no_wrap=True)
    if any(each.model_class for each in results):
        table.add_column("class")
    table.add_column("model", overflow="fold")
    table.add_column("Wh per 1,000", justify="right", no_wrap=True)
    table.add_column("rank", justify="right", no_wrap=True)
    if any(each.quality for each in results):
        table.add_column("quality", no_wrap=True)
    if len(kinds) > 1:
        table.add_column("of")
    for rating, rank in pairs:
        result = rating.result
        cells = [_stars(rating), Text(result.model), Text(_energy(result)), Text(_rank(rank))]
        if any(each.model_class for each in results):
            cells.insert(1, Text(result.model_class))
        if any(each.quality for each in results):
            cells.append(Text(_quality(result)))
        if len(kinds) > 1:
            cells.append(Text(_kind(result)))
        table.add_row(*cells)
    out.print(table)
    if len(kinds) == 1:
        out.print(Text(f"of {_kind(results[0])}", style="dim"))
    for reason in dict.fromkeys(rating.reason for rating, _ in pairs if rating.reason):
        indented(out, reason, 0, "dim")
    out.print()


def _kind(result: Result) -> str:
    return f"{result.boundary.value} energy a {result.unit}, {result.scenario}"


def _stars(rating: Rating) -> Text:
    if rating.stars is None:
        return Text("-", style="dim")
    drawn = Text("★" * rating.stars + "☆" * (5 - rating.stars), style="green")
    if rating.chances is None:
        return drawn
    odds = dict(zip(STARS, rating.chances, strict=True))
    if odds[rating.stars] < _SURE:
        others = [f"{stars} {odds[stars]:.0%}" for stars in STARS if odds[stars] >= _SHOWN]
        drawn.append(f" ({', '.join(others)})", style="dim")
    return drawn


def _energy(result: Result) -> str:
    if result.low is None or result.high is None:
        return rounded(result.energy, 4)
    value, interval = phrase(result.energy, result.low, result.high, "Wh per 1,000")
    return f"{value.partition(' ')[0]} ({interval})"


def _rank(rank: Rank | None) -> str:
    if rank is None:
        return "-"
    return f"{rank.best}" if rank.best == rank.worst else f"{rank.best} to {rank.worst}"


def _quality(result: Result) -> str:
    quality = result.quality
    return "-" if quality is None else f"{quality.metric} {rounded(quality.value, 3)}"


def print_explanation(
    out: Console, scale: Scale, ratings: Sequence[Rating], known: Sequence[Scale]
) -> None:
    """Tell where each star changes and why, and what the scales are worth on these results."""
    out.print(Text("where the stars change", style="bold"))
    told: dict[Bands, str] = {}
    for each in ratings:
        if each.bands is not None:
            told.setdefault(each.bands, f"{each.result.task} {each.result.model_class}")
    for bands, what in told.items():
        steps = ", ".join(
            f"{stars} up to {rounded(edge, _FEW)}"
            for stars, edge in zip(STARS, bands.edges, strict=False)
        )
        indented(out, f"{what.strip()}: {steps} Wh per 1,000, 1 above")
        indented(out, bands.why, 4, "dim")
    indented(out, scale.citation, style="dim")
    out.print()
    out.print(Text("what the scales are worth on these results", style="bold"))
    results = [each.result for each in ratings]
    for other in known:
        moves = leave_one_out(other, results)
        whom = (
            f"{moves.moved} of {moves.of} can be moved by one other that comes or goes, "
            f"up to {moves.most} at once (by {moves.by})"
            if moves.most
            else "no newcomer moves anybody's stars"
        )
        bits = entropy(other.rate(results))
        indented(out, f"{other.id}: stars tell {bits:.2f} bits of at most 2.32; {whom}")
