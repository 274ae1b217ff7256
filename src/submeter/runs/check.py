"""Settings that cannot be used are refused before any work is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import ConfigError
from submeter.reference.factors.codes import is_code
from submeter.runs.settings import KNOWN

if TYPE_CHECKING:
    from submeter.runs.settings import Settings

_PLACE = ("region", "grid", "pue", "wue")


def check(settings: Settings) -> None:
    """Refuse settings that the account would stumble over.

    Raises
    ------
    UsageError
        If the place, the method, the stage or the heartbeat cannot be used.
    """
    stated = {name for name in _PLACE if settings[name]}
    if stated and not (stated == {"region"} and is_code(settings["region"])):
        from submeter.runs.place import of_settings  # noqa: PLC0415 - reads tables

        of_settings(settings)
    if settings["method"] != KNOWN["method"].default:
        from submeter.accounting.method import find  # noqa: PLC0415 - only for those who name one
        from submeter.runs.methods import all_methods  # noqa: PLC0415

        find(settings["method"], all_methods())
    if settings["stage"] != KNOWN["stage"].default:
        _check_stage(settings)
    _ = settings.period, settings.records


def _check_stage(settings: Settings) -> None:
    from submeter.workloads.activity import STAGES  # noqa: PLC0415 - as the method above

    if settings["stage"] not in STAGES:
        fix = f"choose one of {', '.join(STAGES)}"
        what = f'"{settings["stage"]}" is not a stage'
        raise ConfigError(what, settings.origin("stage"), fix)
