"""A file of factors of one's own, named by option, environment or settings file."""

import json

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


HARDWARE = (
    "id,value,low,high,unit,name\n"
    "tdp/my-card,250,240,260,W,Our Card 48GB\n"
    "embodied/my-card,100,80,120,kgCO2e,Our Card 48GB\n"
    "embodied-adpe/my-card,0.01,,,kgSb_eq,Our Card 48GB\n"
    "tdp/google-tpu-v5e,170,150,190,W,\n"
    "embodied/nvidia-h100-sxm-80gb,200,,,kgCO2e,\n"
    "lifetime/device,8,,,year,\n"
    "utilisation/device,0.5,,,,\n"
    "price/FR,0.1,,,EUR/kWh,\n"
    "grid/FR,50,,,gCO2e/kWh,\n"
)
CARDS = """
place: {region: FR}
facility: {pue: 1}
energy:
  - {component: gpu, device: DEVICE, device_hours: 876 h}
embodied:
  - {component: gpu, device: DEVICE, device_hours: 876 h}
"""


@pytest.fixture
def cards(meter):
    """Give account files of a card of the user's own, of a TPU and of an H100."""
    (meter.folder / "hardware.csv").write_text(HARDWARE)
    for name, device in (("own", "our card 48 gb"), ("tpu", "TPU v5e"), ("h100", "H100 SXM")):
        (meter.folder / f"{name}.yaml").write_text(CARDS.replace("DEVICE", device))
    return meter


def test_a_card_of_ones_own_has_its_power_and_its_making(cards):
    told = cards.json("account", "own.yaml", "--factors", "hardware.csv")
    assert told["energy"]["total"]["value"] == pytest.approx(876 * 0.8 * 0.25, rel=1e-6)
    assert told["energy"]["total"]["low"] == pytest.approx(876 * 0.4 * 0.24, rel=0.05)
    # 876 h are a tenth of a year: a fortieth of eight years at half their hours.
    assert told["carbon"]["embodied"]["value"] == pytest.approx(100 / 40, rel=2e-3)
    assert told["carbon"]["operational"]["value"] == pytest.approx(175.2 * 0.05, rel=1e-6)
    assert told["money"]["value"] == pytest.approx(17.52, rel=1e-6)
    assert told["resources"]["value"] > 0.01 / 40
    without = cards("account", "own.yaml")
    assert without.returncode == 2
    assert 'no accelerator is called "our card 48 gb"' in without.stderr


def test_own_rows_stand_instead_of_what_the_catalogue_has_or_lacks(cards):
    lacking = cards("account", "tpu.yaml")
    assert lacking.returncode == 2
    assert "no power of TPU v5e is published" in lacking.stderr
    told = cards.json("account", "tpu.yaml", "--factors", "hardware.csv")
    assert told["energy"]["total"]["value"] == pytest.approx(876 * 0.8 * 0.17, rel=1e-6)
    card = cards.json("account", "h100.yaml", "--factors", "hardware.csv")
    assert card["carbon"]["embodied"]["value"] == pytest.approx(200 / 40, rel=2e-3)


def test_they_reach_explanations_and_what_is_compared(cards):
    told = cards.json("explain", "h100.yaml", "--factors", "hardware.csv")["statement"]
    assert told == cards.json("account", "h100.yaml", "--factors", "hardware.csv")
    compared = cards.json("account", "h100.yaml", "--compare", "--factors", "hardware.csv")
    changed = {each["what"] for each in compared["changes"]}
    assert {"grid", "making a H100 SXM", "lifetime of a H100 SXM", "price"} <= changed


def test_what_is_configured_holds_on_both_sides_of_a_comparison(cards):
    env = {"SUBMETER_FACTORS": "hardware.csv"}
    told = cards.json("account", "h100.yaml", "--compare", "--region", "DE", env=env)
    assert {each["what"] for each in told["changes"]} <= {
        "grid", "price", "water of electricity", "primary energy", "minerals of electricity",
    }  # fmt: skip


def test_they_reach_the_account_of_an_entry_and_its_explanation(cards):
    done = cards("run", "--region", "FR", "--", *cards.burn(0.2))
    assert done.returncode == 0, done.stderr
    shipped, own = (cards.json("account", "last", *more) for more in ((), OWN))
    assert own["carbon"]["embodied"]["value"] != shipped["carbon"]["embodied"]["value"]
    assert own["place"]["grid"]["value"] == 50
    explained = cards.json("explain", "last", *OWN)["statement"]
    assert explained["carbon"]["embodied"] == own["carbon"]["embodied"]
    compared = cards.json("account", "last", "--compare", *OWN)
    assert any(each["what"].startswith("lifetime") for each in compared["changes"])


OWN = ("--factors", "hardware.csv")


LIMITS = (
    "id,value,unit,name\n"
    "tdp/my-card,250,W,Our Card 48GB\n"
    "tdp/nvidia-a100-pcie-80gb,150,W,\n"
    "embodied/my-card,120,kgCO2e,Our Card 48GB\n"
    "grid/FR,300,gCO2e/kWh,\n"
)
MODEL_CARD = (
    "# A model\n- **Hardware Type:** Our Card 48GB\n- **Hours used:** 1000\n"
    "- **Compute Region:** France\n- **Carbon Emitted:** {}\n"
)


def drew(device, kilowatt_hours):
    """Give a claim of so much energy over 100 hours of a device."""
    energy = f"{kilowatt_hours} kWh"
    inputs = {"device_hours": "100 h", "energy": energy}
    return [{"id": "a", "device": device, "inputs": inputs, "claimed": energy}]


@pytest.mark.parametrize("way", ["option", "environment", "settings file"])
@pytest.mark.parametrize(
    ("device", "sound", "wrong", "limit"),
    [("8 x Our Card 48GB", 20, 200, "250 W"), ("A100 PCIe 80GB", 60, 66, "150 W")],
)
def test_an_audit_knows_the_power_of_ones_own_cards(meter, way, device, sound, wrong, limit):
    """Of a card that the catalogue lacks, and of one whose limit is set lower than its maker's."""
    (meter.folder / "cards.csv").write_text(LIMITS)
    words, env = [], {}
    if way == "option":
        words = ["--factors", "cards.csv"]
    elif way == "environment":
        env = {"SUBMETER_FACTORS": "cards.csv"}
    else:
        (meter.folder / "submeter.toml").write_text('factors = ["cards.csv"]\n')
    for energy, rules in ((sound, []), (wrong, ["implied-power"])):
        (meter.folder / "claims.json").write_text(json.dumps(drew(device, energy)))
        done = meter("audit", "claims.json", "--json", "-", *words, env=env)
        found = json.loads(done.stdout)["findings"]
        assert [each["rule"] for each in found] == rules
        assert all(limit in each["cause"] for each in found)
        assert done.returncode == bool(rules)
    if way == "option":
        assert meter.json("audit", "claims.json")["findings"] == []


def test_a_card_is_recomputed_by_the_power_and_the_grid_of_ones_own(meter):
    (meter.folder / "cards.csv").write_text(LIMITS)
    own = ("--factors", "cards.csv")
    for carbon, rules in ((75, []), (250, ["place-grid"])):
        (meter.folder / "README.md").write_text(MODEL_CARD.format(f"{carbon} kg"))
        found = meter.json("audit", "README.md", *own)["findings"]
        assert [each["rule"] for each in found] == rules
        assert all("250 W × 1000 h" in each["arithmetic"] for each in found)
    assert meter.json("audit", "README.md")["findings"] == [], "nobody knows the card's power"


def test_an_account_file_is_audited_by_ones_own_factors(meter):
    (meter.folder / "cards.csv").write_text(LIMITS)
    told = {
        "name": "w", "method": "bloom-2022", "place": {"grid": "100 gCO2e/kWh"},
        "energy": [{"component": "gpu", "device": "Our Card 48GB", "device_hours": "1000 h"}],
        "claimed": {"value": 20, "unit": "kgCO2e"},
    }  # fmt: skip
    (meter.folder / "work.json").write_text(json.dumps(told))
    assert meter.json("audit", "work.json", "--factors", "cards.csv")["findings"] == []
    (note,) = meter.json("audit", "work.json")["findings"]
    assert (note["rule"], note["severity"]) == ("account", "note")
    told["claimed"] = {"value": 20, "unit": "tCO2e"}
    (meter.folder / "work.json").write_text(json.dumps(told))
    done = meter("audit", "work.json", "--factors", "cards.csv", "--json", "-")
    (found,) = json.loads(done.stdout)["findings"]
    assert (found["rule"], "10^3" in found["cause"]) == ("account", True)


def test_a_bad_line_stops_an_audit(meter):
    (meter.folder / "cards.csv").write_text("id,value,unit\ntdp/x,abc,W\n")
    (meter.folder / "claims.json").write_text(json.dumps(drew("x", 1)))
    done = meter("audit", "claims.json", "--factors", "cards.csv")
    assert done.returncode == 2
    assert "line 2 is not a factor" in done.stderr
