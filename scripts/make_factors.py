#!/usr/bin/env python3
"""Regenerate the grid tables and reseal every table of `submeter.reference`.

Usage::

    python scripts/make_factors.py PACKAGES   # rebuild the generated tables, then seal all
    python scripts/make_factors.py            # only seal: write each CSV's SHA-256 to its sidecar

PACKAGES is a folder with these packages unpacked, each in a folder of its own name (fetch them
with the ordinary client of their registry; nothing is downloaded here):

- ``codecarbon`` 3.3.2 (Python): Our World in Data's copy of Ember's yearly data, each row with its
  year and its generation; EPA eGRID2023 by state;
- ``saggio`` 1.5.0 (Python): Ember's newer yearly data, each row with its year;
- ``owid/carbon-intensity-electricity.csv``: the chart of that name of Our World in Data, as its
  site gives it, of early 2026;
- ``ecologits`` 0.11.3 (Python), ``co2`` 0.19.0 (npm, ``@tgwf/co2``): compared with, not copied;
- ``region-carbon-info``: Google's repository of that name, with ``data/yearly/2025.csv``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
import sys
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

REFERENCE = Path(__file__).parents[1] / "src" / "submeter" / "reference"
DATA = REFERENCE / "factors" / "data"
FOLDERS = (DATA, REFERENCE / "catalogue" / "data", REFERENCE / "live" / "data")

COLUMNS = (
    *("id", "region", "name", "value", "low", "high", "unit", "spread"),
    *("tier", "period", "basis", "source", "note"),
)
GRAMS_PER_POUND = 453.59237
USE_YEAR = 2026
"""The year that the intervals are made for: each year between adds the drift of one year."""
LARGE_TWH = 100.0  # grids that generate more a year are known better; the fit tells how much
CAP = 1500.0
"""No interval ends above this [gCO2e/kWh]: about a lignite or old oil plant with its fuel chain."""
UPSTREAM_RATIO = 1.12
"""Life cycle over combustion, United States 2023: Ember 393 over eGRID 350 gCO2e/kWh."""
UPSTREAM_FLOOR = 30.0
"""Life cycle [gCO2e/kWh] of plants that burn nothing; added at the high end of combustion rows."""
Z95 = 1.959963984540054


class Fit(NamedTuple):
    """Standard deviations of ln(intensity): between publishers, and of one year's change."""

    publisher: float
    drift: float

    def sigma(self, year: int) -> float:
        """Give the standard deviation of ln for a row of `year`."""
        return math.sqrt(self.publisher**2 + max(0, USE_YEAR - year) * self.drift**2)


class Packages(NamedTuple):
    """What is read from the packages."""

    ember: dict[str, dict[str, Any]]
    newer: dict[str, tuple[float, int]]
    chart: dict[str, tuple[float, int]]
    undated: dict[str, float]
    other: dict[int, dict[str, float]]
    egrid: dict[str, dict[str, Any]]
    google: list[dict[str, str]]
    countries: list[dict[str, str]]


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a CSV."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def read(folder: Path) -> Packages:
    """Read the packages in `folder`."""
    private = folder / "codecarbon/codecarbon/data/private_infra"
    saggio = (folder / "saggio/saggio/data/grid.yaml").read_text(encoding="utf-8")
    newer = re.findall(
        r'- key: "(\w\w)".*?carbon_gco2e_per_kwh: ([\d.]+).*?carbon_data_year: (\d+)',
        saggio,
        re.DOTALL,
    )
    mixes = json.loads((folder / "ecologits/ecologits/data/electricity_mixes.json").read_text())
    other = {}
    for year in range(2021, 2026):
        path = folder / f"co2/dist/esm/data/electricity-maps/yearly_{year}.js"
        pairs = re.findall(
            r'"([A-Z]{2})": \{ "zone": \{.*?"carbonIntensity": \{ "value": ([\d.]+)',
            path.read_text(encoding="utf-8"),
        )
        other[year] = {code: float(value) for code, value in pairs if float(value) > 0}
    chart = {
        row["Code"]: (float(row["Carbon intensity of electricity"]), int(row["Year"]))
        for row in rows_of(folder / "owid/carbon-intensity-electricity.csv")
    }
    return Packages(
        chart=chart,
        ember=json.loads((private / "global_energy_mix.json").read_text()),
        newer={code: (float(value), int(year)) for code, value, year in newer},
        undated={m["name"]: 1000 * m["gwp"] for m in mixes["electricity_mixes"]},
        other=other,
        egrid=json.loads((private / "2023/usa_emissions.json").read_text()),
        google=rows_of(folder / "region-carbon-info/data/yearly/2025.csv"),
        countries=rows_of(DATA / "countries.csv"),
    )


def deviation(ratios: list[float]) -> float:
    """Give the sigma whose 95 % interval holds 95 % of `ratios` (of ln), whatever their shape."""
    ordered = sorted(abs(ratio) for ratio in ratios)
    return round(ordered[math.floor(0.95 * len(ordered))] / Z95, 3)


def fit(packages: Packages, *, large: bool) -> Fit:
    """Fit the two sigmas on the grids of one size.

    Between publishers: Ember and Electricity Maps, same country and year. Drift: Electricity Maps,
    same country, one year and the next, 2021 to 2025.
    """
    publisher, drift = [], []
    for country in packages.countries:
        row = packages.ember.get(country["alpha3"])
        if not row or row["carbon_intensity"] <= 0 or (row["total_TWh"] >= LARGE_TWH) != large:
            continue
        series = {y: v[country["code"]] for y, v in packages.other.items() if country["code"] in v}
        if row["year"] in series:
            publisher.append(math.log(series[row["year"]] / row["carbon_intensity"]))
        steps = [year for year in series if year + 1 in series]
        drift += [math.log(series[year + 1] / series[year]) for year in steps]
    return Fit(deviation(publisher), deviation(drift))


def number(value: float) -> str:
    """Write four significant digits without an exponent."""
    return f"{float(f'{value:.4g}'):.10f}".rstrip("0").rstrip(".")


def row(**fields: str | float) -> dict[str, str]:
    """Make a row of a grid table; what is not given is what all its rows share."""
    shared = {"unit": "gCO2e/kWh", "spread": "lognormal", "tier": "assumed", "note": ""}
    given = {k: number(v) if isinstance(v, float) else v for k, v in fields.items()}
    return {**shared, **given}


def country_rows(packages: Packages, fits: dict[bool, Fit]) -> list[dict[str, str]]:
    """Make the country rows: the newest value with a known year, and its interval."""
    made = []
    for country in packages.countries:
        code, ember = country["code"], packages.ember.get(country["alpha3"])
        if not ember or ember["carbon_intensity"] <= 0:
            continue
        value, year, source = ember["carbon_intensity"], ember["year"], "owid-ember"
        for name, newer in (
            ("owid-2026", packages.chart.get(country["alpha3"])),
            ("ember-yearly", packages.newer.get(code)),
        ):
            if newer is not None and newer[1] >= year:
                (value, year), source = newer, name
        sigma = fits[ember["total_TWh"] >= LARGE_TWH].sigma(year)
        low, high = value * math.exp(-Z95 * sigma), min(CAP, value * math.exp(Z95 * sigma))
        made.append(
            row(
                id=f"grid/{code}", region=code, name=country["name"], value=float(value), low=low,
                high=high, period=str(year), basis="lifecycle location average", source=source,
                note="generation within the country; imports and grid losses are not in it",
                alpha3=country["alpha3"], generation_twh=float(ember["total_TWh"]),
            )
        )  # fmt: skip
    return made


def inside(packages: Packages, rows: list[dict[str, str]]) -> tuple[int, int]:
    """Count the newer values of unstated year, and those of them that the intervals hold."""
    pairs = [(packages.undated.get(r["alpha3"], 0.0), r) for r in rows]
    known = [(value, r) for value, r in pairs if value > 0]
    held = [value for value, r in known if float(r["low"]) <= value <= float(r["high"])]
    return len(known), len(held)


def mixture(rows: list[dict[str, str]], share: float) -> float:
    """Give the intensity below which `share` of the world's generation lies.

    Each country's generation is spread over its own interval (two half-lognormals).
    """
    parts = [tuple(float(r[k]) for k in ("generation_twh", "low", "value", "high")) for r in rows]
    total, normal = sum(part[0] for part in parts), NormalDist()

    def below(intensity: float) -> float:
        mass = 0.0
        for weight, low, value, high in parts:
            end = high if intensity > value else low
            step = abs(math.log(end / value)) / Z95
            mass += weight * normal.cdf(math.log(intensity / value) / step)
        return mass / total

    bottom, top = 0.1, 5000.0
    for _ in range(80):
        middle = math.sqrt(bottom * top)
        bottom, top = (middle, top) if below(middle) < share else (bottom, middle)
    return bottom


def world_row(rows: list[dict[str, str]]) -> dict[str, str]:
    """Make the row of the unknown place: the mean, and the spread, of the world's generation."""
    weights = [float(r["generation_twh"]) for r in rows]
    mean = sum(float(r["value"]) * w for r, w in zip(rows, weights, strict=True)) / sum(weights)
    return row(
        id="grid/world", region="", name="the world: place unknown", value=mean,
        low=mixture(rows, 0.025), high=mixture(rows, 0.975),
        period=f"{min(r['period'] for r in rows if float(r['generation_twh']) > LARGE_TWH)}"
        f"-{max(r['period'] for r in rows)}",
        basis="lifecycle location average", source="own-world", alpha3="",
        generation_twh=sum(weights),
        note="weighted by generation; 95 % of the world's kWh are made between low and high",
    )  # fmt: skip


def combustion_row(value: float, sigma: float, **fields: str) -> dict[str, str]:
    """Make a combustion row; its high end also covers the fuel chain that it does not count."""
    high = value * math.exp(Z95 * sigma) * UPSTREAM_RATIO + UPSTREAM_FLOOR
    return row(
        value=value, low=value * math.exp(-Z95 * sigma), high=min(CAP, high),
        basis="combustion location average", **fields,
    )  # fmt: skip


def state_rows(packages: Packages, fitted: Fit) -> list[dict[str, str]]:
    """Make the rows of the 50 US states and DC from eGRID [lb/MWh]."""
    made = []
    for name, entry in packages.egrid.items():
        if name.startswith("_") or entry["regionCode"] in {"PR", "usa"}:
            continue
        code = f"US-{entry['regionCode']}"
        made.append(
            combustion_row(
                entry["emissions"] * GRAMS_PER_POUND / 1000, fitted.sigma(2023),
                id=f"grid/{code}", region=code, period="2023", source="egrid-2023",
                name=name.title().replace(" Of ", " of "),
                note="combustion at the plants of the state; the high end covers the fuel chain",
            )
        )  # fmt: skip
    return sorted(made, key=lambda entry: entry["id"])


def google_rows(packages: Packages, fitted: Fit) -> list[dict[str, str]]:
    """Make the rows of Google's cloud regions."""
    made = []
    for entry in packages.google:
        if entry["Location"] == "N/A":
            continue
        region = f"gcp/{entry['Google Cloud Region']}"
        value = float(entry["Grid carbon intensity (gCO2eq / kWh)"])
        made.append(
            combustion_row(
                value, fitted.sigma(2025), id=f"grid/{region}", region=region, period="2025",
                source="google-region-carbon-2025", name=entry["Location"].replace("Sāo", "São"),
                note="operational emissions of the local grid; the high end covers the fuel chain",
            )
        )  # fmt: skip
    return made


FUELS = {
    "coal": "coal_TWh", "gas": "gas_TWh", "oil": "oil_TWh", "nuclear": "nuclear_TWh",
    "hydro": "hydroelectricity_TWh", "wind": "wind_TWh", "solar": "solar_TWh",
    "biomass": "biofuel_TWh", "geothermal": "other_renewable_exc_biofuel_TWh",
}  # fmt: skip


def shares_of(ember: dict[str, Any] | None) -> dict[str, str]:
    """Give each technology's share of what a country generated; nothing if that is not known."""
    if not ember or ember["total_TWh"] <= 0:
        return {}
    total = ember["total_TWh"]
    shares = {fuel: max(0.0, float(ember[key] or 0.0)) / total for fuel, key in FUELS.items()}
    whole = max(1.0, sum(shares.values()))
    return {fuel: f"{share / whole:.4f}" for fuel, share in shares.items()}


def mix_rows(packages: Packages) -> list[dict[str, str]]:
    """Make the rows of the countries' mixes, each of the newest year."""
    made = []
    for country in packages.countries:
        ember = packages.ember.get(country["alpha3"], {})
        shares = shares_of(ember)
        if shares:
            head = {"region": country["code"], "name": country["name"], "period": ember["year"]}
            made.append({key: str(text) for key, text in head.items()} | shares)
            made[-1]["source"] = "owid-ember"
    return made


def write_mixes(path: Path, rows: list[dict[str, str]]) -> None:
    """Write the table of mixes."""
    text = io.StringIO()
    writer = csv.DictWriter(text, tuple(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def write(path: Path, rows: list[dict[str, str]], extra: tuple[str, ...] = ()) -> None:
    """Write a table."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS + extra, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def seal(path: Path, fits: dict[str, float]) -> None:
    """Write the CSV's SHA-256, and the fit if it was made anew, to its sidecar."""
    side = path.with_suffix(".toml")
    text = side.read_text(encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    text = re.sub(r'^sha256 = ".*"$', f'sha256 = "{digest}"', text, count=1, flags=re.MULTILINE)
    for key, value in fits.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    side.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Rebuild (with a folder) and seal."""
    found: dict[str, float] = {}
    if arguments:
        packages = read(Path(arguments[0]))
        fits = {large: fit(packages, large=large) for large in (True, False)}
        for large, name in ((True, "large"), (False, "small")):
            found[f"{name}_publisher_sigma"], found[f"{name}_drift_sigma"] = fits[large]
        countries = country_rows(packages, fits)
        found["undated_values"], found["undated_values_held"] = inside(packages, countries)
        table = [world_row(countries), *countries]
        write(DATA / "grid_country.csv", table, ("alpha3", "generation_twh"))
        write_mixes(DATA / "mix_country.csv", mix_rows(packages))
        write(DATA / "grid_us_state.csv", state_rows(packages, fits[True]))
        write(DATA / "grid_gcp.csv", google_rows(packages, fits[True]))
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.csv")):
            seal(path, found)


if __name__ == "__main__":
    main(sys.argv[1:])
