"""TensorBoard: a window's figures as scalars of an event file, what they rest on as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from submeter.integrations.figures import PREFIX, figures, prefixed, words

if TYPE_CHECKING:
    from submeter.runs.window import Window


class Writer(Protocol):
    """What is needed of a ``SummaryWriter``, torch's or tensorboardX's."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int | None) -> object:
        """Write a number."""
        ...

    def add_text(self, tag: str, text_string: str, global_step: int | None) -> object:
        """Write a text."""
        ...


def log(window: Window, writer: Writer, step: int | None = None) -> None:
    """Log what a window has drawn so far; of a closed one, all figures, and what they rest on.

    Parameters
    ----------
    window : Window
        Of `submeter.measure`, or of a callback.
    writer : Writer
        Such as ``torch.utils.tensorboard.SummaryWriter("logs")``.
    step : int, optional
        TensorBoard's step.
    """
    for name, value in prefixed(figures(window)).items():
        writer.add_scalar(name, value, step)
    if window.end is not None:
        for name, text in words(window).items():
            writer.add_text(f"{PREFIX}{name}", text, step)
