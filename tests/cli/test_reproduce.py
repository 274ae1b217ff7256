"""`submeter reproduce` as its user sees it."""

import json
from dataclasses import replace

import yaml

from submeter.cli.main import main
from submeter.literature import cases as published
from submeter.literature.cases import papers


def test_one_paper_is_printed_with_its_ratios(capsys):
    assert main(["reproduce", "olmo-2025"]) == 0
    told = capsys.readouterr().out
    assert "19 of 19 within the rounding of what was printed" in told
    assert "https://arxiv.org/abs/2503.05804" in told


def test_all_of_them_as_json(capsys):
    assert main(["reproduce", "--json", "-"]) == 0
    cases = json.loads(capsys.readouterr().out)["cases"]
    assert len(cases) > 140
    assert all(case["agrees"] for case in cases)


def test_a_case_can_be_opened_written_and_accounted_for(capsys, tmp_path):
    assert main(["reproduce", "bloom_total_lifecycle"]) == 0
    assert "method: bloom-2022" in capsys.readouterr().out
    path = tmp_path / "bloom.yaml"
    assert main(["reproduce", "bloom_total_lifecycle", "--out", str(path)]) == 0
    assert yaml.safe_load(path.read_text())["method"] == "bloom-2022"
    capsys.readouterr()
    assert main(["account", str(path), "--json", "-"]) == 0
    total = json.loads(capsys.readouterr().out)["carbon"]["total"]
    assert round(total["value"] / 1e3, 1) == 50.5


def test_a_figure_that_differs_ends_with_1(capsys, monkeypatch):
    paper = papers()[0]
    wrong = replace(paper, cases=(replace(paper.cases[0], value=1.0),))
    monkeypatch.setattr("submeter.literature.reproduction.papers", lambda: (wrong,))
    monkeypatch.setattr("submeter.cli.commands.reproduce.papers", lambda: (wrong,))
    assert main(["reproduce"]) == 1
    assert "differs" in capsys.readouterr().out
    assert published.DATA.is_dir()


def test_a_name_that_is_not_known_is_bad_usage(capsys):
    assert main(["reproduce", "bloom-2222"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert main(["reproduce", "bloom-2022", "--out", "x.yaml"]) == 2
