"""The one byte string of an entry: equal entries have equal bytes.

Keys are sorted, there are no spaces, text is UTF-8, whole numbers are exact at any size, and
floats are the shortest that read back the same. NaN and infinities have no place in it.
"""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from submeter.errors import RecordError
from submeter.quantities.energy import LARGEST_ENTRY
from submeter.workloads.activity_json import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from submeter.workloads.activity import Activity

_ENCODER = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_KINDS = (
    (str, ("id", "name", "stage", "purpose", "tenant", "contract")),
    (int, ("start", "end", "revision")),
    ((int, float), ("seconds",)),
)
_ENERGIES = ("meter", "workload", "others", "idle", "unattributed")


def canonical(value: Mapping[str, Any]) -> bytes:
    r"""Give the canonical JSON of an object.

    Raises
    ------
    RecordError
        If something in it is not JSON, or a number is not finite.

    Examples
    --------
    >>> canonical({"b": 2**63, "a": ["µ", 0.5]})
    b'{"a":["\xc2\xb5",0.5],"b":9223372036854775808}'
    """
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        spots = "; ".join(_not_finite(value, ""))
        raise RecordError(
            "an entry cannot be written as JSON",
            spots or str(error),
            "leave out what is not known; a number must be finite",
        ) from error
    # A lone surrogate (a file name that is not UTF-8) becomes its JSON escape, \udcXX.
    return text.encode("utf-8", "backslashreplace")


def entry_bytes(activity: Activity) -> bytes:
    """Give the canonical bytes of a ledger entry.

    Raises
    ------
    RecordError
        If the entry is not JSON, or an energy is not a whole number of µJ that int64 holds.
    """
    if not activity.id:
        raise RecordError("an entry without id cannot be recorded", f'name "{activity.name}"')
    check_kinds(activity)
    for where, energy in _energies(activity):
        if not isinstance(energy, int):
            raise RecordError(
                f"an energy of {energy!r} is not a whole number of µJ",
                f"entry {activity.id}, {where}",
            )
        if abs(energy) > LARGEST_ENTRY:
            raise RecordError(
                f"an energy of {energy} µJ is above what one entry can hold, {LARGEST_ENTRY} µJ",
                f"entry {activity.id}, {where}",
                "split the entry by day",
            )
    told = to_json(activity)
    # Empty fields are left out of the JSON object, but without this one it cannot be read back.
    told.setdefault("name", activity.name)
    return canonical(told)


def check_kinds(activity: Activity) -> None:
    """Refuse an entry that could not be read back, sorted or told apart.

    Raises
    ------
    RecordError
        If a field is of another type than it should be.
    """
    for kind, names in _KINDS:
        for name in names:
            value = getattr(activity, name)
            if not isinstance(value, kind):
                raise RecordError(f"its {name} is {value!r}")
    for name in ("host", "model"):
        if not hasattr(getattr(activity, name), "get"):
            raise RecordError(f"its {name} is not a mapping")


def _energies(activity: Activity) -> Iterator[tuple[str, object]]:
    """Give every energy of an entry, its total among them, and where it stands."""
    for booking in activity.bookings:
        for name in _ENERGIES:
            yield f"{booking.domain}.{name}", getattr(booking, name)
    if all(isinstance(booking.meter, int) for booking in activity.bookings):
        yield "total", sum(booking.meter for booking in activity.bookings)
    for phase in activity.phases:
        for booking in phase.bookings:
            for name in _ENERGIES:
                yield f"{phase.name}.{booking.domain}.{name}", getattr(booking, name)
    yield "overhead", activity.overhead.get("energy", 0)


def _not_finite(value: object, where: str) -> Iterator[str]:
    """Name the numbers that are NaN or infinite."""
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124 - only NaN differs from itself
        yield f"{where} is {value}"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _not_finite(each, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _not_finite(each, f"{where}[{index}]")
