"""What is stated of place and hardware counts, and is not told as left out."""

import pytest

from tests.cli.command import Meter

LEFT_OUT = "left out or fallen back on"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Give a ledger of one entry, which no test changes."""
    meter = Meter(tmp_path_factory.mktemp("recorded"))
    meter("run", "--name", "work", "--region", "FR", "--", *meter.burn(0.2))
    return meter


@pytest.mark.parametrize(
    ("flag", "text", "name"),
    [("pue", "1.2", "facility (PUE)"), ("wue", "0.3 L/kWh", "water on site (WUE)")],
)
def test_what_is_stated_is_not_left_out(recorded, flag, text, name):
    shown = recorded("account").stdout.partition(LEFT_OUT)[2]
    assert f"{name}: the facility is not known" in shown
    told = recorded.json("account", f"--{flag}", text)
    assert [each for each in told["missing"] if each.startswith(f"{flag}:")] == []
    assert f"  {name}: " not in recorded("account", f"--{flag}", text).stdout.partition(LEFT_OUT)[2]


def test_a_price_makes_money_of_the_energy_and_without_one_there_is_none(recorded):
    told = recorded.json("account")
    assert told["money"] is None
    assert "money: no price of the electricity is known" in told["missing"]
    assert "no price of the electricity is known" in recorded("account").stdout
    paid = recorded.json("account", "--price", "0.20 to 0.24 CHF/kWh")
    energy, money = paid["energy"]["total"], paid["money"]
    assert money["unit"] == "CHF"
    assert money["value"] == pytest.approx(0.22 * energy["value"])
    assert money["low"] < 0.20 * energy["value"] < 0.24 * energy["value"] < money["high"]
    assert not [each for each in paid["missing"] if each.startswith(("money", "price"))]
    assert "price of the electricity" in recorded("account", "--price", "0.2 CHF/kWh").stdout


def test_a_known_price_of_the_place_is_taken_with_its_source(recorded):
    told = recorded.json("account", "--region", "aws/us-east-1")
    assert told["money"]["unit"] == "USD"
    assert told["money"]["low"] < told["money"]["value"] < told["money"]["high"]
    assert "eia-2023" in {each["id"] for each in told["sources"]}
    wrong = recorded("account", "--price", "21 ct/kWh")
    assert wrong.returncode == 2
    assert "0.21 EUR/kWh" in wrong.stderr


def test_a_price_is_recorded_with_the_place_and_another_region_has_its_own(meter):
    env = {"SUBMETER_PRICE": "0.3 EUR/kWh"}
    done = meter("run", "--region", "FR", "--", *meter.burn(0.1), env=env)
    assert done.returncode == 0, done.stderr
    assert meter.only_entry()["place"]["price"] == "0.3 EUR/kWh"
    assert meter.json("account")["money"]["unit"] == "EUR"
    assert meter.json("account", "--region", "US-VA")["money"]["unit"] == "USD"
    assert meter.json("account", "--region", "DE")["money"] is None


def embodied(meter, *words, **told):
    return meter.json("account", *words, **told)["carbon"]["embodied"]["value"]


def test_how_long_hardware_is_kept_and_used_can_be_stated(recorded):
    words = ("--lifetime", "5 years", "--utilisation", "50 %")
    five = embodied(recorded, *words)
    assert embodied(recorded, "--lifetime", "10 years", "--utilisation", "0.5") == pytest.approx(
        five / 2, rel=1e-6
    )
    assert embodied(recorded, *words, "--region", "DE") == five
    widest = [each["factor"] for each in recorded.json("account", *words)["widest"]]
    assert not [each for each in widest if each.startswith(("lifetime", "utilisation"))]


def test_a_configured_lifetime_counts_where_none_was_recorded(recorded):
    env = {"SUBMETER_LIFETIME": "5 years", "SUBMETER_UTILISATION": "0.5"}
    stated = embodied(recorded, "--lifetime", "5 years", "--utilisation", "0.5")
    assert embodied(recorded, env=env) == stated
    assert embodied(recorded, "--lifetime", "10 years", env=env) == pytest.approx(stated / 2)


def test_it_is_stored_with_the_entry_and_what_is_asked_for_beats_it(meter):
    (meter.folder / "submeter.toml").write_text('lifetime = "5 years"\nutilisation = 0.5\n')
    done = meter("run", "--region", "FR", "--", *meter.burn(0.1))
    assert done.returncode == 0, done.stderr
    host = meter.only_entry()["host"]
    assert (host["lifetime"], host["utilisation"]) == ("5 years", "0.5")
    assert host["stated"].endswith("submeter.toml")
    (meter.folder / "submeter.toml").unlink()
    kept = embodied(meter)
    assert kept == embodied(meter, "--region", "DE"), "another region, the same hardware"
    assert embodied(meter, "--lifetime", "2.5 years") == pytest.approx(kept * 2, rel=1e-6)
    assert "lifetime 5 years" in meter("ledger", "show").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--lifetime", "0 years"), ("--lifetime", "5"), ("--lifetime", "1000 years"),
        ("--utilisation", "1.5"), ("--utilisation", "0"), ("--utilisation", "5 years"),
    ],
)  # fmt: skip
def test_hardware_that_cannot_be_is_refused_before_the_work(meter, words):
    done = meter("run", *words, "--", "touch", "started")
    assert done.returncode == 2
    assert words[0].removeprefix("--") in done.stderr
    assert not (meter.folder / "started").exists()
