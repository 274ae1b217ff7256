"""What was read is put down at once and worked out when somebody needs it, much of it at a time."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Inbox(Generic[T]):
    """Readings in the order in which they were taken, not yet worked out.

    An idle meter's reader wakes into cold caches, where each step costs several times what it does
    in a row: it puts down what it read and sleeps again.

    Parameters
    ----------
    take : callable
        Works out one reading. It is called by one thread at a time.
    """

    def __init__(self, take: Callable[[T], None]) -> None:
        self._take = take
        self._waiting: deque[T] = deque()
        self._lock = threading.Lock()
        self.put = self._waiting.append
        """Put down one reading."""

    def settle(self) -> None:
        """Work out all that was put down; what another thread works out now is waited for."""
        with self._lock:
            while self._waiting:
                self._take(self._waiting.popleft())

    def drop(self) -> None:
        """Forget what was put down."""
        with self._lock:
            self._waiting.clear()
