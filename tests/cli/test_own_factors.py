"""A file of factors of one's own, named by option, environment or settings file."""

import pytest

ROWS = (
    "id,value,low,high,unit,name,country\n"
    "grid/MY-SITE,25,20,32,gCO2e/kWh,Our hall,FR\n"
    "pue/MY-SITE,1.1,1.05,1.2,,Our hall,FR\n"
)
WORK = 'name = "w"\n[[energy]]\ncomponent = "gpu"\nenergy = "10 kWh"\n[place]\nregion = "MY-SITE"\n'


@pytest.fixture
def work(meter):
    """Give an account file of a place that only a file of one's own knows."""
    (meter.folder / "mine.csv").write_text(ROWS)
    (meter.folder / "work.toml").write_text(WORK)
    return "work.toml"


@pytest.mark.parametrize("way", ["option", "environment", "settings file"])
def test_its_places_can_be_named(meter, work, way):
    words, env = ["account", work], {}
    if way == "option":
        words += ["--factors", "mine.csv"]
    elif way == "environment":
        env = {"SUBMETER_FACTORS": "mine.csv"}
    else:
        (meter.folder / "submeter.toml").write_text('factors = ["mine.csv"]\n')
    statement = meter.json(*words, env=env)
    assert statement["carbon"]["total"]["value"] == pytest.approx(10 * 1.1 * 25 / 1000, rel=0.02)
    assert statement["place"]["name"] == "Our hall"


def test_without_it_the_place_is_not_known(meter, work):
    done = meter("account", work)
    assert done.returncode == 2
    assert '"MY-SITE" is not a place' in done.stderr


def test_a_run_there_is_accounted_for_and_later_by_whoever_has_the_file(meter, work):
    (meter.folder / "submeter.toml").write_text('factors = ["mine.csv"]\nregion = "MY-SITE"\n')
    done = meter("run", "--json", "out.json", "--", "true")
    assert done.returncode == 0, done.stderr
    entry = meter.only_entry()
    assert entry["place"]["region"] == "MY-SITE"
    assert "factors" not in entry["place"]
    assert meter.json("account", "last")["place"]["region"] == "MY-SITE"


def test_a_bad_line_is_refused_before_the_work_begins(meter, work):
    (meter.folder / "mine.csv").write_text("id,value,unit\ngrid/X,abc,gCO2e/kWh\n")
    done = meter("run", "--factors", "mine.csv", "--", "touch", "begun")
    assert done.returncode == 2
    assert "line 2 is not a factor" in done.stderr
    assert not (meter.folder / "begun").exists()
