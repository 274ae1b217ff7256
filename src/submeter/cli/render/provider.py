"""What the doctor tells of the provider of grid intensity: what is set, without asking anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import SubmeterError
from submeter.runs.hours import named

if TYPE_CHECKING:
    from submeter.runs.settings import Settings


def line(settings: Settings) -> str:
    """Say which provider accounts ask for the hours of the grid, and what is missing."""
    name = settings["provider"]
    if not name:
        return "grid by the hour: off, nobody is asked (to turn it on: docs/how-to/live-grid.md)"
    try:
        provider, zone = named(settings)
    except SubmeterError as error:
        return f"grid by the hour: {name} cannot be asked: {error}"
    key = f"key in {provider.about.variable}" if provider.about.needs_key else "no key needed"
    return f"grid by the hour: {provider.about.title}, zone {zone}, {key}; not asked now"
