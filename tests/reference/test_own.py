"""Factors of the user's own are added to the published, or stand instead of them."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.errors import FactorTableError
from submeter.quantities.factor import Spread
from submeter.quantities.pedigree import interval
from submeter.reference.factors.own import read_own, with_own
from submeter.reference.factors.places import place
from submeter.reference.factors.registry import Registry, shipped

HEAD = "id,value,low,high,unit,period,basis,citation,licence,name,country\n"
SITE = 'grid/MY-SITE,25,20,32,gCO2e/kWh,2026,lifecycle location average,"a, b",own,Our hall,FR\n'


def write(folder, text, name="mine.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_place_of_ones_own_can_be_named_and_takes_the_rest_from_its_country(tmp_path):
    known = with_own((str(write(tmp_path, HEAD + SITE)),))
    found = place("my-site", known)
    assert (found.code, found.name, found.country) == ("MY-SITE", "Our hall", "FR")
    assert (found.grid.value, found.grid.low, found.grid.high) == (25, 20, 32)
    assert found.grid.source.citation == "a, b"
    assert found.ewif.id == "ewif/FR"
    assert found.pue.id == "pue/unknown"
    of_2019 = place("MY-SITE", known, year=2019)
    assert of_2019.grid is found.grid
    assert "grid: MY-SITE has no value of 2019, so it is that of 2026" in of_2019.notes


def test_a_facility_of_ones_own_is_taken(tmp_path):
    rows = "pue/MY-SITE,1.12,1.1,1.15,,2026,annual,metered,own,Our hall,FR\n"
    known = with_own((str(write(tmp_path, HEAD + SITE + rows)),))
    assert place("MY-SITE", known).pue.value == 1.12


@settings(deadline=None)  # it hashes every factor, twice
@given(value=st.floats(1, 1400))
def test_an_own_row_stands_instead_of_the_published_and_changes_the_hash(tmp_path_factory, value):
    text = f"id,value,unit\ngrid/DE,{value!r},gCO2e/kWh\n"
    known = with_own((str(write(tmp_path_factory.mktemp("own"), text)),), shipped())
    assert place("DE", known).grid.value == value
    assert place("FR", known).grid is shipped().factor("grid/FR")
    assert known.factor_set_hash() != shipped().factor_set_hash()


def test_without_files_it_is_what_is_published():
    assert with_own(()) is shipped()


def test_of_two_files_the_later_wins(tmp_path):
    first = write(tmp_path, "id,value,unit\ngrid/DE,1,gCO2e/kWh\n", "a.csv")
    second = write(tmp_path, "id,value,unit\ngrid/DE,2,gCO2e/kWh\n", "b.csv")
    assert with_own((str(first), str(second))).factor("grid/DE").value == 2
    assert with_own((str(second), str(first))).factor("grid/DE").value == 1


def test_a_years_row_is_of_that_year_alone(tmp_path):
    text = "id,value,unit,period\ngrid/FR/2019/ours,33,gCO2e/kWh,2019\n"
    known = with_own((str(write(tmp_path, text)),))
    assert place("FR", known, year=2019).grid.value == 33
    assert place("FR", known, year=2018).grid.value != 33
    assert place("FR", known).grid.value != 33


def test_a_places_row_stands_for_its_year_and_the_later_ones(tmp_path):
    known = with_own((str(write(tmp_path, "id,value,unit,period\ngrid/DE,33,gCO2e/kWh,2026\n")),))
    assert [place("DE", known, year=year).grid.value == 33 for year in (2025, 2026, 2027)] == [
        False, True, True,
    ]  # fmt: skip
    assert (
        "grid: DE has no value of 2027, so it is that of 2026"
        in place("DE", known, year=2027).notes
    )


def test_a_pedigree_makes_the_interval(tmp_path):
    text = "id,value,unit,pedigree\ngrid/X-1,100,gCO2e/kWh,1;2;3;1;3\n"
    ((factor, _),) = read_own(write(tmp_path, text))
    assert (factor.low, factor.high) == interval(100, (1, 2, 3, 1, 3))
    assert factor.spread is Spread.LOGNORMAL


def test_a_number_alone_is_exact(tmp_path):
    ((factor, _),) = read_own(write(tmp_path, "id,value,unit\ngrid/X-1,100,gCO2e/kWh\n"))
    assert factor.spread is Spread.EXACT
    assert factor.source.citation == "the user's own: mine.csv"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,value,unit\ngrid/X,abc,gCO2e/kWh\n", "line 2 is not a factor"),
        ("id,value,unit\ngrid/X,1,gCO2e/kWh\ngrid/Y,-1,kg\n", "line 3 is not a factor"),
        ("id,value,unit\ngrid/X,1,kg\n", 'is in "gCO2e/kWh", not in "kg"'),
        ("id,value,unit\n,1,kg\n", "id is missing"),
        ("id,amount,unit\ngrid/X,1,kg\n", "no column value"),
        ("id,value,unit,pedigre\ngrid/X,1,kg,1\n", "did you mean pedigree"),
        ("id,value,unit\ngrid/X,1\n", "more or fewer cells"),
        ("id,value,unit\ngrid/X,1,gCO2e/kWh,4\n", "more or fewer cells"),
        ("id,value,unit,pedigree\ngrid/X,1,gCO2e/kWh,1;2;9;1;1\n", "five scores"),
        ("id,value,unit,low,high\ngrid/X,1,gCO2e/kWh,2,3\n", "does not hold its value"),
        ("id,value,unit,basis\ngrid/X,1,gCO2e/kWh,market\n", "name it market/X"),
    ],
)
def test_a_line_that_is_no_factor_is_refused_with_its_number(tmp_path, text, told):
    with pytest.raises(FactorTableError) as caught:
        read_own(write(tmp_path, text))
    assert told in f"{caught.value} {caught.value.fix}"
    assert "mine.csv" in caught.value.where
    assert caught.value.fix


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FactorTableError, match="nowhere"):
        with_own((str(tmp_path / "nowhere.csv"),))


def test_a_file_too_large_or_not_text_is_refused(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(b"x" * 4_000_001)
    with pytest.raises(FactorTableError, match="larger than 4 MB"):
        read_own(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FactorTableError, match="UTF-8"):
        read_own(path)


def test_a_sidecar_may_share_what_all_rows_say_and_seal_the_file(tmp_path):
    path = write(tmp_path, "id,value,low,high\ngrid/X-1,100,90,110\n")
    side = (
        'title = "Ours"\n[defaults]\nunit = "gCO2e/kWh"\nsource = "us"\n'
        '[[sources]]\nid = "us"\ncitation = "our supplier"\nlicence = "own"\nurl = ""\n'
    )
    path.with_suffix(".toml").write_text(side)
    ((factor, _),) = read_own(path)
    assert (factor.unit, factor.source.citation) == ("gCO2e/kWh", "our supplier")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".toml").write_text(f'sha256 = "{digest}"\n' + side)
    assert read_own(path)[0][0] == factor
    path.with_suffix(".toml").write_text('sha256 = "00"\n' + side)
    with pytest.raises(FactorTableError, match="SHA-256"):
        read_own(path)


def test_own_rows_are_known_by_their_registry():
    assert Registry({}).own_grids("FR") == ()
