"""Programs that are written: taken from answers, run only where allowed, and shut in."""

import json
import socket

import pytest

from submeter.benchmarks.registry import task_named
from submeter.benchmarks.tasks.programs import Checks, program
from submeter.benchmarks.tasks.trial import passes
from submeter.errors import UsageError
from tests.benchmarks.measured import measured

PROBLEMS = [
    {
        "task_id": "own/0",
        "prompt": 'def half(x):\n    """Halve."""\n    return x / 2\n\n\n'
        'def double(x):\n    """Double a number."""\n',
        "test": "def check(candidate):\n    assert candidate(3) == 6\n",
        "entry_point": "double",
    },
    {
        "task_id": "own/1",
        "prompt": 'def one():\n    """Give 1."""\n',
        "test": "def check(candidate):\n    assert candidate() == 1\n",
        "entry_point": "one",
    },
]


def problems(folder):
    path = folder / "problems.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in PROBLEMS))
    return str(path)


@pytest.mark.parametrize("may", [False, True])
def test_programs_are_run_only_where_that_is_allowed(tmp_path, may):
    bundle, data = measured(
        tmp_path, "code-generation", "write", data=problems(tmp_path), runs_answers=may
    )
    quality = bundle.told["summary"]["quality"]
    assert quality is None if not may else quality["value"] == 0.5
    assert bundle.plan.runs_answers is may
    assert [each.mark is None for each in bundle.queries] == [not may] * len(data.items)


def test_a_program_is_what_an_answer_holds():
    checks = Checks(*(PROBLEMS[1][name] for name in ("prompt", "test", "entry_point")))
    for answer in (
        "    return 1",
        "Sure!\n```python\ndef one():\n    return 1\n```\nIt gives 1.",
        "<think>```python\nx\n```</think>\n```\ndef one():\n    return 1\n",
        "def one():\n    return 1\n",
    ):
        made = f"{program(answer, checks)}\n{checks.test}\ncheck(one)\n"
        assert passes(made), answer
    assert not passes(f"{program('    return 2', checks)}\n{checks.test}\ncheck(one)\n")


@pytest.mark.parametrize(
    ("told", "well"),
    [
        ("x = 1", True),
        ("print('said', end='')", True),
        ("1 / 0", False),
        ("def broken(:", False),
        ("import sys; sys.exit(0)", False),
        ("import os; os._exit(0)", False),
        ("bytearray(2 << 30)", False),
        ("open('large', 'wb').write(bytes(4 << 20))", False),
        ("print('a' * (4 << 20))", False),
        ("import os; assert set(os.environ) <= {'HOME', 'TMPDIR', 'PWD', 'LC_CTYPE'}", True),
        ("import sys; assert sys.flags.isolated and not sys.stdin.read()", True),
        ("import os; os.kill(os.getppid(), 0)\nfor _ in range(99): os.dup(1)", False),
    ],
)
def test_a_program_passes_if_it_comes_to_its_end(told, well):
    assert passes(told) is well


def test_a_program_without_end_is_ended_with_all_that_it_started():
    import time

    start = time.monotonic()
    assert not passes("import os\nos.fork()\nwhile True: pass", seconds=0.5)
    assert time.monotonic() - start < 5


def test_a_set_that_names_no_function_is_refused(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({**PROBLEMS[0], "entry_point": "x); import os; (x"}))
    with pytest.raises(UsageError, match="no name of a function"):
        task_named("code-generation").load(str(path))


def test_a_program_that_is_shut_in_reads_and_writes_nothing_of_its_users(tmp_path):
    from submeter.benchmarks.tasks import trial

    if not trial._starter():
        pytest.skip("there is no Landlock here")
    secret = tmp_path / "secret"
    secret.write_text("kept")
    for told in (
        f"open({str(secret)!r}).read()",
        f"import os; os.listdir({str(tmp_path)!r})",
        f"import os; os.remove({str(secret)!r})",
        f"open({str(secret)!r}, 'w')",
        f"open({str(tmp_path / 'new')!r}, 'w')",
        "open('/etc/passwd').read()",
    ):
        assert not passes(told), told
    assert secret.read_text() == "kept"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]
    assert passes("import json, os, tempfile\nos.mkdir('d')\nopen('d/f', 'w').write('x')\n"
                  "os.remove('d/f')\ntempfile.TemporaryFile()\nopen(os.devnull, 'w')")  # fmt: skip


def test_a_program_reaches_no_network(tmp_path):
    from submeter.benchmarks.tasks import trial

    if not trial._apart():
        pytest.skip("namespaces are not allowed here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        told = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        assert not passes(told)
        assert trial._run(told, 10, trial._LIMITED, ())
