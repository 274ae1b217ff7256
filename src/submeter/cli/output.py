"""Where results go: JSON to a file or to standard output, tables to the terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from submeter.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console


def console(stream: IO[str] | None = None) -> Console:
    """Give a console on `stream`, standard output by default; as wide as a page where piped."""
    from rich.console import Console  # noqa: PLC0415 - heavy

    class Honest(Console):
        """Leaves a closed pipe to `main`; rich itself would end the program with code 1."""

        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - called while the BrokenPipeError is handled

    stream = stream or sys.stdout
    terminal = stream.isatty()
    width = None if terminal or "COLUMNS" in os.environ else 100
    return Honest(file=stream, width=width, highlight=False, soft_wrap=False)


def write_json(result: object, target: str) -> None:
    """Write a result as JSON to the file `target`, or to standard output for ``-``.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    text = json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        with Path(target).open("w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        fix = "name a file that can be written"
        raise UsageError(f"the result cannot be written: {error.strerror}", target, fix) from error
