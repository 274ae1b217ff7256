"""`Activity` to and from JSON objects; a reader keeps going over fields that it does not know."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from types import MappingProxyType
from typing import Any, TypeVar

from submeter.errors import RecordError
from submeter.workloads.activity import SCHEMA, Activity, Booking, Device, Phase, State

Record = TypeVar("Record", Booking, Device, Phase, Activity)


def to_json(activity: Activity) -> dict[str, Any]:
    """Give the JSON object of an entry; empty fields are left out."""
    full = {"schema": SCHEMA, **asdict(_plain(activity))}
    kept = {key: value for key, value in full.items() if value not in ("", (), {}, None)}
    kept.update(name=activity.name, state=activity.state.value)
    return kept


def _plain(activity: Activity) -> Activity:
    """Give the entry with ordinary dicts, which ``asdict`` can copy."""
    phases = tuple(replace(phase, counts=dict(phase.counts)) for phase in activity.phases)
    maps = ("counts", "host", "model", "place", "lineage", "overhead")
    plain = {name: dict(getattr(activity, name)) for name in maps}
    return replace(activity, phases=phases, **plain)


def from_json(entry: dict[str, Any]) -> Activity:
    """Read an entry.

    Raises
    ------
    RecordError
        If it is not an entry of this kind, or a required field is absent or of another type.
    """
    schema = str(entry.get("schema", ""))
    if schema.partition("/")[0] != SCHEMA.partition("/")[0]:
        raise RecordError(f'"{schema}" is not the schema of a ledger entry')
    try:
        return _build(
            Activity,
            entry,
            state=State(entry.get("state", "final")),
            bookings=tuple(_build(Booking, row) for row in entry.get("bookings", ())),
            phases=tuple(_phase(row) for row in entry.get("phases", ())),
            devices=tuple(_build(Device, row) for row in entry.get("devices", ())),
            missing=tuple(entry.get("missing", ())),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"a ledger entry cannot be read: {error}") from error


def _phase(row: dict[str, Any]) -> Phase:
    return _build(Phase, row, bookings=tuple(_build(Booking, each) for each in row.get("bookings", ())))


def _build(kind: type[Record], row: dict[str, Any], **ready: Any) -> Record:
    known = {each.name for each in fields(kind)}
    values = {key: value for key, value in row.items() if key in known and key not in ready}
    frozen = {
        key: MappingProxyType(value) if isinstance(value, dict) else value
        for key, value in values.items()
    }
    return kind(**frozen, **ready)
