"""A stand-in says that it is one, so that no recording of it passes for one of hardware."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "stand-in, not hardware"
"""A stand-in library has these words in it, and so has a recording of any stand-in."""

FILE = ".stand-in"
"""A stand-in tree has this file around it, or in its folders."""

_MOST = 1 << 22
"""Bytes of a file that are looked at: stand-in libraries are of some ten thousand."""

_LOADED = {"libnvidia-ml.so": "nvidia", "libamd_smi.so": "amd"}
"""The library that a sensor loads by its maker's name, where it is given none."""


def mark(root: Path) -> None:
    """Mark a tree as a stand-in."""
    (root / FILE).write_text(f"a {MARK}\n", encoding="ascii")


def is_marked(root: str) -> bool:
    """Tell whether a tree, a library or a recording says that it is a stand-in."""
    path = Path(root)
    with suppress(OSError):
        if path.is_dir():
            around = (path, *path.parents, *path.glob("*"))
            return any((each / FILE).exists() for each in around)
        with path.open("rb") as file:
            return MARK.encode() in file.read(_MOST)
    return False


def stand_ins(roots: Mapping[str, str]) -> tuple[str, ...]:
    """Give the sensors that read a stand-in.

    Parameters
    ----------
    roots : mapping of str to str
        By sensor, the tree, library or recording that it was told to read. Libraries that this
        process has loaded by the maker's name are looked at too.
    """
    found = {name for name, root in roots.items() if root and is_marked(root)}
    return tuple(sorted(found | {_LOADED[_name(each)] for each in _mapped() if is_marked(each)}))


def _mapped() -> set[str]:
    """Give the paths of the makers' libraries that this process has loaded (on Linux)."""
    with suppress(OSError):
        lines = Path("/proc/self/maps").read_text("utf-8", errors="replace").splitlines()
        return {each.split(None, 5)[5] for each in lines if _name(each) in _LOADED}
    return set()


def _name(path: str) -> str:
    """Give a library's name without its version."""
    stem, dot, _ = path.rpartition("/")[2].partition(".so")
    return stem + dot
