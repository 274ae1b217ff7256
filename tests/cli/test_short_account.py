"""At the end of a run a few lines say what it came to; the whole is one command away."""

import re

import pytest

from tests.cli.command import Meter
from tests.cli.recording import domain, record

LINES = 10
"""As many as say what an undisturbed run came to, the empty one before them included."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Give a ledger of one entry, and what was printed as it was made, on 80 columns."""
    meter = Meter(tmp_path_factory.mktemp("recorded"))
    return meter, meter("run", "--", *meter.burn(0.2), env={"COLUMNS": "80"}).stderr


def test_the_account_is_a_few_lines_and_says_how_to_see_all_of_it(ran):
    meter, told = ran
    lines = told.splitlines()
    assert len(lines) <= LINES
    entry = meter.only_entry()["id"]
    links = [f"recorded as {entry}", f"submeter account {entry} --region FR"]
    assert [each for each in links if each not in told] == []
    wide = [each for each in lines if len(each) > 80 and not any(link in each for link in links)]
    assert wide == []


def test_it_tells_each_total_with_its_interval_how_it_came_about_and_where(ran):
    _, told = ran
    for name in ("energy", "carbon"):
        number = r"[\d.]+ \S+ +[\d.]+ to [\d.]+ \(95 %\) +modelled, assumed"
        assert re.search(rf"^{name}.* {number}", told, re.MULTILINE), name
    assert "no sensor answered, so all of it is modelled" in told
    assert "where: the world: place unknown (nobody stated it)" in told


def test_what_a_meter_told_is_not_called_modelled(meter):
    path = record(meter.folder / "machine", {"package:0": 50}, [domain("package:0", "cpu")])
    told = meter("run", "--", "sleep", "0.2", env={"SUBMETER_SENSOR_REPLAY": str(path)}).stderr
    assert re.search(r"^energy .* partly measured", told, re.MULTILINE)
    assert "no sensor answered" not in told


def test_all_of_it_has_the_books_the_doubts_and_the_sources(ran):
    meter, told = ran
    whole = meter("account").stdout
    for words in (
        "the books: ", "  grid: no place was stated", "what most widens", "sources\n", "water (",
    ):  # fmt: skip
        assert words in whole
        assert words not in told


def test_parts_are_written_to_the_decimal_place_of_their_total(ran):
    shown = ran[0]("account").stdout.partition("minerals")[0]
    rows = re.findall(r"^(\S| +\S)[^\n]*? <?([\d.]+) (\S+)  +[\d.e]", shown, re.MULTILINE)
    assert len(rows) >= 10
    place = unit = ""
    for first, number, shown_in in rows:
        decimals = number.partition(".")[2]
        if first.startswith(" "):
            assert (len(decimals), shown_in) == (len(place), unit)
        else:
            place, unit = decimals, shown_in


def test_what_is_not_recorded_is_told_whole_at_once(meter):
    told = meter("run", "--", "true", env={"SUBMETER_RECORD": "no", "COLUMNS": "80"}).stderr
    for words in ("the books: ", "sources\n", "not recorded: record=no"):
        assert words in told
    assert "submeter account" not in told


def test_what_happened_is_told_in_full_and_the_rest_counted(meter):
    done = meter("run", "--", "sh", "-c", "sleep 30 & exit 0", env={"COLUMNS": "80"})
    told = " ".join(done.stderr.split())
    assert "still run and are no longer metered" in told
    assert re.search(r"submeter attach \d+ goes on", told)
    assert len(done.stderr.splitlines()) <= LINES + 4


@pytest.mark.parametrize("flag", ["--lifetime", "--utilisation", "--region", "--grid"])
def test_every_option_that_a_hint_names_exists(ran, flag):
    meter, _ = ran
    shown = meter("account", "--region", "FR").stdout + meter("account").stdout
    if f"({flag})" in shown:
        assert flag in meter("account", "--help").stdout
