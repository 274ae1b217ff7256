"""Account files: what stands in them, what is looked up, and what is refused."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import submeter.accounts
from submeter.accounting.draws import Draws
from submeter.accounting.method import Part, find
from submeter.accounting.methods import METHODS
from submeter.accounting.statement import state
from submeter.accounts.account_file import SCHEMA_FILE, STAGES, account_file
from submeter.accounts.document import LARGEST, read_document
from submeter.errors import QuantityError, UsageError
from submeter.quantities.estimate import Tier

BLOOM = """
name: BLOOM-176B
stage: training
method: bloom-2022
unit: {name: run, count: 1}
place: {grid: 57 gCO2e/kWh}
energy:
  - {component: gpu, device: A100-SXM4-80GB, device_hours: 1082990 h, power: 400 W}
  - {component: idle, energy: 256646 kWh}
embodied:
  - {component: server, each: 2500 kgCO2e, device_hours: 135373.75 h, lifetime: 6 years,
     utilisation: 0.85}
  - {component: gpu, each: 150 kgCO2e, device_hours: 1082990 h, lifetime: 6 years,
     utilisation: 0.85}
"""
SCHEMA = json.loads(Path(submeter.accounts.__path__[0], SCHEMA_FILE).read_text())


def document(text, tmp_path, name="account.yaml"):
    path = tmp_path / name
    path.write_text(text)
    return read_document(path)


def answer(content, stated=None, method=None):
    told = account_file(content, stated)
    return state(told.inventory, find(method or told.method, METHODS), Draws(seed=1))


def gpu(**more):
    return {"energy": [{"component": "gpu", "energy": "2 kWh"}], **more}


def test_bloom_adds_up_to_what_its_paper_says(tmp_path):
    told = answer(document(BLOOM, tmp_path)).as_dict()
    assert told["carbon"]["total"]["value"] / 1e3 == pytest.approx(50.5, abs=0.05)
    assert told["carbon"]["operational"]["value"] / 1e3 == pytest.approx(24.69, abs=0.005)
    assert told["carbon"]["idle"]["value"] / 1e3 == pytest.approx(14.6, abs=0.05)
    assert told["carbon"]["embodied"]["value"] / 1e3 == pytest.approx(11.2, abs=0.05)
    assert told["energy"]["by_component"]["gpu"]["value"] == pytest.approx(433196)


def test_an_unknown_facility_is_told_only_where_the_method_asks_for_it():
    told = account_file(gpu(place={"region": "FR"}))
    assert {"pue: the facility is not known", "wue: the facility is not known"} <= set(
        told.inventory.missing
    )

    def noted(method):
        shown = state(told.inventory, find(method, METHODS), Draws(seed=1)).missing
        return {name for name in ("pue", "wue") if f"{name}: the facility is not known" in shown}

    assert noted("submeter-1") == {"pue", "wue"}
    assert noted("ghg-location") == {"pue"}
    assert noted("bloom-2022") == noted("aies") == set()
    # A method takes what it needs of the place: what it leaves alone has no notes at all.
    for method in METHODS:
        shown = state(told.inventory, replace(method, stages=()), Draws(seed=1)).missing
        assert any(each.startswith("pue:") for each in shown) <= method.includes(Part.FACILITY)


def test_the_three_formats_say_the_same(tmp_path):
    content = document(BLOOM, tmp_path)
    as_json = document(json.dumps(content), tmp_path, "account.json")
    toml = '[place]\ngrid = "57 gCO2e/kWh"\n[[energy]]\ncomponent = "gpu"\nenergy = "2 kWh"'
    assert answer(as_json) == answer(content)
    assert document(toml, tmp_path, "account.toml") == tomllib.loads(toml)
    assert answer(document(toml, tmp_path, "b.toml")).carbon.operational is not None


def test_the_schema_and_the_reader_agree_on_what_is_known(tmp_path):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.validate(document(BLOOM, tmp_path))
    assert tuple(SCHEMA["properties"]["stage"]["enum"]) == STAGES
    for wrong in ({"title": "x"}, gpu(place={"mix": "57 gCO2e/kWh"}), gpu(facility={"wu": 1})):
        assert not validator.is_valid(wrong)
        with pytest.raises(UsageError):
            account_file(wrong)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"energy": [{"component": "gpu", "energy": "2 kWh", "power": "4 W"}]}, "given twice"),
        (
            {"energy": [{"component": "gpu", "energy": "2 kWh"}] * 2},
            "the energy of gpu is given twice",
        ),
        (
            {
                "energy": [
                    {"component": "gpu", "energy": "2 kWh"},
                    {"component": "machine", "energy": "3 kWh"},
                ]
            },
            "the machine holds it",
        ),
        ({"energy": [{"component": "gpu"}]}, "the energy is missing"),
        ({"energy": [{"energy": "2 kWh"}]}, "the component is missing"),
        ({"energy": [{"component": "gpu", "device_hours": "2 h"}]}, "the power is missing"),
        ({"name": "nothing"}, "neither energy nor hardware"),
        (gpu(place={"grid": "57 g"}), "no known unit"),
        (gpu(place={"grid": {"value": "57 gCO2e/kWh", "low": "5 gCO2e/kWh"}}), "needs both ends"),
        (
            gpu(
                place={
                    "grid": {
                        f"{each}": f"{n} gCO2e/kWh"
                        for each, n in (("value", 9), ("low", 1), ("high", 2))
                    }
                }
            ),
            "does not hold its value",
        ),
        (gpu(place={"grid": ["57 gCO2e/kWh"]}), "a quantity is expected"),
        (gpu(place={"grid": "57 kWh"}), "an energy, a carbon intensity was expected"),
        (gpu(place={"region": "FR", "cloud": "gcp/us-central1"}), "given twice"),
        (gpu(facility={"pue": 1.2, "included": True}), "already includes"),
        (gpu(facility={"pue": 0.9}), "below 1"),
        (gpu(stage="schooling"), 'no stage "schooling"'),
        (gpu(energy={"component": "gpu"}), "a list is expected"),
        (gpu(tier="x"), 'no field "tier"'),
        ([1, 2], "fields are expected"),
    ],
)
def test_bad_input_is_told_with_its_place(content, what):
    with pytest.raises((UsageError, QuantityError), match=what) as error:
        account_file(content)
    assert error.value.where or error.value.fix


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: a\nname: b", "given twice"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("a: [1", "cannot be understood"),
        ("a: !!python/object/apply:os.system ['true']", "cannot be understood"),
    ],
)
def test_yaml_is_read_safely(text, what, tmp_path):
    with pytest.raises(UsageError, match=what):
        document(text, tmp_path)


def test_a_document_has_bounds(tmp_path):
    with pytest.raises(UsageError, match="longer than"):
        document("#" * (LARGEST + 1), tmp_path)
    with pytest.raises(UsageError, match="cannot be understood"):
        document("[" * 100_000, tmp_path, "deep.json")
    with pytest.raises(UsageError, match="format of the file"):
        document("", tmp_path, "account.txt")
    with pytest.raises(UsageError, match="cannot be read"):
        read_document(tmp_path / "none.yaml")


def test_a_figure_may_be_a_mapping_without_an_interval():
    told = answer(gpu(place={"grid": {"value": "57 gCO2e/kWh", "source": "the operator, 2022"}}))
    assert told.place.grid.low == told.place.grid.high == pytest.approx(57)
    assert any(source.citation == "the operator, 2022" for source in told.sources)


def test_absent_is_never_zero():
    told = answer(gpu())
    assert told.carbon.embodied is None
    assert told.place.grid.id == "grid/world"
    assert (
        told.carbon.operational.low < told.carbon.operational.value < told.carbon.operational.high
    )


def test_a_device_lends_its_power_and_the_answer_says_so():
    entry = {"component": "gpu", "device": "A100-SXM4-80GB", "device_hours": "10 h"}
    told = answer({"energy": [entry], "place": {"region": "FR"}})
    drawn = told.energy.by_component["gpu"]
    assert drawn.tier is Tier.MODELLED
    assert drawn.low < 4.0 < drawn.high
    assert any("80% of its 400 W" in note for note in told.missing)


def test_what_is_typed_beats_the_file(tmp_path):
    content = document(BLOOM, tmp_path)
    typed = answer(content, {"grid": "570 gCO2e/kWh"})
    assert typed.carbon.operational.value == pytest.approx(
        10 * answer(content).carbon.operational.value
    )
    assert answer(content, {"region": "DE"}).place.words["region"] == "DE"
    halved = answer(content, {"lifetime": "12 years"}).carbon.embodied.value
    assert halved == pytest.approx(answer(content).carbon.embodied.value / 2)


def test_the_calculator_rounds_on_the_way():
    run = {
        "method": "ml-co2-impact-2019",
        "place": {"grid": "566.3 gCO2e/kWh"},
        "energy": [{"component": "gpu", "device_hours": "8 h", "power": "283 W"}],
    }
    told = answer(run)
    assert told.energy.total.value == pytest.approx(2.26)
    assert told.carbon.total.value == pytest.approx(1.29)
    measured = {**run, "place": {"grid": "566.3 gCO2e/kWh", "custom": True}}
    assert answer(measured).carbon.total.value == pytest.approx(1.28)


def test_a_method_brings_its_own_figures_where_none_is_known():
    run = {
        "method": "strubell-2019",
        "energy": [{"component": "machine", "hours": "12 h", "power": "1415.78 W"}],
    }
    told = answer(run)
    assert told.energy.total.value == pytest.approx(26.84, abs=0.01)
    assert told.carbon.total.value == pytest.approx(26.843 * 0.954 * 0.45359237, rel=1e-3)
    stated = answer({**run, "place": {"grid": "57 gCO2e/kWh"}, "facility": {"pue": 1}})
    assert stated.carbon.total.value == pytest.approx(1.41578 * 12 * 0.057)


QUANTITY = st.floats(0.01, 1e4).map(lambda x: round(x, 3))


@given(QUANTITY, st.floats(1.0, 3.0).map(lambda x: round(x, 2)))
def test_a_wider_input_never_gives_a_narrower_output(value, ratio):
    def shown(wider):
        low, high = value / wider, value * wider
        text = {"value": f"{value} kWh", "low": f"{low} kWh", "high": f"{high} kWh"}
        content = {"energy": [{"component": "gpu", "energy": text}]}
        return answer({**content, "place": {"grid": "57 gCO2e/kWh"}}, method="bloom-2022")

    narrow, wide = shown(ratio).carbon.total, shown(ratio * 1.5).carbon.total
    assert wide.low <= narrow.low + 1e-9
    assert wide.high >= narrow.high - 1e-9


@given(QUANTITY)
def test_units_change_no_figure(kwh):
    one = answer({"energy": [{"component": "gpu", "energy": f"{kwh} kWh"}]})
    other = answer({"energy": [{"component": "gpu", "energy": f"{kwh * 3.6} MJ"}]})
    assert other.energy.total.value == pytest.approx(one.energy.total.value)
