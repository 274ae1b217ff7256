"""A workload of one's own: what is read, what is refused, and what the ledger gives."""

import json
import math
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.replay.booked import workload_of
from submeter.benchmarks.replay.prompts import Count, Prompts, counted
from submeter.benchmarks.replay.workload import FIELDS, MOST, SCHEMA, Request, cut, totals
from submeter.benchmarks.replay.workload_file import read_workload, write_workload
from submeter.errors import UsageError
from submeter.workloads.activity import Activity

AZURE = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:15:51.2225670,879,55
"""


@st.composite
def requests(draw):
    """Give requests in order of time."""
    found, at = [], 0.0
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.sampled_from([0.0, 0.001, 0.25, 7.0]))
        tokens_in, tokens_out = draw(st.integers(1, 5000)), draw(st.integers(1, 5000))
        found.append(
            Request(
                at,
                tokens_in,
                tokens_out,
                draw(st.integers(0, tokens_in)),
                draw(st.none() | st.integers(0, tokens_out)),
                draw(st.sampled_from(["", "a", "Ä b"])),
            )
        )
    return tuple(found)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workloads")


@given(requests())
def test_what_is_written_is_read_again_as_lines_and_as_a_document(folder, asked):
    path = folder / "w.ndjson"
    write_workload(path, asked, "a test")
    assert read_workload(path) == asked
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    whole = {**lines[0], "requests": lines[1:]}
    schema = json.loads(
        files("submeter.benchmarks").joinpath("schema", "workload-1.json").read_text("utf-8")
    )
    jsonschema.Draft202012Validator(schema).validate(whole)
    document = folder / "w.json"
    document.write_text(json.dumps(whole, indent=1), "utf-8")
    assert read_workload(document) == asked


@given(requests(), st.integers(1, 15), st.sampled_from([0.001, 1.0, 8.0, math.inf]))
def test_a_cut_is_a_beginning_and_no_longer_than_asked(asked, most, seconds):
    found = cut(asked, most, seconds)
    assert found == asked[: len(found)]
    assert len(found) <= most
    assert all(each.at < seconds for each in found)
    rest = asked[len(found) :]
    assert not rest or len(found) == most or rest[0].at >= seconds


@given(requests())
def test_totals_add_up_and_reasoning_is_told_only_if_all_tell_it(asked):
    told, halves = totals(asked), (totals(asked[:3]), totals(asked[3:]))
    for name in ("requests", "tokens_in", "tokens_cached", "tokens_out"):
        assert told[name] == sum(each[name] for each in halves)
    assert ("tokens_reasoning" in told) == all(each.tokens_reasoning is not None for each in asked)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"at": 1, "tokens_in": 5}', "tokens_out is missing"),
        ('{"tokens_in": 5, "tokens_out": 5}', "at is missing"),
        ('{"at": 1, "tokens_in": 5, "tokens_out": 5, "prompt": "x"}', '"prompt" is no field'),
        ('{"at": 1, "tokens_in": 0, "tokens_out": 5}', "tokens_in is a whole number from 1"),
        ('{"at": 1, "tokens_in": 5, "tokens_out": 1.5}', "tokens_out is a whole number"),
        ('{"at": 1, "tokens_in": 5, "tokens_out": true}', "tokens_out is a whole number"),
        ('{"at": 1, "tokens_in": 3000000, "tokens_out": 5}', "to 2,000,000"),
        ('{"at": 1, "tokens_in": 5, "tokens_out": 5, "tokens_cached": 6}', "a part of tokens_in"),
        ('{"at": 1, "tokens_in": 5, "tokens_out": 5, "tokens_cached": -1}', "from 0"),
        ('{"at": 1, "tokens_in": 5, "tokens_out": 5, "tokens_reasoning": 6}', "of tokens_out"),
        ('{"at": 0.1, "tokens_in": 5, "tokens_out": 5}', "sort the requests by their time"),
        ('{"at": NaN, "tokens_in": 5, "tokens_out": 5}', "at is a number of seconds"),
        ('{"at": "1", "tokens_in": 5, "tokens_out": 5}', "at is a number of seconds"),
        ('{"at": 9e9, "tokens_in": 5, "tokens_out": 5}', "at is a number of seconds"),
        ('{"at": 1, "tokens_in": 5, "tokens_out": 5, "group": 3}', "group is a text"),
        ("[1]", "a request is an object"),
        ("{", "it is no JSON"),
        (f'{{"at": 1, "group": "{"x" * 5000}"}}', "a line has at most"),
    ],
)
def test_a_line_that_is_wrong_is_told_by_file_and_number(tmp_path, line, told):
    path = tmp_path / "w.ndjson"
    good = '{"at": 0.5, "tokens_in": 5, "tokens_out": 5}'
    path.write_text(f'{{"schema": "{SCHEMA}"}}\n{good}\n\n{line}\n')
    with pytest.raises(UsageError) as caught:
        read_workload(path)
    assert told in str(caught.value)
    assert caught.value.where == f"{path}:4"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "neither JSON, NDJSON nor a known CSV"),
        ("a,b\n1,2\n", "neither JSON, NDJSON nor a known CSV"),
        ("[1,\n 2]", "a workload is an object"),
        ('{"at": 1}\n', 'the schema is "None"'),
        ('{"schema": "submeter.workload/9"}\n', "use a newer Submeter"),
        (f'{{"schema": "{SCHEMA}"}}\n', "there is no request in it"),
        (f'{{"schema": "{SCHEMA}", "requests": 5}}', "requests is a list"),
        (f'{{"schema": "{SCHEMA}", "requests": [{{"at": 1}}]}}', "request 1"),
        ("TIMESTAMP,ContextTokens,GeneratedTokens\nsoon,1,1\n", "it is no line of TIMESTAMP"),
        ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16,1\n", ":2"),
        ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16,1,0\n", "tokens_out is a whole"),
        (AZURE + "2023-11-16 18:15:40,1,1\n", "sort the requests by their time"),
    ],
)
def test_a_file_that_is_no_workload_is_told(tmp_path, text, told):
    path = tmp_path / "w"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_workload(path)
    assert told in str(caught.value)
    assert str(path) in caught.value.where


def test_files_that_cannot_be_read_or_are_too_large_are_told(tmp_path):
    with pytest.raises(UsageError, match="it cannot be read"):
        read_workload(tmp_path / "none")
    path = tmp_path / "w"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UsageError, match="no text in UTF-8"):
        read_workload(path)
    with path.open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(UsageError, match="at most 64 MiB"):
        read_workload(path)
    with pytest.raises(UsageError, match="it cannot be written"):
        write_workload(tmp_path / "no" / "w", ())


def test_more_requests_than_are_kept_are_refused_and_their_beginning_is_read(tmp_path):
    path = tmp_path / "w.ndjson"
    line = '{"at": 0, "tokens_in": 1, "tokens_out": 1}\n'
    path.write_text(f'{{"schema": "{SCHEMA}"}}\n' + line * (MOST + 1))
    with pytest.raises(UsageError, match="more than 100,000 requests"):
        read_workload(path)
    assert len(read_workload(path, 7)) == 7


def test_a_trace_of_azure_begins_at_0(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text(AZURE.replace("\n2", "\r\n2"))
    found = read_workload(path)
    assert [each.at for each in found] == pytest.approx([0, 4.314579, 4.541977], abs=1e-5)
    assert [(each.tokens_in, each.tokens_out) for each in found] == [
        (374, 44), (396, 109), (879, 55),
    ]  # fmt: skip
    assert len(read_workload(path, 2)) == 2
    path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.5+00:00,2,1\n"
                    "2024-05-10 00:00:01+00:00,2,1\n")  # fmt: skip
    assert [each.at for each in read_workload(path)] == [0, 0.5]


def entry(start, seconds=1.0, name="chat", **counts):
    return Activity("x", name, start, start + int(seconds * 1e9), seconds, counts=counts)


@given(
    st.lists(
        st.builds(
            entry,
            st.integers(0, 10**11),
            st.sampled_from([0.0, 0.5, 30.0]),
            requests=st.integers(0, 9),
            tokens_in=st.integers(0, 200),
            tokens_out=st.integers(0, 200),
            tokens_cached=st.integers(0, 300),
            tokens_reasoning=st.integers(0, 50),
        ),
        max_size=6,
    )
)
def test_what_the_ledger_counts_is_neither_lost_nor_made(entries):
    booked = workload_of(entries)
    counted_ = [
        each for each in entries
        if 1 <= each.counts["requests"] <= min(each.counts["tokens_in"], each.counts["tokens_out"])
    ]  # fmt: skip
    told = totals(booked.requests)
    for name in ("requests", "tokens_in", "tokens_out"):
        assert told[name] == sum(each.counts[name] for each in counted_)
    assert booked.entries + booked.left_out == len(entries)
    times = [each.at for each in booked.requests]
    assert times == sorted(times)
    for each in booked.requests:
        assert 0 <= each.tokens_cached <= each.tokens_in
        assert each.tokens_reasoning is not None
        assert 0 <= each.tokens_reasoning <= each.tokens_out
    assert min(times, default=0) == 0


def test_a_request_of_the_ledger_is_exact_and_groups_tell_no_names():
    one = entry(0, requests=1, tokens_in=40, tokens_out=7, tokens_cached=9)
    other = entry(2 * 10**9, name="secret", requests=1, tokens_in=4, tokens_out=1, tokens_cached=1)
    plain = replace(one, start=10**9, counts={"requests": 1, "tokens_in": 3, "tokens_out": 2})
    booked = workload_of([other, one, plain])
    assert booked.requests == (
        Request(0.0, 40, 7, 9, None, "g1"),
        Request(1.0, 3, 2),
        Request(2.0, 4, 1, 1, None, "g2"),
    )
    assert (booked.entries, booked.spread, booked.left_out) == (3, 0, 0)
    with pytest.raises(UsageError, match=r"200,000 requests, of 100,000 at most"):
        workload_of([entry(0, requests=2e5, tokens_in=2e5, tokens_out=2e5)])


class Counting:
    """Counts `fixed` tokens and `each` a word, or tells nothing."""

    facts, pid = Facts("counting"), None

    def __init__(self, fixed, each, *, tells=True):
        self.fixed, self.each, self.tells = fixed, each, tells

    def tokens(self, text):
        return round(self.fixed + self.each * len(text.split()))

    def answer(self, inputs, limits):
        assert (limits.least, limits.most) == (1, 1)
        return [Answer("", self.tokens(each) if self.tells else None) for each in inputs]

    def close(self):
        pass


@given(
    st.integers(0, 30),
    st.sampled_from([1.0, 1.3, 2.0]),
    st.integers(60, 4000),
    st.floats(0, 1),
)
def test_prompts_reach_the_asked_lengths_by_the_backends_own_count(fixed, each, tokens, part):
    loaded = Counting(fixed, each)
    count = counted(loaded, 3)
    assert count.is_told
    prompts = Prompts(count, 3)
    cached = round(part * tokens)
    whole = prompts.prompt(1, Request(0.0, tokens, 1, cached, None, "a"))
    assert abs(loaded.tokens(whole) - tokens) <= 2 + each / 2 + tokens * 0.005
    other = prompts.prompt(2, Request(0.0, tokens, 1, cached, None, "a"))
    alike = 0
    for one, two in zip(whole.split(), other.split(), strict=True):
        if one != two:
            break
        alike += 1
    words = count.words(cached) if cached else 0
    assert words <= alike <= words + 4
    again = Prompts(count, 3)
    assert again.prompt(2, Request(0.0, tokens, 1, cached, None, "a")) == other
    longer = prompts.prompt(9, Request(0.0, 3 * tokens, 1, 2 * tokens, None, "a"))
    assert longer.split()[:words] == whole.split()[:words]


def test_where_no_tokens_are_told_a_word_is_taken_for_one():
    count = counted(Counting(5, 1, tells=False), 0)
    assert count == Count()
    assert len(Prompts(count, 0).prompt(1, Request(0.0, 44, 1)).split()) == 44
    assert counted(Counting(5, 0), 0) == Count()


def test_every_field_of_a_request_is_in_the_schema():
    schema = json.loads(
        files("submeter.benchmarks").joinpath("schema", "workload-1.json").read_text("utf-8")
    )
    assert set(schema["$defs"]["request"]["properties"]) == set(FIELDS)
    assert schema["properties"]["requests"]["maxItems"] == MOST
