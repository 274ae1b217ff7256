"""A task: the windows of a case, opened and closed by one meter."""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.lab.peers import METERS

if TYPE_CHECKING:
    from submeter.lab.peers.meter import Meter


def sleep_until(instant: int) -> None:
    """Sleep until `instant` [ns, monotonic]; not at all if it is past."""
    time.sleep(max(0.0, (instant - time.monotonic_ns()) / 1e9))


def measured(meter: Meter, task: dict[str, Any]) -> list[dict[str, Any]]:
    """Open and close every window; gives its instants and what was told of it."""
    found = []
    for pause, seconds in task["windows"]:
        time.sleep(pause)
        used = time.process_time()
        asked = time.monotonic_ns()
        meter.begin()
        begun = time.monotonic_ns()
        time.sleep(seconds)
        ending = time.monotonic_ns()
        own = meter.end()
        ended = time.monotonic_ns()
        if own is not None:
            asked = begun = own[0]
            ending = ended = own[1]
        window = {
            "outer": [asked, ended],
            "inner": [begun, ending],
            "cpu": time.process_time() - used,
        }
        found.append({**window, "told": meter.told()})
    return found


def warm(meter: Meter, seconds: float) -> None:
    """Have one window before those that count, as a program has that runs for longer."""
    if seconds and meter.again:
        meter.begin()
        time.sleep(seconds)
        meter.end()
        meter.told()


def join_boards(file: str, percent: int) -> None:
    """Have the boards name this process among those that hold them, and tell of its use."""
    with Path(file).open("a", encoding="ascii") as pids:
        pids.write(f"{os.getpid()} ")
    with Path(f"{file}.use").open("a", encoding="ascii") as use:
        use.write(f"{os.getpid()}:{percent} ")


def answered(meter: Meter, task: dict[str, Any]) -> dict[str, Any]:
    """Give a meter's version, and its windows or why there are none."""
    answer: dict[str, Any] = {}
    try:
        if meter.package:
            answer["version"] = importlib.metadata.version(meter.package)
    except importlib.metadata.PackageNotFoundError as error:
        return {"absent": str(error)}
    if len(task["windows"]) > 1 and not meter.again:
        return {**answer, "unasked": "not asked: it has one window a program"}
    try:
        meter.prepare()
        warm(meter, task["warm"])
        sleep_until(task["at"])
        answer["windows"] = measured(meter, task)
    except Exception as error:  # noqa: BLE001 - a meter's fault is its result here
        # One that is installed and cannot be imported has failed: it is not absent.
        answer["failed"] = f"{type(error).__name__}: {error}"
    return answer


def do(task: dict[str, Any]) -> None:
    """Do a task, as `submeter.lab.stage` describes it, and end the process."""
    join_boards(task["pids"], task["use"])
    answer = answered(METERS[task["meter"]](task), task)
    Path(task["folder"], "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    sys.stdout.flush()
    # A meter's threads and farewells are not waited for; Submeter's end is a matter of its tests.
    os._exit(0)
