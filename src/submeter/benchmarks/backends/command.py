"""Any command: started once, it reads one JSON query a line and writes one JSON answer a line."""

from __future__ import annotations

import json
import shlex
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.backend import ABILITIES, Answer, Facts
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.task import Limits

_PATIENCE = 5.0
_COUNTS = ("tokens_in", "tokens_out", "tokens_reasoning")


class CommandBackend:
    """Runs a program in any language.

    It gets ``{"input": …, "least": …, "most": …}``, with ``effort`` where one is asked for, and
    gives ``{"value": …}``, with ``tokens_in``, ``tokens_out``, ``tokens_reasoning`` and ``finish``
    where it knows them.
    """

    name = "command"
    title = "any program that reads a JSON query a line and writes a JSON answer a line"
    abilities = frozenset(
        name for name, told in ABILITIES.items() if "array" not in told and "samples" not in told
    )
    concurrent = False
    options: dict[str, str] = {}  # noqa: RUF012 - it has none
    extra = ""

    def load(self, order: Order) -> Loaded:
        """Start the program."""
        words = shlex.split(order.model)
        if not words:
            raise UsageError("no command is named", "--model", "write it as in a shell")
        try:
            running = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except OSError as error:
            fix = "check its spelling and PATH"
            raise UsageError(f"it cannot be started: {error.strerror}", words[0], fix) from error
        return _Running(running, Path(words[0]).name)


class _Running:
    def __init__(self, running: subprocess.Popen[str], name: str) -> None:
        self.facts = Facts(name, engine="a command")
        self.pid: int | None = None
        self._running = running

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Write each query and read its answer."""
        return [self._ask(each, limits) for each in inputs]

    def _ask(self, given: object, limits: Limits) -> Answer:
        asked = {"input": given, "least": limits.least, "most": limits.most}
        if limits.effort:
            asked["effort"] = limits.effort
        into, out = self._running.stdin, self._running.stdout
        assert into is not None  # noqa: S101 - as it was started
        assert out is not None  # noqa: S101 - as it was started
        line = self._exchange(into, out, json.dumps(asked, ensure_ascii=False))
        try:
            told = json.loads(line)
            counts = {name: told.get(name) for name in _COUNTS}
            return Answer(told["value"], **counts, finish=str(told.get("finish", "")))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise OSError(f"it answered {line[:80]!r}, which is no JSON with a value") from error

    def _exchange(self, into: IO[str], out: IO[str], text: str) -> str:
        with suppress(BrokenPipeError):
            into.write(f"{text}\n")
            into.flush()
        line = out.readline()
        if not line:
            code = self._running.wait()
            raise OSError(f"it ended with exit code {code}")
        return line

    def close(self) -> None:
        """Close its input, and end it if it doesn't end by itself."""
        with suppress(OSError):
            self._running.stdin.close()  # type: ignore[union-attr]
        try:
            self._running.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running.stdout.close()  # type: ignore[union-attr]


BACKEND = CommandBackend()
