"""`Evidence` to and from JSON objects, one a series, for whoever checks the books."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from submeter.errors import RecordError
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.runs.books import Evidence, LoadShape
from submeter.sensing.metering.computing import Computed
from submeter.sensing.metering.holders import Held
from submeter.traces.domain import Domain
from submeter.traces.ends import Ends
from submeter.traces.trace import Accuracy, Gap, PowerTrace
from submeter.workloads.usage import Capacity, UsageTrace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA = "submeter.readings/1"


def to_lines(seen: Evidence) -> list[dict[str, Any]]:
    """Give the JSON objects of what was seen; `from_lines` gives it back, equal in all.

    Notes
    -----
    A series is written as its first number and the steps after it, which pack well.
    """
    usages = [("machine", seen.machine), ("own", seen.own)]
    return [
        {
            "kind": "machine",
            "schema": SCHEMA,
            "capacity": list(seen.capacity),
            "methods": dict(seen.methods),
            "asked": sorted(seen.asked),
            "disagreements": list(seen.disagreements),
            "shape": None if seen.shape is None else _shape(seen.shape),
        },
        *({"kind": "trace", **_trace(each)} for each in seen.traces),
        *({"kind": "idle", "domain": name, **_series(total)} for name, total in seen.idle.items()),
        *({"kind": "usage", "of": of, **_usage(each)} for of, each in usages if each is not None),
        *_tuples("held", seen.held),
        *_tuples("turns", seen.turns),
        *_tuples("computed", seen.computed),
    ]


def _series(total: Cumulative) -> dict[str, list[int]]:
    return {"times": _steps(total.times), "totals": _steps(total.totals)}


def _steps(numbers: Iterable[int]) -> list[int]:
    whole = list(numbers)
    return whole[:1] + [later - earlier for earlier, later in pairwise(whole)]


def _shape(shape: LoadShape) -> dict[str, Any]:
    told = {"low": shape.low, "high": shape.high, "method": shape.method}
    return {"whole": _series(shape.whole), "idle": _series(shape.idle), **told}


def _trace(trace: PowerTrace) -> dict[str, Any]:
    domain = trace.domain
    return {
        "domain": domain.id,
        "component": domain.component,
        "inside": domain.inside,
        "device": domain.device,
        "sensor": trace.sensor,
        "tier": trace.tier.value,
        "accuracy": trace.accuracy._asdict(),
        "gaps": [list(gap) for gap in trace.gaps],
        "of": [_trace(each) for each in trace.of],
        "shown": None if trace.shown is None else _series(trace.shown),
        "ends": None if trace.ends is None else [_series(each) for each in trace.ends],
        **_series(trace.energy),
    }


def _usage(usage: UsageTrace) -> dict[str, Any]:
    return {"who": usage.who, "cpu": _series(usage.cpu), "memory": _series(usage.memory)}


def _tuples(kind: str, told: Mapping[str, Held] | Mapping[str, Computed]) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "domain": name,
            **{part: _series(total) for part, total in each._asdict().items()},
        }
        for name, each in told.items()
    ]


def from_lines(lines: Iterable[Mapping[str, Any]]) -> Evidence:
    """Read what was seen.

    Raises
    ------
    RecordError
        If they are no such lines.
    """
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    try:
        for line in lines:
            by_kind.setdefault(str(line["kind"]), []).append(line)
        (machine,) = by_kind["machine"]
        seen = _evidence(machine, by_kind)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"the readings cannot be read: {error!r}") from error
    if machine["schema"] != SCHEMA:
        raise RecordError(f'the schema "{machine["schema"]}" is not {SCHEMA}')
    return seen


def _evidence(
    machine: Mapping[str, Any], by_kind: Mapping[str, list[Mapping[str, Any]]]
) -> Evidence:
    usages = {str(line["of"]): line for line in by_kind.get("usage", ())}
    shape = machine["shape"]
    threads, memory = machine["capacity"]
    return Evidence(
        traces=[_trace_of(line) for line in by_kind.get("trace", ())],
        idle={str(line["domain"]): _series_of(line) for line in by_kind.get("idle", ())},
        machine=_usage_of(usages.get("machine")),
        own=_usage_of(usages.get("own")),
        held=_held(by_kind.get("held", ())),
        capacity=Capacity(int(threads), int(memory)),
        shape=None if shape is None else _shape_of(shape),
        methods={str(name): str(told) for name, told in machine["methods"].items()},
        asked=frozenset(map(str, machine["asked"])),
        turns=_held(by_kind.get("turns", ())),
        disagreements=tuple(map(str, machine["disagreements"])),
        computed={
            str(line["domain"]): Computed(*(_series_of(line[part]) for part in Computed._fields))
            for line in by_kind.get("computed", ())
        },
    )


def _series_of(line: Mapping[str, Any]) -> Cumulative:
    times, totals = (tuple(accumulate(map(int, line[name]))) for name in ("times", "totals"))
    if len(times) != len(totals):
        raise ValueError("a series has more times than totals, or fewer")
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise ValueError("the times of a series do not rise")
    if any(later < earlier for earlier, later in pairwise(totals)):
        raise ValueError("a running total falls")
    return Cumulative(times, totals)


def _shape_of(told: Mapping[str, Any]) -> LoadShape:
    whole, idle = _series_of(told["whole"]), _series_of(told["idle"])
    return LoadShape(whole, idle, float(told["low"]), float(told["high"]), str(told["method"]))


def _trace_of(line: Mapping[str, Any]) -> PowerTrace:
    names = ("domain", "component", "inside", "device")
    shown, ends = line["shown"], line.get("ends")
    return PowerTrace(
        domain=Domain(*(str(line[name]) for name in names)),
        sensor=str(line["sensor"]),
        tier=Tier(line["tier"]),
        energy=_series_of(line),
        accuracy=Accuracy(**line["accuracy"]),
        gaps=tuple(Gap(int(start), int(end), str(why)) for start, end, why in line["gaps"]),
        of=tuple(_trace_of(each) for each in line["of"]),
        shown=None if shown is None else _series_of(shown),
        ends=None if ends is None else Ends(*map(_series_of, ends)),
    )


def _usage_of(line: Mapping[str, Any] | None) -> UsageTrace | None:
    if line is None:
        return None
    return UsageTrace(str(line["who"]), _series_of(line["cpu"]), _series_of(line["memory"]))


def _held(lines: Iterable[Mapping[str, Any]]) -> dict[str, Held]:
    return {
        str(line["domain"]): Held(*(_series_of(line[part]) for part in Held._fields))
        for line in lines
    }
