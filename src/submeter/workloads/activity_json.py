"""`Activity` to and from JSON objects; a reader keeps going over fields that it does not know."""

from __future__ import annotations

from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from submeter.errors import RecordError
from submeter.workloads.activity import SCHEMA, Activity, Booking, Device, Phase, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Record = TypeVar("Record")

_NAMES: dict[type, tuple[str, ...]] = {
    kind: tuple(each.name for each in fields(kind)) for kind in (Booking, Device, Phase)
}
_PLAIN = ("id", "name", "start", "end", "seconds", "revision", "stage", "purpose", "tenant",
          "contract", "exit_code")  # fmt: skip
_MAPS = ("counts", "host", "model", "place", "lineage", "overhead")
_EMPTY: tuple[Any, ...] = ("", (), [], {}, None)


def to_json(activity: Activity) -> dict[str, Any]:
    """Give the JSON object of an entry; empty fields are left out."""
    full: dict[str, Any] = {"schema": SCHEMA}
    full.update(_row(activity, _PLAIN))
    full.update({name: dict(getattr(activity, name)) for name in _MAPS})
    full["bookings"] = [_row(each, _NAMES[Booking]) for each in activity.bookings]
    full["devices"] = [_row(each, _NAMES[Device]) for each in activity.devices]
    full["phases"] = [_phase_row(each) for each in activity.phases]
    full["missing"] = list(activity.missing)
    kept = {key: value for key, value in full.items() if value not in _EMPTY}
    kept.update(name=activity.name, state=activity.state.value)
    return kept


def _row(record: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _phase_row(phase: Phase) -> dict[str, Any]:
    row = _row(phase, _NAMES[Phase])
    row["bookings"] = [_row(each, _NAMES[Booking]) for each in phase.bookings]
    row["counts"] = dict(phase.counts)
    return row


def from_json(entry: Mapping[str, Any]) -> Activity:
    """Read an entry.

    Raises
    ------
    RecordError
        If it is not an entry of this kind, or a required field is absent.
    """
    schema = str(entry.get("schema", ""))
    if schema.partition("/")[0] != SCHEMA.partition("/")[0]:
        raise RecordError(f'"{schema}" is not the schema of a ledger entry')
    try:
        return _build(
            Activity,
            (*_PLAIN, *_MAPS),
            entry,
            state=State(entry.get("state", "final")),
            bookings=_rows(Booking, entry.get("bookings", ())),
            phases=tuple(_phase(row) for row in entry.get("phases", ())),
            devices=_rows(Device, entry.get("devices", ())),
            missing=tuple(entry.get("missing", ())),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"a ledger entry cannot be read: {error}") from error


def _rows(kind: type[Record], rows: Any) -> tuple[Record, ...]:  # noqa: ANN401 - from JSON
    return tuple(_build(kind, _NAMES[kind], row) for row in rows)


def _phase(row: Mapping[str, Any]) -> Phase:
    names = ("name", "start", "seconds", "counts")
    return _build(Phase, names, row, bookings=_rows(Booking, row.get("bookings", ())))


def _build(
    kind: Callable[..., Record], names: tuple[str, ...], row: Mapping[str, Any], **ready: object
) -> Record:
    values = {
        name: MappingProxyType(row[name]) if name in _MAPS else row[name]
        for name in names
        if name in row
    }
    return kind(**values, **ready)
