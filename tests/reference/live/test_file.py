"""Hours from a file of the user's own."""

import pytest

from submeter.errors import QuantityError, UsageError
from submeter.quantities.factor import Spread
from submeter.reference.live import file
from submeter.reference.live.instants import HOUR, read

HEAD = "time,gCO2e/kWh"


@pytest.fixture
def write(tmp_path):
    def write(text, name="hours.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_each_row_holds_for_an_hour(write):
    hourly = file.read(write(f"{HEAD}\n2026-11-24T10:00Z,57\n2026-11-24T11:00Z,61.5\n"))
    start = read("2026-11-24T10:00Z")
    assert [each.value for each in hourly.stretches] == [pytest.approx(57), pytest.approx(61.5)]
    assert (hourly.stretches[0].start, hourly.stretches[-1].end) == (start, start + 2 * HOUR)
    mean = hourly.mean(start, start + HOUR)
    assert mean is not None
    assert mean.factor.spread is Spread.EXACT
    assert mean.factor.id == "grid/hourly/hours.csv"
    assert "hours.csv" in mean.factor.source.citation


def test_gaps_stay_gaps_an_empty_value_and_a_missing_row_alike(write):
    rows = ["10:00Z,10", "10:30Z,", "11:00Z,20", "12:30Z,30"]
    hourly = file.read(write("\n".join([HEAD, *(f"2026-11-24T{row}" for row in rows)])))
    start = read("2026-11-24T10:00Z")
    spans = [(each.start - start, each.end - start) for each in hourly.stretches]
    half = HOUR // 2
    assert spans == [(0, half), (2 * half, 3 * half), (5 * half, 6 * half)]


def test_units_intervals_order_byte_marks_and_blank_lines(write):
    head = "\ufefftime, kgCO2e/MWh ,low,high"
    text = f"{head}\n2026-11-24T11:00Z,60,50,70\n\n2026-11-24T10:00Z,57,40,80\n"
    hourly = file.read(write(text))
    assert [round(each.value, 9) for each in hourly.stretches] == [57.0, 60.0]
    assert hourly.stretches[0].low == pytest.approx(40.0)
    assert hourly.stretches[0].high == pytest.approx(80.0)


def test_local_times_with_their_offset_pass_the_end_of_summer_time(write):
    rows = ["02:00+02:00,10", "02:00+01:00,20", "03:00+01:00,30"]
    text = "\n".join([HEAD, *(f"2026-10-25T{row}" for row in rows)])
    hourly = file.read(write(text))
    assert all(each.end - each.start == HOUR for each in hourly.stretches)
    assert len(hourly.stretches) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "heading"),
        ("when,gCO2e/kWh\n", "heading"),
        ("time\n", "heading"),
        (f"{HEAD},low\n", "heading"),
        (f"{HEAD}\n2026-10-25T02:30,10\n", r"offset.*:2"),
        (f"{HEAD}\nyesterday,10\n", r"offset.*:2"),
        (f"{HEAD}\n2026-11-24T10:00Z,ten\n", r"no number.*:2"),
        (f"{HEAD}\n2026-11-24T10:00Z,-5\n", r"cannot be.*:2"),
        (f"{HEAD}\n2026-11-24T10:00Z,nan\n", r"cannot be.*:2"),
        (f"{HEAD},low,high\n2026-11-24T10:00Z,5,6,7\n", r"cannot be.*:2"),
        (f"{HEAD}\n2026-11-24T10:00Z\n", r"columns.*:2"),
        (f"{HEAD}\n2026-11-24T10:00Z,1\n2026-11-24T11:00+01:00,2\n", "same time"),
        (f"{HEAD}\n2026-11-24T00:00Z,1\n2026-11-25T00:00Z,2\n", "further apart"),
        (b"\xff\xfe\x00", "no text"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(write, text, told):
    with pytest.raises(UsageError, match=told):
        file.read(write(text))


@pytest.mark.parametrize("unit", ["gCO2e", "kWh", "g"])
def test_a_heading_with_another_unit_is_refused(write, unit):
    with pytest.raises(QuantityError):
        file.read(write(f"time,{unit}\n"))


def test_a_file_that_is_not_there_or_too_large_is_refused(write, tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="cannot be read"):
        file.read(tmp_path / "nowhere.csv")
    monkeypatch.setattr(file, "LARGEST", 10)
    with pytest.raises(UsageError, match="larger"):
        file.read(write(f"{HEAD}\n"))
