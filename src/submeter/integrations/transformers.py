"""Hugging Face Trainer: `EnergyCallback` measures a training and logs its energy as it goes on.

>>> from submeter.integrations.transformers import EnergyCallback  # doctest: +SKIP
>>> trainer = Trainer(..., callbacks=[EnergyCallback("fine-tune", region="FR")])  # doctest: +SKIP
"""

from __future__ import annotations

import functools
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from submeter.integrations.libraries import library
from submeter.integrations.training import Training

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from submeter.runs.window import Window

_PACKAGE = "transformers accelerate"

_FRAMES = 4
"""So many callers up at most the handler of the callbacks is looked for; it is the first."""


class _Events:
    """What is done at each event of the Trainer.

    Parameters
    ----------
    name : str
        What to call the training in the account.
    options
        As for `submeter.measure`: ``region``, ``budget``, ``on_budget``, ``model``, and settings.
    """

    def __init__(self, name: str = "training", **options: str | float | None) -> None:
        self._training = Training(name, options)
        self._in_use = True
        self._steps = 0
        self._tokens = 0
        self._of_epoch = 0

    @property
    def window(self) -> Window | None:
        """The window of the training; its figures are there once the training is over."""
        return self._training.window

    def __enter__(self) -> Self:
        """Give itself: ``with callback: trainer.train()`` closes the window should it crash."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close a window that the Trainer left open."""
        if error is not None:
            self._training.crashed(error)

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Open the window, ahead of the trackers among the callbacks."""
        del args, control
        self._in_use = _take_place(self, sys._getframe(1))  # noqa: SLF001 - see there
        if not self._in_use:
            return
        self._steps = state.global_step
        self._tokens = state.num_input_tokens_seen
        self._training.begin(_model(given.get("model")))

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Open the part ``epoch``, in whose middle a checkpoint may have been resumed."""
        del control
        done = (state.epoch or 0.0) % 1 * (_length(given.get("train_dataloader")) or 0)
        # Told to skip no data, the Trainer begins the epoch anew.
        self._of_epoch = 0 if args.ignore_data_skip else round(done) * _batch(args, state)
        self._training.enter("epoch")

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Count the step, its samples and its tokens; tell what follows it.

        The Trainer tells them of all ranks. Each counts an equal share, of which its own energy is
        the price; over the ranks of a job the shares add up.
        """
        if self._in_use:
            batch = _batch(args, state)
            length = _length(getattr(given.get("train_dataloader"), "dataset", None))
            if length is not None and args.dataloader_drop_last:
                length -= length % batch
            work = {
                "steps": state.global_step - self._steps,
                "samples": self._samples(batch * args.gradient_accumulation_steps, length),
                "training_tokens": state.num_input_tokens_seen - self._tokens,
            }
            shares = {name: amount / args.world_size for name, amount in work.items() if amount}
            self._training.count(**shares)
        self._steps, self._tokens = state.global_step, state.num_input_tokens_seen
        self._follow(control)

    def _samples(self, batch: int, length: int | None) -> int:
        """Give the samples of a step over all ranks: the last batch of an epoch may be smaller."""
        samples = batch if length is None else max(0, min(batch, length - self._of_epoch))
        self._of_epoch += samples
        return samples

    def on_epoch_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Close the part ``epoch``; tell what follows it."""
        del args, state, given
        self._training.leave("epoch")
        self._follow(control)

    def _follow(self, control: Any) -> None:
        """Open the part that the Trainer has decided on: it tells only when that is over."""
        if control.should_evaluate:
            self._training.enter("evaluation")
        elif control.should_save:
            self._training.enter("checkpoint")

    def on_evaluate(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Close the part ``evaluation``; a checkpoint may follow it."""
        del args, state, given
        self._training.leave("evaluation")
        if control.should_save:
            self._training.enter("checkpoint")

    def on_save(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Close the part ``checkpoint``."""
        del args, state, control, given
        self._training.leave("checkpoint")

    def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Put what was drawn so far into the logs; test the budget."""
        del args, control
        found = self._training.figures()
        logs = given.get("logs")
        if isinstance(logs, dict):
            logs.update(found)
        if state.log_history:  # the Trainer keeps a copy of its own
            state.log_history[-1].update(found)
        self._training.progress(state.global_step, state.max_steps)

    def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Close the window."""
        del args, state, control, given
        self._training.end()


def _take_place(callback: _Events, frame: FrameType | None) -> bool:
    """Go ahead of the trackers among a Trainer's callbacks; tells whether it is the one in use.

    Callbacks are called in the order in which they were added, after the Trainer's own trackers,
    which would have read the logs by then. The list is its handler's, which no callback is given:
    it is the one that calls this. Of two of a kind the first is in use, else all would be counted
    twice.
    """
    for _ in range(_FRAMES):
        if frame is None:
            return True
        handler = frame.f_locals.get("self")
        others = getattr(handler, "callbacks", None)
        if isinstance(others, list) and callback in others:
            break
        frame = frame.f_back
    else:
        return True
    first = next(each for each in others if isinstance(each, _Events))
    if first is not callback:
        told = "there is an EnergyCallback already; the second one measures nothing"
        warnings.warn(told, stacklevel=2)
        return False
    # Later ones are taken out, and this one moves up: neither disturbs who is called next.
    place = others.index(callback)
    flow = [n for n, each in enumerate(others) if type(each).__name__ == "DefaultFlowCallback"]
    ahead = min(place, flow[-1] + 1 if flow else 0)
    rest = [each for each in others if each is not callback]
    others[:] = [*rest[:ahead], callback, *rest[ahead:]]
    return True


def _batch(args: Any, state: Any) -> int:
    """Give the samples of one batch over all ranks."""
    return int(state.train_batch_size or args.train_batch_size) * int(args.world_size)


def _length(data: Any) -> int | None:
    """Give how many there are; None if they do not tell."""
    try:
        return len(data)
    except TypeError:
        return None


def _model(model: Any) -> dict[str, str]:
    """Tell a model's name, without the folder that it lies in, and its number of parameters."""
    if model is None:
        return {}
    named = str(getattr(getattr(model, "config", None), "name_or_path", "") or "")
    if Path(named).is_absolute() or Path(named).is_dir():
        named = Path(named).name
    told = {"name": named or type(model).__name__}
    parameters = sum(each.numel() for each in model.parameters())
    return {**told, "parameters": str(parameters)} if parameters else told


@functools.cache
def _class() -> type:
    """Make the class, once: it is one of the Trainer's own kind, which is imported only now."""
    kind = library("transformers", "transformers", _PACKAGE).TrainerCallback
    told = {"__module__": __name__, "__doc__": _Events.__doc__, "__qualname__": "EnergyCallback"}
    return type("EnergyCallback", (_Events, kind), told)


def __getattr__(name: str) -> Any:
    """Give `EnergyCallback`.

    Raises
    ------
    UsageError
        If transformers is not installed.
    """
    if name == "EnergyCallback":
        return _class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
