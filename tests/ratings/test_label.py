"""The label: its words and its data are the rating's, whatever the names are."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.ratings import halving
from submeter.ratings.label import SCHEMA, WIDTH, About, broken, described, label
from submeter.ratings.result import Boundary, Quality, Result

SVG = "{http://www.w3.org/2000/svg}"
ABOUT = About("2026-11-30", "ab" * 32, "https://example.org/b.zip")
RESULT = Result(
    "text-generation", "org/model-7B", 16.0, 12.0, 22.0, boundary=Boundary.NODE,
    hardware="NVIDIA H100", tier="measured", quality=Quality("accuracy", 0.91),
)  # fmt: skip

printable = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1)


def rated(result):
    (rating,) = halving.SCALE.rate([result])
    return rating


def drawn(result):
    return ET.fromstring(label(rated(result), ABOUT))  # noqa: S314 - made above


def words(root):
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def test_it_says_what_was_measured_where_and_how_sure():
    root = drawn(RESULT)
    told = " ".join(words(root))
    for part in ("org/model-7B", "text generation", "16", "Wh per 1,000 queries", "NVIDIA H100",
                 "95 % interval 12 to 22", "node, measured", "accuracy", "0.910", "2026-11-30",
                 "submeter-v1", "https://example.org/b.zip", "abababababababab"):  # fmt: skip
        assert part in told
    (data,) = root.iter(f"{SVG}metadata")
    inside = json.loads(data.text or "")
    assert inside["schema"] == SCHEMA
    assert inside["wh_per_1000"] == {"value": 16.0, "low": 12.0, "high": 22.0}
    assert inside["stars"] == rated(RESULT).stars
    assert sum(inside["chances"]) == pytest.approx(1)


def test_it_is_read_out_by_those_who_do_not_see_it():
    root = drawn(RESULT)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    (told,) = root.iter(f"{SVG}desc")
    assert told.text == described(rated(RESULT), ABOUT)
    assert "3 of 5 stars" in (told.text or "")


def test_stars_are_full_possible_or_empty():
    fills = [each.get("fill") for each in drawn(RESULT).iter(f"{SVG}polygon")]
    assert len(fills) == 5
    assert fills.count("none") == 1
    assert len(set(fills[:3])) == 1
    sure = replace(RESULT, low=None, high=None)
    assert "how sure is not known" in words(drawn(sure))
    assert "no interval was published" in words(drawn(sure))


def test_without_stars_the_reason_stands_there():
    told = " ".join(words(drawn(replace(RESULT, task="video-chat", quality=None))))
    assert "no anchor for video-chat" in told
    assert "no stars" in described(rated(replace(RESULT, dummy=True)), ABOUT)
    short = words(drawn(replace(RESULT, low=None, high=None, unrated="the run was too short")))
    assert "no interval is known" in short
    assert "the run was too short" in " ".join(short)


def test_what_is_not_known_of_the_work_is_left_out_or_said():
    bare = replace(RESULT, hardware="", tier="", quality=None)
    root = ET.fromstring(label(rated(bare), ABOUT._replace(link="")))  # noqa: S314 - made above
    told = words(root)
    assert "not told" in told
    assert "node, tier not told" in told
    assert not {"accuracy", "verify"} & set(told)


def test_a_long_name_goes_on_below_and_all_of_it_is_there():
    hardware = " ".join(["eight accelerators of a server with a long name"] * 3)
    root = drawn(replace(RESULT, hardware=hardware))
    texts = list(root.iter(f"{SVG}text"))
    names = [each.text for each in texts]
    lines = texts[names.index("hardware") + 1 : names.index("scenario")]
    assert len(lines) > 1
    assert " ".join(each.text or "" for each in lines) == hardware
    heights = [float(each.get("y") or 0) for each in lines]
    assert heights == sorted(set(heights))


@given(printable, printable)
def test_no_name_breaks_the_picture(model, hardware):
    root = drawn(replace(RESULT, model=model, hardware=hardware))
    for each in root.iter(f"{SVG}text"):
        size = float(each.get("font-size") or 0) * (1.2 if each.get("font-weight") == "700" else 1)
        assert float(each.get("x") or 0) + len(each.text or "") * size * 0.6 <= WIDTH


@pytest.mark.parametrize(
    "wrong", ["\0", "\x1b[31m", "\x9b", "\u202e", "\u2067", "\ud800", "\uffff"]
)
def test_what_a_picture_has_no_place_for_is_seen_to_be_missing(wrong):
    root = drawn(replace(RESULT, model=f"a{wrong}b", hardware=f"h{wrong}w"))
    told = " ".join(["".join(root.itertext()), *words(root)])
    assert "a\ufffd" in told
    assert "h\ufffd" in told
    assert not set(wrong[0]) & set(told)


@given(printable, st.floats(8, 30))
def test_a_broken_line_loses_no_letter(text, size):
    assert "".join("".join(broken(text, size)).split()) == "".join(text.split())
