"""``submeter ledger``: what is on the record, chosen by name, stage and date."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.command import Meter


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
