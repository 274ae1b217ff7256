"""Where results go: JSON to a file or to standard output, tables to the terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

from submeter.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment
    from rich.text import Text

    from submeter.errors import SubmeterError


_LINES = {9, 10}
_PICTURES = 0x2400
_UNKNOWN = 0xFFFD
SHOWN = MappingProxyType(
    {code: _PICTURES + code for code in range(32) if code not in _LINES}
    | dict.fromkeys((*range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), _UNKNOWN)
)
"""How characters are shown that would steer a terminal or turn text around: names of work and of
processes, and other people's records, are printed, and nobody vouches for them."""


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

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterable[Segment]:
            """Give what is printed; a text never steers the terminal."""
            for each in super().render(renderable, options):
                text = each.text if each.control else each.text.translate(SHOWN)
                yield each if text == each.text else each._replace(text=text)

    stream = stream or sys.stdout
    narrow = stream.isatty() or "COLUMNS" in os.environ
    width = None if narrow else 100
    return Honest(file=stream, width=width, highlight=False, soft_wrap=not narrow)


def one_line(text: str) -> str:
    """Write a text of the user's as one line that steers nothing."""
    return " ".join(text.translate(SHOWN).split())


class Hanging:
    """A line set in by so many columns; what does not fit goes on below it, two further in."""

    def __init__(self, text: Text, columns: int) -> None:
        self._text = text
        self._columns = columns

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[Text]:
        """Give the lines; one where lines stay whole."""
        from rich.text import Text  # noqa: PLC0415 - heavy, as above

        lines = [self._text]
        if not options.no_wrap:
            room = max(20, options.max_width - self._columns - 2)
            lines = list(self._text.wrap(console, room))
        columns = self._columns
        for line in lines:
            line.rstrip()
            yield Text.assemble(" " * columns, line)
            columns = self._columns + 2


def indented(out: Console, text: str, columns: int = 2, style: str = "") -> None:
    """Print a line below a heading; what does not fit goes on below it, two columns further in."""
    from rich.text import Text  # noqa: PLC0415 - heavy, as above

    out.print(Hanging(Text(text, style=style), columns))


def elided(name: str, most: int) -> str:
    """Shorten a name in its middle: devices of one kind are told apart by how their ids end.

    Examples
    --------
    >>> elided("gpu:GPU-5a1b2c3d-0000-0000-0000-0123456789ab", 20)
    'gpu:GPU-5a1b2c3…89ab'
    """
    tail = 4
    return name if len(name) <= most else f"{name[: most - tail - 1]}…{name[-tail:]}"


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
        sys.stderr.write(f"{error.line().translate(SHOWN)}\n")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def tell_at_a_terminal(what: str) -> None:
    """Write a line on standard error where somebody watches it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{what}\n")


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
