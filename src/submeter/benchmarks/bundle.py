"""The result bundle: a zip of plan, readings, queries and figures, with their hashes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.archive import MOST, pack, unpack
from submeter.benchmarks.plan import plan_of
from submeter.benchmarks.query import query_of
from submeter.benchmarks.rules import RULES
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
UPDATE = "use a newer Submeter: pip install --upgrade submeter"
FILES = ("bundle.json", "readings.ndjson", "queries.ndjson")
SUMS = "SHA256SUMS"
SIGNATURES = "SIGNATURES"
"""Lies beside the sums and is not among them: who signs a bundle leaves its own hash as it is."""


MALFORMED = (
    RecordError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
    RecursionError,
)  # fmt: skip
"""What reading something made by anybody may raise."""


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
    rules : int
        The version of the rules by which its figures follow; 0 of one that tells none.
    sums, signatures : bytes
        ``SHA256SUMS``, and ``SIGNATURES``, which is empty of a bundle that nobody signed.
    """

    told: Mapping[str, Any]
    plan: Plan
    sittings: Sequence[Sitting]
    queries: Sequence[Query]
    seen: Mapping[int, Evidence]
    sha256: str
    rules: int = 0
    sums: bytes = b""
    signatures: bytes = b""


class NewerBundle(UsageError):  # noqa: N818 - a state of the bundle, not a fault
    """A bundle of a form, or by rules, that this version does not know yet."""

    code = "SM160"


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
    parts[SUMS] = _sums(parts)
    replace(path, pack(parts))
    return hashlib.sha256(parts[SUMS]).hexdigest()


def replace(path: Path, content: bytes) -> None:
    """Write a file at once, or not at all: what was there stays until then.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        fix = "name a file that can be written; what was measured is kept beside it"
        raise UsageError(
            f"the bundle cannot be written: {error.strerror}", str(path), fix
        ) from error


def parts_of(path: Path, most: int = MOST) -> dict[str, bytes]:
    """Give a bundle's files, which are as their sums say.

    Raises
    ------
    UsageError
        If it is no bundle, or was altered: it says which file.
    """
    parts = unpack(path, (*FILES, SUMS), (SIGNATURES,), most)
    _check_sums(parts, path)
    return parts


def read_bundle(path: Path, most: int = MOST) -> Bundle:
    """Read a bundle whose files are as their sums say.

    Parameters
    ----------
    path : Path
        The bundle.
    most : int
        Bytes that each of its files has at most, unpacked.

    Raises
    ------
    NewerBundle
        If it is of a newer form, or by newer rules.
    UsageError
        If it is none, or was altered: it says which file.
    """
    parts = parts_of(path, most)
    try:
        told = _parsed(parts["bundle.json"].decode())
        schema = str(told.get("schema"))
        # 1e999 and half a character are written on, to sites and terminals: told here, once.
        json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, AttributeError, RecursionError) as error:
        raise UsageError(f"it is no JSON: {error}", f"{path}: bundle.json") from error
    _check_form(schema, path)
    rules = _rules(told, path)
    try:
        return Bundle(
            told,
            plan_of(told["configuration"]),
            [sitting_of(each) for each in told["sittings"]],
            [query_of(line) for line in _lines(parts["queries.ndjson"])],
            _evidence(_lines(parts["readings.ndjson"])),
            hashlib.sha256(parts[SUMS]).hexdigest(),
            rules,
            parts[SUMS],
            parts.get(SIGNATURES, b""),
        )
    except MALFORMED as error:
        fix = "ask whoever made it for another"
        raise UsageError(f"the bundle cannot be read: {error}", str(path), fix) from error


def is_bundle(path: Path) -> bool:
    """Tell whether a file is a zip, as bundles are."""
    return zipfile.is_zipfile(path)


def _sums(parts: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(parts[name]).hexdigest()}  {name}\n" for name in FILES]
    return "".join(lines).encode()


def _check_sums(parts: Mapping[str, bytes], path: Path) -> None:
    """Hold all against the sums, to the byte: two bundles of the same content have one hash."""
    fix = "it was altered after it was made: ask for the original"
    stated: dict[str, str] = {}
    for line in parts[SUMS].decode("ascii", "replace").splitlines():
        digest, _, name = line.partition("  ")
        stated[name] = digest
    for name in FILES:
        if hashlib.sha256(parts[name]).hexdigest() != stated.get(name):
            raise UsageError(f"{name} is not what {SUMS} says", str(path), fix)
    if parts[SUMS] != _sums(parts):
        raise UsageError(f"{SUMS} says more than a bundle's does", str(path), fix)


def _check_form(schema: str, path: Path) -> None:
    if schema == SCHEMA:
        return
    name, _, version = schema.partition("/")
    what = f'a bundle of the form "{schema[:60]}", this reads {SCHEMA}'
    if name == SCHEMA.partition("/")[0] and version.isdigit():
        raise NewerBundle(what, str(path), UPDATE)
    raise UsageError(what, str(path), "submeter bench run makes bundles")


def _rules(told: Mapping[str, Any], path: Path) -> int:
    rules = told.get("rules", 0)
    if type(rules) is not int or rules < 0:
        raise UsageError('its "rules" are no version', str(path), "ask for the original")
    if rules > RULES:
        what = f"made by a newer Submeter: its figures follow rules {rules}, this knows {RULES}"
        raise NewerBundle(what, str(path), UPDATE)
    return rules


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [_parsed(line) for line in content.decode().splitlines() if line]


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever it is
    """Read JSON, in which no number is endless or none."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no number")

    return json.loads(text, parse_constant=refuse)


def _evidence(lines: Iterable[Mapping[str, Any]]) -> dict[int, Evidence]:
    by_sitting: dict[int, list[Mapping[str, Any]]] = {}
    for line in lines:
        by_sitting.setdefault(int(line["sitting"]), []).append(line)
    return {number: from_lines(each) for number, each in by_sitting.items()}
