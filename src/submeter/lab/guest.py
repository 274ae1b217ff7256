"""The measured program: one meter, in a process of its own, asked for the windows of a case.

It runs by its path in whichever Python has the meter (``python -I guest.py TASK``), which need not
have Submeter: what drives the meters is lent to it, and nothing else.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

OWN = "submeter"


def lend(folder: Path) -> None:
    """Let modules of this package be found in `folder`, without its face being run."""
    package = ModuleType(OWN)
    package.__path__ = [str(folder)]
    sys.modules[OWN] = package


def main(words: list[str]) -> None:
    """Do a task: ``TASK`` is JSON, as `submeter.lab.stage` writes it."""
    task = json.loads(words[0])
    if task["meter"] != OWN:
        lend(Path(__file__).parents[1])
    import_module("submeter.lab.peers.task").do(task)


if __name__ == "__main__":
    main(sys.argv[1:])
