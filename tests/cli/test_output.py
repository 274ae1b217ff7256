"""What is printed: whole lines in a pipe, as wide as the terminal else, and never steered."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.cli.output import SHOWN, console, elided, indented
from submeter.cli.render.books import books_table
from submeter.quantities.energy import to_kwh
from submeter.workloads.activity import Booking

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printed(thing, columns=80, monkeypatch=None):
    """Give what a terminal of so many columns is sent, line by line."""
    stream = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    thing(console(stream))
    return stream.getvalue().splitlines()


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_steers_the_terminal_or_turns_it_around(text):
    stream = io.StringIO()
    out = console(stream)
    out.print(text, markup=False)
    indented(out, text)
    assert not CONTROL.search(stream.getvalue())
    assert not CONTROL.search(text.translate(SHOWN))


def test_a_name_of_two_lines_and_an_escape_is_one_line_of_the_list(meter):
    assert meter("run", "--name", "\x1b[31mred\nand more", "--", "true").returncode == 0
    for words in (["list"], ["show"]):
        told = meter("ledger", *words).stdout
        assert "␛[31mred and more" in told
        assert not CONTROL.search(told)
    assert meter("run", "--name", " ", "--", "true").returncode == 0
    assert "(no name)" in meter("ledger", "list").stdout


@pytest.mark.parametrize("columns", [80, 120])
def test_a_long_line_hangs_below_its_first_word_and_has_no_blanks_at_its_end(columns, monkeypatch):
    text = "sensor: " + "word " * 60
    lines = printed(lambda out: indented(out, text, 4), columns, monkeypatch)
    assert lines[0].startswith("    sensor: ")
    assert len(lines) > 1
    assert all(each.startswith("      word") for each in lines[1:])
    assert all(len(each) <= columns and each == each.rstrip() for each in lines)
    assert " ".join(" ".join(lines).split()) == text.strip()


def test_a_long_line_in_a_pipe_stays_whole(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    text = "sensor: " + "word " * 60
    assert printed(lambda out: indented(out, text, 4)) == [f"    {text}".rstrip()]


@given(st.text(min_size=1), st.integers(6, 40))
def test_a_name_is_shortened_in_its_middle(name, most):
    short = elided(name, most)
    assert len(short) <= most
    if short != name:
        assert short.count("…") >= 1
        assert (name[: most - 5], name[-4:]) == (short[: most - 5], short[-4:])


def booking(accounts, domain="cpu:model"):
    workload, others, idle, unattributed = accounts
    return Booking(
        domain, "cpu", "", "s", "measured", "counter/1", sum(accounts), workload, others, idle,
        unattributed, 0.9, 1.1, 1.0, "by-time/1", 0.5,
    )  # fmt: skip


amounts = st.tuples(*[st.integers(0, 10**12)] * 4)


@given(st.lists(amounts, min_size=1, max_size=4))
def test_the_books_add_up_as_they_are_shown(books):
    bookings = [booking(each, f"package:{place}") for place, each in enumerate(books)]
    stream = io.StringIO()
    out = console(stream)
    out.print(books_table(bookings))
    head, *rows = stream.getvalue().splitlines()[: len(books) + 1]
    size = {"kWh": 1.0, "Wh": 1e-3, "mWh": 1e-6, "µWh": 1e-9}[head.split()[0]]
    for each, row in zip(bookings, rows, strict=True):
        meter, *accounts = (int(number.replace(".", "")) for number in row.split()[1:6])
        assert sum(accounts) == meter
        assert meter * size / 1000 == pytest.approx(to_kwh(each.meter), abs=size / 1999)


def test_boards_are_told_apart_where_there_is_little_room(monkeypatch):
    uuids = [f"gpu:GPU-f00d0000-0000-0000-0000-00000000000{board}" for board in range(4)]
    bookings = [booking((10**9, 10**9, 10**9, 10**9), each) for each in uuids]
    lines = printed(lambda out: out.print(books_table(bookings)), 80, monkeypatch)
    names = [each.split()[0] for each in lines[1:5]]
    assert len(set(names)) == 4
    assert all(len(each) <= 80 for each in lines)
    assert sum("measured by counter/1" in each for each in lines) == 1, "one rule is told once"


@pytest.mark.parametrize("what", ["h100", "France"])
def test_factors_are_told_with_their_sources_and_intervals_that_hold_them(meter, what):
    known = meter.json("factors", "find", what)["factors"]
    told = meter("factors", "find", what, env={"COLUMNS": "80"}).stdout
    table = told.partition("there are more than")[0].partition("\n\n")[0]
    assert all(len(each) <= 80 for each in table.splitlines())
    whole = " ".join(table.split())
    for each in known:
        assert f"{each['id']} " in whole
        assert each["source"]["id"] in whole
    rows = re.findall(r" ([\d.]+) +([\d.]+) to ([\d.]+) ", table)
    assert len(rows) >= 4
    for value, low, high in rows:
        assert float(low) <= float(value) <= float(high)


def test_the_cases_of_the_lab_take_two_lines_each_on_80_columns_and_one_on_120(meter):
    narrow = meter("lab", "list", env={"COLUMNS": "80"}).stdout.splitlines()
    wide = meter("lab", "list", env={"COLUMNS": "120"}).stdout.splitlines()
    cases = [each.split()[0] for each in narrow if each[0] != " "]
    assert cases == [each.split()[0] for each in wide if each[0] != " "]
    assert len(narrow) <= 2.5 * len(cases)
    assert len(wide) <= 1.5 * len(cases)
    assert max(map(len, narrow)) <= 80
