"""Lightning: `EnergyCallback` measures a fit and logs its energy as it goes on.

>>> from submeter.integrations.lightning import EnergyCallback  # doctest: +SKIP
>>> trainer = lightning.Trainer(callbacks=[EnergyCallback("fit", region="FR")])  # doctest: +SKIP
"""

from __future__ import annotations

import functools
import sys
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from submeter.integrations.libraries import library
from submeter.integrations.training import Training

if TYPE_CHECKING:
    from submeter.runs.window import Window

_MODULES = ("lightning.pytorch", "pytorch_lightning")

_UNCOUNTED = "samples: how many a batch holds could not be told, so they are not counted"

_DEPTH = 4
"""So deep a batch's first tensor is looked for."""


class _Events:
    """What is done at each event of a Lightning Trainer.

    Parameters
    ----------
    name : str
        What to call the fit in the account.
    options
        As for `submeter.measure`: ``region``, ``budget``, ``on_budget``, ``model``, and settings.
    """

    def __init__(self, name: str = "fit", **options: str | float | None) -> None:
        super().__init__()
        self._training = Training(name, options)
        self._in_use = True
        self._steps = 0
        self._countable: bool | None = None

    @property
    def window(self) -> Window | None:
        """The window of the fit; its figures are there once the fit is over."""
        return self._training.window

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """See to it that of several of a kind one measures, once."""
        del pl_module, stage
        callbacks = trainer.callbacks
        first = next((each for each in callbacks if isinstance(each, _Events)), self)
        self._in_use = first is self
        if not self._in_use:
            told = "there is an EnergyCallback already; the second one measures nothing"
            warnings.warn(told, stacklevel=2)
            return
        place = callbacks.index(self) if self in callbacks else len(callbacks)
        rest = [each for each in callbacks[place + 1 :] if each is not self]
        callbacks[place + 1 :] = rest

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Open the window."""
        if not self._in_use or _covered(trainer):
            return
        self._steps = trainer.global_step
        self._countable = None
        self._training.begin(_model(pl_module))

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Open the part ``epoch``."""
        del trainer, pl_module
        self._training.enter("epoch")

    def on_train_batch_end(
        self,
        trainer: Any,
        pl_module: Any,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Count the batch; log what was drawn so far as often as Lightning logs."""
        del pl_module, outputs, batch_idx
        if not self._training.is_open:
            return
        self._count(trainer, batch)
        if trainer.global_step % max(1, trainer.log_every_n_steps) == 0:
            self._log(trainer)

    def _count(self, trainer: Any, batch: Any) -> None:
        steps, self._steps = trainer.global_step - self._steps, trainer.global_step
        ranks = trainer.num_devices if _covers(trainer) else 1
        # Every rank takes every step: each counts its share, and those of a job add up.
        work = {"steps": steps * ranks / trainer.world_size}
        samples = _samples(batch) if self._countable is not False else None
        if self._countable is None:
            self._countable = samples is not None
            if samples is None and self.window is not None:
                self.window.notes.append(_UNCOUNTED)
        if samples is not None:
            work["samples"] = samples * ranks
        self._training.count(**{name: amount for name, amount in work.items() if amount})

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Close the part ``epoch``, and log."""
        del pl_module
        self._training.leave("epoch")
        self._log(trainer)

    def _log(self, trainer: Any) -> None:
        found = self._training.figures()
        if found:
            for logger in trainer.loggers:  # each logs on the first rank alone
                logger.log_metrics(found, step=trainer.global_step)
        steps = trainer.estimated_stepping_batches if self.budgeted else 0
        if 0 < steps < float("inf"):
            self._training.progress(trainer.global_step, steps)

    @property
    def budgeted(self) -> bool:
        """Whether there is a budget to be tested."""
        return self.window is not None and self.window.budget is not None

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """Open the part ``evaluation``."""
        del trainer, pl_module
        self._training.enter("evaluation")

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Close the part ``evaluation``."""
        del trainer, pl_module
        self._training.leave("evaluation")

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """Close the window."""
        del trainer, pl_module
        self._training.end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Close the window of a fit that crashed; the exception goes on."""
        del trainer, pl_module
        self._training.crashed(exception)


def _launches(trainer: Any) -> bool:
    """Tell whether Lightning itself starts a node's other ranks, below the first one there."""
    environment = getattr(trainer.strategy, "cluster_environment", None)
    launcher = type(getattr(trainer.strategy, "launcher", None)).__name__
    kind = type(environment).__name__
    return kind == "LightningEnvironment" and launcher != "_MultiProcessingLauncher"


def _covered(trainer: Any) -> bool:
    """Tell whether this rank is a child of the node's first one, whose window holds it already."""
    return bool(trainer.local_rank) and _launches(trainer)


def _covers(trainer: Any) -> bool:
    """Tell whether this rank's window holds those of the node's other ranks."""
    return not trainer.local_rank and trainer.num_devices > 1 and _launches(trainer)


def _samples(batch: Any, depth: int = 0) -> int | None:
    """Give how many samples a batch holds, by its first tensor; None if that can't be told."""
    shape = getattr(batch, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    if depth == _DEPTH:
        return None
    inner = batch.values() if hasattr(batch, "values") else batch
    if isinstance(inner, (str, bytes)) or not hasattr(inner, "__iter__"):
        return None
    found = (_samples(each, depth + 1) for each in inner)
    return next((each for each in found if each is not None), None)


def _model(module: Any) -> dict[str, str]:
    """Tell a module's class and its number of parameters."""
    parameters = sum(each.numel() for each in module.parameters())
    told = {"name": type(module).__name__}
    return {**told, "parameters": str(parameters)} if parameters else told


@functools.cache
def _class(module: str) -> type:
    """Make the class, once: it is one of Lightning's own kind, which is imported only now."""
    kind = library(module, "lightning", "lightning").Callback
    told = {"__module__": __name__, "__doc__": _Events.__doc__, "__qualname__": "EnergyCallback"}
    return type("EnergyCallback", (_Events, kind), told)


def _module() -> str:
    """Name Lightning's module: of its two packages the one in use, else the one installed."""
    loaded = [each for each in _MODULES if each in sys.modules]
    found = [each for each in _MODULES if find_spec(each.partition(".")[0]) is not None]
    return [*loaded, *found, *_MODULES][0]


def __getattr__(name: str) -> Any:
    """Give `EnergyCallback`, of whichever of Lightning's two packages is in use.

    Raises
    ------
    UsageError
        If Lightning is not installed.
    """
    if name == "EnergyCallback":
        return _class(_module())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
