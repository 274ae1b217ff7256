"""Submeter: the meter behind the meter.

Every joule of an AI workload, booked exactly once, and what it cost the world.

>>> import submeter
>>> with submeter.measure("greeting", record="no") as window:
...     window.count(requests=1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import BudgetExceeded, SubmeterError, UsageError
from submeter.runs.measure import measure
from submeter.runs.window import Window

if TYPE_CHECKING:
    from submeter.quantities.estimate import Estimate, Tier
    from submeter.runs.budget import BudgetWarning

__version__ = "0.1.0"

__all__ = [
    "BudgetExceeded",
    "BudgetWarning",
    "Estimate",
    "SubmeterError",
    "Tier",
    "UsageError",
    "Window",
    "__version__",
    "measure",
]


def __getattr__(name: str) -> object:
    """Load what a program seldom names; importing Submeter must cost it next to nothing."""
    if name in ("Estimate", "Tier"):
        from submeter.quantities import estimate  # noqa: PLC0415

        return getattr(estimate, name)
    if name == "BudgetWarning":
        from submeter.runs.budget import BudgetWarning  # noqa: PLC0415

        return BudgetWarning
    if name == "load_ipython_extension":  # %load_ext submeter
        from importlib import import_module  # noqa: PLC0415

        # By its name: whoever asks for the version must not lean on what lies above it.
        return import_module("submeter.integrations.jupyter").load_ipython_extension
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
