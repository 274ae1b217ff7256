"""A grid's hours through the installed command; nobody is asked unless the user names them."""

import json
import re

import pytest

from submeter.reference.live import instants
from tests.reference.live import stand_in
from tests.reference.live.stand_in import ANSWERS, HOUR, NOW, Web, environ

FROM, TO = instants.write(NOW - 6 * HOUR - NOW % HOUR), instants.write(NOW - NOW % HOUR)
ASK = ("factors", "live", "--provider", "entsoe", "--zone", "FR", "--from", FROM, "--to", TO)


@pytest.fixture
def site():
    with Web(ANSWERS["entsoe"]) as made:
        yield made


def test_the_hours_are_shown_with_their_mean_and_source(meter, site):
    done = meter(*ASK, env=environ("entsoe", site.address))
    assert done.returncode == 0, done.stderr
    assert re.search(r"2026-11-24T06Z +13[01234] +[\d.]+ to [\d.]+ +100%", done.stdout)
    assert re.search(r"mean +13[01234]", done.stdout)
    assert "ENTSO-E Transparency Platform" in done.stdout
    assert "imports and grid losses are not in it" in done.stdout


def test_as_json_an_hour_that_is_not_known_is_null(meter, site):
    late = instants.write(NOW + 2 * HOUR)
    found = meter.json(*ASK[:-1], late, env=environ("entsoe", site.address))
    assert found["unit"] == "gCO2e/kWh"
    assert found["basis"] == "lifecycle location average"
    assert [each["value"] for each in found["hours"]] == [131.5] * 6
    assert found["mean"]["value"] == pytest.approx(131.5)
    assert found["source"]["licence"]


def test_settings_name_the_provider_and_the_environment_the_key(meter, site):
    (meter.folder / "submeter.toml").write_text('provider = "entsoe"\nzone = "FR"\n')
    words = ("factors", "live", "--from", FROM, "--to", TO)
    assert meter(*words, env=environ("entsoe", site.address)).returncode == 0
    assert meter(*words, "--zone", "DE", env=environ("entsoe", site.address)).returncode == 1
    shown = {each["name"]: each["value"] for each in meter.json("config")["settings"]}
    assert (shown["provider"], shown["zone"]) == ("entsoe", "FR")


def test_no_hour_is_the_answer_no_with_its_reason(meter, site):
    site.answer = lambda *_: (500, {}, b"")
    done = meter(*ASK, env=environ("entsoe", site.address))
    assert done.returncode == 1
    assert "no hour is known" in done.stdout
    assert "gives no answer" in done.stdout
    found = meter(*ASK, "--json", "-", env=environ("entsoe", site.address))
    assert found.returncode == 1
    assert json.loads(found.stdout)["mean"] is None


def test_an_address_in_the_settings_file_is_refused(meter, site):
    (meter.folder / "submeter.toml").write_text(f'provider_address = "{site.address}"\n')
    done = meter(*ASK, env={"SUBMETER_AUTH_ENTSOE": stand_in.KEYS["entsoe"]})
    assert done.returncode == 2
    assert site.asked == []


def test_nobody_is_asked_unless_named(meter, site):
    env = {**environ("entsoe", site.address), "SUBMETER_ZONE": "FR", "SUBMETER_REGION": "FR"}
    for words in (("run", "--", "true"), ("account",), ("config",), ("factors", "find", "FR")):
        assert meter(*words, env=env).returncode == 0
    done = meter("factors", "live", env=env)
    assert done.returncode == 2
    assert "no provider is named, so nobody is asked" in done.stderr
    assert site.asked == []


def test_the_doctor_says_what_is_set_and_asks_nobody(meter, site):
    assert "off, nobody is asked" in meter("doctor").stdout
    env = {**environ("entsoe", site.address), "SUBMETER_PROVIDER": "entsoe", "SUBMETER_ZONE": "FR"}
    told = meter("doctor", env=env).stdout
    assert "zone FR, key in SUBMETER_AUTH_ENTSOE; not asked now" in told
    assert "there is no key" in meter("doctor", env={**env, "SUBMETER_AUTH_ENTSOE": ""}).stdout
    assert site.asked == []


def test_no_key_is_told_anywhere(meter, site):
    env = {**environ("entsoe", site.address), "SUBMETER_PROVIDER": "entsoe", "SUBMETER_ZONE": "FR"}
    told = [
        meter(*words, env=env) for words in (ASK, ["config"], ["doctor"], ["run", "--", "true"])
    ]
    site.answer = lambda *_: (401, {}, b"")
    told.append(meter(*ASK[:4], "--zone", "NO_2", env=env))
    assert all("secret" not in each.stdout + each.stderr for each in told)
    kept = [file for file in meter.home.rglob("*") if file.is_file()]
    assert any("cache" in file.parts for file in kept)
    assert all(b"secret" not in file.read_bytes() for file in kept)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--provider", "entso"), "did you mean entsoe"),
        (("--provider", "entsoe"), "there is no key"),
        (("--provider", "uk-carbon-intensity"), "no zone is named.*such as GB-13"),
        (("--provider", "uk-carbon-intensity", "--zone", "FR"), "is no zone"),
        (("--from", "yesterday"), "no time with an offset"),
        (("--from", "2999-01-01T00:00Z"), "there is no past"),
        (("--forecast", "--from", FROM), "a forecast begins now"),
        (("France",), "live takes no text"),
    ],
)
def test_what_cannot_be_asked_is_told(meter, words, told):
    done = meter("factors", "live", *words)
    assert done.returncode == 2
    assert re.search(told, done.stderr)


def test_a_provider_that_does_not_exist_is_a_fault_of_the_settings(meter):
    done = meter("config", env={"SUBMETER_PROVIDER": "entso"})
    assert done.returncode == 2
    assert "did you mean entsoe" in done.stderr
    assert "is not a setting" not in meter("config", env={"SUBMETER_PROVIDER_ADDRESS": "x"}).stderr


def test_an_entry_is_accounted_for_by_the_named_provider_and_a_failure_is_told(meter, site):
    assert meter("run", "--region", "FR", "--", "true").returncode == 0
    plain = meter.json("account", "last")
    assert plain["place"]["grid"]["id"] == "grid/FR"
    assert site.asked == []
    site.answer = lambda *_: (500, {}, b"")
    named = {**environ("entsoe", site.address), "SUBMETER_PROVIDER": "entsoe"}
    told = meter.json("account", "last", env={**named, "SUBMETER_ZONE": "FR"})
    assert site.asked
    assert told["place"]["grid"] == plain["place"]["grid"]
    assert any("gives no answer" in note for note in told["missing"])
    assert any("no hour is known, so it is grid/FR" in note for note in told["missing"])


def test_hours_of_ones_own_lie_beside_the_account_file(meter):
    folder = meter.folder / "accounts"
    folder.mkdir()
    (folder / "hours.csv").write_text(
        "time,gCO2e/kWh\n2026-11-24T10:00Z,40\n2026-11-24T11:00Z,80\n"
    )
    (folder / "work.yaml").write_text(
        "start: 2026-11-24T10:00Z\nend: 2026-11-24T12:00Z\nplace: {hourly: hours.csv}\n"
        "energy: [{component: gpu, energy: 2 kWh, profile: [0.75, 0.25]}]\n"
    )
    told = meter.json("account", "accounts/work.yaml")
    assert told["place"]["grid"]["value"] == pytest.approx(50)
    compared = meter("account", "accounts/work.yaml", "--compare", "--grid", "100 gCO2e/kWh")
    assert compared.returncode == 0, compared.stderr
    explained = meter("explain", "accounts/work.yaml")
    assert explained.returncode == 0, explained.stderr
