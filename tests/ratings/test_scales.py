"""Scales: what was published is reproduced; on the frozen one nobody moves another."""

import csv
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import UsageError
from submeter.ratings import equal_width, halving
from submeter.ratings.anchors import ANCHORS, BEYOND_ACCELERATOR
from submeter.ratings.chance import below, chances, stars_of
from submeter.ratings.ranks import comparable, ranks
from submeter.ratings.result import Boundary, Result, task_name
from submeter.ratings.stability import entropy, leave_one_out
from submeter.ratings.table import read_table

# Fourteen rows of AI Energy Score's leaderboard of February 2025 with their published stars: the
# least and the most of each class, which the rule goes by, and some between.
PUBLISHED = (Path(__file__).parent / "published.csv").read_text(encoding="utf-8")
OURS, THEIRS = halving.SCALE, equal_width.SCALE

energies = st.floats(1e-3, 1e5)
kinds = st.sampled_from(sorted(ANCHORS))
widths = st.floats(1.0, 10.0)


@st.composite
def results(draw, kind=kinds):
    task, unit, scenario = draw(kind)
    energy, low, high = draw(energies), draw(widths), draw(widths)
    ends = draw(st.booleans())
    return Result(
        task, draw(st.text(min_size=1, max_size=5)), energy,
        energy / low if ends else None, energy * high if ends else None,
        unit=unit, scenario=scenario, boundary=draw(st.sampled_from(Boundary)),
    )  # fmt: skip


def one(energy, low=None, high=None, **more):
    return Result("text-generation", "m", energy, low, high, **more)


def test_published_stars_are_reproduced():
    read = read_table(PUBLISHED, "published.csv")
    published = [int(row["stars_published"]) for row in csv.DictReader(PUBLISHED.splitlines())]
    assert [each.stars for each in THEIRS.rate(read.results)] == published
    assert read.defects == ()


def test_a_newcomer_beyond_the_range_moves_others_by_the_first_rule_only():
    found = list(read_table(PUBLISHED, "published.csv").results)
    assert leave_one_out(THEIRS, found).most > 0
    assert leave_one_out(OURS, found) == (0, "", 0, len(found))
    assert entropy(OURS.rate(found)) > 0


@given(st.lists(results(), max_size=6), results())
def test_no_newcomer_moves_anybody(others, newcomer):
    before = OURS.rate(others)
    assert OURS.rate([*others, newcomer])[:-1] == before


@given(st.lists(results(st.just(("text-generation", "query", "single"))), min_size=1, max_size=8))
@pytest.mark.parametrize("scale", [OURS, THEIRS])
def test_less_energy_never_has_fewer_stars(scale, many):
    alike = [
        Result(each.task, each.model, each.energy, each.low, each.high, source=str(i))
        for i, each in enumerate(many)
    ]
    rated = sorted(scale.rate(alike), key=lambda each: each.result.energy)
    stars = [each.stars for each in rated if each.stars is not None]
    assert stars == sorted(stars, reverse=True)


@given(results())
def test_the_chances_of_the_stars_add_to_one(result):
    (rated,) = OURS.rate([result])
    if rated.chances is None:
        assert result.low is None
    else:
        assert sum(rated.chances) == pytest.approx(1)
        assert all(0 <= each <= 1 for each in rated.chances)


@given(results(), st.floats(1.01, 3))
def test_a_wider_interval_never_makes_a_middle_star_surer(result, wider):
    if result.low is None or result.high is None:
        return
    spread = Result(
        result.task, result.model, result.energy, result.low / wider, result.high * wider,
        unit=result.unit, scenario=result.scenario, boundary=result.boundary,
    )  # fmt: skip
    bands = OURS.rate([result])[0].bands
    assert bands
    edges = bands.edges
    narrow, wide = chances(result, edges), chances(spread, edges)
    assert narrow
    assert wide
    own = 5 - stars_of(result.energy, edges)
    assert wide[own] <= narrow[own] + 1e-12


@given(kinds, st.sampled_from(Boundary), st.integers(-1, 1))
def test_half_the_energy_is_one_star_more(kind, boundary, steps):
    task, unit, scenario = kind
    middle = ANCHORS[kind].energy * BEYOND_ACCELERATOR[boundary]
    result = Result(
        task, "m", middle * 2.0**-steps, unit=unit, scenario=scenario, boundary=boundary
    )
    assert OURS.rate([result])[0].stars == 3 + steps


def test_an_edge_belongs_to_the_better_star_and_chances_meet_the_interval():
    assert [stars_of(energy, (1, 2, 3, 4)) for energy in (1, 1.01, 4, 4.01)] == [5, 4, 2, 1]
    sure = one(10.0, 5.0, 20.0)
    assert below(sure, 20.0) == pytest.approx(0.975)
    assert below(sure, 5.0) == pytest.approx(0.025)
    assert below(sure, 10.0) == pytest.approx(0.5)
    exact = one(10.0, 10.0, 10.0)
    assert [below(exact, edge) for edge in (9.9, 10.0, 10.1)] == [0.0, 1.0, 1.0]


@pytest.mark.parametrize("scale", [OURS, THEIRS])
def test_random_weights_have_no_stars_and_no_rank(scale):
    dummy, real, other = one(1.0, dummy=True), one(20.0), one(40.0)
    rated = scale.rate([dummy, real, other])
    assert rated[0].stars is None
    assert "random weights" in rated[0].reason
    assert rated == [rated[0], *scale.rate([real, other])]
    assert ranks([dummy, real])[0] is None


@given(st.lists(results(), max_size=8))
def test_who_has_no_stars_tells_nothing_apart(many):
    rated = OURS.rate(many)
    beside = OURS.rate([*many, one(1.0, dummy=True), Result("video-chat", "m", 1.0)])
    assert entropy(beside) == pytest.approx(entropy(rated))
    assert entropy(beside[-2:]) == 0.0


def test_as_many_of_two_stars_is_one_bit():
    rated = OURS.rate([one(1e-3), one(1e5), one(1e-3), one(1e5)])
    assert {each.stars for each in rated} == {1, 5}
    assert entropy(rated) == pytest.approx(1.0)


def test_a_cohort_without_a_range_has_no_stars():
    (rated,) = THEIRS.rate([one(5.0)])
    assert rated.stars is None
    assert "together with others" in rated.reason


def test_work_without_an_anchor_is_told_what_has_one():
    video, tokens = Result("video-chat", "m", 1.0), one(1.0, unit="token")
    rated = OURS.rate([video, tokens])
    assert [each.stars for each in rated] == [None, None]
    assert rated[0].reason.endswith("yet")
    assert "there is one for query, single and for token, server" in rated[1].reason


@given(st.lists(results(), min_size=1, max_size=8))
def test_a_rank_counts_whom_the_intervals_tell_apart(many):
    for result, rank in zip(many, ranks(many), strict=True):
        same = [each for each in many if comparable(each, result)]
        assert rank
        assert 1 <= rank.best <= rank.worst <= rank.of == len(same)
        assert rank.worst - rank.best == len(rank.beside)


def test_overlapping_intervals_cannot_be_ranked():
    low, middle, high = one(1.0, 0.9, 1.1), one(1.15, 1.05, 1.3), one(2.0, 1.9, 2.1)
    assert [each and each[:3] for each in ranks([low, middle, high])] == [
        (1, 2, 3),
        (1, 2, 3),
        (3, 3, 3),
    ]


@given(st.lists(results(), min_size=1, max_size=8))
def test_ranks_are_as_each_pair_says(many):
    """The counts in sorted ends, against the rule itself, pair by pair."""

    def ends(each):
        return each.low or each.energy, each.high or each.energy

    for result, rank in zip(many, ranks(many), strict=True):
        others = [each for each in many if each is not result and comparable(each, result)]
        before = [each for each in others if ends(each)[1] < ends(result)[0]]
        behind = [each for each in others if ends(each)[0] > ends(result)[1]]
        beside = [each.model for each in others if each not in before and each not in behind]
        assert rank
        assert rank.best == len(before) + 1
        assert rank.worst == len(others) + 1 - len(behind)
        assert sorted(rank.beside) == sorted(beside)
        assert list(rank.beside[:1]) == list(rank.beside)[:1]
        assert not beside or rank.beside[0] in beside


def test_ten_thousand_results_are_ranked_in_a_second():
    chance = random.Random(0)  # noqa: S311 - no secret
    many = []
    for i in range(10_000):
        energy = 10 ** chance.uniform(-1, 3)
        many.append(one(energy, energy / 1.2, energy * 1.2, source=str(i)))
    start = time.process_time()
    placed = ranks(many)
    assert time.process_time() - start < 1.0
    least = min(range(len(many)), key=lambda i: many[i].high or 0.0)
    rank = placed[least]
    assert rank
    assert (rank.best, rank.of) == (1, 10_000)
    assert len(rank.beside) == len(list(rank.beside)) == rank.worst - 1


def test_what_is_too_unsure_to_rate_has_neither_star_nor_rank():
    short, real = one(1.0, unrated="too short"), one(20.0)
    for scale in (OURS, THEIRS):
        assert (scale.rate([short])[0].stars, scale.rate([short])[0].reason) == (None, "too short")
    assert ranks([short, real])[0] is None
    other = ranks([short, real])[1]
    assert other
    assert other.of == 1


@pytest.mark.parametrize(
    ("energy", "low", "high", "told"),
    [
        (0.0, None, None, "missing is not zero"),
        (float("nan"), None, None, "is none"),
        (1.0, 0.5, None, "two ends"),
        (1.0, 1.1, 1.2, "does not hold"),
    ],
)
def test_what_is_no_energy_is_refused(energy, low, high, told):
    with pytest.raises(UsageError, match=told):
        one(energy, low, high)


def test_tasks_have_one_name():
    assert task_name("Automatic Speech_Recognition ") == "speech-recognition"
    assert task_name("video chat") == "video-chat"


def test_what_was_measured_on_other_data_than_the_anchors_is_told():
    own, theirs = one(16.0, data="python-library-text"), one(16.0, data="AIEnergyScore/text")
    told = [each.reason for each in OURS.rate([own, theirs, one(16.0)])]
    assert "not on the anchor's data" in told[0]
    assert told[1:] == ["", ""]
