"""The accounting methods that are installed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from submeter.sensing.discovery import entry_points

if TYPE_CHECKING:
    from submeter.accounting.method import Method


def all_methods() -> list[Method]:
    """Give every method that is installed, built-in or not; a broken plug-in has none."""
    found: list[Method] = []
    for point in entry_points("submeter.methods"):
        with suppress(Exception):  # a plug-in must not take the program down
            found.extend(point.load())
    return found
