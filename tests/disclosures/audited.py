"""Auditing rows and texts in tests."""

import json
from pathlib import Path

from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.readers.files import of_content, of_text

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))
"""Published figures with their inputs: those that follow (match), and those that don't."""


def of_rows(*rows):
    return audit([of_content(list(rows), "rows.json")])


def of_row(inputs, claimed, method="", **more):
    return of_rows({"id": "x", "inputs": inputs, "method": method, "claimed": claimed, **more})


def of_card(text):
    return audit([of_text(text, "README.md", ".md")])


def of_csv(text):
    return audit([of_text(text, "table.csv", ".csv")])


def told(findings):
    """Give the rules of what weighs, by place."""
    heavy = [each for each in findings if each.severity is not Severity.NOTE]
    return [(each.rule, each.where) for each in heavy]


def rules(findings):
    return [rule for rule, _ in told(findings)]
