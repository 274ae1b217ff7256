"""``submeter ledger``: what is on the record, chosen by name, stage and date."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.command import Meter, until


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Give a ledger of three entries, which no test changes."""
    meter = Meter(tmp_path_factory.mktemp("recorded"))
    meter("run", "--name", "load", "--stage", "training", "--", "true")
    meter("run", "--name", "query", "--stage", "inference", "--", "sh", "-c", "exit 3")
    meter("run", "--name", "query", "--", "true")
    return meter


def names(meter, *words):
    found = meter.json("ledger", "list", *words)["entries"]
    return [(each["name"], each.get("stage", "other")) for each in found]


LOAD, QUERY, OTHER = ("load", "training"), ("query", "inference"), ("query", "other")


def test_an_empty_ledger_says_how_to_fill_it(meter):
    done = meter("ledger", "list")
    assert done.returncode == 0
    assert "submeter run -- CMD" in done.stdout
    assert meter.entries() == []
    assert not meter.home.exists(), "reading makes nothing"
    assert meter("ledger", "show").returncode == 2


def test_filters(recorded):
    today = datetime.now(UTC).date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    assert names(recorded) == [LOAD, QUERY, OTHER]
    assert names(recorded, "--name", "query") == [QUERY, OTHER]
    assert names(recorded, "--stage", "training") == [LOAD]
    assert names(recorded, "--name", "query", "--stage", "training") == []
    assert names(recorded, "--since", yesterday) == [LOAD, QUERY, OTHER]
    assert names(recorded, "--since", tomorrow) == []
    assert names(recorded, "--until", tomorrow) == [LOAD, QUERY, OTHER]
    assert names(recorded, "--until", yesterday) == []


def test_windows_of_time_that_touch_share_no_entry(recorded):
    second = recorded.entries()[1]
    # To the second: what started in the same second falls on the same side.
    cut = datetime.fromtimestamp(second["start"] // 10**9, UTC).isoformat()
    before, after = names(recorded, "--until", cut), names(recorded, "--since", cut)
    assert before + after == names(recorded)


def test_the_table_holds_every_entry(recorded):
    shown = recorded("ledger", "list").stdout
    for each in recorded.entries():
        assert each["id"] in shown
    assert "modelled" in shown or "measured" in shown


@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_narrow_terminal_cuts_names_and_no_figures(recorded, columns):
    # Rich takes whoever forces colours for a terminal.
    env = {"COLUMNS": columns, "FORCE_COLOR": "1"}
    shown = re.sub(r"\x1b\[[\d;]*m", "", recorded("ledger", "list", env=env).stdout)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= int(columns)
    for each in recorded.entries():
        (line,) = [row for row in lines if each["id"][:13] in row]
        assert re.search(
            r"\d\d:\d\d .* \d+\.\d s +[\d.]+ \S+ +[\d.]+ to [\d.]+ +modelled$", line.strip()
        )


def test_show_tells_all_of_an_entry(recorded):
    entry = recorded.entries()[1]
    shown = recorded("ledger", "show", entry["id"][:14].lower()).stdout
    for words in (entry["id"], "query", "inference", "final", "cpu:", "host:", "submeter account"):
        assert words in shown
    told = recorded.json("ledger", "show", entry["id"])
    assert told == entry
    assert told["schema"] == "submeter.activity/1"
    assert told["exit_code"] == 3
    assert told["host"]["name"]


def test_last_is_the_one_that_started_last(recorded):
    assert recorded.json("ledger", "show")["id"] == recorded.entries()[-1]["id"]


def test_an_unknown_id_is_refused_with_what_may_be_meant(recorded):
    done = recorded("ledger", "show", "laod")
    assert done.returncode == 2
    assert 'did you mean "load"' in done.stderr


def test_there_is_no_carbon_on_the_record(recorded):
    """Carbon is worked out when asked."""
    for log in (recorded.home / "ledger" / "log").iterdir():
        assert b"carbon" not in log.read_bytes().lower()


def test_many_meters_write_at_once_and_nothing_is_lost(meter):
    processes = [meter.start("run", "--name", f"n{i}", "--", "sleep", "0.2") for i in range(8)]
    for each in processes:
        _, err = each.communicate()
        assert b"recorded as" in err
    assert sorted(each["name"] for each in meter.entries()) == [f"n{i}" for i in range(8)]


def test_a_merge_counts_pieces_of_work_and_not_their_revisions(meter):
    elsewhere = meter.folder / "elsewhere"
    # Longer than a second: the entry is written while the work goes on, and once more at its end.
    assert meter("run", "--ledger", elsewhere, "--", "sleep", "1.5").returncode == 0
    told = meter.json("ledger", "merge", elsewhere, "--into", meter.folder / "json")
    (source,) = told["sources"]
    assert source["entries"] == told["added"] > 1, "revisions are copied too"
    assert (source["works"], source["new"], source["changed"]) == (1, 1, 0)
    shown = meter("ledger", "merge", elsewhere, "--into", meter.folder / "a").stdout
    assert "elsewhere: 1 entry read, 1 of them new" in shown
    assert f"1 entry added to {meter.folder / 'a'}" in " ".join(shown.split())
    again = meter("ledger", "merge", elsewhere, "--into", meter.folder / "a").stdout
    assert "1 entry read, 0 of them new\n" in again
    assert "0 entries added" in again


def test_a_merge_tells_of_revisions_that_were_not_here(meter):
    elsewhere, here = meter.folder / "elsewhere", meter.folder / "here"
    process = meter.start("run", "--ledger", elsewhere, "--", "sleep", "60")
    until(lambda: list(elsewhere.glob("log/*")), "the entry is begun")
    until(lambda: meter.json("ledger", "list", "--ledger", elsewhere)["entries"], "it is written")
    meter("ledger", "merge", elsewhere, "--into", here)
    process.terminate()
    process.communicate()
    shown = meter("ledger", "merge", elsewhere, "--into", here).stdout
    assert "1 entry read, 0 of them new, 1 with revisions that were not here" in shown
