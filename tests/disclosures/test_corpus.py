"""Documents of every form: the sound raise no alarm, and in the others the one error is found.

Invented, so that no publisher's text is copied; each planted document differs from a sound one by
one thing that was made wrong.
"""

import json
from pathlib import Path

import pytest
import yaml

from submeter.accounts.document import read_document
from submeter.cli.main import main
from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.readers.files import read_file

CORPUS = Path(__file__).parent / "corpus"
SOUND = sorted(CORPUS.glob("sound/*"))
PLANTED = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))
"""For each planted document the rule that finds it, where, and what else may follow from it."""


def heavy(path):
    return [each for each in audit([read_file(path)]) if each.severity is not Severity.NOTE]


def test_there_are_enough_of_either_kind():
    assert len(SOUND) >= 25
    assert len(PLANTED) >= 25
    assert {path.name for path in SOUND} >= set(PLANTED)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_a_sound_document_raises_no_alarm(path):
    document = read_file(path)
    assert document.kind != "nothing"
    assert [(each.rule, each.where, each.cause) for each in heavy(path)] == []


@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_error_is_found_at_its_place(name):
    expected, found = PLANTED[name], heavy(CORPUS / "planted" / name)
    assert (expected["rule"], True) in [
        (each.rule, expected["where"] in each.where) for each in found
    ]


FORMS = {
    "account", "benchmark report", "BoAmps", "carbon.txt", "CodeCarbon", "CycloneDX",
    "data centre report", "footprint", "leaderboard", "manifest", "model card",
    "model documentation form", "rows", "SPDX", "statement", "table",
}  # fmt: skip
"""What a reader takes a file for: every form that docs/reference/audit-rules.md says is read."""


@pytest.mark.parametrize("folder", ["sound", "planted"])
def test_of_every_form_there_is_a_sound_document_and_one_with_an_error(folder):
    kinds = {read_file(path).kind for path in CORPUS.glob(f"{folder}/*")}
    assert kinds == FORMS


STRUCTURED = sorted(
    path for ending in ("json", "yaml") for path in CORPUS.glob(f"*/*.{ending}")
    if path.name != "expected.json"
)  # fmt: skip


@pytest.mark.parametrize("path", STRUCTURED, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize("ending", [".json", ".yaml"])
def test_a_document_says_the_same_in_json_and_yaml(path, ending, tmp_path):
    content = read_document(path)
    other = tmp_path / path.with_suffix(ending).name
    plain = json.dumps(content, default=str)
    text = plain if ending == ".json" else yaml.safe_dump(content)
    other.write_text(text, encoding="utf-8")
    one, two = (
        [(each.rule, each.where, each.cause) for each in heavy(each)] for each in (path, other)
    )
    assert two == one
    assert read_file(other).kind == read_file(path).kind


@pytest.mark.parametrize("name", PLANTED)
def test_nothing_is_found_elsewhere(name):
    """Only at the planted place, or in what is summed up or made from it."""
    places = [PLANTED[name]["where"], *PLANTED[name].get("follows", [])]
    found = heavy(CORPUS / "planted" / name)
    assert [each.where for each in found if not any(place in each.where for place in places)] == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_finding_can_be_read_on_a_narrow_terminal(name, capsys, monkeypatch):
    """Every line fits into 80 columns, and says what, where, how and why."""
    monkeypatch.setenv("COLUMNS", "80")
    main(["audit", str(CORPUS / "planted" / name)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("1. ") for line in lines)
    assert any(line.lstrip().startswith("cause ") for line in lines)
