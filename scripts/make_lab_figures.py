"""Draw docs/explanation/figures/ from synthetic hardware: how meters err, and what is done.

Usage::

    python -m scripts.make_lab_figures            # draw them, and print the numbers of the page
    python -m scripts.make_lab_figures --check    # fail if they are not what would be drawn
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from scripts.machine_figure import whole
from scripts.meter_figures import lengths, staircase, wraps

FOLDER = Path(__file__).parents[1] / "docs" / "explanation" / "figures"


class Figures(NamedTuple):
    """The drawings by file name, and the numbers that the page tells of them, as it writes them."""

    drawings: dict[str, str]
    told: dict[str, str]


def draw() -> Figures:
    """Draw all figures."""
    drawings, told = {}, {}
    for name, make in {
        "staircase": staircase, "lengths": lengths, "wraps": wraps, "whole": whole,
    }.items():  # fmt: skip
        drawings[f"{name}.svg"], facts = make()
        told.update({f"{name}: {key}": value for key, value in facts.items()})
    return Figures(drawings, told)


def main() -> int:
    """Draw or check the figures; what the page tells of them is printed."""
    drawings, told = draw()
    if sys.argv[1:] == ["--check"]:
        stale = [
            name for name, text in drawings.items()
            if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
        ]  # fmt: skip
        for name in stale:
            print(f"{name} is stale: run python -m scripts.make_lab_figures", file=sys.stderr)
        return int(bool(stale))
    FOLDER.mkdir(exist_ok=True)
    for name, text in drawings.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    for key, value in told.items():
        print(f"{key}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
