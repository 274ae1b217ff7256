"""What backends that load a library have in common: it may not be installed."""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from submeter.errors import UsageError


def library(name: str, backend: str, extra: str) -> Any:  # noqa: ANN401 - the library's own
    """Import a library.

    Raises
    ------
    UsageError
        If it is not installed, or does not load.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        what = f"{name} is not installed, or does not load: {error}"
        raise UsageError(what, f"--backend {backend}", f"pip install {extra}") from error


def engine(distribution: str) -> str:
    """Give a library's name and version."""
    try:
        return f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        return distribution


def whole(options: dict[str, str], name: str, default: int) -> int:
    """Read an option that is a number, 1 or more.

    Raises
    ------
    UsageError
        If it is none.
    """
    text = options.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise UsageError(f'"{text}" is no number of {name}', f"--option {name}", "1 or more")
    return int(text)
