"""Settings that cannot be used: refused before work is begun, or told and left out within it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import ConfigError, SubmeterError
from submeter.reference.factors.codes import is_code
from submeter.runs.settings import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from submeter.runs.settings import Settings


_PREFIX = "SUBMETER_"
_SENSOR = "sensor."


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
    if settings.origin("period") == "period=":
        fix = "set SUBMETER_PERIOD, or period in submeter.toml"
        raise ConfigError("one heartbeat serves all windows of a program", "period=", fix)
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
                origin = settings.origin(name)
                if error.where in ("", name, f"--{name}"):
                    error.where = origin
                elif origin not in error.where:
                    error.where = f"{error.where} of {origin}"
                yield Fault(name, error)


def strays(settings: Settings) -> Iterator[str]:
    """Tell of variables and sensors' roots that nothing reads, but that look as if it should."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for those who look around

    from submeter.sensing.discovery import entry_points  # noqa: PLC0415 - scans what is installed

    sensors = [point.name for point in entry_points("submeter.sensors")]
    variables = {
        f"{_PREFIX}{name}".upper() for name in (*KNOWN, "home", "config", "provider_address")
    }
    for name in settings.environ:
        close = get_close_matches(name.upper(), variables, 1, 0.8)
        if close and name not in variables and name.upper().startswith(_PREFIX[:4]):
            yield f"{name} is not a setting: did you mean {close[0]}?"
    for name, value in settings.values.items():
        sensor = name.removeprefix(_SENSOR)
        if sensor != name and sensor not in sensors:
            close = get_close_matches(sensor, sensors, 1)
            fix = f"did you mean {close[0]}?" if close else f"there are {', '.join(sensors)}"
            yield f'{value.origin} is the root of no sensor that is installed ("{sensor}"): {fix}'


def _place(settings: Settings, name: str) -> None:
    if name == "region" and is_code(settings[name]):
        return
    from submeter.runs.place import of_record  # noqa: PLC0415 - reads tables

    of_record({"factors": settings["factors"], name: settings[name], "from": settings.origin(name)})


def _hardware(settings: Settings, name: str) -> None:
    from submeter.runs import hardware  # noqa: PLC0415 - reads tables

    hardware.of_record({name: settings[name], hardware.FROM: settings.origin(name)})


def _method(settings: Settings, name: str) -> None:
    from submeter.accounting.method import find  # noqa: PLC0415 - only for those who name one
    from submeter.runs.methods import all_methods  # noqa: PLC0415

    find(settings[name], all_methods())


def _provider(settings: Settings, name: str) -> None:
    from submeter.reference.live.provider import known  # noqa: PLC0415 - as the method above

    known(settings[name])  # a key that is missing is told by the account, which does without


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
    "price": _place,
    "factors": _place,
    "lifetime": _hardware,
    "utilisation": _hardware,
    "provider": _provider,
    "method": _method,
    "stage": _stage,
    "period": lambda settings, _: settings.period,
    "record": lambda settings, _: settings.records,
}
