"""What ``submeter lab record`` and ``submeter lab show`` are told, and what they do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from submeter.cli.output import console, write_json
from submeter.cli.parser import seconds
from submeter.errors import SensorUnavailable, UsageError
from submeter.lab.load import PERIOD
from submeter.lab.marks import stand_ins
from submeter.lab.record import Recorder
from submeter.lab.session import Session
from submeter.lab.shown import show
from submeter.lab.tape import LONGEST, Tape
from submeter.quantities.parsing import parse
from submeter.runs.host import describe
from submeter.runs.settings import load
from submeter.sensing.discovery import find_sensors
from submeter.sensing.metering.meter import SystemClock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from submeter.lab.session import Ended

LOADS = ("idle", "square")
EVERY = "10 ms"
SECONDS = 30.0

_QUICKEST, _SLOWEST = 0.0005, 60.0
"""Times between readings [s]: quicker than any meter's refresh tells no more."""

_SHORTEST_PERIOD = 0.02
"""Of a square wave [s]: two of the scheduler's ticks on a machine with 100 of them a second."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add their arguments."""
    parser.add_argument(
        "words", nargs="*", metavar="FILE", help="record, show: the recording; record: then -- CMD"
    )
    parser.add_argument(
        "--load", choices=LOADS, help="record: without CMD, what the machine does: idle, or square"
    )
    parser.add_argument(
        "--seconds", type=seconds, metavar="TIME",
        help=f"record: how long, without CMD ({SECONDS:g} s)",
    )  # fmt: skip
    parser.add_argument(
        "--every", metavar="TIME",
        help=f"record: time between readings ({EVERY}); a fifth of a core is kept to",
    )  # fmt: skip
    parser.add_argument(
        "--period", metavar="TIME", help=f"record: of the square wave ({PERIOD:g} s)"
    )


_OWN = ("words", "load", "seconds", "every", "period")


def refuse(args: argparse.Namespace) -> None:
    """Refuse what only a recording has a use for."""
    for name in _OWN:
        if getattr(args, name):
            told = " ".join(args.words) if name == "words" else f"--{name}"
            raise UsageError(f"{args.action} does not take {told}", fix="submeter lab --help")


def run(args: argparse.Namespace) -> int:
    """Record, or show a recording."""
    if args.case or args.only or args.python:
        raise UsageError(f"{args.action} takes no cases and no meters", fix="submeter lab --help")
    if args.action == "record":
        return record(args)
    for name in _OWN[1:]:
        if getattr(args, name) is not None:
            raise UsageError(f"show does not take --{name}", fix="submeter lab show FILE")
    return show_file(args)


def record(args: argparse.Namespace) -> int:
    """Record; the exit code is the command's, else 0."""
    path, words = _file(args), args.words[1:]
    if args.json:
        fix = "look at the recording: submeter lab show FILE --json -"
        raise UsageError("record does not take --json", fix=fix)
    if words and (args.load or args.seconds is not None):
        flag = "--load" if args.load else "--seconds"
        fix = "leave it out, or the command: timeout 30 CMD ends one"
        raise UsageError("a recording lasts as long as its command", flag, fix)
    if args.period and args.load != "square":
        fix = "add --load square"
        raise UsageError("only a square wave has a period", "--period", fix)
    length = SECONDS if args.seconds is None else args.seconds
    if not 0 < length <= LONGEST:
        fix = f"choose more than 0 and at most {LONGEST:.0f}"
        raise UsageError(f"a recording of {length:g} s", "--seconds", fix)
    every = _time(args.every or EVERY, "--every", _QUICKEST, _SLOWEST)
    period = _time(args.period, "--period", _SHORTEST_PERIOD, LONGEST) if args.period else PERIOD
    ended = _record(path, words, (args.load or "idle", length, period), every)
    for note in ended.notes:
        sys.stderr.write(f"warning: {note}\n")
    sys.stderr.write(f"recorded: {path}; look at it: submeter lab show {path}\n")
    return ended.exit_code


def _record(path: str, words: Sequence[str], what: tuple[str, float, float], every: float) -> Ended:
    clock = SystemClock()
    settings = load({})

    def opened() -> Recorder:
        found = find_sensors(settings.roots)
        try:
            return Recorder(found.sensors, clock)
        except SensorUnavailable as error:
            # With a root of its own a sensor is meant to answer: why it did not helps most.
            named = [each for each in found.refusals if each.name in settings.roots]
            if not named:
                raise
            raise SensorUnavailable(named[0].reason, named[0].name, named[0].fix) from error

    def tape(recorder: Recorder, told: Mapping[str, object]) -> Tape:
        header = recorder.header(describe(), told, every, stand_ins(settings.roots))
        return Tape(path, header, clock.now())

    session = Session(opened, tape, every, clock)
    if words:
        return session.command(words)
    kind, length, period = what
    return session.square(period, length) if kind == "square" else session.idle(length)


def show_file(args: argparse.Namespace) -> int:
    """Show what a recording shows."""
    from submeter.cli.render import recording  # noqa: PLC0415 - rich, once the file was read

    path = _file(args)
    if args.words[1:]:
        raise UsageError("show takes one recording", fix="submeter lab show FILE")
    report = show(path)
    if args.json:
        write_json(recording.as_dict(report), args.json)
    if args.json != "-":
        recording.print_report(console(), report)
    return 0


def _file(args: argparse.Namespace) -> str:
    if not args.words:
        fix = f"submeter lab {args.action} FILE"
        raise UsageError(f"{args.action} which recording?", fix=fix)
    return str(args.words[0])


def _time(text: str, flag: str, least: float, most: float) -> float:
    length = parse(text, "time", flag)
    if not least <= length <= most:
        fix = f"choose between {least * 1e3:g} ms and {most:g} s"
        raise UsageError(f'a time of "{text}"', flag, fix)
    return length
