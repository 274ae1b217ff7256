"""What must not be shared with a child process is renewed there."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def renew_in_child(method: Callable[[], None]) -> None:
    """Call a bound method in every child that is forked from now on, while its object lives.

    Parameters
    ----------
    method : callable
        A method of the object that must be renewed.
    """
    kept = weakref.WeakMethod(method)

    def renew() -> None:
        alive = kept()
        if alive is not None:
            alive()

    os.register_at_fork(after_in_child=renew)
