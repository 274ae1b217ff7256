"""Other people's libraries: imported only once they are asked for."""

from __future__ import annotations

import importlib
from typing import Any

from submeter.errors import UsageError


def library(name: str, adapter: str, package: str) -> Any:
    """Import a library.

    Parameters
    ----------
    name : str
        Its module.
    adapter : str
        The module of this folder that needs it.
    package : str
        What to install.

    Raises
    ------
    UsageError
        If it is not installed, or does not load.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        what = f"{name} is not installed, or does not load: {error}"
        where = f"submeter.integrations.{adapter}"
        raise UsageError(what, where, f"pip install {package}") from error
