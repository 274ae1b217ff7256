"""The pages name every rule, and what they show is what is printed."""

import re
from pathlib import Path

import pytest

from submeter.cli.main import main
from submeter.disclosures.audit.auditor import RULES
from submeter.disclosures.readers.files import RULES as OF_FORMATS
from tests.docs.pages import DOCS, REFERENCE, read

PAGE = DOCS / "how-to" / "audit-a-model-card.md"


def test_every_rule_stands_on_the_page():
    told = set(re.findall(r"`([a-z-]+)`", read(REFERENCE / "audit-rules.md")))
    assert sorted({*RULES, *OF_FORMATS} - told) == []


@pytest.mark.parametrize(
    ("name", "first"), [("README.md", 0), ("olmo.json", 2), ("heron.md", 4), ("finch.json", 6)]
)
def test_what_the_how_to_shows_is_printed(name, first, tmp_path, capsys, monkeypatch):
    blocks = re.findall(r"^```\w*\n(.*?)^```", read(PAGE), flags=re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    Path(name).write_text(blocks[first], encoding="utf-8")
    assert main(["audit", name]) == 1
    printed = capsys.readouterr().out
    command, *lines = blocks[first + 1].splitlines()
    assert command == f"$ submeter audit {name}"
    for line in lines:
        assert line.strip() == "…" or line in printed
