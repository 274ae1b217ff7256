"""A benchmark from plan to bundle; what was measured before a failure is kept and goes on."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.backend import NOWHERE, Order
from submeter.benchmarks.bench_meter import BenchMeter, BlindMeter
from submeter.benchmarks.bundle import SCHEMA, write_bundle
from submeter.benchmarks.desk import Desk, Progress
from submeter.benchmarks.drive import drive, limits_of, stream
from submeter.benchmarks.journal import Journal
from submeter.benchmarks.plan import published
from submeter.benchmarks.power_limit import limited
from submeter.benchmarks.reasoning import refuse_effort
from submeter.benchmarks.replay.prompts import counted
from submeter.benchmarks.replay.replayer import replay
from submeter.benchmarks.rules import RULES
from submeter.benchmarks.sitting import Stage
from submeter.benchmarks.summary import summarise
from submeter.benchmarks.surroundings import accelerators, environment
from submeter.errors import SubmeterError, UsageError
from submeter.quantities.clock import Span
from submeter.runs.books import book

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from submeter.benchmarks.backend import Backend, Facts, Loaded
    from submeter.benchmarks.plan import Plan
    from submeter.benchmarks.replay.prompts import Count
    from submeter.benchmarks.task import DataSet, Task
    from submeter.runs.host import Host
    from submeter.runs.settings import Settings


class BenchError(SubmeterError):
    """A benchmark that did not come to its end; what it measured is kept."""

    code = "SM510"


class Bench(NamedTuple):
    """What a benchmark is made of.

    Parameters
    ----------
    plan : Plan
        What is asked for.
    task : Task
        The work.
    backend : Backend
        What runs the model.
    settings : Settings
        Settings in force.
    """

    plan: Plan
    task: Task
    backend: Backend
    settings: Settings


def run(bench: Bench, out: Path, report: Callable[[Progress], None]) -> str:
    """Run a benchmark, or go on with one that was broken off; gives the bundle's SHA-256.

    Parameters
    ----------
    bench : Bench
        What is measured.
    out : Path
        The bundle to be; beside it, until it is done, is a folder ``.part``.
    report : callable
        Is told now and then how far the run has come.

    Raises
    ------
    UsageError
        If task, backend and scenario don't fit, or something is missing.
    BenchError
        If the model fails; what was measured by then is kept.
    """
    check(bench)
    plan, task = bench.plan, bench.task
    data = task.load(plan.data)
    if not data.items:
        raise UsageError("there is no query in the data", plan.data or data.name, "name other data")
    journal = Journal(out, plan)
    begun = journal.head()
    if begun and begun["data"]["sha256"] != data.sha256:
        fix = f"name another --out, or remove it to begin anew: rm -r {journal.folder}"
        raise UsageError("what was begun there has other data", str(journal.folder), fix)
    earlier = journal.sittings()
    before = (earlier, journal.queries(earlier), journal.readings(earlier))
    desk = Desk(plan, task, journal, limits_of(plan, task), before, report)
    if desk.done < plan.most or not begun:
        try:
            with limited(plan.power_limit, bench.settings.roots.get("nvidia", "")):
                _sit(bench, data, desk, journal)
        except UsageError:
            if not journal.sittings():
                journal.remove()
            raise
    digest = finish(journal, plan, out)
    journal.remove()
    return digest


def check(bench: Bench) -> None:
    """Refuse what doesn't fit together.

    Raises
    ------
    UsageError
        If the backend can't do the task or the scenario.
    """
    plan, task, backend, _ = bench
    if task.ability not in backend.abilities:
        fix = f"it can {', '.join(sorted(backend.abilities))}; submeter bench list shows who can"
        raise UsageError(f"the backend {backend.name} cannot {task.ability}", "--backend", fix)
    if plan.dummy and not getattr(backend, "makes_dummies", False):
        fix = "leave it out, or take a backend that makes weights: transformers, diffusers"
        what = f"{backend.name} takes a model's weights as they are, and draws none at random"
        raise UsageError(what, "--dummy-weights", fix)
    if plan.scenario == "server" and not backend.concurrent:
        fix = "take a server (--backend openai), or the scenario offline"
        raise UsageError(f"{backend.name} answers one at a time", "--scenario server", fix)
    unknown = sorted(set(plan.options) - set(backend.options))
    if unknown:
        known = ", ".join(backend.options) or "none"
        raise UsageError(
            f"{backend.name} has no option {unknown[0]}", "--option", f"it has {known}"
        )


def _sit(bench: Bench, data: DataSet, desk: Desk, journal: Journal) -> None:
    """Load the model and ask, once through or as far as it goes."""
    plan = bench.plan
    meter: BenchMeter | BlindMeter = BenchMeter(bench.settings)
    loaded: Loaded | None = None
    try:
        idle_start = meter.clock.now()
        time.sleep(plan.idle)
        load_start = meter.clock.now()
        stages = [Stage("idle", Span(idle_start, load_start))] if plan.idle else []
        order = Order(plan.model, bench.task.ability, plan.options, plan.dummy)
        loaded = bench.backend.load(order)
        stages.append(Stage("load", Span(load_start, meter.clock.now())))
        refuse_effort(loaded, plan.effort)
        count = None
        if plan.scenario == "workload":
            begin = meter.clock.now()
            count = counted(loaded, plan.seed)
            stages.append(Stage("calibrate", Span(begin, meter.clock.now())))
        if loaded.pid is not None:
            # A server that ran before: it is followed instead, and its loading was not seen.
            meter.close()
            meter = _beside(bench, loaded.pid, meter.host)
            stages = []
        asked, ready = _prepared(bench, data, loaded, meter)
        stages += ready
        journal.note(_head(bench, data, loaded.facts, meter, count))
        desk.sit(meter, stages)
        if count is None:
            drive(desk, asked, stream(data, plan.seed, desk.done))
        else:
            replay(desk, loaded, data, count)
    except (SubmeterError, KeyboardInterrupt):
        _keep(desk, loaded)
        raise
    except Exception as error:
        _keep(desk, loaded)
        fix = f"mend it and run the same command to go on; {journal.folder} keeps what was measured"
        if loaded is None:
            fix = "see that the model and what it needs are there"
            raise BenchError(
                f"the model cannot be loaded: {_told(error)}", plan.model, fix
            ) from error
        what = f"the model failed at query {desk.done + 1}: {_told(error)}"
        raise BenchError(what, plan.model, fix) from error
    finally:
        if loaded is not None:
            loaded.close()
        meter.close()


def _prepared(
    bench: Bench, data: DataSet, loaded: Loaded, meter: BenchMeter | BlindMeter
) -> tuple[Loaded, list[Stage]]:
    """Give what is asked: the model, or what stands between it and the queries, made ready."""
    if bench.task.session is None:
        return loaded, []
    begin = meter.clock.now()
    asked = bench.task.session(loaded, data)
    return asked, [Stage("prepare", Span(begin, meter.clock.now()))] if data.corpus else []


def _beside(bench: Bench, pid: int, host: Host) -> BenchMeter | BlindMeter:
    return BlindMeter(host) if pid == NOWHERE else BenchMeter(bench.settings, pid)


def _keep(desk: Desk, loaded: Loaded | None) -> None:
    if loaded is not None and desk.has_begun and desk.done:
        desk.pause()


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def _head(
    bench: Bench,
    data: DataSet,
    facts: Facts,
    meter: BenchMeter | BlindMeter,
    count: Count | None = None,
) -> dict[str, Any]:
    task = bench.task
    return {
        "task": {"id": task.id, "title": task.title, "ability": task.ability},
        "model": {
            "name": facts.name,
            "revision": facts.revision,
            "engine": facts.engine,
            "backend": bench.backend.name,
            "parameters": facts.parameters,
            "precision": facts.precision,
            "device": facts.device,
            "files": dict(facts.files),
            "dummy": facts.dummy,
            "licence": facts.licence or bench.plan.licence,
        },
        "data": {
            "name": data.name,
            "version": data.version,
            "licence": data.licence,
            "items": len(data.items),
            "sha256": data.sha256,
            "metric": task.metric.name,
            **({} if count is None else {"count": count._asdict()}),
        },
        "environment": environment(meter.host, facts),
    }


def finish(journal: Journal, plan: Plan, out: Path) -> str:
    """Make the bundle of what a journal holds; gives its SHA-256.

    Raises
    ------
    UsageError
        If nothing was measured, or it cannot be written.
    """
    sittings = journal.sittings()
    queries, seen, head = journal.queries(sittings), journal.readings(sittings), journal.head()
    if not queries or not head:
        fix = f"run it again, or remove {journal.folder}"
        raise UsageError("nothing was measured yet", str(out), fix)
    summary = summarise(plan, head["data"]["metric"], sittings, queries, seen)
    boards = sorted(
        {
            name
            for each in sittings
            if each.number in seen and each.stretches
            for name in accelerators(book(seen[each.number], each.stretches[-1]))
        }
    )
    environ = {**head["environment"], "accelerators": boards}
    made = datetime.fromtimestamp(sittings[0].started / 1e9, UTC).isoformat(timespec="seconds")
    told = {
        "schema": SCHEMA,
        "rules": RULES,
        "created": made,
        "configuration": published(plan, head["model"]["name"]).as_dict(),
        **{name: head[name] for name in ("task", "model", "data")},
        "environment": environ,
        "sittings": [each.as_dict() for each in sittings],
        "summary": json.loads(json.dumps(summary)),
        "missing": list(dict.fromkeys(told for each in sittings for told in each.missing)),
    }
    return write_bundle(
        out, told, journal.lines("readings", sittings), journal.lines("queries", sittings)
    )
