"""Reading the command line: errors say what, where and the next step, and end with code 2."""

from __future__ import annotations

import argparse
import re
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from submeter.errors import UsageError
from submeter.quantities.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import SupportsWrite

FACTORS = ("factors", "FILE", "CSV of factors of your own, added to the published or instead")
PLACE = (
    ("region", "REGION", "where it runs: FR, US-CA, gcp/us-central1"),
    ("grid", "INTENSITY", 'carbon intensity of its electricity: "57 gCO2e/kWh"'),
    ("pue", "PUE", "power usage effectiveness of the facility"),
    ("wue", "WUE", 'water usage effectiveness of the site: "0.3 L/kWh"'),
    ("price", "PRICE", 'price of the electricity: "0.21 EUR/kWh"'),
    FACTORS,
)
HARDWARE = (
    ("lifetime", "TIME", 'how long the hardware is kept: "5 years"'),
    ("utilisation", "SHARE", "for what share of its life the hardware is used: 0.5"),
)
WORK = (
    ("stage", "STAGE", "stage of the model's life: training, inference, evaluation …"),
    ("purpose", "TEXT", "what the work is for; a life tells development and failed apart"),
    ("model", "NAME", "the model at work"),
    ("base", "NAME", "the model that it is made from"),
    ("teacher", "NAME", "the model that it is distilled from"),
    ("tenant", "NAME", "whose work it is"),
    ("contract", "NAME", "the contract that it falls under"),
)
LEDGER = ("ledger", "DIR", "folder of the ledger")


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are `UsageError`."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing a usage text and leaving."""
        fix = f"see {self.prog} --help"
        rest = message.removeprefix("unrecognized arguments: ")
        if rest != message:
            fix = meant(rest.partition(" ")[0], self._option_string_actions) or fix
        elif number := _NO_NUMBER.fullmatch(message):
            kind = "a whole number" if number["kind"] == "int" else "a number"
            raise UsageError(f"{_quoted(number['text'])} is not {kind}", number["where"], fix)
        elif choice := _NO_CHOICE.fullmatch(message):
            known = [each.strip(" '") for each in choice["known"].split(",")]
            text = choice["text"].strip("'")
            fix = meant(text, known) or f"choose one of {', '.join(known)}"
            message = f'there is no "{text}"'
        elif message.startswith(_REQUIRED):
            # argparse names those that may be left out as well.
            needed = [
                each for each in self._get_positional_actions() if each.nargs not in _MAY_LACK
            ]
            names = ", ".join(str(each.metavar or each.dest) for each in needed)
            message = f"nothing is said of: {names}"
            choices = next((each.choices for each in needed if each.choices), None)
            fix = f"choose one of {', '.join(choices)}; {fix}" if choices else fix
        raise UsageError(message, self.prog, fix)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; argparse itself keeps silent where that cannot be written."""
        (file or sys.stdout).write(self.format_help())
        sys.stdout.flush()


_REQUIRED = "the following arguments are required: "
_NO_NUMBER = re.compile(
    r"argument (?P<where>.+?): invalid (?P<kind>int|float) value: (?P<text>.+)", re.DOTALL
)
_NO_CHOICE = re.compile(
    r"argument .+?: invalid choice: (?P<text>.+) \(choose from (?P<known>.+)\)", re.DOTALL
)
"""What argparse says in its own words of programming."""
_MAY_LACK = ("?", "*", argparse.REMAINDER)


def _quoted(text: str) -> str:
    return f'"{text[1:-1]}"'


def seconds(text: str) -> float:
    """Read a time [s] that was typed: a number of seconds, or a quantity such as ``10 min``."""
    try:
        return float(text)
    except ValueError:
        return parse(text, "time")


def settings_flags(parser: argparse.ArgumentParser, flags: Iterable[tuple[str, str, str]]) -> None:
    """Add flags that set settings of the same name."""
    for name, metavar, meaning in flags:
        parser.add_argument(f"--{name}", metavar=metavar, help=meaning)


def given(args: argparse.Namespace) -> dict[str, str | None]:
    """Give the settings that were typed."""
    names = [flag[0] for flag in (*PLACE, *HARDWARE, *WORK, LEDGER)] + ["method", "period"]
    return {name: getattr(args, name, None) for name in names}


def json_flag(parser: argparse.ArgumentParser, *, stdout: bool = True) -> None:
    """Add ``--json FILE``."""
    meaning = "write the result as JSON; - is standard output" if stdout else "write it as JSON"
    parser.add_argument("--json", metavar="FILE", help=meaning)


def meant(word: str, known: Iterable[str]) -> str:
    """Give ``did you mean …?`` for a word that is not known, or an empty string."""
    close = get_close_matches(word, list(known), 1)
    return f"did you mean {close[0]}?" if close else ""
