"""A statement as one row of CSV: value, low and high of each line, units in the column's name.

Money has its currency in a column of its own, as rows of one file may be of several places.
"""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate
    from submeter.workloads.activity import Activity

COMPONENTS = ("gpu", "cpu", "memory", "machine", "idle", "facility")


def columns(statement: Statement, activity: Activity) -> dict[str, str]:
    """Give the row by column; a figure that is not known is empty, never 0."""
    start = datetime.fromtimestamp(activity.start / 1e9, UTC).isoformat(timespec="milliseconds")
    row = {
        "id": statement.id, "name": statement.name, "stage": statement.stage,
        "method": statement.method, "start_utc": start, "seconds": f"{activity.seconds:.6f}",
        "region": statement.place.words.get("region", ""),
        "unit": statement.unit.name,
        "count": "" if statement.unit.count is None else f"{statement.unit.count:g}",
    }  # fmt: skip
    energy, carbon, water = statement.energy, statement.carbon, statement.water
    parts = {f"energy_{name}_kwh": energy.by_component.get(name) for name in COMPONENTS}
    lines: dict[str, Estimate | None] = {
        "energy_kwh": energy.total, **parts, "carbon_kgco2e": carbon.total,
        "carbon_operational_kgco2e": carbon.operational, "carbon_idle_kgco2e": carbon.idle,
        "carbon_embodied_kgco2e": carbon.embodied, "water_l": water.total,
        "money": statement.money,
    }  # fmt: skip
    grid = statement.place.grid
    row["grid_gco2e_per_kwh"] = "" if grid is None else repr(grid.value)
    for name, amount in lines.items():
        for end in ("value", "low", "high"):
            key = name if end == "value" else f"{name}_{end}"
            row[key] = "" if amount is None else repr(getattr(amount, end))
        row[f"{name}_tier"] = "" if amount is None else amount.tier.value
    row["currency"] = "" if statement.money is None else statement.money.unit
    row["energy_coverage"] = "" if energy.total is None else repr(energy.total.coverage)
    row["missing"] = "; ".join(statement.missing)
    return row


def write(statement: Statement, activity: Activity, target: str) -> None:
    """Append the row to the file `target`; a new file gets the header first.

    Raises
    ------
    UsageError
        If the file cannot be written, or is not of this form.
    """
    row = columns(statement, activity)
    try:
        with Path(target).open("a+", newline="", encoding="utf-8") as file:
            file.seek(0)
            header = next(csv.reader(file), None)
            if header is not None and header != list(row):
                fix = "name another file, or move this one away"
                raise UsageError("the CSV file has other columns", target, fix)
            file.seek(0, os.SEEK_END)
            writer = csv.DictWriter(file, list(row))
            if header is None:
                writer.writeheader()
            writer.writerow(row)
    except OSError as error:
        what = f"the CSV file cannot be written: {error.strerror}"
        raise UsageError(what, target, "name a file that can be written") from error
