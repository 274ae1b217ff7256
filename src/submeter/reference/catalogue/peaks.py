"""What an accelerator can do at most: operations and bytes a second."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.factor import Source

TABLE = Path(__file__).parent / "data" / "peaks.csv"
_TERA, _GIGA = 1e12, 1e9


class Peak(NamedTuple):
    """The upper limits of one accelerator; None where none is published.

    Parameters
    ----------
    half : float or None
        Dense FP16 or BF16 operations a second [1/s].
    fp8, int8, fp4 : float or None
        The same in those formats [1/s].
    bandwidth : float or None
        Bytes a second of its memory [B/s].
    source : Source
        Where they are published.
    """

    half: float | None
    fp8: float | None
    int8: float | None
    fp4: float | None
    bandwidth: float | None
    source: Source

    @property
    def training(self) -> float | None:
        """The most operations in a format that models are trained in [1/s]."""
        return max((each for each in (self.half, self.fp8, self.fp4) if each), default=None)

    @property
    def inference(self) -> float | None:
        """The most operations in any format [1/s]."""
        known = (self.half, self.fp8, self.int8, self.fp4)
        return max((each for each in known if each), default=None)


@lru_cache(maxsize=1)
def peaks() -> Mapping[str, Peak]:
    """Give the peaks by the id of the accelerator.

    Examples
    --------
    >>> peaks()["nvidia-a100-sxm4-80gb"].training, peaks()["nvidia-a100-sxm4-80gb"].inference
    (312000000000000.0, 624000000000000.0)
    """
    table = read_sealed(TABLE)
    return MappingProxyType({
        row["id"]: Peak(
            _scaled(row["half_tflops"], _TERA),
            _scaled(row["fp8_tflops"], _TERA),
            _scaled(row["int8_tops"], _TERA),
            _scaled(row["fp4_tflops"], _TERA),
            _scaled(row["bandwidth_gb_s"], _GIGA),
            table.source(row),
        )
        for row in table.rows
    })  # fmt: skip


def _scaled(text: str, size: float) -> float | None:
    return float(text) * size if text else None
