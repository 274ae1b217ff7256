"""Trainings, tokens and places: published runs are silent, what cannot be is found."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.disclosures.audit.boards import boards
from submeter.disclosures.audit.finding import Severity
from submeter.reference.catalogue.accelerators import accelerators
from submeter.reference.catalogue.peaks import peaks
from tests.disclosures.audited import of_row, rules, told

TRAININGS = {
    "Llama 3.1 405B (model card; arXiv:2407.21783)": {
        "parameters": "405B", "tokens": "15.6T", "device_hours": "30.84M h", "device": "H100-80GB",
        "stage": "pre-training", "flops": "3.8e25 FLOP"},
    "Llama 2 70B (model card)": {
        "parameters": "70B", "tokens": "2.0T", "device_hours": "1720320 h", "device": "A100-80GB",
        "stage": "training"},
    "BLOOM (arXiv:2211.02001, 2211.05100)": {
        "parameters": "176B", "tokens": "366B", "device_hours": "1,082,990 h", "device": "A100",
        "stage": "training", "energy": "433196 kWh"},
    "DeepSeek-V3 (arXiv:2412.19437)": {
        "parameters": "671B", "active_parameters": "37B", "tokens": "14.8T", "device": "H800",
        "device_hours": "2664K h", "stage": "pre-training"},
    "GPT-3 (arXiv:2005.14165, 2104.10350)": {
        "parameters": "175B", "tokens": "300B", "flops": "3640 PF-days", "devices": "10000",
        "hours": "355 h", "device": "V100", "stage": "training", "energy": "1287 MWh"},
    "T5 11B (arXiv:1910.10683, 2104.10350)": {
        "parameters": "11B", "tokens": "1T", "flops": "4.05e22", "devices": "512",
        "hours": "480 h", "device": "TPU v3", "stage": "training", "model": "T5-11B"},
    "PaLM (arXiv:2204.02311)": {
        "parameters": "540B", "tokens": "780B", "device_hours": "8404992 h", "device": "TPU v4",
        "stage": "training"},
    "a fine-tuning with frozen weights": {
        "parameters": "70B", "tokens": "500M", "device_hours": "100 h", "device": "A100-80GB",
        "stage": "fine-tuning"},
    "a mixture whose active parameters are not told": {
        "parameters": "1.6T", "tokens": "570B", "device_hours": "200000 h", "device": "TPU v3",
        "stage": "training", "model": "a mixture of experts"},
    "serving by the trillion": {
        "parameters": "8B", "tokens": "15T", "device_hours": "300000 h", "device": "H100",
        "stage": "inference"},
}  # fmt: skip


@pytest.mark.parametrize("name", TRAININGS)
def test_published_trainings_are_silent(name):
    assert told(of_row(TRAININGS[name], "3 stars")) == []


def heavy(inputs):
    found = of_row(inputs, "3 stars")
    return [each for each in found if each.severity is not Severity.NOTE]


LLAMA = TRAININGS["Llama 3.1 405B (model card; arXiv:2407.21783)"]


@pytest.mark.parametrize(
    ("changed", "rule", "severity", "cause"),
    [
        ({"device_hours": "30.84K h"}, "utilisation", Severity.ERROR, "off by 10^3"),
        ({"device_hours": "3.084M h"}, "utilisation", Severity.ERROR, "wall-clock hours"),
        ({"device_hours": "13.2M h"}, "utilisation", Severity.WARNING, "FP8 or FP4"),
        ({"device_hours": "10.2M h", "precision": "bf16"}, "utilisation", Severity.ERROR,
         "more than H100 can compute"),
        ({"device_hours": "30840M h"}, "utilisation", Severity.WARNING, "off by 10^3"),
        ({"flops": "3.8e22 FLOP"}, "operations", Severity.ERROR, "off by 10^3, too low"),
        ({"flops": "3.8e28 FLOP"}, "operations", Severity.ERROR, "off by 10^3, too high"),
    ],
)  # fmt: skip
def test_what_no_training_reaches(changed, rule, severity, cause):
    found = [each for each in heavy({**LLAMA, **changed}) if each.rule == rule]
    assert [each.severity for each in found] == [severity]
    assert cause in found[0].cause
    assert found[0].arithmetic


def test_a_training_of_stated_energy_alone():
    """BLOOM's 433 MWh are enough for its arithmetic, 433 kWh are not, whatever the device."""
    plain = {"parameters": "176B", "tokens": "366B", "stage": "training"}
    assert heavy({**plain, "energy": "433196 kWh"}) == []
    assert [each.rule for each in heavy({**plain, "energy": "433 kWh"})] == ["training-energy"]
    known = {**plain, "device": "A100"}
    assert [each.rule for each in heavy({**known, "energy": "20 MWh"})] == ["training-energy"]
    assert heavy({**plain, "energy": "20 MWh"}) == []


def test_active_parameters_count_and_not_all():
    """A dense reading of DeepSeek-V3 would not fit into its hours."""
    mixed = TRAININGS["DeepSeek-V3 (arXiv:2412.19437)"]
    dense = {key: value for key, value in mixed.items() if key != "active_parameters"}
    (found,) = heavy(dense)
    assert found.rule == "utilisation"
    assert "active parameters are not stated" in found.cause


DECODING = {
    "parameters": "8B", "device": "H100", "devices": "1", "batch": "1", "precision": "bf16",
}  # fmt: skip


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"throughput": "150 tokens/s"}, []),
        ({"throughput": "246 tokens/s"}, []),
        ({"throughput": "600 tokens/s"}, [("decoding-bandwidth", Severity.WARNING)]),
        ({"throughput": "20000 tokens/s"}, [("decoding-bandwidth", Severity.ERROR)]),
        ({"throughput": "20000 tokens/s", "batch": "256"}, []),
        ({"throughput": "600 tokens/s", "precision": "int4"}, []),
        ({"throughput": "100 tokens/s", "energy_per_token": "3 J/token"}, []),
        ({"energy_per_token": "0.1 J/token"}, [("decoding-energy", Severity.WARNING)]),
        ({"energy_per_token": "0.02 J/token"}, [("decoding-energy", Severity.ERROR)]),
        ({"energy_per_token": "0.07 J/token", "batch": "512"}, []),
        ({"throughput": "9000000 tokens/s", "batch": "4096"},
         [("decoding-compute", Severity.ERROR)]),
        ({"throughput": "9000 tokens/s", "batch": "512", "energy_per_token": "0.5 J/token"},
         [("implied-power", Severity.ERROR)]),
        ({"throughput": "9000 tokens/s", "batch": "512", "energy_per_token": "0.0765 J/token"}, []),
        ({"energy_per_token": "0.001 J/token", "batch": "512"},
         [("tokens-per-joule", Severity.ERROR)]),
    ],
)  # fmt: skip
def test_what_a_token_takes(inputs, expected):
    assert [(each.rule, each.severity) for each in heavy({**DECODING, **inputs})] == expected


def test_memory_is_read_for_the_active_part_alone():
    mixed = {**DECODING, "parameters": "120B", "throughput": "300 tokens/s", "precision": "mxfp4"}
    assert "decoding-bandwidth" in [each.rule for each in heavy(mixed)]
    assert heavy({**mixed, "active_parameters": "5.1B"}) == []
    assert heavy({**mixed, "model": "gpt-oss-120b"}) == []


PLACES = {
    "BLOOM in France (arXiv:2211.02001)": ({"region": "FR", "grid": "57 g/kWh"}, True),
    "the world's mean in France": ({"region": "France", "grid": "475 g/kWh"}, False),
    "Norway's grid in Poland": ({"region": "Poland", "grid": "26 g/kWh"}, False),
    "one of its states in a country": ({"region": "US", "grid": "120 g/kWh"}, True),
    "a cloud region": ({"region": "us-central1", "provider": "GCP", "grid": "430 g/kWh"}, True),
    "another's": ({"region": "eu-north-1", "provider": "AWS", "grid": "430 g/kWh"}, False),
    "a contract": ({"region": "Poland", "market": "26 g/kWh"}, True),
    "a city and its country": (
        {"region": "Amsterdam, Netherlands", "grid": "390 g/kWh"}, True),
    "a place that nobody knows": ({"region": "Atlantis", "grid": "26 g/kWh"}, True),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_a_grid_is_that_of_its_place(name):
    inputs, sound = PLACES[name]
    found = heavy(inputs)
    assert [each.rule for each in found] == ([] if sound else ["place-grid"])
    assert all(each.severity is Severity.WARNING for each in found)


def test_a_grid_that_is_implied_is_held_against_the_place():
    hours = {"device_hours": "1000 h", "power": "700 W"}
    assert told(of_row({**hours, "region": "SE"}, "21 kg")) == []
    assert rules(of_row({**hours, "region": "SE"}, "294 kg")) == ["place-grid"]
    (low,) = of_row({**hours, "region": "Germany"}, "21 kg")
    assert "a market-based figure" in low.cause
    assert told(of_row({**hours, "region": "Germany", "market_based": True}, "21 kg")) == []


@pytest.mark.parametrize(
    ("text", "name", "variants"),
    [
        ("8xA100-80GB", "A100", 2), ("512 H100 GPUs", "H100", 4), ("TPU v3-8", "TPU V3", 1),
        ("NVIDIA A100-SXM-80GB", "A100 SXM4 80 GB", 1), ("4 x NVIDIA L40S", "L40S", 1),
        ("Tesla T4s", "T4", 1), ("NVIDIA A6000", "A6000", 1), ("A100 and H100", "A100 or H100", 8),
    ],
)  # fmt: skip
def test_boards_are_known_by_what_people_call_them(text, name, variants):
    found = boards(text)
    assert found is not None
    assert (found.name, len(found.variants)) == (name, variants)


def test_no_board_is_made_up():
    for text in ("an abacus", "GPU", "Titan X", "the M2 model", "", "Xeon Gold 6248"):
        assert boards(text) is None


@pytest.mark.parametrize("device", accelerators(), ids=lambda device: device.id)
def test_every_device_is_known_by_its_own_name(device):
    found = boards(f"{device.vendor} {device.name}")
    assert found is not None
    assert device in found.variants


KNOWN = st.sampled_from([each for each in accelerators() if each.id in peaks() and each.tdp])


@settings(deadline=None)
@given(KNOWN, st.floats(0.02, 0.68), st.floats(8, 12.5), st.floats(8, 13.3))
def test_a_utilisation_that_can_be_is_silent_and_more_is_found(device, share, size, amount):
    """Whatever the device, model and data: the hours that follow from a share are silent."""
    half = peaks()[device.id].half
    if half is None:
        return
    hours = 6 * 10**size * 10**amount / (share * half * 3600)
    row = {
        "parameters": f"{10**size:.6e}", "tokens": f"{10**amount:.6e} tokens",
        "device_hours": f"{hours:.6e} h", "device": device.id, "stage": "training",
    }  # fmt: skip
    assert [each.rule for each in heavy(row)] == []
    most = peaks()[device.id].training or half
    less = {**row, "device_hours": f"{hours * share * half / most / 1.01:.6e} h"}
    assert [each.rule for each in heavy(less)] == ["utilisation"]
    assert math.isfinite(hours)
