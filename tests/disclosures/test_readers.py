"""Every form that is read: cards, tables, disclosures, leaderboards, our own."""

import json
from typing import Any

import pytest

from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.readers.files import of_content, read_file
from submeter.errors import UsageError
from tests.disclosures.audited import of_card, of_csv, of_rows, rules, told

LLAMA = """
| Model | Training Time (GPU hours) | Training Power Consumption (W) | \
Training Location-Based Greenhouse Gas Emissions (tons CO2eq) | \
Training Market-Based Greenhouse Gas Emissions (tons CO2eq) |
| :---- | :---: | :---: | :---: | :---: |
| Llama 3.1 8B | 1.46M | 700 | 420 | 0 |
| Llama 3.1 70B | 7.0M | 700 | 2,040 | 0 |
| Llama 3.1 405B | 30.84M | 700 | 8,930 | 0 |
| Total | 39.3M | | 11,390 | 0 |
"""


def test_a_card_of_llama_is_sound():
    """Meta, Llama 3.1 model card."""
    assert told(of_card(LLAMA)) == []


def test_a_row_that_none_of_its_siblings_bears_out():
    """Meta, Llama 3.3 model card, as widely copied: 12.9 t for 7.0 M hours."""
    wrong = LLAMA.replace("| 7.0M | 700 | 2,040 |", "| 7.0M | 700 | 12.9 |")
    found = of_card(wrong)
    place = "table 1: Llama 3.1 70B: Training Location-Based Greenhouse Gas Emissions (tons CO2eq)"
    assert ("siblings", place) in told(found)
    (sibling,) = [each for each in found if each.rule == "siblings"]
    assert "157 times less" in sibling.cause
    assert "sum" in rules(found)


def test_a_table_in_html_is_read():
    """Meta, Llama 3 model card."""
    cells = [("", "Time (GPU hours)", "Power Consumption (W)", "Carbon Emitted(tCO2eq)"),
             ("Llama 3 8B", "1.3M", "700", "390"), ("Llama 3 70B", "6.4M", "700", "1900"),
             ("Total", "7.7M", "", "2290")]  # fmt: skip
    html = "".join(f"<tr>{''.join(f'<td><b>{c}</b></td>' for c in row)}</tr>" for row in cells)
    assert told(of_card(f"# Llama\n<table>{html}</table>")) == []
    found = of_card(f"<table>{html.replace('2290', '2920')}</table>")
    assert rules(found) == ["sum"]


FRONT = "---\nco2_eq_emissions:\n  emissions: {}\n  training_type: {}\n---\n{}\n"


def test_front_matter():
    assert told(of_card(FRONT.format("149200000", "pre-training", ""))) == []
    assert rules(of_card(FRONT.format("0.149", "pre-training", ""))) == ["card-grams"]
    assert rules(of_card(FRONT.format("-4", "fine-tuning", ""))) == ["negative"]
    assert rules(of_card(FRONT.format("0", "fine-tuning", ""))) == ["zero"]
    (note,) = of_card(FRONT.format("see paper", "fine-tuning", ""))
    assert note.severity is Severity.NOTE
    assert told(of_card("---\nco2_eq_emissions: 0.42\n---\n")) == []
    assert [each.rule for each in of_card("---\na: [\n---\n")] == ["card-unread"]


BLOCK = """
- **Hardware Type:** NVIDIA A100-SXM4-80GB
- **Hours used:** {}
- **Cloud Provider:** AWS
- **Compute Region:** us-east-1
- **Carbon Emitted:** {}
"""


def test_the_paragraph_of_ml_co2_impact():
    assert told(of_card(BLOCK.format("100", "14.8 kg"))) == []
    assert rules(of_card(BLOCK.format("100", "14.8 t"))) == ["implied-grid"]
    assert (
        told(of_card(BLOCK.format("[More Information Needed]", "[More Information Needed]"))) == []
    )


def test_a_card_that_says_it_twice():
    text = FRONT.format("14.8", "fine-tuning", BLOCK.format("100", "14.8 kg"))
    (found,) = of_card(text)
    assert found.rule == "card-twice"
    assert "10^3: kilograms in a field of grams" in found.cause
    assert told(of_card(text.replace("emissions: 14.8", "emissions: 14800"))) == []


def test_a_papers_table_as_csv():
    """Luccioni et al. 2022 (arXiv:2211.02001), table 5."""
    rows = {"176B": (433196, 24.69), "104B": (266522, 15.19), "1B": (158972, 9.06),
            "13B": (87210, 4.97), "6B": (64257, 3.66), "Misc": (57961, 3.3),
            "350M": (51686, 2.95), "Eval": (43172, 2.46)}  # fmt: skip
    lines = [f"{name},{kwh},57,{t}" for name, (kwh, t) in rows.items()]
    text = "Process,Energy consumed (kWh),Grid (gCO2eq/kWh),CO2eq emissions (tons)\n"
    found = of_csv(text + "\n".join([*lines, "Total,1163088,,66.29"]))
    assert told(found) == [("sum", "Total: Energy consumed (kWh)")]
    wrong = of_csv(text + "\n".join(lines).replace("24.69", "246.9"))
    assert told(wrong) == [("arithmetic", "176B")]


def test_rows_as_csv():
    text = (
        "id,method,energy,grid,pue,claimed_value,claimed_unit\n"
        "a,patterson-2021,1287 MWh,0.429 kgCO2e/kWh,,552.1,tCO2e\n"
        "b,patterson-2021,1287 MWh,0.429 kgCO2e/kWh,,5521,tCO2e\n"
    )
    assert told(of_csv(text)) == [("arithmetic", "b")]
    nested = 'id;inputs;claimed\nc;"{""energy"": ""4 kWh"", ""grid"": ""500 g/kWh""}";3 kg\n'
    assert told(of_csv(nested)) == [("arithmetic", "c")]


def test_rows_may_be_shaped_like_account_files():
    row = {
        "id": "bloom", "method": "bloom-2022", "claimed": {"value": 24.69, "unit": "tCO2eq"},
        "inputs": {
            "energy": [{"component": "gpu", "device_hours": "1082990 h", "power": "400 W"}],
            "place": {"grid": "57 gCO2e/kWh"},
        },
    }  # fmt: skip
    assert of_rows(row) == ()
    assert rules(of_rows({**row, "claimed": "29.63 t"})) == ["arithmetic"]


ACCOUNT = {
    "name": "BLOOM", "stage": "training", "method": "bloom-2022",
    "place": {"grid": "57 gCO2e/kWh"},
    "energy": [{"component": "gpu", "device_hours": "1082990 h", "power": "400 W"},
               {"component": "idle", "device": "cluster", "energy": "256646 kWh"}],
    "embodied": [{"component": "gpu", "each": "150 kgCO2e", "device_hours": "1082990 h",
                  "lifetime": "6 years", "utilisation": "0.85"}],
}  # fmt: skip


@pytest.mark.parametrize("claimed", ["42.96 t", "24.69 t", {"carbon": "43 t", "energy": "690 MWh"}])
def test_an_account_file_that_bears_its_claim_out(claimed):
    assert told(audit([of_content({**ACCOUNT, "claimed": claimed}, "bloom.yaml")])) == []


def test_an_account_file_that_does_not():
    found = audit([of_content({**ACCOUNT, "claimed": {"value": 43, "unit": "kgCO2e"}}, "b.yaml")])
    assert rules(found) == ["account"]
    assert "10^3" in found[0].cause
    broken = audit([of_content({**ACCOUNT, "stage": "x", "claimed": "43 t"}, "b.yaml")])
    assert [each.severity for each in broken] == [Severity.NOTE]


COLUMNS = "project_name,duration,emissions,emissions_rate,cpu_energy,gpu_energy,ram_energy,\
energy_consumed,gpu_model,gpu_count,cpu_model,pue\n"


def carbon_row(emissions=0.05, gpu=0.08, total=0.1, rate=0.05 / 3600):
    return f"x,3600,{emissions},{rate},0.015,{gpu},0.005,{total},NVIDIA A10,1,Xeon,1.0\n"


def test_codecarbon():
    assert told(of_csv(COLUMNS + carbon_row())) == []
    assert rules(of_csv(COLUMNS + carbon_row(total=0.2))) == ["sum"]
    assert rules(of_csv(COLUMNS + carbon_row(0.01, gpu=0.0, total=0.02, rate=0.01 / 3600))) == [
        "codecarbon-zero"
    ]
    assert rules(of_csv(COLUMNS + carbon_row(emissions=50, rate=50 / 3600))) == ["implied-grid"]
    (note,) = of_csv(COLUMNS + carbon_row(rate=50 / 3600))
    assert note.rule == "codecarbon-rate"
    assert "g/s" in note.cause


def test_a_leaderboard():
    head = "task,model,gpu_energy_wh_per_1000,stars\n"
    good = head + "t,a,1.0,5\nt,b,2.5,4\nt,c,5.0,1\nu,d,9.0,5\n"
    assert told(of_csv(good)) == []
    assert told(of_csv(good.replace("t,c,5.0,1", "t,c,5.0,5"))) == [("stars", "c (t)")]
    assert rules(of_csv(good.replace("t,c,5.0,1", "t,c,0,5"))) == ["leaderboard-zero"]
    both = "model,gpu_energy_kwh_per_1000,gpu_energy_wh_per_1000\na,0.0215,21.5\nb,4.1,4.1\n"
    (found,) = of_csv(both)
    assert (found.rule, found.where) == ("energy-columns", "b")
    assert "10^3" in found.cause


BOAMPS = {
    "task": {"taskStage": "inference", "nbRequest": 1,
             "dataset": [{"dataUsage": "output", "dataType": "token", "dataQuantity": 800}]},
    "measures": [{"measurementMethod": "x", "powerConsumption": 0.00267,
                  "measurementDuration": 19.1, "gpuTrackingMode": "nvml"}],
    "infrastructure": {"components": [{"componentType": "gpu", "componentName": "Tesla T4",
                                       "nbComponent": 8}]},
    "environment": {"powerSourceCarbonIntensity": 57},
    "quality": "high",
}  # fmt: skip


def boamps(**changes):
    content = json.loads(json.dumps(BOAMPS))
    for path, value in changes.items():
        first, _, rest = path.partition("__")
        if rest:
            (content[first][0] if isinstance(content[first], list) else content[first])[rest] = (
                value
            )
        else:
            content[first] = value
    return audit([of_content(content, "report.json")])


def test_boamps():
    assert told(boamps()) == []
    assert rules(boamps(measures__powerConsumption=2.67)) == ["implied-power"]
    assert rules(boamps(measures__powerConsumption=-1)) == ["negative", "negative"]
    assert rules(boamps(measures__cpuTrackingMode="constant")) == ["boamps-quality"]
    assert rules(boamps(task__nbRequest=None)) == ["boamps-unit"]
    assert rules(boamps(environment__powerSourceCarbonIntensity=0.057)) == ["grid-bounds"]
    assert rules(boamps(environment__powerSourceCarbonIntensity=57000)) == ["grid-bounds"]


def cyclonedx(energy, carbon, provided):
    return {"bomFormat": "CycloneDX", "components": [{"name": "m", "modelCard": {
        "considerations": {"environmentalConsiderations": {"energyConsumptions": [{
            "activity": "training",
            "energyProviders": [{"energyProvided": {"value": each, "unit": "kWh"}}
                                for each in provided],
            "activityEnergyCost": {"value": energy, "unit": "kWh"},
            "co2CostEquivalent": {"value": carbon, "unit": "tCO2eq"}}]}}}}]}  # fmt: skip


def test_cyclonedx():
    assert told(audit([of_content(cyclonedx(73728, 31.22, [73728]), "bom.json")])) == []
    assert told(audit([of_content(cyclonedx(73728, 31.22, [70000, 3728]), "bom.json")])) == []
    assert rules(audit([of_content(cyclonedx(73.728, 31.22, [73.728]), "bom.json")])) == [
        "implied-grid"
    ]
    assert rules(audit([of_content(cyclonedx(73728, 31.22, [70000, 72]), "bom.json")])) == ["sum"]


def test_spdx():
    def bom(quantity, unit):
        energy = {"ai_energyQuantity": quantity, "ai_energyUnit": unit}
        return {"@graph": [{"name": "m", "ai_energyConsumption": {
            "ai_trainingEnergyConsumption": [energy]}}]}  # fmt: skip

    assert told(audit([of_content(bom("12.5", "kilowattHour"), "spdx.json")])) == []
    assert rules(audit([of_content(bom("-12.5", "megajoule"), "spdx.json")])) == ["negative"]
    assert rules(audit([of_content(bom("12.5", "other"), "spdx.json")])) == ["spdx-unit"]


def test_a_footprint_record():
    record = {
        "scope": "incremental", "compute": {"hardware": {"gpu": "NVIDIA A100-SXM4-80GB"},
                                            "duration_gpu_hours": 100},
        "footprint": {"energy_kwh": {"value": 35.0}, "carbon_kgco2eq": {"value": 14.0},
                      "water_liters": {"value": 17.5}},
        "context": {"carbon_intensity": 400, "wue_l_per_kwh": 0.5},
    }  # fmt: skip
    assert told(audit([of_content(record, "dia.json")])) == []
    footprint: Any = record["footprint"]
    record["footprint"] = {**footprint, "carbon_kgco2eq": {"value": 14000}}
    assert rules(audit([of_content(record, "dia.json")])) == ["arithmetic"]
    record["footprint"] = {"energy_kwh": {"value": 35000}}
    assert rules(audit([of_content(record, "dia.json")])) == ["implied-power"]


def statement():
    def q(value, unit):
        return {"value": value, "low": value * 0.9, "high": value * 1.1, "unit": unit}

    return {
        "schema": "submeter.statement/1", "name": "s", "unit": {"name": "request", "count": 10},
        "energy": {"total": q(3.0, "kWh"), "by_component": {"gpu": q(2.0, "kWh"),
                                                            "cpu": q(1.0, "kWh")}},
        "carbon": {"total": q(2.0, "kgCO2e"), "operational": q(1.5, "kgCO2e"), "idle": None,
                   "embodied": q(0.5, "kgCO2e"), "basis": "location"},
        "per_unit": {"energy": q(0.3, "kWh"), "carbon": None, "water": None},
    }  # fmt: skip


def test_a_statement_adds_up():
    assert audit([of_content(statement(), "s.json")]) == ()
    for path, value in (
        (("carbon", "operational", "value"), 1.4), (("per_unit", "energy", "value"), 0.31),
        (("energy", "by_component", "gpu", "value"), 0.2),
    ):  # fmt: skip
        content = statement()
        place = content
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        assert "statement-sum" in rules(audit([of_content(content, "s.json")]))
    content = statement()
    content["energy"]["total"]["low"] = 3.5
    assert rules(audit([of_content(content, "s.json")])) == ["statement-interval"]


def test_files_that_hold_nothing_say_so(tmp_path):
    file = tmp_path / "x.json"
    file.write_text("{}", encoding="utf-8")
    assert [each.rule for each in audit([read_file(file)])] == ["nothing"]
    for name, content in (("x.json", "{"), ("y.toml", "a ="), ("z.md", b"\xff\xfe")):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(UsageError):
            read_file(file)
    with pytest.raises(UsageError):
        read_file(tmp_path / "absent.json")


def test_a_document_names_no_file_outside_its_folder(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("kwh\n1\n2\n", encoding="utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    row = {"id": "mean", "inputs": {"csv": "../secret.csv", "column": "kwh"}, "claimed": "9 kWh"}
    (folder / "a.json").write_text(json.dumps([row]), encoding="utf-8")
    assert told(audit([read_file(folder / "a.json")])) == []
    (folder / "secret.csv").write_text("kwh\n1\n2\n", encoding="utf-8")
    assert rules(audit([read_file(folder / "a.json")])) == ["arithmetic"]


@pytest.mark.parametrize(
    "big",
    [10**400, 1e308, float("inf"), float("nan"), -(10**400)],
    ids=["many digits", "large", "inf", "nan", "negative"],
)
def test_numbers_beyond_all_bounds_break_nothing(big):
    for content in (
        [{"id": "a", "inputs": {"energy": big, "grid": "57 g/kWh"}, "claimed": {"value": big}}],
        [{"id": "a", "inputs": {"energy": f"{big} TWh"}, "claimed": f"{big} mWh"}],
        {"footprint": {"energy_kwh": [big, big], "carbon_kgco2eq": big}},
        {**statement(), "per_unit": {"energy": {"value": big, "low": big, "high": 0}}},
        {"measures": [{"powerConsumption": big}], "task": {}},
    ):
        findings = audit([of_content(content, "big.json")])
        json.dumps([each.as_dict() for each in findings], allow_nan=False)
