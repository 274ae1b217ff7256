"""The command ``submeter``: finds the command's module, runs it, and turns errors into lines."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from submeter.cli.output import drop_output, explain, tell
from submeter.cli.parser import Parser, meant
from submeter.errors import SubmeterError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

COMMANDS = {
    "run": "meter any command and account for it",
    "attach": "meter a process that already runs",
    "top": "watch live what this machine draws, and who",
    "account": "work out a statement anew, by any method, for any place; or of a file",
    "explain": "where a number comes from and how sure it is; why two differ",
    "life": "what making a model and running it came to, and when one overtook",
    "reproduce": "the field's published figures, recomputed from their own inputs",
    "audit": "claims, held against their own inputs and against what is possible",
    "bench": "measure a model at a task, into a bundle that can be verified",
    "verify": "every figure of a bundle, worked out anew from its readings",
    "rate": "stars for results, on a named scale, and how sure they are",
    "leaderboard": "a site of static files from bundles, which anybody can verify",
    "label": "a result as a picture that says how sure it is",
    "ledger": "what is on the record: list, show, merge",
    "doctor": "which sensors answer here, which do not, and how to mend it",
    "lab": "test any meter on hardware of exactly known draw, and record real ones",
    "factors": "find a published number and its source",
    "methods": "the accounting methods",
    "config": "each setting and where it came from",
    "schema": "the JSON Schema of a result",
}
"""Every command and what it does; each is a module of `submeter.cli.commands`."""

DONE, NO, BAD_USAGE = 0, 1, 2


_ELSEWHERE = "what is missing elsewhere: docs/explanation/platforms.md"


class Command(Protocol):
    """A command's module."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add its arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Run it; gives the exit code."""
        ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done; 1 the answer is no; 2 bad usage or input; for ``run`` the child's own.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _hold_streams()
    try:
        _check_platform()
        code = _dispatch(words)
        sys.stdout.flush()
    except SubmeterError as error:
        tell(error)
        return int(getattr(error, "exit_code", BAD_USAGE))
    except BrokenPipeError:
        drop_output()
        return DONE
    except OSError as error:
        drop_output()
        tell(explain(error))
        return BAD_USAGE
    except KeyboardInterrupt:
        return 130
    return code


def _hold_streams() -> None:
    """Keep other files from taking the numbers of standard streams that are closed.

    What is opened here is closed again in a command that `run` starts, which finds its streams as
    they were.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - standard error
        pass
    os.close(number)
    for stream, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(stream, "w", encoding="utf-8", closefd=False))


def _check_platform() -> None:
    if sys.platform != "linux":
        raise UsageError("Submeter runs on Linux only", sys.platform, _ELSEWHERE)


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(overview())
        return DONE
    if words[0] in ("-V", "--version"):
        from submeter import __version__  # noqa: PLC0415

        sys.stdout.write(f"submeter {__version__}\n")
        return DONE
    name = words[0]
    if name not in COMMANDS:
        fix = meant(name, COMMANDS) or "submeter --help lists the commands"
        raise UsageError(f'there is no command "{name}"', fix=fix)
    command: Command = import_module(f"submeter.cli.commands.{name}")
    parser = Parser(prog=f"submeter {name}", description=f"{COMMANDS[name]}.", allow_abbrev=False)
    command.add_arguments(parser)
    # Elsewhere options may stand between arguments; behind run's -- all belongs to the command.
    read = parser.parse_args if name == "run" else parser.parse_intermixed_args
    return command.run(read(words[1:]))


def overview() -> str:
    """Give the text of ``submeter --help``."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {meaning}" for name, meaning in COMMANDS.items()]
    return "\n".join(
        [
            "submeter: the meter behind the meter",
            "",
            "usage: submeter COMMAND [options]",
            "",
            *lines,
            "",
            "submeter COMMAND --help tells more. Begin with: submeter run -- CMD",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
