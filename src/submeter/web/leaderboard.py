"""A leaderboard as a folder of static files: any web host serves it, and nobody need be trusted."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.archive import pack
from submeter.benchmarks.bundle import MALFORMED, parts_of, read_bundle, replace
from submeter.benchmarks.plan import load_of
from submeter.benchmarks.results import result_of
from submeter.benchmarks.signature import signatures
from submeter.benchmarks.verification import require
from submeter.errors import UsageError
from submeter.ratings.label import About, label
from submeter.ratings.ranks import ranks
from submeter.ratings.rating import STARS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from submeter.benchmarks.bundle import Bundle
    from submeter.ratings.ranks import Rank
    from submeter.ratings.rating import Rating, Scale
    from submeter.ratings.result import Result

SCHEMA = "submeter.leaderboard/1"
STATIC = ("index.html", "submeter.css", "leaderboard.js", "verify.js")


def build(bundles: Sequence[Path], out: Path, scale: Scale, modelled: Sequence[Result] = ()) -> int:
    """Build the site; gives how many results are on it.

    Parameters
    ----------
    bundles : sequence of Path
        Every one must verify.
    out : Path
        A folder: a new one, an empty one, or that of an earlier build.
    scale : Scale
        By which they are rated.
    modelled : sequence of Result
        Entries that nobody measured: shown as such, without stars and without a rank.

    Raises
    ------
    UsageError
        If a bundle cannot be read or doesn't verify, two are the same, one is of a workload of
        one's own, or the folder holds other things.
    """
    read = [(path, _verified(path)) for path in bundles]
    _check_twins(read)
    _check_own(read)
    _check_folder(out)
    results = [result_of(bundle, path.name) for path, bundle in read]
    ratings, placed = scale.rate(results), ranks(results)
    rows = [
        _row(path, bundle, rating, rank)
        for (path, bundle), rating, rank in zip(read, ratings, placed, strict=True)
    ]
    try:
        (out / "bundles").mkdir(parents=True, exist_ok=True)
        (out / "labels").mkdir(exist_ok=True)
        for (path, bundle), rating, row in zip(read, ratings, rows, strict=True):
            # Packed anew: what a reader's browser unpacks holds nothing but what was verified.
            replace(out / row["bundle"], pack(parts_of(path)))
            drawn = label(rating, About(row["date"], bundle.sha256))
            (out / row["label"]).write_text(drawn, encoding="utf-8")
        rows += [_modelled_row(each, number) for number, each in enumerate(modelled)]
        told = {"schema": SCHEMA, "scale": {"id": scale.id, "title": scale.title}, "results": rows}
        text = json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        (out / "results.json").write_text(text, encoding="utf-8")
        for name in STATIC:
            content = files("submeter.web").joinpath("static", name).read_bytes()
            (out / name).write_bytes(content)
        _clear(out, rows)
    except OSError as error:
        fix = "name a folder that can be written"
        raise UsageError(f"the site cannot be written: {error.strerror}", str(out), fix) from error
    return len(rows)


def _verified(path: Path) -> Bundle:
    bundle = read_bundle(path)
    require(bundle, str(path), "leave it out")
    return bundle


def _check_twins(read: Sequence[tuple[Path, Bundle]]) -> None:
    seen: dict[str, Path] = {}
    for path, bundle in read:
        if bundle.sha256 in seen:
            what = f"{path} is the same bundle as {seen[bundle.sha256]}"
            raise UsageError(what, "the bundles", "name it once")
        seen[bundle.sha256] = path


def _check_own(read: Sequence[tuple[Path, Bundle]]) -> None:
    for path, bundle in read:
        if bundle.plan.scenario == "workload":
            what = "a workload of one's own has no place on a leaderboard"
            fix = "leave it out; submeter bench compare sets its candidates beside one another"
            raise UsageError(what, str(path), fix)


def _check_folder(out: Path) -> None:
    """Refuse a folder that is somebody's else: what was built before may be written over."""
    if not out.exists() or not any(out.iterdir()):
        return
    try:
        told = json.loads((out / "results.json").read_text(encoding="utf-8"))
        is_ours = told.get("schema") == SCHEMA
    except (OSError, ValueError, AttributeError):
        is_ours = False
    if not is_ours:
        raise UsageError("the folder holds other things", str(out), "name a new folder")


def _clear(out: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Take away what an earlier build left, once this one is there: its own bundles may be read."""
    kept = {out / row[key] for row in rows for key in ("bundle", "label") if key in row}
    for folder in ("bundles", "labels"):
        for each in (out / folder).iterdir():
            if each not in kept:
                each.unlink()


def _slug(rating: Rating) -> str:
    text = f"{rating.result.task}-{rating.result.model}"
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:80]


def _row(path: Path, bundle: Bundle, rating: Rating, rank: Rank | None) -> dict[str, Any]:
    try:
        return _told(bundle, rating, rank, f"{_slug(rating)}-{bundle.sha256[:12]}")
    except MALFORMED as error:
        what = f"the bundle cannot be read: {type(error).__name__}: {error}"
        raise UsageError(what, str(path), "ask whoever made it for another") from error


def _told(bundle: Bundle, rating: Rating, rank: Rank | None, name: str) -> dict[str, Any]:
    result, told = rating.result, bundle.told
    summary = told["summary"]
    speed = summary["speed"]
    chances = rating.chances
    return {
        "name": name,
        "kind": "run",
        "model": result.model,
        "task": result.task,
        "scenario": result.scenario,
        "load": load_of(bundle.plan),
        "data": result.data,
        "unit": result.unit,
        "boundary": result.boundary.value,
        "hardware": result.hardware,
        "tier": result.tier,
        "engine": str(told["model"]["engine"]),
        "precision": str(told["model"]["precision"]),
        "dummy": result.dummy,
        "date": str(told["created"])[:10],
        "energy": {"value": result.energy, "low": result.low, "high": result.high},
        "stars": rating.stars,
        "chances": None if chances is None else dict(zip(map(str, STARS), chances, strict=True)),
        "reason": rating.reason,
        "rank": None if rank is None else {"best": rank.best, "worst": rank.worst, "of": rank.of},
        "quality": None if result.dummy else summary["quality"],
        "latency": None if speed["latency"] is None else speed["latency"]["p50"],
        "queries": summary["statistics"]["kept"],
        "sha256": bundle.sha256,
        "signers": [
            each.signer for each in signatures(bundle.sums, bundle.signatures) if each.holds
        ],
        "bundle": f"bundles/{name}.zip",
        "label": f"labels/{name}.svg",
    }


def _modelled_row(result: Result, number: int) -> dict[str, Any]:
    """Give the row of an entry that has no run: no bundle, no label, nothing to verify."""
    quality = result.quality
    return {
        "name": f"modelled-{number}",
        "kind": "modelled",
        "model": result.model,
        "task": result.task,
        "scenario": result.scenario,
        "load": result.scenario,
        "data": result.data,
        "unit": result.unit,
        "boundary": result.boundary.value,
        "hardware": result.hardware or "not told",
        "tier": result.tier,
        "engine": "",
        "precision": "",
        "dummy": False,
        "date": "",
        "energy": {"value": result.energy, "low": result.low, "high": result.high},
        "stars": None,
        "chances": None,
        "reason": result.unrated,
        "rank": None,
        "quality": None
        if quality is None
        else {
            "metric": quality.metric, "value": quality.value, "low": None, "high": None,
            "more_is_better": quality.more_is_better,
        },
        "latency": None,
        "signers": [],
        "source": result.source,
    }  # fmt: skip
