"""Commands in the docs are commands: each one parses, and the page of commands is current."""

import re
import shlex
import subprocess
import sys
from importlib import import_module

import pytest

from submeter.cli.main import COMMANDS
from submeter.cli.parser import Parser
from tests.docs.pages import ROOT, blocks, pages, read

SHELL = ("sh", "console", "bash")


def typed(body):
    """Give the `submeter` commands of a shell block."""
    lines = re.sub(r"\\\n\s*", " ", body).splitlines()
    if any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    return [line for line in lines if re.match(r"(?:\w+=\S+ )*submeter ", line)]


def every_command():
    return [
        pytest.param(line, id=f"{page.stem}: {line[:50]}")
        for page in pages()
        for line in dict.fromkeys(x for body in blocks(read(page), *SHELL) for x in typed(body))
    ]


@pytest.mark.parametrize("line", every_command())
def test_a_command_in_the_docs_parses(line):
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = []
    for word in lexer:
        if set(word) <= set("&|;><()"):
            break
        words.append(word)
    name, *arguments = words[words.index("submeter") + 1 :]
    if name.startswith("-"):
        assert name in ("--help", "--version")
        return
    if name == "attach":
        arguments = ["4711" if each == "$!" else each for each in arguments]
    assert name in COMMANDS
    parser = Parser(prog=name, allow_abbrev=False)
    import_module(f"submeter.cli.commands.{name}").add_arguments(parser)
    if "--help" not in arguments:
        # As the command itself reads them.
        parse = parser.parse_args if name == "run" else parser.parse_intermixed_args
        parse([each for each in arguments if each != "2"])


@pytest.mark.parametrize("script", ["make_command_docs.py", "make_method_docs.py", "check_data.py"])
def test_generated_pages_and_tables_are_current(script):
    arguments = ["--check"] if script.startswith("make") else []
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_page_fails(tmp_path, monkeypatch):
    scripts = ROOT / "scripts"
    monkeypatch.syspath_prepend(str(scripts))
    make = import_module("make_command_docs")
    monkeypatch.setattr(make, "PAGE", tmp_path / "commands.md")
    monkeypatch.setattr(sys, "argv", ["make_command_docs.py", "--check"])
    assert make.main() == 1
    (tmp_path / "commands.md").write_text(make.page().replace("submeter run", "submeter walk"))
    assert make.main() == 1
