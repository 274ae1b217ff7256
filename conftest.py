"""Examples are tests: sybil collects those of README, of docs/ and of the docstrings in src/.

Python blocks run in this process. In a ``console`` block of docs/ each line that begins with ``$``
is run by bash in a folder of the document's own; the lines below it must stand in what it prints,
in that order, and ``…`` stands for anything. An ``error[…]`` there says that the command must fail.
Blocks in other languages (``sh``, ``text``) are not run, nor is what README shows of a shell.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser
from sybil.sybil import SybilCollection

if TYPE_CHECKING:
    from sybil import Example

# A law holds on a busy machine too: how long an example takes is no part of it.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# No test writes into the records of the person who runs it, or heeds their settings.
for name in [each for each in os.environ if each.startswith("SUBMETER_")]:
    del os.environ[name]
# Where a line is broken depends on how long a temporary folder's name is; tests of that say so.
os.environ["COLUMNS"] = "400"
os.environ["SUBMETER_HOME"] = tempfile.mkdtemp(prefix="submeter-tests-")
atexit.register(shutil.rmtree, os.environ["SUBMETER_HOME"], ignore_errors=True)


def _set_up(namespace: dict[str, Any]) -> None:
    namespace["_folder"] = tempfile.mkdtemp(prefix="submeter-docs-")
    # For `skip: next if(...)`: examples of libraries that not every environment has.
    namespace["installed"] = lambda name: find_spec(name) is not None


def _tear_down(namespace: dict[str, Any]) -> None:
    shutil.rmtree(namespace["_folder"], ignore_errors=True)


def _environment(folder: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {each: text for each, text in os.environ.items() if each != "COLUMNS"}
    return {**kept, "PATH": path, "HOME": folder, "SUBMETER_HOME": f"{folder}/home"}


def run_console(example: Example) -> str | None:
    """Run the commands of a ``console`` block; gives what went wrong, if anything did."""
    folder = example.namespace["_folder"]
    for part in re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)[1:]:
        command, *wanted = part.rstrip().split("\n")
        while command.endswith("\\") and wanted:
            command = f"{command}\n{wanted.pop(0)}"
        done = subprocess.run(
            ["/bin/bash", "-c", command], cwd=folder, env=_environment(folder), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
        )  # fmt: skip
        fails = any(line.startswith("error[") for line in wanted)
        lines = [re.escape(line.strip()).replace("…", ".*") for line in wanted if line.strip()]
        if fails != bool(done.returncode) or not _in_order(lines, done.stdout):
            return f"$ {command}\nended with {done.returncode} and printed\n{done.stdout}"
    return None


def _in_order(lines: list[str], printed: str) -> bool:
    rest = iter(printed.splitlines())
    return all(any(re.search(f"^{line}$", each.strip()) for each in rest) for line in lines)


_PYTHON = (PythonCodeBlockParser(), SkipParser())
_CONSOLE = CodeBlockParser("console", run_console)
_DOCS = Sybil(
    (*_PYTHON, _CONSOLE),
    path="docs",
    pattern="*.md",
    setup=_set_up,
    teardown=_tear_down,
    name="docs",
)
_README = Sybil(_PYTHON, filenames=["README.md"], setup=_set_up, teardown=_tear_down, name="readme")
_SOURCE = Sybil([DocTestParser()], path="src", pattern="*.py", name="docstrings")

pytest_collect_file = SybilCollection((_DOCS, _README, _SOURCE)).pytest()
