"""What providers answered, kept on disk for its own user: by provider, zone and day of UTC.

The terms of most providers let their hours be kept for one's own use and not handed on, so nobody
else can read them (folders 0700, files 0600). No key is in them. A file that is not what was
written is told and asked for anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.factor import Source
from submeter.reference.live.hourly import Hourly, Stretch
from submeter.reference.live.instants import DAY, HOUR, moment

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 64 << 20
"""Bytes of all files; the oldest go first. A day of five-minute values has 30 kB."""

SETTLED = 2 * DAY
"""How long after a day is over its values change no more [ns]: a judgement; providers replace
their first estimates within hours to two days."""

STALE = 30 * DAY
"""After how long even a settled day is asked for anew [ns], where it can be."""

_FORM = "submeter.hourly/1"
_LARGEST_FILE = 1 << 20
"""Bytes of the largest file that is read: nothing that was written here is larger."""


class Kept(NamedTuple):
    """A day that was found.

    Parameters
    ----------
    hourly : Hourly
        What is known of it.
    asked : tuple of int
        The part of it that was asked for [ns UTC]; beyond it, missing means not asked.
    fresh : bool
        Whether that part need not be asked for anew.
    """

    hourly: Hourly
    asked: tuple[int, int]
    fresh: bool


class Cache:
    """The hours that were asked for before.

    Parameters
    ----------
    folder : Path
        Where they are; made when first written to.
    largest : int
        Bytes of all files.
    """

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self._folder = folder
        self._largest = largest
        self.damage: list[str] = []

    def get(self, provider: str, address: str, zone: str, day: int, now: int) -> Kept | None:
        """Give what is kept of a day that begins at `day` [ns UTC]; None if nothing is.

        A day is fresh for an hour, and for `STALE` if it was asked for `SETTLED` after its end.
        """
        path = self._path(provider, zone, day)
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST_FILE + 1)
        except OSError:
            return None
        found = _read(content, address)
        if found is None:
            self.damage.append(f"the cache's file {path} is damaged, so it is asked for anew")
            with suppress(OSError):
                path.unlink()
            return None
        hourly, asked = found
        if not hourly.id:
            return None
        age = now - hourly.fetched
        lasts = STALE if hourly.fetched >= day + DAY + SETTLED else HOUR
        return Kept(hourly, asked, 0 <= age < lasts)

    def put(
        self, provider: str, address: str, day: int, hourly: Hourly, asked: tuple[int, int]
    ) -> bool:
        """Keep what is known of a day and what was asked for; tells whether it could be kept."""
        path = self._path(provider, hourly.zone, day)
        content = _written(hourly, address, asked)
        if len(content) > _LARGEST_FILE:
            return False
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (path.parent, path.parent.parent, self._folder):
                folder.chmod(0o700)
            fresh.unlink(missing_ok=True)
            number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(number, "wb") as file:
                file.write(content)
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            return False
        self._keep_small(path)
        return True

    def _path(self, provider: str, zone: str, day: int) -> Path:
        # A zone has no slash and begins with a letter or digit (`checked_zone`).
        return self._folder / provider / zone / f"{moment(day):%Y-%m-%d}.json"

    def _keep_small(self, newest: Path) -> None:
        """Remove the oldest files until the rest is small enough."""
        found = []
        for path in self._folder.rglob("*.json"):
            with suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime_ns, path, status.st_size))
        size = sum(each[2] for each in found)
        for _, path, length in sorted(found):
            if size <= self._largest:
                return
            if path != newest:
                with suppress(OSError):
                    path.unlink()
                size -= length


def _written(hourly: Hourly, address: str, asked: tuple[int, int]) -> bytes:
    body = {
        "id": hourly.id, "zone": hourly.zone, "basis": hourly.basis, "address": address,
        "source": [hourly.source.id, hourly.source.citation, hourly.source.licence],
        "fetched": hourly.fetched, "asked": list(asked), "notes": list(hourly.notes),
        "stretches": [list(each) for each in hourly.stretches],
    }  # fmt: skip
    text = json.dumps(body, separators=(",", ":"), allow_nan=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f'{{"form":"{_FORM}","sha256":"{digest}","body":{text}}}\n'.encode()


def _read(content: bytes, address: str) -> tuple[Hourly, tuple[int, int]] | None:
    """Give what was written; without an id if it came from elsewhere, None if it is damaged."""
    try:
        whole: dict[str, Any] = json.loads(content)
        body = whole["body"]
        text = json.dumps(body, separators=(",", ":"), allow_nan=False)
        if whole["form"] != _FORM or whole["sha256"] != hashlib.sha256(text.encode()).hexdigest():
            return None
        found = Hourly(
            body["id"] if body["address"] == address else "", body["zone"], body["basis"],
            Source(*body["source"]), tuple(Stretch(*each) for each in body["stretches"]),
            body["fetched"], tuple(body["notes"]),
        )  # fmt: skip
        first, last = body["asked"]
    except (ValueError, KeyError, TypeError, RecursionError, QuantityError):
        return None
    return found, (first, last)
