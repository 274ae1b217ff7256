"""The hashes of a model's files: what was measured can be told from what is published."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PIECE = 1 << 20
_MOST = 200
"""Files of a folder whose hashes are kept at most; the largest first."""


def hashes(path: Path) -> dict[str, str]:
    """Give SHA-256 by name of a file, or of the files in a folder."""
    if path.is_file():
        return {path.name: _hash(path)}
    found = [each for each in path.rglob("*") if each.is_file() and each.suffix != ".pyc"]
    largest = sorted(found, key=lambda each: (-each.stat().st_size, str(each)))[:_MOST]
    return {str(each.relative_to(path)): _hash(each) for each in sorted(largest)}


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
