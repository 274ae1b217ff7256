"""Finding the control group of a pod, a container or a job, by the names in its path."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING

from submeter.sensing.devices import cgroupfs
from submeter.sensing.devices.cgroup_names import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from submeter.sensing.devices.cgroup_names import Names

MOST = 200_000
"""At most so many groups are looked at: a node holds thousands."""


def find(wanted: Callable[[Names], bool], root: str = cgroupfs.ROOT) -> list[str]:
    """Give the outermost groups whose path says what is wanted, as paths below the root."""
    found: dict[str, None] = {}
    for base in cgroupfs.trees(root):
        for path in _outermost(base, wanted):
            found.setdefault(path)
    return sorted(found)


def _outermost(base: str, wanted: Callable[[Names], bool]) -> Iterator[str]:
    """Look level by level; below a group that is wanted there is nothing more to find."""
    waiting = deque([""])
    for _ in range(MOST):
        if not waiting:
            return
        path = waiting.popleft()
        if path and wanted(named(path)):
            yield path
            continue
        try:
            with os.scandir(base + path) as rows:
                below = [each.name for each in rows if each.is_dir(follow_symlinks=False)]
        except OSError:  # gone meanwhile, or not ours to list
            continue
        waiting.extend(f"{path}/{name}" for name in below)
