"""Work that was handed to an accelerator is waited for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def synchronise() -> list[str]:
    """Wait for the accelerators that this program has put to work; gives what failed.

    Work is handed to a GPU and goes on behind the program's back: without this, a window would
    end before its work does. Only libraries that are imported already are touched.
    """
    failed = []
    for library, wait in _WAITS.items():
        module = sys.modules.get(library)
        if module is None:
            continue
        try:
            wait(module)
        except Exception as error:  # noqa: BLE001 - a library's fault must not reach the host
            failed.append(f"{library}: could not wait for its device: {error}")
    return failed


def _wait_torch(torch: Any) -> None:  # noqa: ANN401 - a module not known here
    cuda = getattr(torch, "cuda", None)
    if cuda is None or not cuda.is_initialized():
        return
    is_capturing = getattr(cuda, "is_current_stream_capturing", None)
    if is_capturing is None or not is_capturing():  # waiting would spoil the capture of a graph
        cuda.synchronize()


def _wait_jax(jax: Any) -> None:  # noqa: ANN401
    jax.effects_barrier()
    arrays, wait = getattr(jax, "live_arrays", None), getattr(jax, "block_until_ready", None)
    if arrays is not None and wait is not None:
        wait(arrays())


def _wait_cupy(cupy: Any) -> None:  # noqa: ANN401
    cupy.cuda.runtime.deviceSynchronize()


_WAITS: dict[str, Callable[[Any], None]] = {
    "torch": _wait_torch,
    "jax": _wait_jax,
    "cupy": _wait_cupy,
}
