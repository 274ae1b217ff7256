"""Prometheus' text format, as exporters write it and as they should not."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.sensing.devices.prometheus import Row, rows


def one(line, name="m"):
    (row,) = rows(line + "\n", {name})
    return row


@pytest.mark.parametrize(
    ("line", "labels", "value"),
    [
        ("m 1", {}, 1),
        ("m{} 1", {}, 1),
        ('m{a="b"} 1.5', {"a": "b"}, 1.5),
        ('m{a="b",} 1.5e9 1700000000000', {"a": "b"}, 1.5e9),
        ('  m { a = "b" , c="d"}\t7', {"a": "b", "c": "d"}, 7),
        (r'm{a="x\"y\\z\n{},=#"} 1', {"a": 'x"y\\z\n{},=#'}, 1),
        (r'm{a="\d"} 1', {"a": r"\d"}, 1),
        ('m{a="é"} 1', {"a": "é"}, 1),
        ('m{a="b"} 1 # {trace_id="x"} 0.5 1.0', {"a": "b"}, 1),
        ('m{a="b"} 1 1700000000.123 # {trace_id="x"} 0.5', {"a": "b"}, 1),
        ('{"m",a="b"} 1', {"a": "b"}, 1),
        ('{"m"} 1', {}, 1),
        ("m 9007199254740993", {}, 9007199254740993),
    ],
)
def test_a_sample_is_read(line, labels, value):
    assert one(line) == Row("m", labels, value)


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf"])
def test_what_is_no_number_is_told_as_such(text):
    assert not math.isfinite(one(f"m {text}").value)


def test_comments_and_other_metrics_are_passed_over_whatever_they_hold():
    text = '# TYPE m counter\n# UNIT m joules\n\nother{a="b} nonsense\nm_other 3\nm 1\n# EOF\n'
    assert rows(text, {"m"}) == [Row("m", {}, 1)]


@pytest.mark.parametrize(
    "line",
    [
        "m", "m ", "m{", 'm{a="b" 1', 'm{a="b} 1', "m{a=b} 1", 'm{a="b"}', "m x", "m 1 2 3",
        'm{a="b"c="d"} 1', "m 1_000x", "m " + "7" * 20_000,
    ],
)  # fmt: skip
def test_a_sample_that_is_not_of_the_form_is_an_error(line):
    with pytest.raises(ValueError, match="m "):
        one(line)


def test_a_page_that_was_cut_off_is_an_error():
    """A number that has lost its last digits would be another number."""
    with pytest.raises(ValueError, match="no end"):
        rows("m 123", {"m"})


def test_no_more_rows_are_kept_than_a_machine_can_have():
    with pytest.raises(ValueError, match="too much"):
        rows("m 1\n" * 5000, {"m"})


label = st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True), st.text(max_size=9))


@given(labels=label, value=st.floats(allow_nan=False))
def test_what_is_written_is_read_again(labels, value):
    def escaped(text):
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')

    inner = ",".join(f'{name}="{escaped(text)}"' for name, text in labels.items())
    assert one(f"m{{{inner}}} {value!r}") == Row("m", labels, value)


@given(st.text())
def test_no_page_takes_the_reader_down(text):
    try:
        found = rows(text, {"m", "0"})
    except ValueError:
        return
    assert all(row.name in ("m", "0") for row in found)
