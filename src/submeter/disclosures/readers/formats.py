"""Formats that are recognised by what stands in them, and read by a module of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Document
from submeter.disclosures.readers import (
    carbon_txt,
    data_centres,
    documentation_forms,
    manifests,
    ml_energy,
    phases,
    pipelines,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

RULES = {
    **carbon_txt.RULES, **data_centres.RULES, **documentation_forms.RULES, **ml_energy.RULES,
    **phases.RULES, **pipelines.RULES,
}  # fmt: skip
"""Rules of these formats."""


def of_mapping(content: Mapping[str, Any], name: str) -> Document | None:
    """Read a document of one of these formats; None where it is none."""
    for is_it, read in _READERS:
        if is_it(content):
            return read(content, name)
    return None


def _manifest(content: Mapping[str, Any], name: str) -> Document:
    found = tuple(manifests.findings_of_manifest(content, name))
    return Document(name, "manifest", tuple(manifests.claims_of_manifest(content, name)), found)


def _is_board(content: Mapping[str, Any]) -> bool:
    rows = ml_energy.configurations(content)
    return bool(rows) and ml_energy.is_board(rows[0])


def _board(content: Mapping[str, Any], name: str) -> Document:
    return _configurations(ml_energy.configurations(content), name)


def _report(content: Mapping[str, Any], name: str) -> Document:
    found = tuple(phases.findings_of_phases(content, name))
    return Document(name, "benchmark report", tuple(phases.claims_of_phases(content, name)), found)


def _centre(content: Mapping[str, Any], name: str) -> Document:
    return _centres([data_centres.of_content(content)], [""], name)


def _form(content: Mapping[str, Any], name: str) -> Document:
    pairs = documentation_forms.pairs_of(content)
    return Document(
        name, "model documentation form",
        tuple(documentation_forms.claims_of_form(pairs, name)),
        tuple(documentation_forms.findings_of_form(pairs, name)),
    )  # fmt: skip


_READERS: tuple[
    tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any], str], Document]], ...
] = (
    (carbon_txt.is_carbon_txt, carbon_txt.of_index),
    (manifests.is_manifest, _manifest),
    (_is_board, _board),
    (phases.is_report, _report),
    (data_centres.is_document, _centre),
    (documentation_forms.is_form, _form),
)
"""Each format: how it is recognised, and how it is read."""


def of_table(names: Sequence[str], rows: Sequence[Mapping[str, str]], name: str) -> Document | None:
    """Read a table of one of these formats; None where it is none."""
    if ml_energy.is_first(names):
        return Document(name, "leaderboard", tuple(ml_energy.claims_of_first(rows, name)))
    if ml_energy.is_board(names):
        return _configurations(rows, name)
    if data_centres.is_report(names):
        places = [data_centres.place_of(row, number) for number, row in enumerate(rows, 1)]
        return _centres(data_centres.of_columns(rows), places, name)
    if data_centres.is_list(names, rows):
        return _centres([data_centres.of_list(names, rows)], [""], name)
    return None


def of_list(content: Sequence[Mapping[str, Any]], name: str) -> Document | None:
    """Read a list of records of one of these formats; None where it is none."""
    return _configurations(content, name) if content and ml_energy.is_board(content[0]) else None


def _configurations(rows: Sequence[Mapping[str, Any]], name: str) -> Document:
    return Document(
        name, "leaderboard", tuple(ml_energy.claims_of_configurations(rows, name)),
        tuple(ml_energy.findings_of_configurations(rows, name)),
    )  # fmt: skip


def _centres(made: Sequence[Mapping[str, Any]], places: Sequence[str], name: str) -> Document:
    claims, findings = [], []
    for each, place in zip(made, places, strict=True):
        claims += list(data_centres.claims_of_centre(each, place[:80], name))
        findings += list(data_centres.findings_of_centre(each, place[:80], name))
    return Document(name, "data centre report", tuple(claims), tuple(findings))
