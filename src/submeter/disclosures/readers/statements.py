"""Submeter's own forms: statements, whose parts must add up, and account files with a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.statement import state
from submeter.accounts.account_file import account_file
from submeter.disclosures.audit.agreement import agrees
from submeter.disclosures.audit.causes import cause, unit_text
from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.printed import read, shown
from submeter.disclosures.audit.quantity import CLAIMED, Quantity, quantity
from submeter.disclosures.audit.reach import Reach
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.units import CARBON, ENERGY, WATER
from submeter.disclosures.readers.rows import Inputs
from submeter.errors import SubmeterError
from submeter.runs.methods import all_methods
from submeter.runs.place import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULES = {
    "statement-sum": "the parts of a statement do not add up to its total",
    "statement-interval": "an interval does not hold its value",
    "account": "what an account file claims does not follow from it by its method",
}
_EXACT = 1e-6
"""Part by which a sum of parts that are written in full may miss its whole."""
_PARTS = {
    "carbon": ("operational", "idle", "embodied"), "water": ("on_site", "electricity", "embodied"),
}  # fmt: skip
_FIELDS = {
    ENERGY: ("energy.total",),
    CARBON: ("carbon.total", "carbon.operational", "carbon.embodied", "carbon.idle"),
    WATER: ("water.total", "water.on_site", "water.electricity"),
}
_MOST_STATED = 12
"""Stated quantities whose rounding is tried; each takes two accounts."""


def findings_of_statement(statement: Mapping[str, Any], document: str) -> Iterator[Finding]:
    """Hold a statement against itself."""
    where = str(statement.get("name") or statement.get("id") or "statement")[:100]
    for kind in ("energy", "carbon", "water"):
        lines = _map(statement.get(kind))
        parts = _map(lines.get("by_component")) if kind == "energy" else lines
        names = list(parts) if kind == "energy" else [*_PARTS[kind]]
        total = _value(lines.get("total"))
        values = [value for name in names if (value := _value(parts.get(name))) is not None]
        if total is not None and values and abs(sum(values) - total) > _EXACT * abs(total):
            unit = str(_map(lines.get("total")).get("unit") or "")
            yield Finding(
                "statement-sum", Severity.ERROR, f"{where}: {kind}", Figure(total, unit),
                Figure(sum(values), unit), "a part is missing, or was changed by itself",
                " + ".join(map(shown, values)), document,
            )  # fmt: skip
    yield from _intervals(statement, where, document)
    yield from _each(statement, where, document)


def _intervals(content: object, where: str, document: str, depth: int = 0) -> Iterator[Finding]:
    record = _map(content)
    value, low, high = (_number(record.get(name)) for name in ("value", "low", "high"))
    if value is not None and low is not None and high is not None:
        room = _EXACT * abs(value)
        if not low - room <= value <= high + room:
            unit = str(record.get("unit") or "")
            yield Finding(
                "statement-interval", Severity.ERROR, where, Figure(value, unit), None,
                f"the value lies outside {shown(low)} to {shown(high)}", "", document,
            )  # fmt: skip
    if depth < 4:  # noqa: PLR2004 - a statement is no deeper
        for name, each in record.items():
            yield from _intervals(each, f"{where}: {name}", document, depth + 1)


def _each(statement: Mapping[str, Any], where: str, document: str) -> Iterator[Finding]:
    count = _number(_map(statement.get("unit")).get("count"))
    for kind in ("energy", "carbon", "water"):
        one = _value(_map(statement.get("per_unit")).get(kind))
        total = _value(_map(statement.get(kind)).get("total"))
        if None in (count, one, total) or not count:
            continue
        if one is not None and total is not None and abs(one * count - total) > _EXACT * abs(total):
            yield Finding(
                "statement-sum", Severity.ERROR, f"{where}: per_unit.{kind}", Figure(one, ""),
                Figure(total / count, ""), "the total over the number of units is another figure",
                f"{shown(total)} / {count:g}", document,
            )  # fmt: skip


def findings_of_account(
    content: Mapping[str, Any], document: str, files: str = ""
) -> Iterator[Finding]:
    """Hold what an account file claims against the account that it gives, by `files` of factors."""
    plain = {key: value for key, value in content.items() if key not in {"claimed", "id"}}
    where = str(content.get("id") or content.get("name") or "account")[:100]
    for claimed in _claims(content.get("claimed")):
        try:
            found = _accounted(plain, claimed, files)
        except SubmeterError as error:
            yield Finding("account", Severity.NOTE, where, figure(claimed), None,
                          f"it cannot be accounted for: {error}", "", document)  # fmt: skip
            continue
        if not found:
            text = "the account has no figure of this kind"
            yield Finding("account", Severity.NOTE, where, figure(claimed), None, text, "",
                          document)  # fmt: skip
        elif not any(agrees(claimed.number, each) for each in found):
            reading = Inputs()
            reading.take(plain)
            claim = Claim(where, claimed, tuple(reading.quantities), document=document)
            told = Figure(found[0].value / claimed.unit.size, unit_text(claimed))
            yield Finding(
                "account", Severity.ERROR, where, figure(claimed), told, cause(claim, found[0]),
                f"{content.get('method') or 'submeter-1'}: {found[0].text} = {shown(told.value)} "
                f"{told.unit}", document,
            )  # fmt: skip


def _claims(content: object) -> Iterator[Quantity]:
    record = _map(content)
    listed: list[object] = [record] if "value" in record else list(record.values())
    if isinstance(content, (str, list)):
        listed = list(content) if isinstance(content, list) else [content]
    for each in listed:
        one = _map(each)
        text = f"{one.get('value')} {one.get('unit') or ''}" if one else each
        made = quantity(CLAIMED, text)
        if made is not None:
            yield made


def _accounted(plain: Mapping[str, Any], claimed: Quantity, files: str) -> list[Reach]:
    """Give the figures of a statement that a claim may be of, with the reach of the inputs."""
    fields = _FIELDS.get(claimed.dimension.uncounted(), ())
    values = _figures(plain, fields, files)
    room = dict.fromkeys(values, (0.0, 0.0))
    for changed in _rounded(plain):
        for name, value in _figures(changed, fields, files).items():
            if name in values:
                low, high = room[name]
                step = value - values[name]
                room[name] = (low + min(step, 0.0), high + max(step, 0.0))
    per = claimed.unit.dimension.pieces < 0
    count = read(str(_map(plain.get("unit")).get("count") or "")) if per else None
    units = count.value if count is not None else None
    found = [
        Reach(value, value + room[name][0], value + room[name][1], text=name)
        for name, value in values.items()
    ]
    return [each.times(1 / units) for each in found] if units else found


def _figures(plain: Mapping[str, Any], fields: tuple[str, ...], files: str) -> dict[str, float]:
    told = account_file(dict(plain), {FILES: files})
    lines = state(told.inventory, find(told.method, all_methods()), Draws(count=8)).as_dict()
    found = {}
    for name in fields:
        kind, _, part = name.partition(".")
        value = _value(_map(lines.get(kind)).get(part))
        if value is not None:
            found[name] = value
    return found


def _rounded(plain: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the account with each stated quantity at both ends of its rounding."""
    for path in list(_stated(plain, ()))[:_MOST_STATED]:
        text = str(_at(plain, path))
        number = read(text)
        if number is None:
            continue
        for end in (number.low, number.high):
            yield _with(plain, path, f"{end!r} {number.rest}".strip())


def _stated(content: object, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(content, dict):
        for name, each in content.items():
            if name not in {"note", "citation", "source", "name", "unit", "conditions"}:
                yield from _stated(each, (*path, name))
    elif isinstance(content, list):
        for number, each in enumerate(content):
            yield from _stated(each, (*path, number))
    elif isinstance(content, (str, int, float)) and path and path[-1] not in _NO_QUANTITIES:
        yield path


_NO_QUANTITIES = frozenset({
    "devices", "component", "device", "label", "method", "stage", "region", "cloud", "custom",
    "included",
})  # fmt: skip


def _at(content: Any, path: tuple[Any, ...]) -> object:  # noqa: ANN401 - of any form
    for name in path:
        content = content[name]
    return content


def _with(content: Any, path: tuple[Any, ...], text: str) -> Any:  # noqa: ANN401 - of any form
    if not path:
        return text
    changed = list(content) if isinstance(content, list) else dict(content)
    changed[path[0]] = _with(content[path[0]], path[1:], text)
    return changed


def _value(content: object) -> float | None:
    return _number(_map(content).get("value"))


def _number(content: object) -> float | None:
    number = read(content) if isinstance(content, (int, float)) else None
    return number.value if number is not None else None


def _map(content: object) -> Mapping[str, Any]:
    return content if isinstance(content, dict) else {}
