"""Settings that cannot be used: refused before work is begun, or told and left out within it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import ConfigError, SubmeterError
from submeter.reference.factors.codes import is_code
from submeter.runs.settings import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from submeter.runs.settings import Settings


class Fault(NamedTuple):
    """A setting that cannot be used, and why."""

    name: str
    error: SubmeterError


def check(settings: Settings) -> None:
    """Refuse settings that the account would stumble over.

    Raises
    ------
    UsageError
        If the place, the hardware, the method, the stage, the heartbeat or the wish to record
        cannot be used.
    """
    for fault in faults(settings):
        raise fault.error


def faults(settings: Settings) -> Iterator[Fault]:
    """Give the settings that cannot be used; the defaults can."""
    for name, test in _TESTS.items():
        if settings[name] != KNOWN[name].default:
            try:
                test(settings, name)
            except SubmeterError as error:
                # Where a word came from is not known to what reads it.
                if settings.origin(name) not in error.where:
                    error.where = " of ".join(filter(None, (error.where, settings.origin(name))))
                yield Fault(name, error)


def _place(settings: Settings, name: str) -> None:
    if name == "region" and is_code(settings[name]):
        return
    from submeter.runs.place import of_record  # noqa: PLC0415 - reads tables

    of_record({name: settings[name], "from": settings.origin(name)})


def _hardware(settings: Settings, name: str) -> None:
    from submeter.runs import hardware  # noqa: PLC0415 - reads tables

    hardware.of_record({name: settings[name], hardware.FROM: settings.origin(name)})


def _method(settings: Settings, name: str) -> None:
    from submeter.accounting.method import find  # noqa: PLC0415 - only for those who name one
    from submeter.runs.methods import all_methods  # noqa: PLC0415

    find(settings[name], all_methods())


def _stage(settings: Settings, name: str) -> None:
    from submeter.workloads.activity import STAGES  # noqa: PLC0415 - as the method above

    if settings[name] not in STAGES:
        fix = f"choose one of {', '.join(STAGES)}"
        raise ConfigError(f'"{settings[name]}" is not a stage', settings.origin(name), fix)


_TESTS: Mapping[str, Callable[[Settings, str], object]] = {
    "region": _place,
    "grid": _place,
    "pue": _place,
    "wue": _place,
    "lifetime": _hardware,
    "utilisation": _hardware,
    "method": _method,
    "stage": _stage,
    "period": lambda settings, _: settings.period,
    "record": lambda settings, _: settings.records,
}
