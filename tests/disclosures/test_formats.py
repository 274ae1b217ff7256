"""Formats of others: what each may look like, what goes wrong in it, and what is no mistake."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.readers.files import of_content, of_text, read_file
from submeter.errors import UsageError
from tests.disclosures.audited import of_card, of_csv, rules, told


def of(content, name="x.json"):
    return audit([of_content(content, name)])


def kind(content, name="x.json"):
    return of_content(content, name).kind


# carbon.txt


def index(text):
    return audit([of_text(text, "carbon.txt", ".txt")])


LINKED = """
version = "0.5"
last_updated = 2026-10-01
[org]
disclosures = [{{ doc_type = "{}", url = "{}", valid_until = {} }}]
"""


@pytest.mark.parametrize(
    ("doc_type", "url", "until", "expected"),
    [
        ("annual-report", "https://a.example/r.pdf", "2026-12-31", []),
        ("ai-model-card", "/cards/a.md", '"2026-10-01"', []),
        ("annual-report", "https://a.example/r.pdf", "2026-09-30", ["carbon-txt-date"]),
        ("report", "https://a.example/r.pdf", "2026-12-31", ["carbon-txt-link"]),
        ("other", "", "2026-12-31", ["carbon-txt-link"]),
        ("other", "ftp://a.example/r", "2026-12-31", ["carbon-txt-link"]),
        ("other", "https://a.example", '"soon"', []),
    ],
)
def test_an_index_of_disclosures(doc_type, url, until, expected):
    found = index(LINKED.format(doc_type, url, until))
    assert rules(found) == expected
    assert "carbon-txt-index" in [each.rule for each in found]


def test_an_index_by_another_name_or_of_an_older_version(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text('[upstream]\nproviders = [{ domain = "a.example" }]\n', encoding="utf-8")
    assert read_file(file).kind == "carbon.txt"
    with pytest.raises(UsageError, match="no TOML"):
        index("disclosures = [")


# the Impact Framework


def manifest(**record):
    base = {
        "energy": 0.5, "grid/carbon-intensity": 400, "carbon-operational": 200,
        "carbon-embodied": 20, "carbon": 220, "requests": 100, "sci": 2.2,
    }  # fmt: skip
    return {
        "name": "a", "initialize": {"plugins": {
            "sci": {"method": "Sci", "config": {"functional-unit": "requests"}}}},
        "tree": {"children": {"b": {"outputs": [{**base, **record}]}}},
    }  # fmt: skip


def test_a_manifest_follows_by_the_units_of_the_framework():
    assert kind(manifest()) == "manifest"
    assert of(manifest()) == ()
    assert told(of(manifest(**{"carbon-operational": 0.2}))) == [
        ("arithmetic", "tree.b[1]: carbon-operational"), ("sum", "tree.b[1]: carbon"),
    ]  # fmt: skip
    assert rules(of(manifest(sci=220))) == ["arithmetic"]
    assert rules(of(manifest(**{"grid/carbon-intensity": 0.4, "carbon-operational": 0.2,
                                "carbon": 20.2, "sci": 0.202}))) == ["grid-bounds"]  # fmt: skip


def test_a_manifest_may_name_other_units():
    content: dict[str, Any] = manifest(**{"carbon-operational": 0.2, "carbon": 20.2, "sci": 0.202})
    units = {"carbon-operational": {"unit": "kgCO2eq"}, "energy": {"unit": "kWh"}}
    content["explain"] = units
    assert rules(of(content)) == ["sum"]  # 0.2 kg and 20 g are no 20.2 g
    content["tree"]["children"]["b"]["outputs"][0]["carbon"] = 220
    content["tree"]["children"]["b"]["outputs"][0]["sci"] = 2.2
    assert of(content) == ()


def plugged(method, config, record, **more):
    return {
        "initialize": {"plugins": {"p": {"method": method, "config": config, **more}}},
        "tree": {"pipeline": {"compute": ["p"]}, "outputs": [record]},
    }  # fmt: skip


STEPS = {
    "Sum": ({"input-parameters": ["a", "b"], "output-parameter": "c"}, {"a": 3, "b": 4}, 7),
    "Multiply": ({"input-parameters": ["a", "b"], "output-parameter": "c"}, {"a": 3, "b": 4}, 12),
    "Subtract": ({"input-parameters": ["a", "b"], "output-parameter": "c"}, {"a": 3, "b": 4}, -1),
    "Divide": ({"numerator": "a", "denominator": 1000, "output": "c"}, {"a": 3}, 0.003),
    "Coefficient": (
        {"input-parameter": "a", "coefficient": 2.5, "output-parameter": "c"}, {"a": 3}, 7.5),
}  # fmt: skip


@pytest.mark.parametrize("method", STEPS)
def test_a_pipeline_is_worked_out_again(method):
    config, record, value = STEPS[method]
    assert of(plugged(method, config, {**record, "c": value})) == ()
    (found,) = of(plugged(method, config, {**record, "c": value * 1000}))
    assert (found.rule, found.where) == ("manifest-pipeline", "tree[1]: c")
    assert "off by 10^3, too high" in found.cause
    assert rules(of(plugged(method, config, {**record, "c": value + 0.7}))) == ["manifest-pipeline"]


def test_a_pipeline_that_mixes_records_or_names_is_not_worked_out():
    config, record, value = STEPS["Sum"]
    content = plugged("Sum", config, {**record, "c": value + 3})
    assert rules(of(content)) == ["manifest-pipeline"]
    synced = copy.deepcopy(content)
    synced["initialize"]["plugins"]["t"] = {"method": "TimeSync", "config": {}}
    assert of(synced) == ()
    assert of(plugged("Sum", config, {**record, "c": value + 3}, mapping={"a": "x"})) == ()


# ML.ENERGY


def configuration(**changed):
    base = {
        "avg_output_len": 400.0, "avg_power_watts": 600.0, "energy_per_request_joules": 40.0,
        "energy_per_token_joules": 0.1, "gpu_model": "H100", "max_num_seqs": 64, "num_gpus": 1,
        "output_throughput_tokens_per_sec": 6000.0,
    }  # fmt: skip
    shared = {"model_id": "a/b", "activated_params_billions": 8.0, "total_params_billions": 8.0}
    return {**shared, "configurations": [{**base, **changed}]}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"energy_per_request_joules": 40_000.0}, ["ml-energy-columns"]),
        ({"avg_output_len": 4_000.0}, ["ml-energy-columns"]),
        ({"avg_power_watts": 6_000.0, "energy_per_token_joules": 1.0,
          "energy_per_request_joules": 400.0}, ["implied-power"]),
        ({"energy_per_token_joules": -0.1}, ["ml-energy-columns", "ml-energy-columns", "negative",
                                             "negative"]),
    ],
)  # fmt: skip
def test_a_configuration_of_a_leaderboard(changed, expected):
    assert sorted(rules(of(configuration(**changed)))) == expected


def test_images_and_the_first_release():
    image = {"configurations": [{
        "avg_power_watts": 680.0, "batch_latency_s": 11.6, "batch_size": 1, "gpu_model": "H100",
        "energy_per_image_joules": 7888.0, "num_gpus": 1}]}  # fmt: skip
    assert told(of(image)) == []
    image["configurations"][0]["energy_per_image_joules"] = 7.888
    assert rules(of(image)) == ["ml-energy-columns"]
    first = "model,throughput,response_length,latency,energy\na/b-7B,27.5,274.4,9.54,{}\n"
    board = of_text(first.format(1457.9), "A100_chat_benchmark.csv", ".csv")
    assert board.kind == "leaderboard"
    assert told(audit([board])) == []
    wrong = of_text(first.format(1457900), "A100_chat_benchmark.csv", ".csv")
    assert rules(audit([wrong])) == ["implied-power"]


# optimum-benchmark


def phase(cpu=0.2, gpu=3.0, ram=0.1, total=3.3, **more):
    return {"decode": {"energy": {"unit": "kWh", "cpu": cpu, "gpu": gpu, "ram": ram,
                                  "total": total, **more}}}  # fmt: skip


def test_phases_add_up_and_were_measured():
    assert of(phase()) == ()
    assert rules(of(phase(total=4.3))) == ["sum"]
    assert rules(of(phase(gpu=0.0, total=0.3))) == ["phase-zero"]
    runs = [{"cpu": 0.2, "gpu": each, "ram": 0.1, "total": each + 0.3} for each in (3.5, 2.5)]
    assert of(phase(measures=runs)) == ()
    runs[1]["gpu"] = -2.5
    assert "phase-zero" in rules(of(phase(measures=runs)))
    assert "arithmetic" in rules(of(phase(measures=runs)))


# data centres


def centre(**changed):
    return {"EDC": "10.00 GWh", "EIT": "8.00 GWh", "WIN": 12000, "WIN-POT": 3000, "PUE": 1.25,
            "WUE": 1.5, "PDIT": "1000 kW", **changed}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"WUE": 0.0015}, []),  # in m3/kWh
        ({"WUE": 15}, ["arithmetic", "wue-bounds"]),
        ({"PUE": 1.35}, ["arithmetic"]),
        (
            {"EIT": "11.0 GWh", "PUE": 0.91, "WUE": 1.1, "PDIT": "2000 kW"},
            ["facility-parts", "pue-bounds"],
        ),
        ({"WIN-POT": 30000}, ["facility-parts"]),
        ({"PDIT": "500 kW"}, ["facility-parts"]),
        ({"EREUSE": "12.0 GWh", "ERF": 1.2}, ["facility-parts"]),
        ({"EREUSE": 0, "ERF": 0}, []),
    ],
)
def test_the_report_of_a_data_centre(changed, expected):
    assert kind(centre()) == "data centre report"
    assert sorted(rules(of(centre(**changed)))) == expected


def test_the_report_as_a_list_of_indicators():
    text = "indicator,value,unit\nEDC,10000000,kWh\nEIT,8000000,kWh\nPUE,{},\n"
    assert told(of_csv(text.format(1.25))) == []
    assert told(of_csv(text.format(1.52))) == [("arithmetic", "PUE")]


# the Model Documentation Form


FORM = {
    "model": {"number_of_parameters": "4.1e11"},
    "computational_resources": {
        "amount_of_computation_used_for_training": "3.8e25 FLOP",
        "training_time": {"hardware_days": "1.3x10^6 Nvidia H100 days", "wall_clock_days": 54},
    },
    "energy_consumption": {"amount_of_energy_used_for_training": "2.2x10^4 MWh"},
}  # fmt: skip


def form(energy="2.2x10^4 MWh", computation="3.8e25 FLOP", days="1.3x10^6 Nvidia H100 days"):
    content: Any = copy.deepcopy(FORM)
    content["energy_consumption"]["amount_of_energy_used_for_training"] = energy
    resources = content["computational_resources"]
    resources["amount_of_computation_used_for_training"] = computation
    resources["training_time"]["hardware_days"] = days
    return content


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"energy": "N/A"}, []),
        ({"energy": "2.2x10^7"}, ["implied-power"]),
        ({"energy": "22"}, ["implied-power", "training-energy"]),
        ({"energy": "2e4"}, ["form-digits"]),
        ({"energy": 0}, ["zero"]),
        ({"computation": "10^25"}, []),
        ({"computation": "3.8x10^28"}, ["utilisation"]),
        ({"computation": "3.8e25 FLOP/s"}, ["form-unit"]),
        ({"days": "4x10^5 Nvidia A100 days and 1.2x10^6 Nvidia H100 days"}, []),
        ({"days": "1300 Nvidia H100 days"}, ["implied-power", "utilisation"]),
        ({"days": "1300000"}, []),
    ],
)
def test_a_form_for_the_ai_office(changed, expected):
    assert kind(FORM) == "model documentation form"
    assert sorted(rules(of(form(**changed)))) == expected


def test_the_form_as_a_text():
    lines = (
        "- Amount of energy used for training: {} MWh\n"
        "- Amount of computation used for training: 3.8x10^25 floating point operations\n"
        "- Measurement methodology: meters\n"
    )
    assert told(of_card(lines.format("2.2x10^4"))) == []
    assert rules(of_card(lines.format("0.22"))) == ["training-energy"]
    assert told(of_card(lines.replace("{} MWh", "N/A"))) == []


# the second release of the AI Energy Score


BOARD = (
    "model,total_gpu_energy,class,total_tokens,throughput_tokens_per_second,gpu_energy_wh,"
    "tokens_per_joule,avg_energy_per_prompt_wh\na/b,{},B,901233,{},1135.6,{},1.1356\n"
)


@pytest.mark.parametrize(
    ("energy", "speed", "rate", "expected"),
    [
        ("1.1356", "63.25", "0.22045", []),
        ("0.06325", "63.25", "0.22045", ["energy-columns", "column-shift"]),
        ("1135.6", "63.25", "0.22045", ["energy-columns"]),
        ("1.1356", "63.25", "793.6", ["arithmetic"]),
    ],
)
def test_a_row_that_slipped(energy, speed, rate, expected):
    assert sorted(rules(of_csv(BOARD.format(energy, speed, rate)))) == sorted(expected)


# CodeCarbon's newer columns


def test_water_and_boards_of_codecarbon():
    head = "duration,emissions,energy_consumed,gpu_energy,gpu_count,gpu_model,water_consumed,wue\n"
    row = "3600,0.05,0.6,{},2,2 x NVIDIA A10,{},0.5\n"
    assert told(of_csv(head + row.format(0.25, 0.3))) == []
    assert rules(of_csv(head + row.format(0.25, 300))) == ["arithmetic"]
    assert rules(of_csv(head + row.format(250, 0.3))) == ["implied-power"]


# hostile documents


NAMES = st.sampled_from((
    "tree", "initialize", "plugins", "children", "outputs", "pipeline", "compute", "method", "Sum",
    "config", "input-parameters", "output-parameter", "a", "energy", "carbon", "sci", "aggregated",
    "configurations", "energy_per_token_joules", "org", "disclosures", "url", "upstream", "EDC",
    "EIT", "PUE", "WIN", "ERES", "TOT", "energy_used_for_training", "hardware_days", "unit",
    "computation_used_for_training", "total", "gpu", "cpu", "measures", "decode", "valid_until",
    "last_updated", "functional-unit", "defaults",
))  # fmt: skip
CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | NAMES
    | st.sampled_from(("1e999", "-3", "N/A", "10^25", "4 A100 days", "2026-01-01", "Multiply")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(CONTENT)
def test_no_document_breaks_the_reading(content):
    json.dumps([each.as_dict() for each in of(content)], allow_nan=False)


def test_deep_and_long_documents_are_read_within_bounds():
    deep: Any = {"outputs": [{"carbon": 1}]}
    for _ in range(500):
        deep = {"children": {"a": deep}}
    assert of({"initialize": {"plugins": {}}, "tree": deep}) == ()
    many = {"initialize": {"plugins": {}}, "tree": {"outputs": [{"carbon": 1}] * 50_000}}
    assert len(of_content(many, "x.yaml").claims) <= 10_000


def test_aliases_of_yaml_are_not_followed(tmp_path):
    file = tmp_path / "bomb.yaml"
    lines = ["a0: &a0 [1,1]"] + [f"a{n}: &a{n} [*a{n - 1},*a{n - 1}]" for n in range(1, 40)]
    file.write_text("\n".join([*lines, "tree: {}", "initialize: {}"]), encoding="utf-8")
    with pytest.raises(UsageError, match="alias"):
        read_file(file)


def test_every_finding_of_a_format_says_how_and_why():
    for content in (form(energy="22"), manifest(sci=220), centre(PUE=1.35), phase(total=4.3)):
        for each in of(content):
            assert each.cause
            assert each.arithmetic or each.severity is Severity.NOTE
            assert each.document == "x.json"
