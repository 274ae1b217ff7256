"""How a status page in JSON is read: what is asked for and not there is missing, never zero."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from submeter.sensing.devices.http import NoAnswer

if TYPE_CHECKING:
    from submeter.sensing.devices.http import Site


_MOST = 10**18
"""No meter's number is larger, whatever its unit."""


def fetch(site: Site, path: str) -> dict[str, Any]:
    """Give the object at `path`; its fractions are decimals, so that their digits are kept.

    Raises
    ------
    NoAnswer
        If it cannot be had, or is no JSON object.
    """
    body = site.get(path)
    try:
        page = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        page = None
    if not isinstance(page, dict):
        fix = "see whether that is the address of such a meter"
        raise NoAnswer(f"what {site.place} answers is no JSON object", fix, status=200)
    return page


def find(page: object, *keys: str | int) -> Any:  # noqa: ANN401 - whatever the device put there
    """Give what lies under `keys`, one within another; None if it is not there."""
    for key in keys:
        if isinstance(key, int):
            page = page[key] if isinstance(page, list) and key < len(page) else None
        else:
            page = page.get(key) if isinstance(page, dict) else None
    return page


def number(page: object, *keys: str | int) -> Decimal | None:
    """Give the number under `keys`; None if there is none, or none that a meter can show."""
    value = find(page, *keys)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return Decimal(value) if 0 <= value <= _MOST else None


def step(value: Decimal) -> Decimal:
    """Give the smallest difference that a number of so many decimals can show.

    Examples
    --------
    >>> step(Decimal("46.120"))
    Decimal('0.001')
    """
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else Decimal(1)


def _no_number(text: str) -> None:
    """Read NaN and Infinity, which JSON has not, as nothing."""
