"""Settings: flags beat environment beats ``submeter.toml`` beats defaults, and each says whence."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "submeter.toml"

PREFIX = "SUBMETER_"
"""Of every variable that is read."""

PARENT = "SUBMETER_PARENT"
"""Variable by which `submeter run` tells what it runs the id of its entry: what is measured inside
is a part of that entry, and its joules are not added to it."""


class Known(NamedTuple):
    """A setting that exists: its default and its meaning."""

    default: str
    meaning: str


KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "region": Known("", "where the work runs: FR, US-CA, gcp/us-central1; unknown if empty"),
        "grid": Known("", "carbon intensity of the electricity, such as 57 gCO2e/kWh"),
        "pue": Known("", "power usage effectiveness of the facility, such as 1.2"),
        "wue": Known("", "water usage effectiveness on site, such as 0.3 L/kWh"),
        "price": Known("", "price of the electricity, such as 0.21 EUR/kWh"),
        "provider": Known("", "who tells the grid by the hour; nobody is asked if empty"),
        "zone": Known("", "zone of the grid in the provider's words, such as FR or CAISO_NORTH"),
        "lifetime": Known("", "how long the hardware is kept, such as 5 years"),
        "utilisation": Known("", "for what share of its life the hardware is used, such as 0.5"),
        "factors": Known("", "files of factors of your own, added to the published or instead"),
        "method": Known("submeter-1", "accounting method; submeter methods lists them"),
        "ledger": Known("", "folder of the ledger; in the state folder if empty"),
        "record": Known("yes", "whether work is entered in the ledger: yes or no"),
        "period": Known("1 s", "heartbeat of the meter; at most 60 s"),
        "stage": Known("other", "stage of the model's life that the work belongs to"),
        "purpose": Known("", "what the work is for"),
        "model": Known("", "the model at work"),
        "base": Known("", "the model that the model at work is made from"),
        "teacher": Known("", "the model that the model at work is distilled from"),
        "tenant": Known("", "whose work it is"),
        "contract": Known("", "the electricity or hosting contract that it falls under"),
    }
)
"""Every setting. A sensor's root is set by ``sensor.NAME`` (``SUBMETER_SENSOR_NAME``)."""


class Value(NamedTuple):
    """A setting's value and where it came from."""

    text: str
    origin: str


class Settings:
    """The settings in force.

    Parameters
    ----------
    flags : mapping of str to (str or None)
        What was typed or passed; None and empty mean not given.
    environ : mapping of str to str
        The environment.
    file : str
        The settings file; empty if there is none.
    typed : bool
        Whether the flags were typed on a command line (``--region``) or passed in a program
        (``region=``): errors and records say so.
    """

    def __init__(
        self,
        flags: Mapping[str, str | None],
        environ: Mapping[str, str],
        file: str = "",
        *,
        typed: bool = True,
    ) -> None:
        self.environ = environ
        self.file = file
        self.values = {name: Value(each.default, "default") for name, each in KNOWN.items()}
        if file:
            self._take(_table(file), file)
        for name, text in environ.items():
            if not name.startswith(PREFIX) or not text:
                continue
            key = name.removeprefix(PREFIX).lower()
            key = key.replace("sensor_", "sensor.", 1) if key.startswith("sensor_") else key
            if key in KNOWN or key.startswith("sensor."):
                self.values[key] = Value(text, name)
        form = "--{}" if typed else "{}="
        self._take({name: text for name, text in flags.items() if text}, "", form)

    def _take(self, table: Mapping[str, str], origin: str, form: str = "{}") -> None:
        for name, text in table.items():
            if name not in KNOWN and not name.startswith("sensor."):
                from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

                close = get_close_matches(name, KNOWN, 1)
                fix = f"did you mean {close[0]}?" if close else "submeter config lists them"
                raise ConfigError(f'there is no setting "{name}"', origin, fix)
            self.values[name] = Value(str(text), origin or form.format(name))

    def __getitem__(self, name: str) -> str:
        return self.values[name].text

    def origin(self, name: str) -> str:
        """Tell where a setting's value came from."""
        return self.values[name].origin

    def leave_out(self, name: str) -> None:
        """Leave out a setting that cannot be used; whether to record is then answered by no."""
        text = "no" if name == "record" else KNOWN[name].default
        self.values[name] = Value(text, f"default, instead of {self.origin(name)}")

    @property
    def roots(self) -> dict[str, str]:
        """The sensors' roots by name."""
        return {
            name.removeprefix("sensor."): value.text
            for name, value in self.values.items()
            if name.startswith("sensor.")
        }

    @property
    def records(self) -> bool:
        """Whether work is entered in the ledger."""
        text = self["record"].lower()
        if text not in ("yes", "no", "true", "false", "1", "0"):
            raise ConfigError(f'"{text}" is neither yes nor no', self.origin("record"))
        return text in ("yes", "true", "1")

    @property
    def period(self) -> float:
        """The heartbeat [s]."""
        from submeter.quantities.parsing import parse  # noqa: PLC0415 - not at every start

        seconds = 1.0 if self["period"] == "1 s" else parse(self["period"], "time", "period")
        if not 0.01 <= seconds <= 60.0:  # noqa: PLR2004 - a counter may wrap within two minutes
            fix = "choose between 10 ms and 60 s"
            raise ConfigError(f'a heartbeat of "{self["period"]}"', self.origin("period"), fix)
        return seconds


def text_of(value: str | float | None) -> str:
    """Write a setting as it stands in the environment; what was not stated is empty."""
    if value is None:
        return ""
    return {"True": "yes", "False": "no"}.get(str(value), str(value))


def load(
    flags: Mapping[str, str | None],
    environ: Mapping[str, str] = os.environ,
    *,
    typed: bool = True,
) -> Settings:
    """Gather the settings; the file is ``SUBMETER_CONFIG``, else `FILE` here or above."""
    return Settings(flags, environ, find_file(environ), typed=typed)


def find_file(environ: Mapping[str, str]) -> str:
    """Find the settings file; empty if there is none."""
    named = environ.get("SUBMETER_CONFIG", "")
    if named:
        if not os.path.isfile(named):
            raise ConfigError("the settings file is not there", named, "correct SUBMETER_CONFIG")
        return named
    try:
        here = os.getcwd()
    except OSError:
        return ""
    while True:
        file = os.path.join(here, FILE)
        if os.path.isfile(file):
            _check_owner(file)
            return file
        above = os.path.dirname(here)
        if above == here:
            return ""
        here = above


def _check_owner(file: str) -> None:
    """Refuse a file that somebody else may have put in the way: it can name libraries to load."""
    status = os.stat(file)
    if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o002:
        what = "the settings file is somebody else's, or everybody may write it"
        raise ConfigError(what, file, "name it by SUBMETER_CONFIG if you trust it")


def _table(file: str) -> dict[str, str]:
    """Read a settings file; a table ``[sensor]`` gives the sensors' roots."""
    import tomllib  # noqa: PLC0415 - only where a file is

    try:
        with open(file, "rb") as opened:
            table: dict[str, Any] = tomllib.load(opened)
    except (OSError, ValueError) as error:
        fix = "correct it, or remove it"
        raise ConfigError(f"the settings file cannot be read: {error}", file, fix) from error
    sensors = table.pop("sensor", {})
    if not isinstance(sensors, dict):
        fix = 'write the sensors\' roots below a line [sensor], such as rapl = "/path"'
        raise ConfigError('"sensor" must be a table', file, fix)
    flat = {f"sensor.{name}": str(root) for name, root in sensors.items()}
    if "factors" in table:
        flat["factors"] = _files(table.pop("factors"), file)
    for name, value in table.items():
        if isinstance(value, (dict, list)):
            raise ConfigError(f'"{name}" must be a plain value', file)
        flat[name] = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return flat


def _files(value: object, file: str) -> str:
    """Give the files of factors that a settings file names, beside itself where not absolute."""
    given = value if isinstance(value, list) else [value]
    names = [name for name in given if isinstance(name, str)]
    if len(names) != len(given):
        fix = 'write the files as factors = ["mine.csv"]'
        raise ConfigError('"factors" must be names of files', file, fix)
    folder = os.path.dirname(os.path.abspath(file))
    return os.pathsep.join(os.path.join(folder, name) for name in names)
