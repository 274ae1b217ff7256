"""The anchors on the page of ratings are those of the scale, and the medians are their own."""

import math

from submeter.ratings.anchors import ANCHORS
from tests.docs.pages import REFERENCE, read

R10 = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)


def test_the_page_has_every_anchor():
    page = read(REFERENCE / "ratings.md")
    for (task, unit, scenario), each in ANCHORS.items():
        row = f"| {task} | {unit} | {scenario} | {each.energy:g} | {each.median:g} | {each.models},"
        assert row in page


def test_an_anchor_is_the_preferred_number_nearest_to_its_median():
    for kind, each in ANCHORS.items():
        preferred = [number * 10.0**power for number in R10 for power in range(-3, 5)]
        nearest = min(preferred, key=lambda number: abs(math.log(number / each.median)))
        assert math.isclose(nearest, each.energy), kind
