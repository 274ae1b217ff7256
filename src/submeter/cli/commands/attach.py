"""``submeter attach PID``: meter a process that already runs, a control group, a pod, a job."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING

from submeter.cli.output import tell_at_a_terminal
from submeter.cli.parser import (
    HARDWARE,
    LEDGER,
    PLACE,
    WORK,
    given,
    json_flag,
    seconds,
    settings_flags,
)
from submeter.cli.report import account_for
from submeter.errors import UsageError
from submeter.runs.check import check
from submeter.runs.groups import KINDS, group_of
from submeter.runs.job import Job, Patience
from submeter.runs.lineage import of_group, of_process
from submeter.runs.settings import load
from submeter.sensing.devices.procfs import read
from submeter.sensing.probes.cgroup import CgroupProbe
from submeter.sensing.probes.processes import ProcessTree

if TYPE_CHECKING:
    import argparse

    from submeter.runs.job import Follows
    from submeter.runs.lineage import Origin

_LONGEST = 10 * 365 * 86400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.usage = "submeter attach [options] [PID]"
    parser.add_argument(
        "pid", type=int, nargs="?", metavar="PID", help="the process; its children count too"
    )
    parser.add_argument("--cgroup", metavar="PATH", help="a control group instead of a process")
    parser.add_argument("--pod", metavar="UID", help="a Kubernetes pod on this node")
    parser.add_argument("--container", metavar="ID", help="a container on this node")
    parser.add_argument("--slurm-job", metavar="ID", help="a Slurm job's part on this node")
    parser.add_argument(
        "--seconds", type=seconds, metavar="TIME", help='end after so long: 600, or "10 min"'
    )
    parser.add_argument("--name", help="what to call it")
    settings_flags(parser, (*PLACE, *HARDWARE, *WORK, LEDGER))
    parser.add_argument("--method", metavar="ID", help="accounting method")
    parser.add_argument("--period", metavar="TIME", help='heartbeat of the meter ("1 s")')
    json_flag(parser)
    parser.add_argument("--csv", metavar="FILE", help="append the account to a CSV file")


def run(args: argparse.Namespace) -> int:
    """Meter until it ends, the time is over, or Ctrl-C; then account for what was seen."""
    settings = load(given(args))
    check(settings)
    if args.seconds is not None and not 0 < args.seconds <= _LONGEST:
        fix = "choose more than 0 seconds, or leave it out: until the process ends"
        raise UsageError(f"a time of {args.seconds:g} s", "--seconds", fix)
    workload, name, origin = _workload(args)
    job = Job(settings, args.name or name, origin)
    job.begin()
    workload.sample()
    job.follow(workload, used_before=workload.last())
    if sys.stderr.isatty():
        sys.stderr.write(f"metering {workload.who}; Ctrl-C ends it and shows the account\n")
    _wait(args.pid, args.seconds or _LONGEST)
    if isinstance(workload, ProcessTree):
        workload.scan_now()
    job.look()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    account_for(job.end(None, Patience(tell_at_a_terminal)), settings, args)
    return 0


def _workload(args: argparse.Namespace) -> tuple[Follows, str, Origin]:
    named = [each for each in ("pid", "cgroup", *KINDS) if getattr(args, each) is not None]
    if len(named) != 1:
        what = "name one thing: a process, a control group, a pod, a container or a job"
        raise UsageError(what, fix="submeter attach PID")
    (kind,) = named
    if kind in KINDS:
        path = group_of(kind, getattr(args, kind))
        return CgroupProbe(path), f"{KINDS[kind].name} {getattr(args, kind)}", of_group(path)
    if args.cgroup is not None:
        return CgroupProbe(args.cgroup), args.cgroup, of_group(args.cgroup)
    try:
        comm = read(f"/proc/{args.pid}/comm").strip()
        return ProcessTree(args.pid), comm, of_process(args.pid)
    except OSError as error:
        fix = "list the processes: ps -e, or submeter top"
        raise UsageError(f"there is no process {args.pid}", fix=fix) from error


def _wait(pid: int | None, seconds: float) -> None:
    """Wait until the process ends, the time is over, or a signal asks for the end."""
    waker, wake = os.pipe()
    os.set_blocking(wake, False)

    def stop(number: int, frame: object) -> None:
        del number, frame
        os.write(wake, b".")

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    watched = [waker]
    if pid is not None:
        try:
            watched.append(os.pidfd_open(pid))
        except ProcessLookupError:
            return
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select(watched, [], [], min(left, 86400.0))[0]:
            return
