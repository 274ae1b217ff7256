"""Ids that sort by time: 26 characters of Crockford's base 32, after the ULID specification.

48 bits of UTC milliseconds, then 80 random bits. Within one process an id is always greater
than the one before, even where the clock steps back.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from submeter.ledger.forks import renew_in_child

if TYPE_CHECKING:
    from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
"""Characters of an id."""

_NANOSECONDS_PER_MILLISECOND = 1_000_000
_RANDOM_BITS = 80
_LAST_TIME = 2**48 - 1


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of an id.

    Examples
    --------
    >>> is_id("01M88AG2KQF4DBNFED572WMJ8C"), is_id("a parent")
    (True, False)
    """
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


class IdSource:
    """Gives unique ids that sort by time; safe to share among threads and across a fork.

    Parameters
    ----------
    clock : callable
        Gives the time of day [ns since 1970-01-01 UTC], such as `time.time_ns`.
    entropy : callable
        Gives as many random bytes as asked.
    """

    def __init__(
        self, clock: Callable[[], int], entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._forget()
        # A child that counted on from its parent's last id would give the parent's next one.
        renew_in_child(self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._last = -1

    def new(self) -> str:
        """Give the next id."""
        with self._lock:
            milliseconds = max(0, self._clock() // _NANOSECONDS_PER_MILLISECOND)
            if milliseconds > self._last >> _RANDOM_BITS:
                chance = int.from_bytes(self._entropy(_RANDOM_BITS // 8), "big")
                self._last = min(milliseconds, _LAST_TIME) << _RANDOM_BITS | chance
            else:
                self._last += 1
            return encode_id(self._last)


def encode_id(number: int) -> str:
    """Give the 26 characters of a 128-bit number.

    Examples
    --------
    >>> encode_id(31)
    '0000000000000000000000000Z'
    """
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH - 1, -1, -1))


def id_time(identity: str) -> int:
    """Give the time [ns since 1970-01-01 UTC] at which an id was made, to the millisecond.

    Raises
    ------
    ValueError
        If it is not such an id.
    """
    if len(identity) != LENGTH:
        raise ValueError(f'"{identity}" is not an id of {LENGTH} characters')
    number = 0
    for character in identity.upper():
        number = number << 5 | ALPHABET.index(character)
    return (number >> _RANDOM_BITS) * _NANOSECONDS_PER_MILLISECOND
