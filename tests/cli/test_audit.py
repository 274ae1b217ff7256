"""`submeter audit` as its user sees it."""

import json

from submeter.cli.main import main

WRONG = {
    "id": "a", "inputs": {"energy": "433196 kWh", "grid": "57 gCO2e/kWh"}, "method": "bloom-2022",
    "claimed": {"value": 24.69, "unit": "kgCO2eq"},
}  # fmt: skip
RIGHT = {**WRONG, "claimed": {"value": 24.69, "unit": "tCO2eq"}}


def written(path, *rows):
    path.write_text(json.dumps(rows), encoding="utf-8")
    return str(path)


def test_findings_are_numbered_with_their_arithmetic(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["audit", written(tmp_path / "a.json", WRONG)]) == 1
    told = capsys.readouterr().out
    assert told.startswith("1. error [arithmetic] a\n")
    assert "433,196 kWh × 57 gCO2e/kWh" in " ".join(told.split())
    assert "off by 10^3" in told
    assert "a.json (rows): 1 claim, 1 error" in told
    assert max(map(len, told.splitlines())) <= 80


def test_a_sound_file_ends_with_0(capsys, tmp_path):
    assert main(["audit", written(tmp_path / "a.json", RIGHT)]) == 0
    assert "nothing to say against" in capsys.readouterr().out


def test_json(capsys, tmp_path):
    assert main(["audit", written(tmp_path / "a.json", WRONG), "--json", "-"]) == 1
    result = json.loads(capsys.readouterr().out)
    (finding,) = result["findings"]
    assert set(finding) >= {"rule", "severity", "where", "claimed", "recomputed", "cause"}
    assert (finding["severity"], finding["where"]) == ("error", "a")
    assert round(finding["recomputed"]["value"]) == 24692
    assert result["summary"] == {"error": 1, "warning": 0, "note": 0}


def test_a_second_paper(capsys, tmp_path):
    one = written(tmp_path / "one.json", {"id": "p_olmo2_13b_mwh", "claimed": "230 MWh"})
    two = written(tmp_path / "two.json", {"id": "q_olmo2_13b_mwh", "claimed": "157 MWh"})
    assert main(["audit", one]) == main(["audit", two]) == 0
    assert main(["audit", two, "--against", one]) == 1
    assert main(["audit", one, two]) == 1
    assert "two.json: q_olmo2_13b_mwh" in capsys.readouterr().out


def test_bad_input_is_told(capsys, tmp_path):
    assert main(["audit", str(tmp_path / "absent.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main(["audit"]) == 2
