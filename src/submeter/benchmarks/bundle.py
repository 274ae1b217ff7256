"""The result bundle: a zip of plan, readings, queries and figures, with their hashes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.plan import plan_of
from submeter.benchmarks.query import query_of
from submeter.benchmarks.sitting import sitting_of
from submeter.errors import RecordError, UsageError
from submeter.runs.evidence_json import from_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from submeter.benchmarks.plan import Plan
    from submeter.benchmarks.query import Query
    from submeter.benchmarks.sitting import Sitting
    from submeter.runs.books import Evidence

SCHEMA = "submeter.bundle/1"
FILES = ("bundle.json", "readings.ndjson", "queries.ndjson")
SUMS = "SHA256SUMS"
_MOST = 512 * 1024 * 1024
"""More bytes than a file within a bundle has: a small zip may hold a very large one."""
_DAY = (1980, 1, 1, 0, 0, 0)
"""Of every file within, so that the same content makes the same bundle."""


class Bundle(NamedTuple):
    """A bundle as it was read.

    Parameters
    ----------
    told : mapping
        ``bundle.json``.
    plan : Plan
        What was asked for.
    sittings, queries : sequence
        What was done.
    seen : mapping of int to Evidence
        What was read, by sitting.
    sha256 : str
        Of ``SHA256SUMS``: it stands for the whole.
    """

    told: Mapping[str, Any]
    plan: Plan
    sittings: Sequence[Sitting]
    queries: Sequence[Query]
    seen: Mapping[int, Evidence]
    sha256: str


def write_bundle(
    path: Path, told: Mapping[str, Any], readings: Iterable[str], queries: Iterable[str]
) -> str:
    """Write a bundle at once, or not at all; gives the SHA-256 that stands for it.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    head = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    texts = (head, "".join(f"{line}\n" for line in readings),
             "".join(f"{line}\n" for line in queries))  # fmt: skip
    parts = {name: text.encode() for name, text in zip(FILES, texts, strict=True)}
    sums = "".join(f"{hashlib.sha256(parts[name]).hexdigest()}  {name}\n" for name in FILES)
    parts[SUMS] = sums.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED, 9)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(packed.getvalue())
        beside.replace(path)
    except OSError as error:
        fix = "name a file that can be written; what was measured is kept beside it"
        raise UsageError(
            f"the bundle cannot be written: {error.strerror}", str(path), fix
        ) from error
    return hashlib.sha256(parts[SUMS]).hexdigest()


def read_bundle(path: Path) -> Bundle:
    """Read a bundle whose files are as their sums say.

    Raises
    ------
    UsageError
        If it is none, of a newer form, or was altered: it says which file.
    """
    parts = _unpack(path)
    _check_sums(parts, path)
    try:
        told = json.loads(parts["bundle.json"])
        schema = str(told.get("schema"))
    except (ValueError, AttributeError) as error:
        raise UsageError(f"it is no JSON: {error}", f"{path}: bundle.json") from error
    if schema != SCHEMA:
        name, _, version = schema.partition("/")
        newer = name == SCHEMA.partition("/")[0] and version.isdigit()
        fix = "use a newer Submeter" if newer else "submeter bench run makes bundles"
        raise UsageError(f'a bundle of the form "{schema}", this reads {SCHEMA}', str(path), fix)
    try:
        return Bundle(
            told,
            plan_of(told["configuration"]),
            [sitting_of(each) for each in told["sittings"]],
            [query_of(line) for line in _lines(parts["queries.ndjson"])],
            _evidence(_lines(parts["readings.ndjson"])),
            hashlib.sha256(parts[SUMS]).hexdigest(),
        )
    except (RecordError, ValueError, KeyError, TypeError) as error:
        fix = "ask whoever made it for another"
        raise UsageError(f"the bundle cannot be read: {error}", str(path), fix) from error


def is_bundle(path: Path) -> bool:
    """Tell whether a file is a zip, as bundles are."""
    return zipfile.is_zipfile(path)


def _unpack(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as file:
            found = {each.filename: each for each in file.infolist()}
            absent = [name for name in (*FILES, SUMS) if name not in found]
            if absent:
                raise UsageError(f"the bundle has no {', '.join(absent)}", str(path))
            large = [name for name in (*FILES, SUMS) if found[name].file_size > _MOST]
            if large:
                raise UsageError(f"{large[0]} is larger than any bundle's", str(path))
            return {name: file.read(name) for name in (*FILES, SUMS)}
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        fix = "submeter bench run makes bundles"
        raise UsageError(f"the bundle cannot be read: {error}", str(path), fix) from error


def _check_sums(parts: Mapping[str, bytes], path: Path) -> None:
    stated: dict[str, str] = {}
    for line in parts[SUMS].decode("ascii", "replace").splitlines():
        digest, _, name = line.partition("  ")
        stated[name] = digest
    for name in FILES:
        if hashlib.sha256(parts[name]).hexdigest() != stated.get(name):
            fix = "it was altered after it was made: ask for the original"
            raise UsageError(f"{name} is not what {SUMS} says", str(path), fix)


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.decode().splitlines() if line]


def _evidence(lines: Iterable[Mapping[str, Any]]) -> dict[int, Evidence]:
    by_sitting: dict[int, list[Mapping[str, Any]]] = {}
    for line in lines:
        by_sitting.setdefault(int(line["sitting"]), []).append(line)
    return {number: from_lines(each) for number, each in by_sitting.items()}
