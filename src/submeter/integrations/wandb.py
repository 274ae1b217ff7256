"""Weights & Biases: a window's figures into a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.errors import UsageError
from submeter.integrations.figures import PREFIX, figures, prefixed, words
from submeter.integrations.libraries import library

if TYPE_CHECKING:
    from submeter.runs.window import Window


def log(window: Window, step: int | None = None, run: Any = None) -> None:
    """Log what a window has drawn so far; of a closed one, all figures, and what they rest on.

    Parameters
    ----------
    window : Window
        Of `submeter.measure`, or of a callback.
    step : int, optional
        Wandb's step; its next one if None.
    run : wandb.Run, optional
        The one that is open by default.

    Raises
    ------
    UsageError
        If wandb is not installed, or no run is open.
    """
    run = run if run is not None else library("wandb", "wandb", "wandb").run
    if run is None:
        fix = "call wandb.init() first, or pass run="
        raise UsageError("no run of wandb is open", "submeter.integrations.wandb", fix)
    run.log(prefixed(figures(window)), step=step)
    if window.end is not None:
        run.summary.update({f"{PREFIX}{name}": text for name, text in words(window).items()})
