"""Where results go: JSON to a file or to standard output, tables to the terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from submeter.errors import OutputError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from submeter.errors import SubmeterError


def console(stream: IO[str] | None = None) -> Console:
    """Give a console on `stream`, standard output by default.

    In a pipe or a file tables are as wide as a page, and lines stay whole: whoever looks for a
    path or a remedy in them finds it in one piece.
    """
    from rich.console import Console  # noqa: PLC0415 - heavy

    class Honest(Console):
        """Leaves a closed pipe to `main`; rich itself would end the program with code 1."""

        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - called while the BrokenPipeError is handled

    stream = stream or sys.stdout
    narrow = stream.isatty() or "COLUMNS" in os.environ
    width = None if narrow else 100
    return Honest(file=stream, width=width, highlight=False, soft_wrap=not narrow)


def indented(out: Console, text: str, columns: int = 2, style: str = "") -> None:
    """Print a line below a heading; what does not fit goes on below it, two columns further in."""
    from rich.padding import Padding  # noqa: PLC0415 - heavy, as above
    from rich.text import Text  # noqa: PLC0415

    if out.soft_wrap:
        out.print(Text(f"{' ' * columns}{text}", style=style))
        return
    lines = Text(text, style=style).wrap(out, max(20, out.width - columns - 2))
    out.print(Padding(lines[0], (0, 0, 0, columns)))
    for line in lines[1:]:
        out.print(Padding(line, (0, 0, 0, columns + 2)))


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


def tell(error: SubmeterError) -> None:
    """Write an error's line on standard error; where that is full or closed, nobody reads it."""
    try:
        sys.stderr.write(f"{error.line()}\n")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def drop_output() -> None:
    """Send what is still to be printed nowhere: its reader is gone, or its disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explain(error: OSError) -> OutputError:
    """Say what, where and the next step of a fault that no command had expected."""
    what = error.strerror or str(error)
    if error.filename:
        fix = "see that it is there, and whose it is: ls -l"
        return OutputError(what, str(error.filename), fix)
    fix = "free space where it goes, or send it elsewhere; what is on the record stays there"
    return OutputError(f"the output cannot be written: {what}", "standard output", fix)
