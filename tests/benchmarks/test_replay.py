"""A workload replayed: in its order, at its times, as long as asked, and told as it came."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.exports.formats import FORMATS, export
from submeter.benchmarks.plan import Plan, load_of
from submeter.benchmarks.query import Query, query_of
from submeter.benchmarks.replay.figures import LATE, figures
from submeter.benchmarks.replay.prompts import Count
from submeter.benchmarks.replay.replayer import Replayer, replayed, task_of
from submeter.benchmarks.replay.workload import Request, totals
from submeter.benchmarks.results import result_of
from submeter.benchmarks.runner import Bench, BenchError, run
from submeter.benchmarks.verification import verify
from submeter.errors import UsageError
from submeter.quantities.clock import Span
from submeter.ratings import equal_width, halving
from submeter.ratings.ranks import ranks
from submeter.runs.settings import load
from submeter.web.leaderboard import build
from tests.benchmarks.test_workload import requests
from tests.benchmarks.work import unheard

ASKED = tuple(
    Request(0.04 * i, 40 + 7 * i, 2 + i % 5, 20 * (i % 2), None, "a" if i % 2 else "")
    for i in range(30)
)


class Engine:
    """Answers in `seconds`, as long as asked; fails at the query `fails_at`."""

    name, title, extra, options = "engine", "an engine", "", ()
    abilities = frozenset({"generate"})
    pid = None

    def __init__(self, seconds=0.001, *, concurrent=True, fails_at=None):
        self.seconds, self.concurrent, self.fails_at = seconds, concurrent, fails_at
        self.asked = []

    def load(self, order):
        self.facts = Facts(order.model, engine="test")
        return self

    def answer(self, inputs, limits):
        (text,) = inputs
        words = len(text.split())
        if limits.most > 1:
            if len(self.asked) == self.fails_at:
                raise MemoryError("no room")
            self.asked.append((text, limits.most))
        time.sleep(self.seconds)
        first = time.monotonic_ns()
        return [Answer("x", words + 4, limits.most, None, first, "length", words // 2)]

    def close(self):
        pass


def bench(engine, requests_=ASKED, seats=8, **told):
    plan = {
        "least": 20, "most": len(requests_), "idle": 0.0, "seconds": 1e6, "speed": 1.0, **told,
    }  # fmt: skip
    return Bench(
        Plan("workload", "m", "engine", "workload", concurrency=seats, **plan),
        task_of(requests_),
        engine,
        load({"period": "0.1 s"}, {}),
    )


@pytest.fixture
def made(tmp_path):
    out = tmp_path / "b.zip"
    run(bench(Engine()), out, unheard)
    return out


def test_a_replay_tells_energy_lengths_and_lateness_and_verifies(made):
    bundle = read_bundle(made)
    assert verify(bundle) == []
    summary = bundle.told["summary"]
    told = summary["workload"]
    asked = totals(ASKED)
    assert told["asked"] == {name: asked[name] for name in told["asked"]}
    assert told["reached"]["tokens_out"] == asked["tokens_out"]
    assert told["reached"]["tokens_in"] == pytest.approx(asked["tokens_in"], abs=len(ASKED))
    assert (told["requests"], told["exact"]) == (30, 1)
    assert 0 <= told["lateness"]["p50"] < LATE
    per, whole = summary["energy"]["node"]["per"], summary["energy"]["node"]["total"]
    assert summary["work"] == pytest.approx({"query": 30, "token": asked["tokens_out"]})
    assert per["query"]["value"] == pytest.approx(whole["value"] / 30)
    assert per["token"]["value"] == pytest.approx(whole["value"] / asked["tokens_out"])
    assert per["query"]["low"] < per["query"]["value"] < per["query"]["high"]
    assert summary["quality"] is None
    assert summary["statistics"]["warm_up"] == 0
    assert summary["stages"]["calibrate"]["seconds"] > 0
    ((_, start, end),) = summary["stretches"]
    assert (end - start) / 1e9 == pytest.approx(ASKED[-1].at, rel=0.5)
    assert bundle.told["data"]["count"] == {"fixed": 4.0, "per_word": 1.0, "is_told": True}


def test_requests_are_asked_in_order_and_never_before_their_time(made):
    queries = sorted(read_bundle(made).queries, key=lambda each: each.start)
    assert [each.item for each in queries] == [f"r{i + 1}" for i in range(30)]
    assert all(each.due is not None and each.due <= each.start for each in queries)
    dues = [each.due or 0 for each in queries]
    gaps = [(each - dues[0]) / 1e9 for each in dues]
    assert gaps == pytest.approx([each.at for each in ASKED], abs=1e-6)
    assert [each.wanted["tokens_in"] for each in queries] == [each.tokens_in for each in ASKED]


def test_one_that_is_slow_does_not_hold_up_the_next_unless_there_is_no_seat(tmp_path):
    run(bench(Engine(0.1), speed=4.0), tmp_path / "open.zip", unheard)
    opened = read_bundle(tmp_path / "open.zip").told["summary"]
    run(bench(Engine(0.1, concurrent=False), ASKED[:20], seats=1), tmp_path / "one.zip", unheard)
    one = read_bundle(tmp_path / "one.zip").told["summary"]
    assert opened["workload"]["late"] < 1 < one["workload"]["requests"]
    assert one["workload"]["late"] > 0.8
    # What a request waits for its seat is part of its latency.
    assert one["speed"]["latency"]["p99"] > 20 * (0.1 - 0.04) * 0.8
    assert one["speed"]["first_token"]["p99"] > 20 * (0.1 - 0.04) * 0.8


def test_a_replay_that_broke_off_goes_on_with_what_is_left(tmp_path):
    out = tmp_path / "b.zip"
    failing = Engine(fails_at=12)
    with pytest.raises(BenchError, match="no room"):
        run(bench(failing, seats=1), out, unheard)
    other = (ASKED[0]._replace(tokens_in=9), *ASKED[1:])
    with pytest.raises(UsageError, match="what was begun there has other data"):
        run(bench(Engine(), other, seats=1), out, unheard)
    going_on = Engine()
    run(bench(going_on, seats=1), out, unheard)
    bundle = read_bundle(out)
    assert verify(bundle) == []
    assert len(failing.asked) == 12
    assert len(going_on.asked) == 18
    assert {each.item for each in bundle.queries} == {f"r{i + 1}" for i in range(30)}
    assert len(bundle.queries) == 30
    second = [each for each in bundle.queries if each.sitting == 1]
    assert (second[0].start - (second[0].due or 0)) / 1e9 < LATE
    assert bundle.told["summary"]["work"]["query"] == pytest.approx(30)


def test_a_backend_that_fails_as_it_is_calibrated_again_keeps_what_was_measured(tmp_path):
    out = tmp_path / "b.zip"
    with pytest.raises(BenchError):
        run(bench(Engine(fails_at=12), seats=1), out, unheard)

    class Dead(Engine):
        def answer(self, inputs, limits):
            del inputs, limits
            raise OSError("gone")

    with pytest.raises(BenchError, match="gone"):
        run(bench(Dead(), seats=1), out, unheard)
    run(bench(Engine(), seats=1), out, unheard)
    assert len(read_bundle(out).queries) == 30


def test_a_failure_does_not_wait_for_requests_of_next_week(tmp_path):
    far = (*ASKED[:25], Request(500_000.0, 5, 5), Request(500_001.0, 5, 5))
    begun = time.monotonic()
    with pytest.raises(BenchError, match="no room"):
        run(bench(Engine(fails_at=20), far), tmp_path / "b.zip", unheard)
    assert time.monotonic() - begun < 60


def test_a_workload_has_neither_star_nor_rank_nor_place_among_others(made, tmp_path):
    bundle = read_bundle(made)
    result = result_of(bundle, "b.zip")
    assert result.high is not None
    other = replace(result, energy=result.energy * 2, high=result.high * 2, model="n")
    for scale in (halving.SCALE, equal_width.SCALE):
        for rating in scale.rate([result, other]):
            assert rating.stars is None
            assert "nobody else's work" in rating.reason
    assert ranks([result, other]) == [None, None]
    rated = replace(result, unrated="", model="public")
    (nobody, rank) = ranks([result, rated])
    assert nobody is None
    assert rank is not None
    assert rank[:3] == (1, 1, 1)
    kept = tmp_path / "site"
    with pytest.raises(UsageError, match="no place on a leaderboard"):
        build([made], kept, halving.SCALE)
    assert not kept.exists()
    for form in FORMATS:
        with pytest.raises(UsageError, match="no place among results of others"):
            export(bundle, "b.zip", form)


@given(requests(), st.sampled_from([0.5, 1.0, 4.0]), st.integers(2, 9))
def test_a_plan_replays_the_beginning_at_its_speed(asked, speed, most):
    plan = Plan("workload", "m", "e", "workload", most=most, least=2, speed=speed)
    found = replayed(plan, asked)
    assert len(found) == min(most, sum(1 for each in asked if each.at < plan.seconds))
    for one, other in zip(found, asked, strict=False):
        assert one.at * speed == pytest.approx(other.at)
        assert one._replace(at=0.0) == other._replace(at=0.0)


class Still:
    """A desk whose time does not pass, so that nobody waits; keeps what it is asked."""

    def __init__(self, plan, answered):
        self.plan, self.answered, self.now, self.taken = plan, answered, 10**18, []

    def take(self, loaded, items, asked):
        del loaded
        self.now = max(self.now, asked.due)
        self.taken.append((items[0].id, asked))


@given(requests(), st.sets(st.integers(1, 12)))
def test_what_is_left_is_asked_once_in_order_as_far_apart_as_it_came(asked, done):
    answered = {f"r{i}" for i in done}
    plan = Plan("workload", "m", "e", "workload", least=2, seconds=1e9)
    desk = Still(plan, answered)
    short = [each._replace(at=each.at / 1e6) for each in asked]
    replayer = Replayer(desk, None, task_of(short).load(""), Count())  # type: ignore[arg-type]
    while replayer.ask():
        pass
    left = [i for i in range(1, len(asked) + 1) if i not in done]
    assert [name for name, _ in desk.taken] == [f"r{i}" for i in left]
    for place, (_, told) in zip(left, desk.taken, strict=True):
        request = short[place - 1]
        gap = (told.due - 10**18) / 1e9
        assert gap == pytest.approx(request.at - short[left[0] - 1].at, abs=1e-6)
        assert told.limits.least == told.limits.most == request.tokens_out
        assert told.wanted["tokens_cached"] == request.tokens_cached


def test_a_query_is_read_again_with_what_was_wanted_of_it():
    query = Query(0, 1, "r1", 5, 9, None, 4, 2, due=3, tokens_cached=1, wanted={"tokens_in": 4})
    assert query_of(query.as_dict()) == query
    plain = Query(0, 1, "r1", 5, 9)
    assert {"due", "wanted", "tokens_cached"}.isdisjoint(plain.as_dict())
    assert query_of(plain.as_dict()) == plain


def test_what_was_not_told_is_not_made_up():
    told = figures([Query(0, 0, "r1", 5, 9, wanted={"tokens_out": 3}, due=1)])
    assert told["reached"] == {"tokens_in": None, "tokens_cached": None, "tokens_out": None}
    assert told["exact"] is None
    assert told["late"] == 0
    empty = figures([Query(0, 0, "r1", 5, 9)])
    assert empty["late"] is None
    assert empty["lateness"] is None


def test_the_words_of_a_workload_say_whose_it_is():
    plan = Plan("workload", "m", "e", "workload", most=40, speed=2.0)
    assert load_of(plan) == "workload, 40 requests of one's own at 2 times its speed"


def test_a_span_of_a_sitting_without_a_read_query_is_left_out():
    from submeter.benchmarks.portions import from_first_to_last
    from submeter.benchmarks.sitting import Sitting

    sittings = [Sitting(0, 0, until=100), Sitting(1, 0, until=5)]
    queries = [Query(0, 0, "a", 10, 30, due=7), Query(1, 0, "b", 1, 9, due=1)]
    steady = from_first_to_last(sittings, queries)
    assert steady.stretches == ((0, Span(7, 30)),)
    assert [each.item for each in steady.queries] == ["a"]
    assert sum(each.queries for each in steady.portions) == pytest.approx(1)
