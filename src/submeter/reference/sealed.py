"""Tables on disk: one CSV, and beside it a sidecar that says where it comes from and seals it."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from submeter.errors import FactorTableError
from submeter.quantities.factor import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_RESEAL = "restore the file, or rerun scripts/make_factors.py if you changed it on purpose"


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table whose bytes were found to be those that its sidecar names.

    Parameters
    ----------
    path : Path
        The CSV.
    title : str
        What the table holds.
    sha256 : str
        Of the CSV's bytes.
    sources : mapping of str to Source
        The sources by their id.
    rows : tuple of mapping
        Every row: column to text.
    shared : mapping of str to str
        What a column holds where a row leaves it out: the sidecar's ``[defaults]``.
    interval : mapping
        The rule by which its intervals are made, where rows give none: ``[interval]``.
    """

    path: Path
    title: str
    sha256: str
    sources: Mapping[str, Source]
    rows: tuple[Mapping[str, str], ...]
    shared: Mapping[str, str] = field(default_factory=dict)
    interval: Mapping[str, Any] = field(default_factory=dict)

    def source(self, row: Mapping[str, str]) -> Source:
        """Give the source of a row.

        Raises
        ------
        FactorTableError
            If the sidecar does not name it.
        """
        try:
            return self.sources[row["source"]]
        except KeyError:
            what = f"a row names the source {row.get('source', '')!r}, which its sidecar does not"
            raise FactorTableError(what, str(self.path), "add the source to the sidecar") from None


def read_sealed(path: Path, *, own: bool = False) -> SealedTable:
    """Read a CSV and its sidecar, and check the seal.

    Parameters
    ----------
    path : Path
        The CSV.
    own : bool
        Whether it is a user's: its sidecar need not seal it, nor say how it was made.

    Raises
    ------
    FactorTableError
        If either is missing or malformed, or the CSV's SHA-256 is not the sidecar's.
    """
    side = path.with_suffix(".toml")
    try:
        content, sidecar = path.read_bytes(), side.read_bytes()
    except OSError as error:
        what = f"a factor table cannot be read ({error.strerror})"
        raise FactorTableError(what, str(error.filename), "reinstall submeter") from error
    meta = _sidecar(sidecar, side, () if own else ("unit", "fetched", "sha256", "script"))
    digest = hashlib.sha256(content).hexdigest()
    if meta.get("sha256", digest) != digest:
        what = "a factor table is not the one that its sidecar seals (SHA-256 differs)"
        raise FactorTableError(what, str(path), _RESEAL)
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8")), strict=True)
        rows = tuple(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FactorTableError(f"a factor table is malformed ({error})", str(path)) from error
    sources = {s["id"]: Source(s["id"], _cite(s), s["licence"]) for s in meta["sources"]}
    shared, interval = meta.get("defaults", {}), meta.get("interval", {})
    return SealedTable(path, meta["title"], digest, sources, rows, shared, interval)


def _sidecar(content: bytes, side: Path, more: tuple[str, ...]) -> dict[str, Any]:
    try:
        meta = tomllib.loads(content.decode("utf-8"))
        needed = [meta[key] for key in ("title", *more)]
        needed += [s[key] for s in meta["sources"] for key in ("id", "citation", "licence", "url")]
    except (ValueError, KeyError, TypeError) as error:
        what = f"the sidecar of a factor table is malformed ({error!r})"
        raise FactorTableError(what, str(side), "compare it with a shipped one") from error
    return meta


def _cite(source: Mapping[str, str]) -> str:
    return ", ".join(part for part in (source["citation"], source["url"]) if part)
