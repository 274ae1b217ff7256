"""Every published figure that contradicts its inputs is found, and no other is."""

import json
from pathlib import Path

import pytest

from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.readers.files import of_content, read_file
from submeter.literature import power_hungry
from tests.disclosures.audited import PUBLISHED, of_row, of_rows, rules, told

FACTS = Path(__file__).parents[3] / "shared" / "facts"
facts = pytest.mark.skipif(not FACTS.is_dir(), reason="the folder of facts is not here")


def plain(row, **more):
    return {key: row[key] for key in ("id", "inputs", "method", "claimed")} | more


@pytest.mark.parametrize("method", ["its own", "energy", ""])
@pytest.mark.parametrize(
    "row", [row for row in PUBLISHED if row["status"] == "match"], ids=lambda row: row["id"]
)
def test_what_follows_from_its_inputs_raises_no_alarm(row, method):
    given = row["method"] if method == "its own" else method
    assert told(of_rows(plain(row, method=given))) == []


@pytest.mark.parametrize("method", ["its own", ""])
@pytest.mark.parametrize(
    "row", [row for row in PUBLISHED if row["status"] == "MISMATCH"], ids=lambda row: row["id"]
)
def test_what_contradicts_its_inputs_is_an_error(row, method):
    given = row["method"] if method == "its own" else method
    found = of_rows(plain(row, method=given))
    assert [(each.severity, each.where) for each in found] == [(Severity.ERROR, row["id"])]


def test_no_row_is_held_against_another_that_is_of_something_else():
    assert told(of_rows(*(plain(row) for row in PUBLISHED if row["status"] == "match"))) == []


def test_the_causes_that_are_told():
    causes = {each.where: each.cause for each in of_rows(*map(plain, PUBLISHED))}
    assert "112 kWh more than the sum" in causes["bloom_t5_total_energy"]
    assert "79.2 h instead of 79 h" in causes["strubell_bert_base_gpu_energy"]
    assert "PUE 1.12 was applied twice" in causes["olmo_t2_olmo2_13b_co2"]
    assert "1.5 L/kWh instead of 1.29 L/kWh" in causes["olmo_t3_water_wue"]
    assert "7,628 Wh instead of 308185.51 Wh" in causes["aies_bloomberg_r1"].replace(
        "308,185.51", "308185.51"
    )


@pytest.mark.parametrize(
    ("task", "printed"), [("extractive_qa", 0.001), ("object_detection", 0.02)]
)
def test_a_deviation_that_was_cut_off_instead_of_rounded(task, printed):
    """Luccioni et al. 2024 (arXiv:2311.16863), table 2, against the runs behind it."""
    runs = [run.energy for run in power_hungry.runs() if run.task == task]
    claimed = {"value": printed, "unit": "kWh/1000 inferences"}
    (found,) = of_row({"energy": [f"{each} kWh" for each in runs], "statistic": "std"}, claimed)
    assert (found.severity, found.rule) == (Severity.ERROR, "arithmetic")
    assert found.cause == "the last digit was cut off instead of rounded"
    mean = {"value": round(sum(runs) / len(runs), 3), "unit": "kWh/1000 inferences"}
    assert of_row({"energy": [f"{each} kWh" for each in runs], "statistic": "mean"}, mean) == ()


def test_an_intensity_that_the_papers_own_data_contradict(tmp_path):
    """The same, section 3.3: 297.6 g/kWh is stated, 138.7 were used."""
    row = {
        "id": "ph", "inputs": {"csv": "power_hungry_query_runs.csv"},
        "claimed": {"value": 297.6, "unit": "gCO2eq/kWh"},
    }  # fmt: skip
    file = tmp_path / "row.json"
    file.write_text(json.dumps([row]), encoding="utf-8")
    (found,) = audit([read_file(file)])
    assert found.severity is Severity.ERROR
    assert found.recomputed is not None
    assert round(found.recomputed.value, 1) == 138.7


def test_the_same_quoted_without_its_data_is_held_against_the_runs_that_come_along(tmp_path):
    """The row says where it is printed, and no input but the figure itself."""
    row = {
        "id": "ph_effective_ci", "source": "Luccioni et al. 2024, arXiv 2311.16863v3, section 3.3",
        "inputs": {"stated_ci": 297.6},
    }  # fmt: skip
    file = tmp_path / "row.json"
    for printed, rules_found in ((297.6, ["arithmetic"]), (138.7, []), (139, [])):
        claimed = {"value": printed, "unit": "gCO2eq/kWh"}
        file.write_text(json.dumps([{**row, "claimed": claimed}]), encoding="utf-8")
        assert rules(audit([read_file(file)])) == rules_found
    elsewhere = {**row, "source": "arXiv 2405.00001", "claimed": "297.6 gCO2eq/kWh"}
    file.write_text(json.dumps([elsewhere]), encoding="utf-8")
    assert told(audit([read_file(file)])) == []


def test_the_examples_of_sci_for_ai():
    """GSF, SCI for AI, 9.1.3, 9.2.2 and 9.2.3: 1,000 and 10 times too low."""
    tokens = {"carbon": "6500 kg", "tokens": "50 billion"}
    (found,) = of_row(tokens, {"value": 0.13, "unit": "gCO2e/million tokens"})
    assert "off by 10^3, too low" in found.cause
    assert of_row(tokens, {"value": 130, "unit": "gCO2e/million tokens"}) == ()
    parameters = {"carbon": "75000 kg", "parameters": "2.5 billion"}
    (tenth,) = of_row(parameters, {"value": 3000, "unit": "kgCO2e/billion parameters"})
    assert tenth.cause == "a decimal point is off by one place"
    (thousandth,) = of_row(parameters, {"value": 30, "unit": "kgCO2e/billion parameters"})
    assert "off by 10^3, too low" in thousandth.cause
    assert of_row(parameters, {"value": 30000, "unit": "kgCO2e/billion parameters"}) == ()


def test_what_only_a_second_paper_contradicts_needs_both():
    """Luccioni et al. 2025 (arXiv:2506.15572) prints OLMo 2 7B's energy for OLMo 2 13B."""
    own = [
        {"id": "morrison_t2_olmo2_7b_mwh", "claimed": {"value": 157, "unit": "MWh"}},
        {"id": "morrison_t2_olmo2_13b_mwh", "claimed": {"value": 230, "unit": "MWh"}},
    ]
    other = [{"id": "mbo_olmo2_13b_mwh", "claimed": {"value": 157, "unit": "MWh"}}]
    assert of_rows(*own) == of_rows(*other) == ()
    for found in (
        audit([of_content(own, "morrison.json"), of_content(other, "mbo.json")]),
        of_rows(*own, *other),
    ):
        (finding,) = found
        assert (finding.rule, finding.severity) == ("two-papers", Severity.ERROR)
        assert finding.where == "mbo_olmo2_13b_mwh"
        assert "states for morrison_t2_olmo2_7b_mwh: a row was mistaken" in finding.cause


def test_two_papers_that_name_the_model():
    one = {"id": "a", "model": "OLMo 2 13B", "claimed": "230 MWh"}
    other = {"id": "b", "model": "allenai/olmo-2-13b", "claimed": "157 MWh"}
    found = audit([of_content([one], "a.json"), of_content([other], "b.json")])
    assert rules(found) == ["two-papers"]
    same = {**other, "claimed": "0.23 GWh"}
    assert told(audit([of_content([one], "a.json"), of_content([same], "b.json")])) == []


@facts
def test_the_rows_as_the_facts_have_them():
    rows = json.loads((FACTS / "oracles.json").read_text(encoding="utf-8"))
    given = [
        {"id": row["id"], "inputs": row["inputs"], "claimed": row["expected"]} for row in rows
        if row["status"] == "match"
    ]  # fmt: skip
    assert len(given) > 120
    assert told(audit([of_content(given, "oracles.json")])) == []


@facts
def test_leaderboards_as_published_raise_no_alarm():
    for name in ("aies_feb2025_open.csv", "aies_dec2025.csv"):
        document = read_file(FACTS / name)
        assert document.kind == "leaderboard"
        assert len(document.claims) > 90
        assert told(audit([document])) == []


@facts
def test_the_training_cards_of_llama():
    found = audit([read_file(FACTS / "llama_training_cards.csv")])
    assert {where for _, where in told(found)} == {"Llama 3.3 70B"}


@facts
def test_an_official_example_of_cyclonedx_is_nonsense():
    folder = FACTS / "schemas" / "cyclonedx"
    for file in sorted(folder.glob("valid-*.json")):
        (found, *_) = audit([read_file(file)])
        assert found.rule == "implied-grid"
        assert found.recomputed is not None
        assert round(found.recomputed.value) == 78_050_000


@facts
def test_an_official_example_of_boamps_calls_a_guess_high_quality():
    file = FACTS / "schemas" / "boamps" / "energy-report-llm-inference.json"
    assert rules(audit([read_file(file)])) == ["boamps-quality"]
