"""`submeter explain` and `account --compare` as their users see them."""

import json

import pytest

from submeter.cli.main import main

SCORE = """
name: AI Energy Score, Llama-3.1-8B
stage: inference
method: aies
unit: {name: query}
energy: [{component: gpu, energy: 62.6 J}]
conditions: {device: H100, batch: 1, output_tokens: 10, stack: transformers}
"""
SERVED = SCORE.replace("62.6", "27.8").replace("batch: 1", "batch: 512").replace("10,", "397,")


@pytest.fixture
def figures(tmp_path):
    one, other = tmp_path / "score.yaml", tmp_path / "served.yaml"
    one.write_text(SCORE)
    other.write_text(SERVED.replace("transformers", "vLLM"))
    return str(one), str(other)


def test_two_published_figures_are_told_apart(figures, capsys):
    assert main(["explain", *figures, "--of", "energy"]) == 0
    told = capsys.readouterr().out
    assert "×39.7" in told
    assert "batch 1 → 512; stack transformers → vLLM" in told
    assert main(["explain", *figures, "--of", "energy", "--json", "-"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    whole = step["second"]["value"] - step["first"]["value"]
    assert sum(cause["effect"] for cause in step["causes"]) == pytest.approx(whole)


def test_one_is_told_in_words(capsys):
    assert main(["explain", "bloom_total_lifecycle"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Carbon: 50.53 tCO2e" in told
    assert "Its rules leave out: " in told
    assert "taken from what was stated or published" in told


def test_what_is_no_single_account_is_told(capsys):
    assert main(["explain", "bloom-2022"]) == 2
    assert "name one of its cases" in capsys.readouterr().err
    assert main(["explain", "ph_t5_parity_bloomz_1b"]) == 2


def test_an_entry_is_restated_beside_what_was_stated(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SUBMETER_HOME", str(tmp_path))
    assert main(["run", "--", "true"]) == 0
    capsys.readouterr()
    assert main(["account", "last", "--compare", "--region", "FR"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "[grid/world] →" in told
    assert "is what its own inputs and rules give, bit for bit" in told
    assert main(["account", "last", "--compare", "--json", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["changes"] == []
    assert answer["recomputed"] is True
    assert answer["before"] == answer["now"]


def test_an_entry_is_restated_by_the_method_that_it_was_stated_by(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SUBMETER_HOME", str(tmp_path))
    assert main(["run", "--method", "ghg-location", "--", "true"]) == 0
    assert main(["account", "last", "--compare", "--json", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["now"]["method"] == "ghg-location"
    assert answer["changes"] == []
    assert main(["account", "--compare", "--method", "sci", "--json", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [answer[each]["method"] for each in ("before", "now")] == ["ghg-location", "sci"]


def test_a_file_is_compared_with_itself_under_another_method(figures, capsys):
    assert main(["account", figures[0], "--compare", "--method", "submeter-1"]) == 0
    told = capsys.readouterr().out
    assert "before (aies)" in told
    assert "now (submeter-1)" in told


def test_what_was_contracted_for_is_what_is_told(capsys):
    assert main(["explain", "gemini_co2"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "market-based (what was contracted for)" in told
    assert "PUE 1.09 × contract 94 gCO2e/kWh" in told
    assert "457" not in told
