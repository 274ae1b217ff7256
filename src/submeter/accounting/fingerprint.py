"""A hash of the factors that entered an account, so that it can be worked out again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.quantities.factor import Factor


def of_factors(factors: Iterable[Factor]) -> str:
    """Give the SHA-256 of a set of factors, in hexadecimal; their order doesn't matter."""
    rows = sorted(json.dumps(asdict(factor), sort_keys=True) for factor in factors)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
