"""What PyTorch runs on: asked for by name, waited for, and told of when its memory is full."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backends.libraries import whole
from submeter.errors import SubmeterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRECISIONS = ("float32", "bfloat16", "float16")
OPTIONS = {
    "device": "cpu (default), cuda:0, mps",
    "precision": f"{', '.join(PRECISIONS)}; as it was saved by default",
    "threads": "threads on a processor; as many as PyTorch takes by default",
}
_KINDS = re.compile(r"cpu|mps|cuda(:(?P<number>\d{1,4}))?")
_FULL = ("out of memory", "can't allocate memory")
_SEED = 0
"""Of random weights: the same shape is the same model."""


class DeviceError(SubmeterError):
    """A device that cannot go on with a model, such as one whose memory is full."""

    code = "SM520"


class Device:
    """One device of PyTorch's.

    Parameters
    ----------
    torch : module
        PyTorch.
    options : mapping of str to str
        See `OPTIONS`.

    Raises
    ------
    UsageError
        If there is no such device, or an option is none.
    """

    def __init__(self, torch: Any, options: Mapping[str, str]) -> None:
        self.torch: Any = torch
        self.name = _name(torch, options.get("device", "cpu"))
        self._before: int = torch.get_num_threads()
        self._threads = whole(dict(options), "threads", self._before)
        torch.set_num_threads(self._threads)
        precision = options.get("precision", "")
        if precision and precision not in PRECISIONS:
            fix = f"one of {', '.join(PRECISIONS)}"
            raise UsageError(f'"{precision}" is no precision', "--option precision", fix)
        self.dtype: Any = getattr(torch, precision) if precision else None

    @property
    def title(self) -> str:
        """Its name, and how many threads a processor works with."""
        return f"cpu, {self._threads} threads" if self.name == "cpu" else self.name

    @contextmanager
    def working(self) -> Iterator[None]:
        """Do what is inside without gradients, and wait until the device is done with it.

        Raises
        ------
        DeviceError
            If its memory is full.
        """
        with self.holding(), self.torch.inference_mode():
            yield

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Do what is inside, such as loading, and wait until the device is done with it.

        Raises
        ------
        DeviceError
            If its memory is full.
        """
        try:
            yield
            self._settle()
        except (RuntimeError, MemoryError) as error:
            is_full = isinstance(error, (MemoryError, self.torch.OutOfMemoryError))
            if not is_full and not any(each in str(error).lower() for each in _FULL):
                raise
            fix = (
                "lower --batch or --output-tokens, halve the weights by "
                "--option precision=bfloat16, or take a smaller model"
            )
            raise DeviceError("the memory of the device is full", self.name, fix) from error

    @contextmanager
    def chance(self) -> Iterator[None]:
        """Make random weights inside: on the device, the same each time."""
        with self.torch.random.fork_rng(), self.torch.device(self.name):
            self.torch.manual_seed(_SEED)
            yield

    def given(self, inputs: Mapping[str, Any], dtype: object = None) -> dict[str, Any]:
        """Give inputs on the device; those that are no whole numbers in the model's precision."""
        return {
            name: each.to(self.name, dtype if each.is_floating_point() else None)
            if isinstance(each, self.torch.Tensor)
            else each
            for name, each in inputs.items()
        }

    def close(self) -> None:
        """Let go of the memory it kept, and leave threads as they were."""
        self.torch.set_num_threads(self._before)
        if self.name.startswith("cuda"):
            self.torch.cuda.empty_cache()

    def _settle(self) -> None:
        """Wait: what an accelerator was told is not done yet when Python goes on."""
        if self.name.startswith("cuda"):
            self.torch.cuda.synchronize(self.name)
        elif self.name == "mps":
            self.torch.mps.synchronize()


def _name(torch: Any, told: str) -> str:
    match = _KINDS.fullmatch(told)
    if match is None:
        raise UsageError(f'"{told}" is no device', "--option device", "cpu, cuda:0 or mps")
    if told == "mps" and not torch.backends.mps.is_available():
        fix = "it is in Apple's own processors; take cpu"
        raise UsageError("PyTorch sees no such device", told, fix)
    if told.startswith("cuda"):
        number = int(match["number"] or 0)
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if number >= count:
            fix = "take cpu, or install the build of PyTorch for the accelerator's driver"
            what = f"PyTorch sees {count} such devices" if count else "PyTorch sees no such device"
            raise UsageError(what, told, fix)
        return f"cuda:{number}"
    return told


def precision_of(dtype: object) -> str:
    """Give the name of PyTorch's type of numbers, such as ``bfloat16``."""
    return str(dtype).removeprefix("torch.")
