"""Names of domains that tell nothing of whose machine it is: ``gpu:UUID`` becomes ``gpu:0``."""

from __future__ import annotations

import re
from itertools import count

_PLAIN = re.compile(r"\d{1,3}(\.\d{1,3})?")
"""A place in the machine, such as the ``0.1`` of ``package:0.1``, and no serial number."""


class Pseudonyms:
    """Gives each device that is named by a number of its own a number by its place instead.

    Examples
    --------
    >>> names = Pseudonyms(["module:GPU-1b2c", "gpu:GPU-1b2c", "gpu:GPU-77aa", "package:0.1"])
    >>> [names[each] for each in ("gpu:GPU-77aa", "gpu:GPU-1b2c", "module:GPU-1b2c")]
    ['gpu:1', 'gpu:0', 'module:0']
    >>> names["package:0.1"], names["wall"]
    ('package:0.1', 'wall')
    >>> names.within("NVML says: GPU-77aa is lost")
    'NVML says: 1 is lost'
    """

    def __init__(self, domains: list[str]) -> None:
        named = [each.partition(":")[::2] for each in domains]
        taken = {(kind, device) for kind, device in named if _PLAIN.fullmatch(device)}
        self._numbers: dict[str, str] = {}
        for _, device in named:
            if not device or _PLAIN.fullmatch(device) or device in self._numbers:
                continue
            # One device has one number, whatever of it is metered.
            kinds = [kind for kind, other in named if other == device]
            number = next(
                each
                for each in map(str, count())
                if not any((kind, each) in taken for kind in kinds)
            )
            taken |= {(kind, number) for kind in kinds}
            self._numbers[device] = number

    def __getitem__(self, domain: str) -> str:
        """Give the name under which a domain is recorded."""
        kind, colon, device = domain.partition(":")
        return f"{kind}{colon}{self._numbers.get(device, device)}"

    def within(self, text: str) -> str:
        """Give a text with every device's number replaced."""
        for device, number in self._numbers.items():
            text = text.replace(device, number)
        return text
