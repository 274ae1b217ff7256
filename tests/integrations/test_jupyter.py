"""Jupyter: a real notebook in a real kernel, and IPython's shell by itself."""

import json

import pytest

pytestmark = pytest.mark.integrations

NOTEBOOK = """
import nbformat, nbclient
from nbclient.exceptions import CellExecutionError

def run(*cells, allow_errors=False):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    nbclient.NotebookClient(book, timeout=100, allow_errors=allow_errors).execute()
    return [json.loads(json.dumps(each.outputs)) for each in book.cells]
"""

SHELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()

def cell(text):
    return shell.run_cell(text)

assert cell("%load_ext submeter").success
"""


def test_a_notebooks_cells_are_measured_and_shown(guests):
    told = guests.said(
        NOTEBOOK
        + '''
outputs = run(
    "%load_ext submeter",
    """%%submeter "fit the model" --region FR --as window
import submeter
with submeter.measure("load"):
    numbers = list(range(2_000_000))
window.count(samples=4)
total = sum(numbers)
total""",
    "total, list(window.phases), window.activity.name",
    "%submeter --name short --record=no {'a': sum(numbers)}['a'] + 1",
)
tell(outputs=outputs)
'''
    )
    loaded, cell, after, line = told["outputs"]
    assert loaded == []
    shown = [each for each in cell if each["output_type"] == "display_data"]
    (account,) = shown
    text = account["data"]["text/plain"]
    assert text.startswith("submeter  fit the model: ")
    assert "per samples" in text
    assert "where" in text
    assert "France" in text
    assert "<table>" in account["data"]["text/html"]
    results = [each for each in cell if each["output_type"] == "execute_result"]
    assert results[0]["data"]["text/plain"] == str(sum(range(2_000_000)))
    assert after[0]["data"]["text/plain"].endswith("['load'], 'fit the model')")
    assert line[-1]["data"]["text/plain"] == str(sum(range(2_000_000)) + 1)
    assert "submeter  short: " in line[0]["data"]["text/plain"]
    entry = guests.only_entry()
    assert entry["name"] == "fit the model"
    assert f"submeter account {entry['id']}" in text
    assert entry["place"]["region"] == "FR"
    assert "range" not in json.dumps(entry)


def test_a_cell_that_raises_still_has_its_account_and_fails(guests):
    told = guests.said(
        NOTEBOOK
        + '''
broken = """%%submeter broken
secret = "4711"
print("before")
1 / 0
print("after")"""
tell(outputs=run("%load_ext submeter.integrations.jupyter", broken, "secret", allow_errors=True))
try:
    run("%load_ext submeter", broken)
except CellExecutionError as error:
    tell(error=str(error))
'''
    )
    outputs = told["outputs"][1]
    kinds = [each["output_type"] for each in outputs]
    assert kinds == ["stream", "display_data", "error"]
    assert outputs[0]["text"] == "before\n"
    assert outputs[1]["data"]["text/plain"].startswith("submeter  broken: ")
    assert outputs[2]["ename"] == "ZeroDivisionError"
    assert any("1 / 0" in each for each in outputs[2]["traceback"])
    assert told["outputs"][2][0]["data"]["text/plain"] == "'4711'"
    assert "ZeroDivisionError" in told["error"]
    first, second = guests.entries()
    assert first["state"] == second["state"] == "final"
    assert "4711" not in json.dumps([first, second])


def test_in_a_shell_what_cannot_be_used_is_refused_before_any_work(guests):
    told = guests.said(
        SHELL
        + """
def refused(text):
    done = cell(text)
    return str(done.error_in_exec)

tell(
    option=refused("%%submeter --regoin FR\\nx = 1"),
    value=refused("%%submeter name --region\\nx = 1"),
    next=refused("%%submeter --region --grid 5\\nx = 1"),
    place=refused("%%submeter --region Nowhereland\\nx = 1"),
    variable=refused("%%submeter --as 1x\\nx = 1"),
    beside=refused("%%submeter name -- y = 2\\nx = 1"),
    nothing=refused("%submeter --region FR"),
    syntax=type(cell("%%submeter\\nx = = 1").error_in_exec).__name__,
    ran="x" in shell.user_ns,
)
"""
    )
    assert "did you mean --region?" in told["option"]
    assert "--region has no value" in told["value"]
    assert "--region has no value" in told["next"]
    assert "Nowhereland" in told["place"]
    assert "is no name of a variable" in told["variable"]
    assert "put the code on the lines below" in told["beside"]
    assert "nothing to measure" in told["nothing"]
    assert told["syntax"] == "SyntaxError"
    assert not told["ran"]
    assert guests.entries() == []


def test_options_may_be_quoted_and_braces_are_the_statements_own(guests):
    guests.said(
        SHELL
        + """
assert cell('%%submeter a name --grid "57 gCO2e/kWh" --pue=1.2 --purpose \\'a b\\'\\ny = 1').success
assert cell("%submeter z = {'$HOME': [n for n in range(3)]}").success
assert shell.user_ns["z"] == {"$HOME": [0, 1, 2]}
assert cell("%submeter --name=waits --budget '5 kWh' !true").success
"""
    )
    named, statement, waits = guests.entries()
    assert named["name"] == "a name"
    assert named["purpose"] == "a b"
    assert named["place"] == {"grid": "57 gCO2e/kWh", "pue": "1.2", "from": "grid=, pue="}
    assert [statement["name"], waits["name"]] == ["statement", "waits"]


def test_inside_a_window_a_cell_is_a_part_of_it(guests):
    told = guests.said(
        SHELL
        + """
with submeter.measure("whole") as whole:
    done = cell("%%submeter part\\n1")
tell(phases=list(whole.phases))
"""
    )
    assert told["phases"] == ["part"]
    assert guests.only_entry()["name"] == "whole"
