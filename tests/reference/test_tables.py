"""Every table is sealed, licensed and parses."""

import csv
import math
import re
import shutil
import tomllib

import pytest

from submeter.errors import FactorTableError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Z95
from submeter.reference.catalogue import accelerators, embodied
from submeter.reference.factors import registry
from submeter.reference.factors.registry import Registry, shipped
from submeter.reference.sealed import read_sealed

TABLES = sorted(
    [*registry.DATA.glob("*.csv"), *accelerators.TABLE.parent.glob("*.csv")],
    key=lambda path: path.name,
)
FACTOR_TABLES = [registry.DATA / f"{name}.csv" for name in registry.TABLES]
PERMITTED = {
    "Apache-2.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "ODbL-1.0",
    "LicenseRef-US-public-domain",
    "LicenseRef-cited-figure",
}
"""Open licences, and single published figures with their citation; no copied restricted table."""


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_table_is_sealed_and_its_sidecar_complete(path):
    table = read_sealed(path)
    meta = tomllib.loads(path.with_suffix(".toml").read_text())
    assert table.rows
    assert meta["method"].strip()
    for source in meta["sources"]:
        assert source["licence"] in PERMITTED
        assert source["citation"]
        assert source["url"].startswith("https://") or not source["url"]


@pytest.mark.parametrize("path", FACTOR_TABLES, ids=lambda path: path.stem)
def test_every_row_is_a_factor_with_a_licensed_source(path):
    table = read_sealed(path)
    ids = [row["id"] for row in table.rows]
    assert len(set(ids)) == len(ids)
    for row in table.rows:
        factor = registry.parse_row(table, row)
        assert factor.source.licence in PERMITTED
        assert factor.source.citation
        assert factor.tier is not Tier.MEASURED
        assert factor.low < factor.value < factor.high
        assert None not in row
        assert None not in row.values()


def test_no_table_is_left_out_of_the_registry():
    kinds = {
        path.stem: tomllib.loads(path.with_suffix(".toml").read_text())["kind"] for path in TABLES
    }
    assert {name for name, kind in kinds.items() if kind == "factors"} == set(registry.TABLES)


def test_at_least_200_countries_have_a_grid_with_a_true_year():
    rows = read_sealed(registry.DATA / "grid_country.csv").rows
    countries = [row for row in rows if row["region"]]
    assert len(countries) >= 200
    assert all(2000 <= int(row["period"]) <= 2025 for row in countries)
    assert all(len(row["region"]) == 2 and len(row["alpha3"]) == 3 for row in countries)
    assert {row["basis"] for row in rows} == {"lifecycle location average"}


def test_bases_are_typed():
    known = shipped()
    assert "combustion" in known.factor("grid/US-CA").basis
    assert "combustion" in known.factor("grid/gcp/us-central1").basis
    assert known.factor("wue/aws/2025").basis == "withdrawal"
    assert known.factor("wue/gcp/2024").basis == "consumption"
    assert known.factor("wue/azure/FY25").basis == "unspecified"


def test_there_are_51_states_and_46_google_regions():
    assert len(read_sealed(registry.DATA / "grid_us_state.csv").rows) == 51
    assert len(read_sealed(registry.DATA / "grid_gcp.csv").rows) == 46


def test_the_world_spreads_wider_than_any_country():
    known = shipped()
    ratios = {
        key: factor.high / factor.low
        for key, factor in known.factors.items()
        if key.startswith("grid/") and factor.basis.startswith("lifecycle")
    }
    assert max(ratios, key=lambda key: ratios[key]) == "grid/world"
    world = known.factor("grid/world")
    assert 440 < world.value < 490
    assert world.low < known.factor("grid/FR").high
    assert world.high > known.factor("grid/IN").value


def test_an_older_year_is_never_known_better():
    rows = read_sealed(registry.DATA / "grid_country.csv").rows
    by_size: dict[bool, dict[str, set[float]]] = {}
    for row in rows:
        if row["region"]:
            large = float(row["generation_twh"]) >= 100
            by_size.setdefault(large, {}).setdefault(row["period"], set()).add(
                round(float(row["value"]) / float(row["low"]), 1)
            )
    for years in by_size.values():
        widths = [max(years[year]) for year in sorted(years)]
        assert widths == sorted(widths, reverse=True)


def test_intervals_cover_what_other_publishers_print():
    known = shipped()
    published = {
        "grid/US": (350, 369.5, 383.6, 384.4), "grid/FR": (41.4, 44.18, 56.0),
        "grid/DE": (329.7, 380.95), "grid/CN": (525.3, 585.8), "grid/world": (458, 473, 475),
        "ewif/US": (3.14, 3.70, 4.35), "pue/aws/2024": (1.10, 1.42), "ewif/world": (0.3, 28),
    }  # fmt: skip
    for key, values in published.items():
        factor = known.factor(key)
        assert all(factor.low <= value <= factor.high for value in values), key


def test_a_draw_of_pue_stays_above_one():
    for key, factor in shipped().factors.items():
        if key.startswith("pue/"):
            assert factor.quantile(-3.9) >= 1.0, key
            assert factor.quantile(3.9) < 3.5, key


def test_the_pue_of_a_region_drifts_as_regions_did():
    sigma = tomllib.loads((registry.DATA / "pue.toml").read_text())["site_drift_sigma"]
    regions = [f for key, f in shipped().factors.items() if re.match(r"pue/\w+/[\w-]+/", key)]
    assert len(regions) >= 50
    for factor in regions:
        width = math.exp(Z95 * sigma * math.sqrt(2026 - int(factor.period)))
        overhead = factor.value - 1
        assert factor.low == pytest.approx(1 + overhead / width, abs=1e-3), factor.id
        assert factor.high == pytest.approx(1 + overhead * width, abs=1e-3), factor.id


def test_a_region_lies_within_its_fleet():
    known = shipped()
    whole = known.factor("pue/aws/2024")
    regions = [f for key, f in known.factors.items() if re.match(r"pue/aws/[\w-]+/2024", key)]
    assert len(regions) >= 20
    held = [whole.low <= f.value <= whole.high for f in regions]
    assert sum(held) >= 0.9 * len(held)


@pytest.mark.parametrize("table", ["pue", "wue", "hardware", "price"])
def test_a_row_of_which_no_original_was_seen_says_so(table):
    for factor in Registry.load([registry.DATA / f"{table}.csv"]).factors.values():
        quoted = "second-hand" in factor.source.citation
        assert quoted == ("second-hand" in factor.note), factor.id
        assert not quoted or factor.tier is Tier.ASSUMED
        assert not quoted or factor.low < factor.value < factor.high


@pytest.mark.parametrize(
    "path",
    [
        *(registry.DATA / f"{name}.csv" for name in ("pue", "wue", "hardware", "price")),
        embodied.TABLE,
    ],
)
def test_every_source_but_our_own_has_an_address(path):
    for source in tomllib.loads(path.with_suffix(".toml").read_text())["sources"]:
        own = source["licence"] == "Apache-2.0" and source["citation"].startswith("Submeter")
        assert own or source["url"].startswith(("http://", "https://")), source["id"]


def test_of_a_region_the_newest_pue_stands_alone():
    regions = [key for key in shipped().factors if re.match(r"pue/\w+/[\w-]+/", key)]
    assert len({key.rpartition("/")[0] for key in regions}) == len(regions)


def test_an_altered_table_is_refused(tmp_path):
    for suffix in (".csv", ".toml"):
        shutil.copy(registry.DATA / f"pue{suffix}", tmp_path)
    path = tmp_path / "pue.csv"
    path.write_text(path.read_text().replace("1.54", "1.45"))
    with pytest.raises(FactorTableError, match="SHA-256") as caught:
        Registry.load([path])
    assert str(path) in str(caught.value)
    assert "make_factors.py" in str(caught.value)


def test_a_missing_or_broken_sidecar_is_named(tmp_path):
    shutil.copy(registry.DATA / "pue.csv", tmp_path)
    with pytest.raises(FactorTableError, match=r"pue\.toml"):
        read_sealed(tmp_path / "pue.csv")
    (tmp_path / "pue.toml").write_text("title = 1")
    with pytest.raises(FactorTableError, match=r"pue\.toml"):
        read_sealed(tmp_path / "pue.csv")


def _own_table(folder, **changes):
    import hashlib

    row = {
        "id": "grid/FR", "region": "FR", "name": "France, our contract", "value": "12", "low": "10",
        "high": "14", "unit": "gCO2e/kWh", "spread": "lognormal", "tier": "assumed",
        "period": "2026", "basis": "lifecycle market average", "source": "us", "note": "",
    }  # fmt: skip
    row.update(changes)
    path = folder / "own.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
    path.with_suffix(".toml").write_text(
        'title = "Ours"\nunit = "gCO2e/kWh"\nfetched = 2026-11-24\nscript = "none"\n'
        f'sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}"\n'
        '[[sources]]\nid = "us"\ncitation = "our supplier"\nlicence = "own"\nurl = ""\n'
    )
    return path


def test_a_later_table_overrides_and_changes_the_hash(tmp_path):
    merged = Registry.load([*FACTOR_TABLES, _own_table(tmp_path)])
    assert merged.factor("grid/FR").value == 12
    assert merged.factor_set_hash() != shipped().factor_set_hash()


@pytest.mark.parametrize(
    "changes", [{"value": "x"}, {"low": "13"}, {"source": "them"}, {"tier": "certain"}]
)
def test_a_row_that_is_no_factor_is_named(tmp_path, changes):
    with pytest.raises(FactorTableError) as caught:
        Registry.load([_own_table(tmp_path, **changes)])
    assert "own.csv" in str(caught.value)


def test_embodied_rows_are_what_the_module_expects():
    for value in embodied.published():
        assert value.unit == embodied.UNITS[value.indicator]
        assert value.method in {"footprint", "parametric", "derived", "generic"}
        assert value.value > 0
