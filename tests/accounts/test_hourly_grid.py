"""The grid of an account file by the hour: what is weighed, what stands in, what is refused."""

import json
import math
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import submeter.accounts
from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.methods import METHODS
from submeter.accounting.statement import state
from submeter.accounts.account_file import SCHEMA_FILE, account_file
from submeter.accounts.document import read_document
from submeter.accounts.hours import Drawn, pieces
from submeter.errors import UsageError
from submeter.reference.live.instants import HOUR, read

HOURS = """time,gCO2e/kWh,low,high
2026-11-24T10:00Z,100,80,120
2026-11-24T11:00Z,200,160,240
2026-11-24T12:00Z,600,480,720
"""
START, END = "2026-11-24T10:00Z", "2026-11-24T13:00Z"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "hours.csv").write_text(HOURS)
    return tmp_path


def work(*, place=None, start=START, end=END, **more):
    entry = {"component": "gpu", "energy": "3 kWh", **more}
    told = {"start": start, "end": end, "place": {"hourly": "hours.csv", **(place or {})}}
    return {**told, "energy": [entry]}


def answer(content, folder, method="", stated=None):
    told = account_file(content, stated, folder)
    return state(told.inventory, find(method or told.method, METHODS), Draws(seed=1))


def test_even_energy_meets_the_mean_of_its_hours(folder):
    told = answer(work(), folder)
    assert told.carbon.operational.value / told.energy.total.value == pytest.approx(0.3)
    assert (told.place.grid.low, told.place.grid.high) == pytest.approx((240, 360))
    assert told.place.grid.id == "grid/hourly/hours.csv"
    assert told.place.words["from"] == "the account file"
    assert not any(note.startswith("grid:") for note in told.missing)


def test_a_profile_puts_the_energy_where_it_was_drawn(folder):
    night = answer(work(profile=[0.8, 0.2, 0]), folder)
    assert night.place.grid.value == pytest.approx(0.8 * 100 + 0.2 * 200)
    other = {"component": "idle", "energy": "1 kWh", "profile": ["0", "0", "1"]}
    content = work(profile=[1, 0, 0])
    content["energy"].append(other)
    assert answer(content, folder).place.grid.value == pytest.approx((3 * 100 + 600) / 4)


def test_parts_of_an_hour_weigh_by_their_time(folder):
    told = answer(work(start="2026-11-24T10:30Z", end="2026-11-24T11:15Z"), folder)
    assert told.place.grid.value == pytest.approx((2 * 100 + 200) / 3)
    shares = answer(
        work(start="2026-11-24T11:30:00+01:00", end="2026-11-24T11:45Z", profile=[0.5, 0.5]),
        folder,
    )
    assert shares.place.grid.value == pytest.approx(0.5 * 150 + 0.5 * 200)


def test_the_year_stands_in_for_hours_that_are_not_known_and_is_told(folder):
    told = answer(work(place={"region": "FR"}, end="2026-11-24T14:00Z"), folder)
    year = answer(work(place={"region": "FR", "hourly": None}), folder).place.grid
    assert told.place.grid.value == pytest.approx(0.75 * 300 + 0.25 * year.value)
    assert any("25.0% of the energy fell into hours that are not known" in n for n in told.missing)
    own = answer(work(place={"grid": "1000 gCO2e/kWh"}, end="2026-11-24T14:00Z"), folder)
    assert own.place.grid.value == pytest.approx(0.75 * 300 + 0.25 * 1000)
    late = work(place={"region": "FR"}, start="2026-12-01T00:00Z", end="2026-12-01T02:00Z")
    none = answer(late, folder)
    assert none.place.grid == year
    assert any("no hour is known" in note for note in none.missing)


def test_what_is_typed_beats_the_hours(folder):
    typed = answer(work(), folder, stated={"grid": "57 gCO2e/kWh"})
    assert typed.place.grid.value == pytest.approx(57)
    elsewhere = answer(work(), folder, stated={"region": "DE"})
    assert (
        elsewhere.place.grid
        == answer(work(place={"region": "DE", "hourly": None}), folder).place.grid
    )


def test_dodge_is_resolved_in_time_and_marginal(folder):
    told = answer(work(place={"kind": "marginal"}, profile=[0, 0, 1]), folder, "dodge-2022")
    assert told.carbon.total.value == pytest.approx(3 * 0.6)
    assert any("marginal, what one more kWh would emit" in note for note in told.missing)
    average = answer(work(), folder, "dodge-2022")
    assert any("average where dodge-2022 takes marginal" in note for note in average.missing)
    late = work(place={"kind": "marginal"}, start="2026-12-01T00:00Z", end="2026-12-01T02:00Z")
    with pytest.raises(UsageError, match="no hour of the work"):
        answer(late, folder)


def test_the_path_is_relative_to_the_account_file(folder):
    (folder / "work.json").write_text(json.dumps(work()))
    content = read_document(folder / "work.json")
    whole = work(place={"hourly": str(folder / "hours.csv")})
    for told in (account_file(content, folder=folder), account_file(whole)):
        intensity = told.inventory.grid.intensity
        assert intensity is not None
        assert intensity.value == pytest.approx(300)
    with pytest.raises(UsageError, match="cannot be read"):
        account_file(content, folder=folder / "elsewhere")


def test_times_may_be_those_of_toml_and_yaml(folder):
    (folder / "a.toml").write_text(
        "start = 2026-11-24T10:00:00Z\nend = 2026-11-24T13:00:00Z\n"
        '[place]\nhourly = "hours.csv"\n[[energy]]\ncomponent = "gpu"\nenergy = "3 kWh"\n'
    )
    (folder / "a.yaml").write_text(
        "start: 2026-11-24T10:00:00Z\nend: 2026-11-24T14:00:00+01:00\n"
        "place: {hourly: hours.csv}\nenergy: [{component: gpu, energy: 3 kWh}]\n"
    )
    for name in ("a.toml", "a.yaml"):
        told = answer(read_document(folder / name), folder)
        assert told.place.grid.value == pytest.approx(300), name


def test_the_schema_knows_the_hours():
    schema = json.loads(Path(submeter.accounts.__path__[0], SCHEMA_FILE).read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(work(place={"kind": "marginal lifecycle"}, profile=[0.5, 0.25, 0.25]))
    assert not validator.is_valid(work(profile="even"))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (work(start=None), "the start of the work is missing"),
        (work(end=None), "the end of the work is missing"),
        (work(start=None, end=None), "not when the work ran"),
        (work(start=END, end=START), "ends before it starts"),
        (work(start="2026-11-24T10:00"), "no time with an offset"),
        (work(profile=[0.5, 0.5]), "2 shares are given for work of 3 hours"),
        (work(profile=[0.5, 0.5, 0.5]), "add up to 1.5"),
        (work(profile=[1.5, -0.5, 0]), "is negative"),
        (work(profile="even"), "a list is expected"),
        (work(profile=[1, None, 0]), "a number is expected"),
        (work(place={"kind": "fancy"}), 'no intensity of the kind "fancy"'),
        ({**work(), "place": {"kind": "marginal"}}, "without hours"),
        ({**work(profile=[1]), "start": None, "end": None, "place": {}}, "a profile is given"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(content, what, folder):
    with pytest.raises(UsageError, match=what) as error:
        account_file(content, folder=folder)
    assert error.value.where or error.value.fix


KWH = st.floats(1e-3, 1e6)
SHARES = st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda row: sum(row) > 0.1)


@given(KWH, SHARES, st.integers(1, 3 * 3600))
def test_energy_laid_over_hours_is_all_there(kwh, row, seconds):
    start = read(START)
    whole = math.fsum(row)
    hours = -(-seconds // 3600)
    share = tuple(each / whole for each in row[:hours])
    told = math.fsum(share)
    end = start + seconds * 10**9
    laid = pieces([Drawn(kwh, share, ""), Drawn(kwh, (), "")], (start, end))
    assert sum(each.energy for each in laid) == pytest.approx(kwh * (1 + told) * 3.6e12, rel=1e-9)
    assert min(each.start for each in laid) == start
    assert max(each.end for each in laid) == end
    assert all(0 < each.end - each.start <= max(HOUR, end - start) for each in laid)
