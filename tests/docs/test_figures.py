"""The figures are what the lab draws, and what the page tells of them stands in them."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from scripts.make_lab_figures import FOLDER, draw
from tests.docs.pages import DOCS, read

PAGE = read(DOCS / "explanation" / "how-sensors-are-wrong.md")


@pytest.fixture(scope="module")
def figures():
    return draw()


def test_the_committed_figures_are_what_the_script_draws(figures):
    assert {each.name for each in FOLDER.glob("*.svg")} == set(figures.drawings)
    stale = [name for name, text in figures.drawings.items() if read(FOLDER / name) != text]
    assert stale == [], "run python -m scripts.make_lab_figures"


def test_every_figure_is_on_the_page_with_words_for_those_who_do_not_see_it(figures):
    images = re.findall(r"!\[([^\]]+)\]\(figures/([^)]+)\)", PAGE)
    shown = {name: words for words, name in images}
    assert set(shown) == set(figures.drawings)
    assert all(len(words) > 30 for words in shown.values())


def test_the_page_tells_the_numbers_as_computed(figures):
    page = PAGE.replace("\u202f", " ")
    missing = [key for key, text in figures.told.items() if text.replace("\u202f", " ") not in page]
    assert missing == []


@pytest.mark.parametrize("name", ["staircase.svg", "lengths.svg", "wraps.svg", "whole.svg"])
def test_a_figure_is_well_formed_and_names_its_axes_with_units(name):
    root = ET.fromstring(read(FOLDER / name))  # noqa: S314 - our own file
    tag = "{http://www.w3.org/2000/svg}"
    words = [each.text or "" for each in root.iter(f"{tag}text")]
    assert any("[" in each or "%" in each for each in words)
    assert root.find(f"{tag}desc") is not None
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for each in root.iter(f"{tag}text"):
        assert 0 <= float(each.attrib["x"]) <= width
        assert 0 <= float(each.attrib["y"]) <= height


def test_error_falls_with_the_length_of_a_window(figures):
    for meter in ("counter, refresh 20 ms", "power, polled each 100 ms"):
        halves = [
            float(text.split()[0])
            for key, text in figures.told.items()
            if key.startswith(f"lengths: {meter}")
        ]
        assert len(halves) == 3
        assert all(later < earlier for earlier, later in pairwise(halves))
