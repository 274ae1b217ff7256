"""The examples of the page, run with the real libraries."""

import json

import pytest

from tests.docs.pages import DOCS, blocks, read

pytestmark = pytest.mark.integrations

PAGE = read(DOCS / "how-to" / "measure-where-you-work.md")


def test_what_the_page_shows_of_python_runs(guests):
    program = "\n".join(blocks(PAGE, "python"))
    assert program.count("EnergyCallback(") == 2
    done = guests.python(program, env={"WANDB_SILENT": "true"})
    assert done.returncode == 0, done.stderr
    assert "## Energy and emissions" in done.stdout
    assert guests.entries() == []
    for name in ("runs.db", "wandb", "board"):
        assert (guests.folder / name).exists()


def test_what_the_page_shows_of_a_notebook_runs(guests):
    cells = blocks(PAGE, "ipython")
    assert len(cells) == 3
    told = guests.said(
        "import nbformat, nbclient\n"
        f"cells = [nbformat.v4.new_code_cell(each) for each in {json.dumps(cells)}]\n"
        "book = nbformat.v4.new_notebook(cells=cells)\n"
        "nbclient.NotebookClient(book, timeout=100).execute()\n"
        "tell(said=[out.data['text/plain'] for cell in book.cells for out in cell.outputs])\n"
    )
    first, second = told["said"]
    (shown,) = [each for each in blocks(PAGE, "text") if each.startswith("submeter  sum it up")]
    labels = [line.split("  ")[0] for line in shown.splitlines()]
    assert [line.split("  ")[0] for line in first.splitlines()] == labels
    assert second.startswith("submeter  again: ")
    assert [each["name"] for each in guests.entries()] == ["sum it up", "again"]
