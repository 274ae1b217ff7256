#!/usr/bin/env python3
"""Regenerate the tables of grids by year and by zone; `make_factors.py` seals them.

Usage::

    python scripts/make_grid_history.py PACKAGES
    python scripts/make_factors.py

PACKAGES is the folder of `make_factors.py` (``codecarbon``, ``co2``, ``saggio``,
``region-carbon-info`` with every year), and in it also:

- ``codecarbon-1.2.0`` (eGRID2016), ``codecarbon-2.2.7``, ``codecarbon-2.4.2`` (the mixes of 2021
  and 2022), ``carbontracker-1.1.7`` and
  ``carbontracker`` 2.4.7 (Python): earlier releases of Our World in Data, one year each;
- ``owid/carbon-intensity-electricity.csv``: the chart of that name of Our World in Data, as its
  site gives it, of early 2026 (1990 to 2025);
- ``egrid/2023-subregions.csv`` (``subregion,lb/MWh``) and ``aib/2023.csv`` (``country,gCO2/kWh``):
  the published figures that the sidecars cite, entered by hand.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from make_factors import (  # type: ignore[import-not-found]  # run by path, beside it
    DATA,
    FUELS,
    GRAMS_PER_POUND,
    Fit,
    combustion_row,
    number,
    row,
    rows_of,
    shares_of,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LARGE = Fit(0.212, 0.119)
SMALL = Fit(0.315, 0.202)
"""The two fits that `make_factors.py` made, as the sidecar of ``grid_country`` has them."""

WORTH_TWH = 8.0
"""Smaller grids are published to two digits of a TWh: their early years are steps, not series."""

Z95 = 1.959963984540054

STATES = {"US-AK", "US-HI"}
"""Zones that are US states: `grid_us_state` gives these ids."""

Row = tuple[str, int, float, str]


def save(name: str, rows: Iterable[tuple[object, ...]], columns: tuple[str, ...]) -> None:
    """Write a table of few columns; what all its rows share stands in its sidecar."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    (DATA / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")


def countries() -> dict[str, str]:
    """Give alpha-2 by alpha-3."""
    return {each["alpha3"]: each["code"] for each in rows_of(DATA / "countries.csv")}


def mixes(folder: Path, package: str) -> dict[str, dict[str, float]]:
    """Read a release of Our World in Data as codecarbon packages it."""
    path = folder / package / "codecarbon/data/private_infra/global_energy_mix.json"
    found: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def releases(folder: Path) -> Iterator[Row]:
    """Give country-years of every release: alpha-3, year, g/kWh, source."""
    sizes = {code: each["total_TWh"] for code, each in mixes(folder, "codecarbon").items()}
    for each in rows_of(folder / "owid/carbon-intensity-electricity.csv"):
        if sizes.get(each["Code"], 0.0) >= WORTH_TWH:
            value = float(each["Carbon intensity of electricity"])
            yield each["Code"], int(each["Year"]), value, "owid-2026"
    for package, source in (("codecarbon-2.2.7", "owid-2023"), ("codecarbon", "owid-ember")):
        for code, mix in mixes(folder, package).items():
            yield code, int(mix["year"]), mix["carbon_intensity"], source
    for package, source in (("carbontracker-1.1.7", "owid-2022"), ("carbontracker", "owid-2025")):
        for each in rows_of(folder / package / "carbontracker/data/carbon-intensities.csv"):
            value = next(text for key, text in each.items() if key.startswith("Carbon"))
            yield each["Code"], int(each["Year"]), float(value), source


def earlier_mixes(folder: Path) -> list[tuple[object, ...]]:
    """Make the mixes of the years before the newest; of one year the newest release stands."""
    newest = {code: int(mix["year"]) for code, mix in mixes(folder, "codecarbon").items()}
    found: dict[tuple[str, int], tuple[object, ...]] = {}
    for package, source in (("codecarbon-2.2.7", "owid-2023"), ("codecarbon-2.4.2", "owid-2024")):
        for alpha3, mix in mixes(folder, package).items():
            code, year, shares = countries().get(alpha3), int(mix["year"]), shares_of(mix)
            if code and shares and year < newest.get(alpha3, 0):
                found[code, year] = (code, year, *shares.values(), source)
    return [found[key] for key in sorted(found)]


def country_rows(folder: Path) -> list[tuple[object, ...]]:
    """Make the country-years; a value of 0 is not a life-cycle value and has no row."""
    codes = countries()
    found = [
        (codes[code], year, value, source)
        for code, year, value, source in releases(folder) if code in codes and value > 0
    ]  # fmt: skip
    saggio = (folder / "saggio/saggio/data/grid.yaml").read_text(encoding="utf-8")
    pattern = r'- key: "(\w\w)".*?carbon_gco2e_per_kwh: ([\d.]+).*?carbon_data_year: (\d+)'
    for code, value, year in re.findall(pattern, saggio, re.DOTALL):
        found.append((code, int(year), float(value), "ember-yearly"))
    return [(code, year, number(value), source) for code, year, value, source in sorted(found)]


def zones(folder: Path) -> dict[int, list[tuple[str, str, float, str, str]]]:
    """Read Electricity Maps' years: zone, name, g/kWh, renewable and carbon-free per cent."""
    pattern = (
        r'"([A-Z0-9-]+)": \{ "zone": \{ "zoneName": "([^"]*)".*?"carbonIntensity": \{ "value": '
        r'([\d.]+).*?"renewableEnergy": \{ "value": ([\d.]+).*?"carbonFreeEnergy": \{ "value": '
        r"([\d.]+)"
    )
    found = {}
    for year in range(2021, 2026):
        path = folder / f"co2/dist/esm/data/electricity-maps/yearly_{year}.js"
        rows = re.findall(pattern, path.read_text(encoding="utf-8"))
        found[year] = [(z, plain(name), float(v), green, free) for z, name, v, green, free in rows]
    return found


def plain(text: str) -> str:
    """Give the letters that a script writes as escapes."""
    return re.sub(r"\\x([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text)


def zone_rows(years: dict[int, list[tuple[str, str, float, str, str]]]) -> list[dict[str, str]]:
    """Make the default rows of the zones within a country, newest year."""
    year = max(years)
    sigma = SMALL.sigma(year)
    known = set(countries().values())
    return [
        row(
            id=f"grid/{zone}", region=zone, name=name, value=value, low=value * 2.718281828459045
            ** (-Z95 * sigma), high=min(1500.0, value * 2.718281828459045 ** (Z95 * sigma)),
            period=str(year), basis="lifecycle location average", source="electricity-maps",
            note="consumption: imports and exports between zones are in it",
        )
        for zone, name, value, _, _ in years[year] if zone not in known | STATES
    ]  # fmt: skip


def google(folder: Path) -> Iterator[tuple[object, ...]]:
    """Give Google's regions by year; a value of 0 has no row."""
    for path in sorted((folder / "region-carbon-info/data/yearly").glob("20*.csv")):
        for each in rows_of(path):
            column = next(key for key in each if "carbon intensity" in key)
            basis = "lifecycle" if column.startswith("Lifecycle") else "combustion"
            if float(each[column]) > 0:
                yield (
                    f"gcp/{each['Google Cloud Region']}", path.stem, number(float(each[column])),
                    f"{basis} location average", f"google-{path.stem}", each["Google CFE"],
                )  # fmt: skip


def states(folder: Path) -> Iterator[tuple[object, ...]]:
    """Give the US states, and the nation, of eGRID2016 and eGRID2023."""
    for package, year in (("codecarbon-1.2.0", 2016), ("codecarbon", 2023)):
        path = folder / package / f"codecarbon/data/private_infra/{year}/usa_emissions.json"
        table = json.loads(path.read_text(encoding="utf-8"))
        for name, each in sorted(table.items()):
            code = each.get("regionCode", "") if not name.startswith("_") else ""
            if code:
                grams = each["emissions"] * GRAMS_PER_POUND / 1000
                place = {"usa": "US", "PR": "PR"}.get(code, f"US-{code}")
                yield place, year, number(grams), f"egrid-{year}"


def subregion_rows(folder: Path) -> list[dict[str, str]]:
    """Make the rows of EPA's subregions."""
    return [
        combustion_row(
            float(each["lb/MWh"]) * GRAMS_PER_POUND / 1000, LARGE.sigma(2023),
            id=f"grid/US-{each['subregion']}", region=f"US-{each['subregion']}", period="2023",
            source="egrid-2023", name=f"eGRID subregion {each['subregion']}",
            note="combustion at the plants of the subregion; the high end covers the fuel chain",
        )
        for each in rows_of(folder / "egrid/2023-subregions.csv")
    ]  # fmt: skip


def province_rows(folder: Path) -> list[dict[str, str]]:
    """Make the rows of China's provinces."""
    path = folder / "codecarbon/codecarbon/data/private_infra/2023/china_provincial_emissions.json"
    table = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [
        combustion_row(
            float(each["emission_factor"]), LARGE.sigma(int(each["year"])),
            id=f"grid/{code}", region=code, name=each["description"], period=str(each["year"]),
            source="mee-2023",
            note="CO2 of the province's average supply; the high end covers the fuel chain",
        )
        for code, each in sorted(table.items())
    ]  # fmt: skip


def marginal(folder: Path) -> Iterator[tuple[object, ...]]:
    """Give the operating margins of 2021; a value of 0 has no row."""
    path = folder / "co2/dist/esm/data/marginal-intensities-2021.min.js"
    codes = countries()
    for code, value in re.findall(r'"([A-Z]{3})": "(\d+)"', path.read_text(encoding="utf-8")):
        if code in codes and float(value) > 0:
            yield codes[code], 2021, number(float(value))


def main(folder: Path) -> None:
    """Write every table."""
    columns = ("region", "period", "value")
    save("history_country", country_rows(folder), (*columns, "source"))
    save("history_mix", earlier_mixes(folder), ("region", "period", *FUELS, "source"))
    years = zones(folder)
    shares = ("renewable", "carbon_free")
    save(
        "history_zone",
        [
            (z, year, number(v), green, free)
            for year in years
            for z, _, v, green, free in years[year]
        ],
        (*columns, *shares),
    )
    write(DATA / "grid_zone.csv", zone_rows(years))
    save("history_google", google(folder), (*columns, "basis", "source", "cfe"))
    save("history_us", states(folder), (*columns, "source"))
    write(DATA / "grid_us_subregion.csv", subregion_rows(folder))
    write(DATA / "grid_cn_province.csv", province_rows(folder))
    save("history_marginal", marginal(folder), columns)
    residual = rows_of(folder / "aib/2023.csv")
    save("history_residual", [(r["country"], 2023, r["gCO2/kWh"]) for r in residual], columns)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
