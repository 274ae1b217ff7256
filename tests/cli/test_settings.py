"""Flags beat the environment, which beats ``submeter.toml``, which beats the defaults."""

import json
import os

import pytest


def setting(meter, name, *words, **told):
    (row,) = [
        each for each in meter.json("config", *words, **told)["settings"] if each["name"] == name
    ]
    return row["value"], row["from"]


def test_each_source_beats_the_next_and_is_named(meter):
    file = meter.folder / "submeter.toml"
    assert setting(meter, "region") == ("", "default")
    file.write_text('region = "DE"\npue = 1.3\n')
    assert setting(meter, "region") == ("DE", str(file))
    assert setting(meter, "pue") == ("1.3", str(file))
    env = {"SUBMETER_REGION": "US-CA"}
    assert setting(meter, "region", env=env) == ("US-CA", "SUBMETER_REGION")
    assert setting(meter, "region", "--region", "FR", env=env) == ("FR", "--region")
    assert setting(meter, "pue", "--region", "FR", env=env) == ("1.3", str(file))


def test_the_entry_says_where_its_place_was_stated(meter):
    (meter.folder / "submeter.toml").write_text('region = "DE"\n')
    meter("run", "--pue", "1.2", "--", "true", env={"SUBMETER_WUE": "0.3 L/kWh"})
    place = meter.only_entry()["place"]
    assert place["region"] == "DE"
    assert place["pue"] == "1.2"
    assert place["wue"] == "0.3 L/kWh"
    for source in ("--pue", "SUBMETER_WUE", "submeter.toml"):
        assert source in place["from"]


def test_an_empty_variable_is_not_set(meter):
    assert setting(meter, "region", env={"SUBMETER_REGION": ""}) == ("", "default")


def test_the_file_is_found_above_and_can_be_named(meter):
    (meter.folder / "submeter.toml").write_text('region = "DE"\n')
    below = meter.folder / "a" / "b"
    below.mkdir(parents=True)
    assert setting(meter, "region", cwd=below)[0] == "DE"
    named = meter.folder / "other.toml"
    named.write_text('region = "FR"\n[sensor]\nrapl = "/elsewhere"\n')
    env = {"SUBMETER_CONFIG": str(named)}
    assert setting(meter, "region", cwd=below, env=env) == ("FR", str(named))
    assert setting(meter, "sensor.rapl", env=env) == ("/elsewhere", str(named))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("region = \n", "cannot be read"),
        ("\xff\xfe", "cannot be read"),
        ('regoin = "FR"\n', "did you mean region?"),
        ("[region]\nname = 'FR'\n", "must be a plain value"),
        ("sensor = 3\n", "sensor"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_before_the_command_starts(meter, text, told):
    file = meter.folder / "submeter.toml"
    file.write_bytes(text.encode("latin-1"))
    for words in (["config"], ["run", "--", "touch", "started"]):
        done = meter(*words)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("error[SM140]: ")
        assert str(file) in done.stderr
        assert told in done.stderr
    assert not (meter.folder / "started").exists()


def test_a_named_file_that_is_not_there_is_refused(meter):
    done = meter("config", env={"SUBMETER_CONFIG": "/nowhere.toml"})
    assert done.returncode == 2
    assert "correct SUBMETER_CONFIG" in done.stderr


def test_a_bad_variable_is_refused_with_its_name(meter):
    for name, text in (("PERIOD", "5 h"), ("STAGE", "cooking"), ("RECORD", "maybe")):
        done = meter("run", "--", "touch", "started", env={f"SUBMETER_{name}": text})
        assert done.returncode == 2
        assert f"SUBMETER_{name}" in done.stderr
        assert not (meter.folder / "started").exists()


def test_the_table_shows_every_setting_and_the_places(meter):
    told = meter.json("config")
    shown = meter("config", env={"COLUMNS": "200"}).stdout
    for row in told["settings"]:
        assert row["name"] in shown
        assert row["meaning"]
    assert told["places"] == {"state": str(meter.home), "ledger": str(meter.home / "ledger")}
    assert str(meter.home / "ledger") in shown


def test_work_that_is_not_to_be_recorded_is_not(meter):
    done = meter("run", "--", "true", env={"SUBMETER_RECORD": "no"})
    assert "not recorded" in done.stderr
    assert "recorded as" not in done.stderr
    assert meter.entries() == []
    assert not (meter.home / "ledger").exists()


def test_a_ledger_elsewhere(meter):
    elsewhere = meter.folder / "elsewhere"
    meter("run", "--ledger", elsewhere, "--", "true")
    assert meter.entries() == []
    assert len(meter.json("ledger", "list", "--ledger", elsewhere)["entries"]) == 1
    env = {"SUBMETER_LEDGER": str(elsewhere)}
    assert len(meter.json("ledger", "list", env=env)["entries"]) == 1


def test_a_file_that_everybody_may_write_is_refused_unless_it_is_named(meter):
    """A settings file can name libraries to load: one in a shared folder could be anybody's."""
    file = meter.folder / "submeter.toml"
    file.write_text('region = "DE"\n')
    file.chmod(0o666)
    done = meter("config")
    assert done.returncode == 2
    assert "everybody may write it" in done.stderr
    assert "SUBMETER_CONFIG" in done.stderr
    assert setting(meter, "region", env={"SUBMETER_CONFIG": str(file)}) == ("DE", str(file))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(meter):
    file = meter.folder / "submeter.toml"
    file.write_text('region = "DE"\n')
    os.chown(file, 65534, -1)
    done = meter("run", "--", "true")
    assert done.returncode == 2
    assert "somebody else's" in done.stderr
    assert meter.entries() == []


def test_a_setting_that_cannot_be_used_is_told_with_its_source_and_the_next_step(meter):
    done = meter("config", env={"SUBMETER_REGION": "Frnace", "SUBMETER_PERIOD": "5 h"})
    assert done.returncode == 2
    assert "Frnace (cannot be used)" in done.stdout
    region = '"Frnace" is not a place that any table knows, SUBMETER_REGION, did you mean FR'
    assert f"error[SM120]: {region}" in done.stderr
    assert "SUBMETER_PERIOD, choose between" in done.stderr


@pytest.mark.parametrize("name", ["region", "grid", "pue", "wue", "lifetime", "method", "stage"])
def test_every_source_of_a_bad_setting_is_named(meter, name):
    done = meter("config", env={f"SUBMETER_{name.upper()}": "not this"})
    assert done.returncode == 2
    assert f"SUBMETER_{name.upper()}" in done.stderr
    (meter.folder / "submeter.toml").write_text(f'{name} = "not this"\n')
    done = meter("run", "--", "touch", "started")
    assert done.returncode == 2
    assert "submeter.toml" in done.stderr
    assert not (meter.folder / "started").exists()
    rows = json.loads(meter("config", "--json", "-").stdout)["settings"]
    assert [each["name"] for each in rows if each["problem"]] == [name]


def test_what_looks_like_a_setting_and_is_none_is_told(meter):
    env = {"SUBMETER_REGOIN": "FR", "SUBMETER_SENSOR_RPAL": "/x", "SUBMETER_AUTH_WALL": "s:s"}
    done = meter("config", env=env)
    assert done.returncode == 0
    assert "SUBMETER_REGOIN is not a setting: did you mean SUBMETER_REGION?" in done.stderr
    assert "SUBMETER_SENSOR_RPAL is the root of no sensor" in done.stderr
    assert "did you mean rapl?" in done.stderr
    assert done.stderr.count("\n") == 2
