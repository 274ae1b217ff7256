"""Each rule: what it finds, and what it lets pass."""

import pytest

from submeter.disclosures.audit.finding import Severity
from tests.disclosures.audited import of_csv, of_row, of_rows, rules, told

E100 = {"energy": "100 MWh", "grid": "400 gCO2e/kWh"}


@pytest.mark.parametrize(
    ("inputs", "claimed", "method", "cause"),
    [
        ({**E100, "pue": "1.25"}, "40 t", "patterson-2021", "the PUE 1.25 was not applied"),
        ({**E100, "pue": "1.25"}, "62.5 t", "patterson-2021", "the PUE 1.25 was applied twice"),
        ({**E100, "market": "100 g/kWh"}, "10 t", "ghg-location", "the market intensity was used"),
        ({**E100, "market": "100 g/kWh"}, "40 t", "ghg-market", "the location intensity was used"),
        (E100, "88.2 t", "", "pounds stand where kilograms are meant"),
        (E100, "10.9 t", "", "carbon stands where carbon dioxide is meant"),
        (E100, "40 kgCO2e", "", "off by 10^3, too low: grams beside kilograms"),
        (E100, "40 ktCO2e", "", "off by 10^3, too high"),
        ({"device_hours": "100 h", "power": "700 W", "utilisation": "50 %"}, "70 kWh", "energy",
         "the utilisation (50 %) was left out"),
        ({"devices": "8", "hours": "100 h", "power": "700 W"}, "70 kWh", "energy",
         "the number of devices (8) was left out"),
        ({"hours": "100 h", "power": "700 W"}, "1680 kWh", "energy", "hours were taken for days"),
        ({"energy": ["10 kWh", "21 kWh", "34 kWh"]}, "44 kWh", "energy",
         "21 kWh) is missing from the sum"),
        ({"energy": ["10 kWh", "21 kWh", "34 kWh"]}, "86 kWh", "energy",
         "21 kWh) is counted twice"),
        ({"energy": "70 kWh", "power": "700 W"}, "252 kWh", "", "MJ"),
        ({"each": "2500 kg", "device_hours": "1000000 h", "lifetime": "6 years"}, "47.57 kg", "",
         "off by 10^3, too low"),
    ],
)  # fmt: skip
def test_the_cause_is_named(inputs, claimed, method, cause):
    (found,) = [each for each in of_row(inputs, claimed, method) if each.severity is Severity.ERROR]
    assert cause in found.cause


def test_a_method_decides_what_follows():
    """BLOOM's method tells the PUE beside the result, ML CO2 Impact rounds on the way."""
    both = {**E100, "pue": "1.2"}
    assert told(of_row(both, "40 t", "bloom-2022")) == []
    (note,) = of_row(both, "48 t", "bloom-2022")
    assert (note.severity, note.rule) == (Severity.NOTE, "boundary")
    small = {"power": "250 W", "hours": "10.5 h", "grid": "34.5 gCO2e/kWh"}
    assert of_row(small, "0.08 kgCO2eq", "ml-co2-impact-2019") == ()
    assert rules(of_row(small, "0.08 kgCO2eq", "ghg-location")) == ["arithmetic"]


def test_a_pue_that_is_inside_the_energy_is_not_applied():
    inside = {**E100, "pue": "1.2", "included": True}
    assert told(of_row(inside, "40 t", "patterson-2021")) == []
    assert rules(of_row(inside, "48 t", "patterson-2021")) == ["arithmetic"]


@pytest.mark.parametrize(
    ("inputs", "rule", "severity"),
    [
        ({"grid": "0.4 g/kWh"}, "grid-bounds", Severity.ERROR),
        ({"grid": "57 kg/kWh"}, "grid-bounds", Severity.ERROR),
        ({"grid": "9.54 lb/kWh"}, "grid-bounds", Severity.ERROR),
        ({"pue": "0.9"}, "pue-bounds", Severity.ERROR),
        ({"pue": "3.5"}, "pue-bounds", Severity.WARNING),
        ({"wue": "18 L/kWh"}, "wue-bounds", Severity.WARNING),
        ({"energy": "-3 kWh"}, "negative", Severity.ERROR),
        ({"hours": "-3 h"}, "negative", Severity.ERROR),
        ({"carbon": "-3 kg"}, "negative", Severity.WARNING),
        ({"utilisation": "130 %"}, "share-bounds", Severity.ERROR),
    ],
)
def test_what_no_sound_figure_leaves(inputs, rule, severity):
    found = of_row(inputs, "3 stars")
    assert [each.severity for each in found if each.rule == rule] == [severity]


def test_bounds_let_the_possible_pass():
    good = {"grid": "1.2 g/kWh", "market": "0 g/kWh", "pue": "1", "wue": "0 L/kWh"}
    assert told(of_row({**good, "utilisation": "54"}, "3 stars")) == []


def test_a_grid_that_is_implied():
    hours = {"device_hours": "7.0M h", "power": "700 W"}
    assert told(of_row(hours, "2040 t")) == []
    (found,) = of_row(hours, "12.9 t")
    assert found.rule == "implied-grid"
    assert found.recomputed is not None
    assert round(found.recomputed.value, 1) == 2.6
    (high,) = of_row(hours, "2,040,000 t")
    assert "10^3 too high" in high.cause
    assert told(of_row({**hours, "market_based": True}, "0.1 t")) == []


def test_a_power_that_no_device_draws():
    used = {"device_hours": "100 h", "device": "NVIDIA A100-SXM4-80GB"}
    assert rules(of_row(used, "400 kWh", "energy")) == ["implied-power"]
    assert told(of_row(used, "38 kWh", "energy")) == []
    (low,) = [each for each in of_row(used, "0.4 kWh", "energy") if each.rule == "implied-power"]
    assert low.severity is Severity.WARNING


def test_a_token_below_its_arithmetic():
    assert rules(of_row({}, "1000000000 tokens/Wh")) == ["tokens-per-joule"]
    assert told(of_row({}, "0.07 J/token")) == []
    large = {"energy": "0.001 J", "tokens": "1", "parameters": "70 billion"}
    assert "tokens-per-joule" in rules(of_row(large, "0.001 J"))


def test_zero_for_what_was_not_measured():
    (found,) = of_row(E100, {"value": 0, "unit": "kgCO2e"})
    assert (found.rule, found.severity) == ("zero", Severity.ERROR)
    (alone,) = of_row({}, "0 kWh")
    assert (alone.rule, alone.severity) == ("zero", Severity.WARNING)
    assert told(of_row({**E100, "market": "0 g/kWh"}, "0 t", "ghg-market")) == []


def test_what_is_not_understood_is_a_note():
    for row in (
        {"id": "a", "claimed": "plenty"},
        {"id": "a", "inputs": {"energy": "4 quux"}, "claimed": "4 kWh"},
        {"id": "a", "inputs": {"energy": "4 kWh"}, "claimed": {"value": "4", "unit": "quux"}},
        {"id": "a", "inputs": {"wue": "1 L/kWh", "pue": "1.2"}, "claimed": "7 kgCO2e"},
    ):
        found = of_rows(row)
        assert found
        assert {each.severity for each in found} == {Severity.NOTE}


def test_digits_decide():
    """79 h may be 79.2 h; a claim of four digits cannot rest on that."""
    inputs = {"power": "12,041.51 W", "hours": "79 h", "pue": "1.58"}
    assert told(of_row(inputs, "1.5 MWh", "strubell-2019")) == []
    assert told(of_row(inputs, "1510 kWh", "strubell-2019")) == []
    assert rules(of_row(inputs, "1507 kWh", "strubell-2019")) == ["beyond-inputs"]
    assert told(of_row({**inputs, "hours": "79.2 h"}, "1507 kWh", "strubell-2019")) == []


@pytest.mark.parametrize(
    "text",
    ["433,196 kWh", "433196 kwh", "433 196 kWh", "433.196 MWh", "433.2 MWh", "0.4332 GWh",
     "433196 kilowatt-hours", "1.5595 TJ", "~433 MWh", "4.33e5 kWh", "433,2 MWh"],
)  # fmt: skip
def test_a_quantity_is_read_however_it_is_written(text):
    assert told(of_row({"device_hours": "1,082,990 h", "power": "400 W"}, text, "energy")) == []


def test_rows_of_one_table_are_siblings():
    rows = [
        {"id": f"a{n}", "inputs": {"device_hours": f"{n}000 h", "power": "700 W"},
         "claimed": f"{n * 700 * 0.42 * (10 if n == 4 else 1):.4g} kg"}
        for n in (1, 2, 3, 4)
    ]  # fmt: skip
    found = of_rows(*rows)
    assert ("siblings", "a4") in told(found)
    assert {where for _, where in told(found)} == {"a4"}


SOUND = {
    "all of BLOOM": ({
        "energy": [{"component": "gpu", "device_hours": "1082990 h", "power": "400 W"},
                   {"component": "idle", "energy": "256646 kWh"}],
        "place": {"grid": "57 gCO2e/kWh"},
        "embodied": [{"component": "server", "each": "2500 kgCO2e", "device_hours": "135374 h",
                      "lifetime": "6 years", "utilisation": "0.85"},
                     {"component": "gpu", "each": "150 kgCO2e", "device_hours": "1082990 h",
                      "lifetime": "6 years", "utilisation": "0.85"}],
    }, "50.5 tCO2eq", "bloom-2022"),
    "the same in one row": ({
        "device_hours": "1082990 h", "power": "400 W", "idle": "256646 kWh",
        "grid": "57 gCO2e/kWh", "embodied": "11.2 t",
    }, "50.5 tCO2eq", "bloom-2022"),
    "accelerators alone": (
        {"gpu energy": "1.00 kWh", "cpu energy": "0.2 kWh", "ram energy": "0.1 kWh"},
        "1.00 kWh", "aies",
    ),
    "a PUE that is inside the energy": ({
        "energy": "1287 MWh", "devices": "10000", "hours": "355 h", "power": "330 W",
        "pue": "1.10", "grid": "0.429 kg/kWh",
    }, "552.1 t", "patterson-2021"),
    "units for each device": (
        {"power": "0.4 kW/GPU", "device_hours": "1,082,990 GPU-h", "grid": "57 g"}, "24.69 t", "",
    ),
    "two kinds of machine": (
        {"energy": [{"device_hours": "100 h", "power": "700 W"},
                    {"device_hours": "50 h", "power": "400 W"}]}, "90 kWh", "energy",
    ),
    "SCI": ({"E": "100 kWh", "I": "400 g/kWh", "M": "5 kg", "R": "1000"}, "45 gCO2e/request",
            "sci"),
    "water of the equipment alone": (
        {"energy": "0.24 Wh", "overhead": "0.02 Wh", "wue": "1.15 L/kWh"}, "0.26 mL",
        "google-2025",
    ),
    "water on the site and in the electricity": (
        {"energy": "100 MWh", "pue": "1.1", "wue": "0.5 L/kWh", "ewif": "3 L/kWh"}, "380 m3",
        "olmo-2025",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_in_other_words(name):
    assert of_row(*SOUND[name]) == ()


def test_energy_beyond_the_power_that_is_stated():
    row = {"energy": "4000 kWh", "device_hours": "1000 h", "power": "700 W", "grid": "57 g/kWh"}
    assert rules(of_row(row, "228 kg")) == ["implied-power"]
    assert told(of_row({**row, "energy": "650 kWh"}, "37 kg")) == []


def test_a_contract_that_changes_nothing():
    row = {"energy": "100 MWh", "grid": "400 g/kWh", "market": "400 g/kWh", "contract": "wind"}
    assert rules(of_row(row, "40 t", "ghg-market")) == ["market-location"]
    assert told(of_row({**row, "market": "12 g/kWh"}, "1.2 t", "ghg-market")) == []
    table = "Model,Location-based (tCO2e),Market-based (tCO2e),Contract\na,40,{},wind\nb,4,0,wind\n"
    assert rules(of_csv(table.format(40))) == ["market-location"]
    assert told(of_csv(table.format(0))) == []


@pytest.mark.parametrize("beside", [True, False])
def test_words_of_a_row_count_beside_its_inputs_as_among_them(beside):
    words = {"region": "FR"}
    inputs = {"energy": "100 kWh", "grid": "600 gCO2e/kWh"}
    row = {"id": "a", "claimed": "60 kgCO2e", "inputs": inputs if beside else {**inputs, **words}}
    assert rules(of_rows({**row, **words} if beside else row)) == ["place-grid"]
