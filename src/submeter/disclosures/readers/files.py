"""Any supported file, recognised by its ending and by what stands in it."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from submeter.accounts.document import read_document
from submeter.disclosures.audit.claim import Claim, Document
from submeter.disclosures.audit.finding import Finding, Severity
from submeter.disclosures.readers import (
    boamps,
    carbon_txt,
    codecarbon,
    formats,
    leaderboard,
    model_card,
    software_bills,
    statements,
)
from submeter.disclosures.readers.data_files import with_data
from submeter.disclosures.readers.rows import Inputs, claims_of_row, claims_of_rows
from submeter.disclosures.readers.tables import claims_of_table
from submeter.errors import UsageError
from submeter.runs.place import known_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LARGEST = 32 << 20
"""Bytes of a file that are read."""
STRUCTURED = (".json", ".yaml", ".yml", ".toml")
TABLES = (".csv", ".tsv")
TEXTS = (".md", ".markdown", ".txt", ".html", ".htm", ".rst")
RULES = {
    "nothing": "there is nothing in the file that could be audited",
    **model_card.RULES, **codecarbon.RULES, **leaderboard.RULES, **software_bills.RULES,
    **boamps.RULES, **statements.RULES, **formats.RULES,
}  # fmt: skip
"""Rules of single formats."""
_ROWS = ("rows", "claims", "cases", "results", "entries", "data")


def read_file(path: Path, files: str = "") -> Document:
    """Read a file that claims something.

    Parameters
    ----------
    path : Path
        The file.
    files : str
        Files of factors of the user's own, as the setting ``factors`` names them.

    Raises
    ------
    UsageError
        If it cannot be read, is too long, or is of no form that is known.
    """
    ending = path.suffix.lower()
    if ending in STRUCTURED:
        document = of_content(_structured(path, ending), path.name, files)
    else:
        document = of_text(_text(path), path.name, ending, files)
    claims = tuple(with_data(claim, path.parent) for claim in document.claims)
    if not claims and not document.findings and document.kind not in {"leaderboard", "statement"}:
        told = "no claim was found: see docs/reference/audit-rules.md for the forms that are read"
        nothing = Finding("nothing", Severity.NOTE, path.name, None, None, told)
        return Document(path.name, document.kind, (), (nothing,))
    return Document(path.name, document.kind, claims, document.findings)


def _structured(path: Path, ending: str) -> Any:  # noqa: ANN401 - whatever it holds
    if ending != ".json":
        return read_document(path)
    try:
        return json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        what = f"the file is no JSON ({' '.join(str(error).split())[:120]})"
        raise UsageError(what, str(path), "correct it, or name it by its format") from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"the file cannot be read ({error.strerror})", str(path)) from error
    if len(raw) > LARGEST:
        raise UsageError(f"the file is longer than {LARGEST >> 20} MiB", str(path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("the file is no text in UTF-8", str(path), "convert it") from error


def of_text(text: str, name: str, ending: str = "", files: str = "") -> Document:
    """Read a text: a table, rows of JSON, or a model card."""
    if ending in TABLES:
        return _table(text, name, "\t" if ending == ".tsv" else "")
    if ending in {".jsonl", ".ndjson"}:
        rows = [_json(line) for line in text.splitlines() if line.strip()]
        return Document(name, "rows", claims_of_rows(rows, name))
    if name.lower() == carbon_txt.NAME:
        return carbon_txt.of_toml(text, name)
    if ending not in TEXTS and text.lstrip()[:1] in {"{", "["}:
        content = _json(text)
        if content is not None:
            return of_content(content, name, files)
    return model_card.card(text, name, known_by(files))


def _json(text: str) -> Any:  # noqa: ANN401 - whatever it holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def of_content(content: object, name: str, files: str = "") -> Document:
    """Read what a document of JSON, YAML or TOML holds."""
    if isinstance(content, list):
        return _listed(content, name, files)
    if not isinstance(content, dict):
        return Document(name, "nothing")
    if content.get("schema") == "submeter.statement/1":
        return Document(
            name, "statement", (), tuple(statements.findings_of_statement(content, name))
        )
    if "bomFormat" in content or _any_energy(content):
        claims = tuple(software_bills.claims_of_cyclonedx(content, name))
        return Document(name, "CycloneDX", claims)
    if "@graph" in content or "ai_energyConsumption" in content:
        found = tuple(software_bills.findings_of_spdx(content, name))
        return Document(name, "SPDX", tuple(software_bills.claims_of_spdx(content, name)), found)
    return formats.of_mapping(content, name) or _record(content, name, files)


def _any_energy(content: Mapping[str, Any]) -> bool:
    parts = content.get("components")
    return isinstance(parts, list) and any(
        isinstance(each, dict) and "modelCard" in each for each in parts
    )


def _record(content: Mapping[str, Any], name: str, files: str) -> Document:
    if isinstance(content.get("measures"), list) and isinstance(content.get("task"), dict):
        claims = tuple(boamps.claims_of_boamps(content, name))
        return Document(name, "BoAmps", claims, tuple(boamps.findings_of_boamps(content, name)))
    if isinstance(content.get("footprint"), dict):
        return Document(name, "footprint", tuple(boamps.claims_of_footprint(content, name)))
    if "co2_eq_emissions" in content:
        claim = model_card.front_claim(content, name)
        return Document(name, "model card", (claim,) if claim else ())
    if codecarbon.is_codecarbon(content):
        return _runs([{str(key): str(value) for key, value in content.items()}], name)
    return _own(content, name, files)


def _own(content: Mapping[str, Any], name: str, files: str) -> Document:
    """Read an account file, a row, or a list of rows under a name."""
    if isinstance(content.get("energy"), list) or isinstance(content.get("embodied"), list):
        return _account(content, name, files)
    listed = next((content[key] for key in _ROWS if isinstance(content.get(key), list)), None)
    if "claimed" in content or "inputs" in content or listed is None:
        claims = tuple(claims_of_row(content, name)) if "claimed" in content else ()
        return Document(name, "row" if claims else "nothing", claims)
    return _listed(listed, name, files)


def _account(content: Mapping[str, Any], name: str, files: str) -> Document:
    reading = Inputs()
    reading.take({key: value for key, value in content.items() if key != "claimed"})
    inputs = Claim(
        str(content.get("name") or "account")[:100], None, tuple(reading.quantities), document=name
    )
    found = tuple(statements.findings_of_account(content, name, files))
    return Document(name, "account", (inputs,), found)


def _listed(content: list[Any], name: str, files: str) -> Document:
    mappings = [each for each in content if isinstance(each, dict)]
    if mappings and codecarbon.is_codecarbon(mappings[0]):
        return _runs([{str(k): str(v) for k, v in row.items()} for row in mappings], name)
    known = formats.of_list(mappings, name)
    if known is not None:
        return known
    accounts = [row for row in mappings if isinstance(row.get("energy"), list)]
    if accounts and "inputs" not in accounts[0]:
        found = [each for row in accounts for each in _account(row, name, files).findings]
        return Document(name, "accounts", (), tuple(found))
    return Document(name, "rows", claims_of_rows(content, name))


def _table(text: str, name: str, delimiter: str) -> Document:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    if not delimiter:
        head = lines[0] if lines else ""
        delimiter = max(",;\t|", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    except csv.Error as error:
        raise UsageError(f"the table cannot be read ({error})", name) from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if delimiter == ";":
        rows = pointed(rows)
    if len(rows) < 2:  # noqa: PLR2004 - headings and a row
        return Document(name, "nothing")
    return _of_rows(rows[0], rows[1:], name)


def pointed(rows: list[list[str]]) -> list[list[str]]:
    """Write numbers with a decimal point, where a table has decimal commas.

    Such a table sets off thousands by dots, so that 861.200 beside 1,09 is no 861.2.
    """
    if not any(_DECIMAL_COMMA.match(cell.strip()) for row in rows for cell in row):
        return rows
    return [
        [
            cell.strip().replace(".", "").replace(",", ".") if _CONTINENTAL.match(cell.strip())
            else cell for cell in row
        ]
        for row in rows
    ]  # fmt: skip


_DECIMAL_COMMA = re.compile(r"^[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,}))$")
_CONTINENTAL = re.compile(r"^[+-]?(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+)$")


def _of_rows(heading: list[str], rows: list[list[str]], name: str) -> Document:
    names = [each.strip() for each in heading]
    low = {each.lower() for each in names}
    mappings = [dict(zip(names, row, strict=False)) for row in rows]
    if codecarbon.is_codecarbon(names):
        return _runs(mappings, name)
    known = formats.of_table(names, mappings, name)
    if known is not None:
        return known
    if leaderboard.is_leaderboard(names):
        plain = [{key.lower(): value for key, value in row.items()} for row in mappings]
        return Document(
            name, "leaderboard", tuple(leaderboard.claims_of_board(plain, name)),
            tuple(leaderboard.findings_of_board(plain, name)),
        )  # fmt: skip
    if low & {"claimed", "claim", "claimed_value", "claimed.value", "inputs"}:
        return Document(name, "rows", claims_of_rows(mappings, name))
    return Document(name, "table", claims_of_table(names, rows, name))


def _runs(rows: list[dict[str, str]], name: str) -> Document:
    claims, findings = [], []
    for number, row in enumerate(rows, 1):
        claims += list(codecarbon.claims_of_run(row, number, name))
        findings += list(codecarbon.findings_of_run(row, number, name))
    return Document(name, "CodeCarbon", tuple(claims), tuple(findings))
