"""Results from files: bundles, tables, and what others publish, each known by its content."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.bundle import is_bundle, read_bundle
from submeter.benchmarks.imports import aies_v1, aies_v2, codecarbon, ml_energy, optimum
from submeter.benchmarks.imports.hints import Hints
from submeter.benchmarks.imports.sheet import sheet_of
from submeter.benchmarks.results import SilentBundle, result_of
from submeter.benchmarks.verification import require
from submeter.errors import UsageError
from submeter.ratings.table import Read, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from submeter.ratings.result import Result

_MOST = 256 * 1024 * 1024
"""More bytes than any table of results has."""
_SHEETS = (
    (aies_v2.is_run, aies_v2.read),
    (ml_energy.is_board, ml_energy.read),
    (codecarbon.is_emissions, codecarbon.read),
)
"""Other people's tables, by how they are known."""
_CONFIG = "benchmark_config.json"
_NOBODY = Hints()


def read_results(path: Path, hints: Hints = _NOBODY) -> Read:
    """Read a file's results, and what is wrong with it in words.

    Parameters
    ----------
    path : Path
        A bundle, a table of this project's, or a file of AI Energy Score, optimum-benchmark,
        ML.ENERGY or CodeCarbon.
    hints : Hints
        What it does not say itself.

    Raises
    ------
    UsageError
        If it cannot be read, is none of them, or is a bundle that does not verify.
    """
    if is_bundle(path):
        try:
            return Read((_of_bundle(path),), ())
        except SilentBundle as silent:
            # The others are rated without it.
            return Read((), (f"{path.name}: {silent.what}; left out",))
    text = _text(path)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return _of_json(text, path, hints)
    sheet = sheet_of(text, path.name)
    for is_it, read in _SHEETS:
        if is_it(sheet.columns):
            return read(sheet, hints)
    if aies_v1.is_board(sheet.columns):
        return aies_v1.read(text, path.name, hints)
    return read_table(text, path.name, hints.task)


def _of_bundle(path: Path) -> Result:
    bundle = read_bundle(path)
    require(bundle, str(path), "it is not rated")
    return result_of(bundle, path.name)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST:
            raise UsageError("too large for a table of results", str(path), "rate it in parts")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        fix = "see that it is there, and readable"
        raise UsageError(f"it cannot be read: {error.strerror}", str(path), fix) from error
    except UnicodeDecodeError as error:
        raise UsageError("it is no text in UTF-8", str(path), "save it as CSV in UTF-8") from error


def _of_json(text: str, path: Path, hints: Hints) -> Read:
    content = _parsed(text, path)
    if not optimum.is_report(content):
        fix = "of JSON, optimum-benchmark's benchmark_report.json and benchmark.json are read"
        raise UsageError("it holds no phases with their energy", str(path), fix)
    beside = path.with_name(_CONFIG)
    config = _parsed(_text(beside), beside) if beside.is_file() else {}
    return optimum.read(content, config, path.name, hints)


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        content = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"it is no JSON: {error}", str(path), "see whether it is whole") from error
    return content if isinstance(content, dict) else {}
