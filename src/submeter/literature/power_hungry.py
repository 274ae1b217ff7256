"""The 3,470 measured runs behind "Power hungry processing", read in: its tables from its data.

Each run of a model over 1,000 queries was metered twice, while the model was loaded and while the
queries were answered. The paper's tables are of the queries alone.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TABLE = Path(__file__).parent / "data" / "power_hungry_runs.csv"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: 1,000 queries of one dataset.

    Parameters
    ----------
    task, dataset, model : str
        What was run.
    energy : float
        Energy of the queries [kWh for 1,000].
    emissions : float
        Their emissions, as recorded [kgCO2e for 1,000].
    load : float or None
        Energy of loading the model [kWh]; None where it was not recorded.
    """

    task: str
    dataset: str
    model: str
    energy: float
    emissions: float
    load: float | None


@lru_cache(maxsize=1)
def runs() -> tuple[Run, ...]:
    """Give every run."""
    found = []
    for row in read_sealed(TABLE).rows:
        columns = (row[name].split() for name in ("query_kwh", "query_kgco2e", "load_kwh"))
        for energy, emissions, load in zip(*columns, strict=True):
            found.append(
                Run(
                    row["task"], row["dataset"], row["model"], float(energy), float(emissions),
                    None if load == "-" else float(load),
                )
            )  # fmt: skip
    return tuple(found)


_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.fmean,
    "median": statistics.median,
    "deviation": statistics.stdev,
    "maximum": max,
}


def statistic(statistic: str, quantity: str, task: str = "", model: str = "") -> float:
    """Give a statistic of runs.

    Parameters
    ----------
    statistic : str
        ``mean``, ``median``, ``deviation`` (of the sample) or ``maximum``.
    quantity : str
        ``energy`` [kWh for 1,000 queries] or ``emissions`` [gCO2e for 1,000 queries].
    task, model : str
        Which runs; empty means all.

    Raises
    ------
    UsageError
        If there is no such statistic, quantity or run.

    Examples
    --------
    Table 2 of the paper, text classification:

    >>> round(statistic("mean", "energy", task="text_classification"), 4)
    0.0023
    """
    of = _STATISTICS.get(statistic)
    if of is None or quantity not in {"energy", "emissions"}:
        raise UsageError(f'no "{statistic}" of "{quantity}" is known', "power_hungry")
    chosen = [run for run in runs() if task in {"", run.task} and model in {"", run.model}]
    if not chosen:
        raise UsageError(f"no run of {task} {model}".rstrip(), "power_hungry")
    size = 1e3 if quantity == "emissions" else 1.0
    return size * float(of([getattr(run, quantity) for run in chosen]))
