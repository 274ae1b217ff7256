"""`Query`: one query of a benchmark as it was run; what was said is marked, and not kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from submeter.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Query:
    """One query.

    Parameters
    ----------
    sitting, batch : int
        In which sitting, and with which others at a time.
    item : str
        Id of the item.
    start, end : int
        When it was asked and answered [ns, monotonic clock of its sitting].
    first : int or None
        When the first token came.
    tokens_in, tokens_out, tokens_reasoning, tokens_cached : int or None
        As the engine counts them.
    finish : str
        Why the answer ended.
    mark : tuple of float or None
        What it got by the task's metric; None where it was not marked.
    work : mapping of str to float
        Work beside the query itself, such as ``audio_second``.
    due : int or None
        When it should have been asked [ns], of a replayed workload.
    wanted : mapping of str to int
        The ``tokens_in``, ``tokens_cached`` and ``tokens_out`` that the workload has here.
    """

    sitting: int
    batch: int
    item: str
    start: int
    end: int
    first: int | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    finish: str = ""
    mark: tuple[float, ...] | None = None
    work: Mapping[str, float] = field(default_factory=dict)
    tokens_cached: int | None = None
    due: int | None = None
    wanted: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give the object of ``queries.ndjson``; what is not known is left out."""
        told = asdict(self)
        told["mark"] = None if self.mark is None else list(self.mark)
        return {name: value for name, value in told.items() if value not in (None, "", {})}


def query_of(line: Mapping[str, Any]) -> Query:
    """Read an object of ``queries.ndjson``.

    Raises
    ------
    RecordError
        If it is none.
    """
    try:
        numbers = {name: int(line[name]) for name in ("sitting", "batch", "start", "end")}
        known = ("first", "tokens_in", "tokens_out", "tokens_reasoning", "tokens_cached", "due")
        told = {name: int(line[name]) for name in known if name in line}
        mark = line.get("mark")
        query = Query(
            item=str(line["item"]),
            finish=str(line.get("finish", "")),
            mark=None if mark is None else tuple(map(float, mark)),
            work={str(name): float(amount) for name, amount in line.get("work", {}).items()},
            wanted={str(name): int(amount) for name, amount in line.get("wanted", {}).items()},
            **numbers,
            **told,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"a query cannot be read: {error!r}") from error
    if query.end < query.start:
        raise RecordError(f"the query {query.item} ends before it starts")
    return query
